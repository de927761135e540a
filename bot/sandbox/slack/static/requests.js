// What the page asks of the stand-in: a click, a choice, suggestions, a window that is sent.
import { ask } from "./confirm.js";
import { gather } from "./forms.js";
import { toast } from "./toast.js";

const { user } = document.body.dataset;

export async function post(action, body) {
  try {
    const response = await fetch(`/_control/${action}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ user, ...body }),
    });
    const answer = await response.json();
    if (response.status >= 400) toast(answer.error);
    return answer;
  } catch {
    toast("The stand-in does not answer.");
    return { ok: false, error: "offline" };
  }
}

function containerOf(form) {
  const { container, viewId, channel: where, ts } = form.dataset;
  return container === "view" ? { view_id: viewId } : { channel: where, ts };
}

export async function act(element, value) {
  const form = element.closest("form.kit");
  if (element.dataset.confirm && !(await ask(JSON.parse(element.dataset.confirm)))) return;
  element.classList.remove("failed");
  element.classList.add("pending");
  element.disabled = element.tagName === "BUTTON";
  const answer = await post("click", {
    ...containerOf(form),
    action_id: element.dataset.actionId,
    block_id: element.dataset.blockId,
    form: gather(form),
    ...(value === undefined ? {} : { value }),
  });
  element.classList.remove("pending");
  element.disabled = false;
  if (!answer.ok) {
    element.classList.add("failed");
    element.title = "This did not work.";
  }
}

export function suggestions(combo, query) {
  const { actionId, blockId } = combo.dataset;
  const form = combo.closest("form.kit");
  return post("suggest", { ...containerOf(form), action_id: actionId, block_id: blockId, query });
}
