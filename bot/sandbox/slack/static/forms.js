// Reads and restores what a person has put into the elements of a message or view: name → list of raw values.
export function gather(form) {
  const values = {};
  if (!form) return values;
  for (const field of form.querySelectorAll("[name]")) {
    const isChoice = field.type === "checkbox" || field.type === "radio";
    values[field.name] ??= [];
    if (!isChoice || field.checked) values[field.name].push(field.value);
  }
  for (const combo of form.querySelectorAll(".combo")) values[combo.dataset.name] ??= [];
  return values;
}

// A fresh drawing keeps what was typed into inputs that are still there (same block_id and action_id), as in Slack.
export function restore(root, values) {
  for (const field of root.querySelectorAll("[name]")) {
    const kept = values[field.name];
    if (!kept || field.type === "hidden") continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = kept.includes(field.value);
    else if (kept.length && (field.tagName !== "SELECT" || [...field.options].some((one) => one.value === kept[0]))) {
      field.value = kept[0];
      if (field.type === "date") markEmpty(field);
    }
  }
}

// The same for comboboxes, whose chosen options are elements: they move over from the old drawing.
export function carryChoices(from, to) {
  for (const combo of to.querySelectorAll(".combo")) {
    const old = from.querySelector(`.combo[data-name="${CSS.escape(combo.dataset.name)}"]`);
    if (!old || old.dataset.kind !== combo.dataset.kind) continue;
    for (const chip of combo.querySelectorAll(".chip")) chip.remove();
    combo.querySelector(".combo-search").before(...old.querySelectorAll(".chip"));
  }
}

// A date that is not chosen yet shows what it is for, as in Slack; the browser alone would show "mm/dd/yyyy".
export function markEmpty(field) {
  field.toggleAttribute("data-empty", !field.value);
}
