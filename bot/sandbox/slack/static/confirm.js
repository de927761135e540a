// The confirmation dialogue of an element. `words.text` is HTML made by the server from escaped text.
export function ask(words) {
  const dialog = document.getElementById("confirm");
  const part = (name) => dialog.querySelector(`[data-part=${name}]`);
  part("title").textContent = words.title;
  part("text").innerHTML = words.text;
  part("deny").textContent = words.deny;
  part("confirm").textContent = words.confirm;
  part("confirm").className = `btn btn-${words.style}`;
  return new Promise((resolve) => {
    const finish = (answer) => { dialog.close(); resolve(answer); };
    part("confirm").onclick = () => finish(true);
    part("deny").onclick = () => finish(false);
    dialog.oncancel = () => resolve(false);
    dialog.showModal();
  });
}
