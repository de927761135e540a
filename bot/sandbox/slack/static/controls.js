// Overflow menus and the combobox: a searchable menu for multi-selects and for options that the app suggests.
import { act, suggestions } from "./requests.js";

const TYPING_PAUSE_MS = 250;
const before = new WeakMap();
let timer = 0;

export function closeMenus() {
  for (const menu of document.querySelectorAll(".overflow[open]")) menu.open = false;
}

const chosen = (combo) => [...combo.querySelectorAll(".chip input")].map((input) => input.value);
const options = (combo) => [...combo.querySelectorAll(".combo-option")];

function chip(combo, value, label) {
  const made = document.createElement("span");
  made.className = "chip";
  const input = Object.assign(document.createElement("input"), { type: "hidden", name: combo.dataset.name, value });
  const text = Object.assign(document.createElement("span"), { className: "chip-label", textContent: label });
  const remove = Object.assign(document.createElement("button"), { type: "button", className: "chip-remove", textContent: "×" });
  remove.setAttribute("aria-label", `Remove ${label}`);
  made.append(input, text, remove);
  return made;
}

function mark(combo) {
  const values = chosen(combo);
  for (const option of options(combo)) {
    option.setAttribute("aria-selected", String(values.includes(option.dataset.value)));
  }
}

function say(combo, text) {
  const line = Object.assign(document.createElement("div"), { className: "combo-empty", textContent: text });
  combo.querySelector(".combo-list").replaceChildren(line);
}

function show(combo, isOpen) {
  const list = combo.querySelector(".combo-list");
  const search = combo.querySelector(".combo-search");
  const wasOpen = !list.hidden;
  list.hidden = !isOpen;
  search.setAttribute("aria-expanded", String(isOpen));
  if (isOpen && !wasOpen) {
    before.set(combo, chosen(combo).join("\n"));
    look(combo);
  }
  // A multi-select tells the app once, when its menu closes, as in Slack.
  if (!isOpen && wasOpen) {
    search.value = "";
    if (combo.dataset.sends && combo.dataset.multiple && before.get(combo) !== chosen(combo).join("\n")) act(combo);
  }
}

function look(combo) {
  const query = combo.querySelector(".combo-search").value;
  if (!combo.dataset.external) {
    for (const option of options(combo)) option.hidden = !option.textContent.toLowerCase().includes(query.toLowerCase());
    mark(combo);
    return;
  }
  clearTimeout(timer);
  const least = Number(combo.dataset.minQuery);
  if (query.length < least) {
    say(combo, `Type at least ${least} ${least === 1 ? "character" : "characters"}`);
    return;
  }
  timer = setTimeout(() => combo.isConnected && fill(combo, query), TYPING_PAUSE_MS); // its window may be closed by then
}

async function fill(combo, query) {
  say(combo, "Loading…");
  const answer = await suggestions(combo, query);
  const search = combo.querySelector(".combo-search");
  if (search.value !== query) return;
  const made = (answer.option_groups ?? []).flatMap((group) => [
    ...(group.label ? [Object.assign(document.createElement("div"), { className: "combo-group", textContent: group.label.text })] : []),
    ...group.options.map(optionFor),
  ]);
  if (made.length) combo.querySelector(".combo-list").replaceChildren(...made);
  else say(combo, "No results");
  mark(combo);
}

function optionFor(option) {
  const made = Object.assign(document.createElement("div"), { className: "combo-option", textContent: option.text.text });
  made.dataset.value = option.value;
  made.dataset.testid = "combo-option";
  made.setAttribute("role", "option");
  if (option.description) {
    made.append(Object.assign(document.createElement("small"), { textContent: option.description.text }));
  }
  return made;
}

function pick(combo, option) {
  const { value } = option.dataset;
  const label = option.firstChild.textContent;
  const box = combo.querySelector(".combo-box");
  const search = combo.querySelector(".combo-search");
  const existing = [...box.querySelectorAll(".chip")].find((one) => one.querySelector("input").value === value);
  if (!combo.dataset.multiple) {
    for (const one of box.querySelectorAll(".chip")) one.remove();
    search.before(chip(combo, value, label));
    show(combo, false);
    if (combo.dataset.sends) act(combo);
  } else if (existing) existing.remove();
  else if (!combo.dataset.most || chosen(combo).length < Number(combo.dataset.most)) search.before(chip(combo, value, label));
  mark(combo);
}

function step(combo, by) {
  const shown = options(combo).filter((option) => !option.hidden);
  if (!shown.length) return;
  const at = shown.findIndex((option) => option.classList.contains("active"));
  shown[at]?.classList.remove("active");
  const next = shown[(at + by + shown.length) % shown.length] ?? shown[0];
  next.classList.add("active");
  next.scrollIntoView({ block: "nearest" });
}

function press(combo, event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    show(combo, true);
    step(combo, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") {
    event.preventDefault();
    const active = combo.querySelector(".combo-option.active:not([hidden])");
    if (active) pick(combo, active);
  } else if (event.key === "Escape") {
    event.preventDefault();
    show(combo, false);
  } else if (event.key === "Backspace" && !event.target.value) {
    [...combo.querySelectorAll(".chip")].at(-1)?.remove();
    mark(combo);
  } else if (event.key === "Tab") show(combo, false);
}

export function startControls() {
  document.addEventListener("click", (event) => {
    const combo = event.target.closest(".combo");
    for (const other of document.querySelectorAll(".combo")) if (other !== combo) show(other, false);
    if (!combo) return;
    const option = event.target.closest(".combo-option");
    if (event.target.closest(".chip-remove")) {
      event.target.closest(".chip").remove();
      mark(combo);
      if (combo.dataset.sends && combo.querySelector(".combo-list").hidden) act(combo);
    } else if (option) pick(combo, option);
    else {
      show(combo, true);
      combo.querySelector(".combo-search").focus();
    }
  });
  document.addEventListener("input", (event) => {
    const combo = event.target.closest(".combo");
    if (combo) { show(combo, true); look(combo); }
  });
  document.addEventListener("keydown", (event) => {
    const combo = event.target.matches(".combo-search") ? event.target.closest(".combo") : null;
    if (combo) press(combo, event);
  }, true);
}
