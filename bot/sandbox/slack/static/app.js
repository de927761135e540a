// The page: is told of changes over a stream, fetches the changed parts, and hears what the person does.
import { closeMenus, startControls } from "./controls.js";
import { carryChoices, gather, markEmpty, restore } from "./forms.js";
import { act, post } from "./requests.js";
import { startTables } from "./tables.js";
import { toast } from "./toast.js";

const { user, channel, since, tab } = document.body.dataset;
const place = (part, more = {}) => `/fragment/${part}?${new URLSearchParams({ user, channel, ...more })}`;
const byId = (id) => document.getElementById(id);

// --- parts of the page -------------------------------------------------------------------------------------------

async function fetched(address, known) {
  const holder = document.createElement("template");
  const asked = known && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(known) };
  holder.innerHTML = await (await fetch(address, asked)).text();
  return holder.content;
}

// One refresh of a part at a time; a change meanwhile causes one more.
function refresher(work) {
  let running = false;
  let again = false;
  return async () => {
    if (running) { again = true; return; }
    running = true;
    try {
      do { again = false; await work(); } while (again);
    } finally {
      running = false;
    }
  };
}

// Of what stands there as it is the answer names only the place, and the page leaves it where it is.
async function refreshList(list, address) {
  const items = [...list.children].filter((item) => item.dataset.key);
  const known = Object.fromEntries(items.map((item) => [item.dataset.key, item.dataset.revision]));
  patchList(list, await fetched(address, known));
}

function patchList(list, content) {
  const atBottom = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const old = new Map([...list.children].map((item) => [item.dataset.key, item]));
  const fresh = [...content.children].flatMap((item) => {
    const before = old.get(item.dataset.key);
    if (before && before.dataset.revision === item.dataset.revision) return [before];
    return item.dataset.known ? [] : [item]; // another thread was opened meanwhile: the next answer brings it whole
  });
  const kept = new Set(fresh);
  for (const item of [...list.children]) if (!kept.has(item)) item.remove();
  fresh.forEach((item, place) => {
    if (list.children[place] === item) return;
    list.insertBefore(item, list.children[place] ?? null);
    prepare(item);
  });
  if (atBottom) list.scrollTop = list.scrollHeight;
}

function prepare(root) {
  startTables(root);
  for (const bar of root.querySelectorAll(".bar[data-colour]")) bar.style.backgroundColor = bar.dataset.colour;
  for (const list of root.querySelectorAll("[data-indent]")) list.style.marginLeft = `${list.dataset.indent * 1.5}em`;
}

const refreshMessages = refresher(async () => {
  const list = byId("messages");
  if (list) await refreshList(list, place("messages"));
});

const refreshThread = refresher(async () => {
  const thread = document.body.dataset.thread;
  if (thread) await refreshList(byId("thread-messages"), place("thread", { thread }));
});

const refreshHome = refresher(async () => {
  const home = byId("home");
  if (!home) return;
  const values = gather(home.querySelector("form"));
  home.replaceChildren(await fetched(place("home")));
  restore(home, values);
  prepare(home);
});

const refreshModal = refresher(async () => {
  const root = byId("modal-root");
  const content = await fetched(place("modal"));
  const before = root.querySelector(".modal");
  const after = content.querySelector(".modal");
  if (before && after && before.dataset.hash === after.dataset.hash) return;
  const isSame = before && after && before.dataset.viewId === after.dataset.viewId;
  const values = isSame ? gather(before.querySelector("form")) : {};
  const focused = document.activeElement?.name;
  const scrolled = before?.querySelector(".modal-kit").scrollTop ?? 0;
  root.replaceChildren(content);
  if (!after) return;
  prepare(root);
  if (isSame) {
    restore(after, values);
    carryChoices(before, after);
    after.querySelector(".modal-kit").scrollTop = scrolled;
  }
  const first = after.querySelector("[autofocus], .modal-kit input:not([type=hidden]), .modal-kit textarea, .modal-kit select");
  (isSame && focused ? after.querySelector(`[name="${CSS.escape(focused)}"]`) : first)?.focus({ preventScroll: true });
});

function listen() {
  const stream = new EventSource(`/stream?${new URLSearchParams({ user, channel, since, tab })}`);
  stream.onmessage = ({ data }) => {
    const change = JSON.parse(data);
    if (change.topic === "messages" && change.channel === channel) { refreshMessages(); refreshThread(); }
    if (change.topic === "views") refreshModal();
    if (change.topic === "home") refreshHome();
    if (change.topic === "toast") toast(change.text);
    if (change.topic === "sockets") {
      const state = byId("link-state");
      state.dataset.connected = change.text ? "1" : "0";
      state.textContent = change.text ? "The app is connected" : "The app is not connected";
    }
  };
  addEventListener("pagehide", () => stream.close());
}

