// A word that stands in the corner of the page for a while.
export function toast(text) {
  const shown = document.createElement("div");
  shown.className = "toast";
  shown.dataset.testid = "toast";
  shown.textContent = text;
  document.getElementById("toasts").append(shown);
  setTimeout(() => shown.remove(), 8000);
}
