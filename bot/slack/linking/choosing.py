"""Choose account, tax type or tracking option: the modal over what has no partner in QuickBooks, with its search."""

from typing import Any

from slack_bolt import Ack, App

from blocks.kit.kit import Block
from blocks.linking import choosing as pages
from blocks.linking.retrying import is_ticked
from bot.core.faults import UserError
from bot.core.results import Cause
from bot.desk.desk import Desk
from bot.slack.linking.retrying import Aftermath, offered
from bot.slack.messages.windows import close
from bot.slack.plumbing.payloads import Place, chosen
from bot.slack.results.modals import Modal, keep_modal, kept_modal
from bot.slack.results.searching import MOST_OPTIONS
from bot.slack.who.permission import Permission

DOING = "choose what stands for it in QuickBooks"
NOTHING = "QuickBooks has nothing that could stand for it. Add it there, then sync again."


def question(desk: Desk, place: Place, company_id: str, cause: Cause, window: str = "") -> Block:
    """Raises UserError when the entry that this cause is about has its partner by now."""
    refs = (cause.ref,) if cause.ref else ()
    if not refs or not desk.matching.list_entries(company_id, refs[0], "", 1):
        raise UserError(NOTHING)
    modal = Modal("", place, company_id, refs, retries=cause.count, window=window)
    modal_id = keep_modal(desk, modal)
    desk.views.update(modal_id, {**desk.views.get(modal_id), "name": cause.name})
    return pages.question(cause, modal_id, offered(modal))


def register(app: App, desk: Desk, permission: Permission, aftermath: Aftermath) -> None:
    def suggest(body: dict[str, Any], ack: Ack) -> None:
        modal = kept_modal(desk, body["view"]["private_metadata"])
        try:
            found = desk.matching.list_entries(
                modal.company_id, modal.refs[0], str(body.get("value") or ""), MOST_OPTIONS
            )
        except UserError:
            found = []  # it has its partner by now: submitting says so
        ack(options=pages.entries(found))

    def submit(body: dict[str, Any], view: dict[str, Any], ack: Ack) -> None:
        modal_id = view["private_metadata"]
        modal = kept_modal(desk, modal_id)
        person = permission.require_operator(body, DOING, modal.place.channel_id)
        values = view["state"]["values"]
        note = (values["note"]["note"].get("value") or "").strip()
        picked = values["entry"]["choose.entry"]
        entity, _, external_id = chosen(picked).partition(pages.SEPARATOR)
        about = (modal.company_id, modal.refs[0], entity, external_id)
        try:
            change = desk.matching.choose(*about, person, note, modal.place.source)
        except UserError as problem:
            ack(response_action="errors", errors={"entry": str(problem)})
            return
        close(ack, modal.window)
        name = str(desk.views.get(modal_id).get("name") or modal.refs[0].key)
        words = pages.linked(name, picked["selected_option"]["text"]["text"], note)
        aftermath.follow(words, change, pages.undone(name), modal, body, is_ticked(values))

    app.options("choose.entry")(suggest)
    app.view("choosing.choose")(submit)