// --- what the person does ----------------------------------------------------------------------------------------

function showErrors(modal, errors, trouble) {
  for (const line of modal.querySelectorAll("[data-error-for]")) {
    line.textContent = errors[line.dataset.errorFor] ?? "";
    line.hidden = !line.textContent;
    line.closest(".block").classList.toggle("has-error", !line.hidden);
  }
  const banner = modal.querySelector(".modal-trouble");
  banner.textContent = trouble;
  banner.hidden = !trouble;
  (trouble ? banner : modal.querySelector(".has-error"))?.scrollIntoView({ block: "nearest" });
}

async function submitView(button) {
  const modal = button.closest(".modal");
  const form = modal.querySelector("form");
  modal.classList.add("is-busy");
  for (const one of modal.querySelectorAll(".modal-foot button")) one.disabled = true;
  const answer = await post("submit", { view_id: form.dataset.viewId, form: gather(form) });
  modal.classList.remove("is-busy");
  for (const one of modal.querySelectorAll(".modal-foot button")) one.disabled = false;
  if (answer.ok) await refreshModal();
  else showErrors(modal, answer.errors ?? {}, answer.errors ? "" : answer.error);
}

async function closeView(kind) {
  const modal = document.querySelector(".modal");
  if (!modal) return;
  await post("close", { view_id: modal.dataset.viewId, everything: kind === "everything" });
  await refreshModal();
}

async function send(form) {
  const box = form.querySelector("textarea");
  const text = box.value.trim();
  if (!text) return;
  box.value = "";
  resize(box);
  const thread = form.dataset.thread ? document.body.dataset.thread : "";
  await post("command", { channel, text, ...(thread ? { thread_ts: thread } : {}) });
}

function resize(box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
  const hints = box.form.querySelector(".command-hints");
  if (!hints) return;
  let some = false;
  for (const hint of hints.children) {
    hint.hidden = !(box.value.startsWith("/") && hint.dataset.command.startsWith(box.value.trimEnd()));
    some ||= !hint.hidden;
  }
  hints.hidden = !some;
}

async function openThread(ts) {
  document.body.dataset.thread = ts;
  byId("thread").hidden = !ts;
  byId("thread-messages").replaceChildren();
  history.replaceState(null, "", `/?${new URLSearchParams({ user, channel, ...(ts ? { thread: ts } : {}) })}`);
  await refreshThread();
  if (ts) byId("thread").querySelector("textarea").focus();
}

// --- one listener for each kind of event -------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const find = (selector) => event.target.closest(selector);
  if (!find(".overflow")) closeMenus();
  const button = find("[data-sends][data-kind=button], .menu-item");
  if (button) {
    if (button.dataset.url) open(button.dataset.url, "_blank", "noopener");
    closeMenus();
    act(button, button.dataset.kind === "overflow" ? button.value : undefined);
  } else if (find("[data-submit-view]")) submitView(find("[data-submit-view]"));
  else if (find("[data-close-view]")) closeView(find("[data-close-view]").dataset.closeView);
  else if (find("[data-open-thread]")) openThread(find("[data-open-thread]").dataset.openThread);
  else if (find("#thread-x")) openThread("");
  else if (find("#hamburger")) document.body.classList.toggle("sidebar-open");
  else if (find(".command-hint")) {
    const box = find("form").querySelector("textarea");
    box.value = `${find(".command-hint").dataset.command} `;
    resize(box);
    box.focus();
  } else if (find("[data-shortcut]")) {
    const { shortcut, ts } = find("[data-shortcut]").dataset;
    post("shortcut", { callback_id: shortcut, ...(ts ? { channel, ts } : {}) });
  } else if (document.body.classList.contains("sidebar-open") && !find("#sidebar")) {
    document.body.classList.remove("sidebar-open");
  }
});

document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.id === "user-switcher") location.href = `/?user=${target.value}`;
  else if (target.matches("[data-sends]") && target.dataset.kind !== "plain_text_input") act(target);
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.matches(".composer")) send(event.target);
});

document.addEventListener("input", (event) => {
  if (event.target.matches(".composer textarea")) resize(event.target);
  if (event.target.matches("input[type=date]")) markEmpty(event.target);
});

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (key === "Enter" && !event.shiftKey && !event.isComposing && target.matches(".composer textarea")) {
    event.preventDefault();
    send(target.form);
  } else if (key === "Enter" && target.matches("input[data-kind=plain_text_input]")) {
    event.preventDefault();
    if (target.dataset.sends) act(target);
  } else if (key === "Escape" && !event.defaultPrevented && !byId("confirm").open) {
    closeView("one");
  }
});

startControls();
for (const id of ["messages", "thread-messages", "home", "modal-root"]) if (byId(id)) prepare(byId(id));
const list = byId("messages");
if (list && !location.hash) list.scrollTop = list.scrollHeight;
listen();
