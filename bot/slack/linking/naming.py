"""A name for QuickBooks: the modal over a contact whose own is taken there, checked anew when it is submitted."""

from typing import Any

from slack_bolt import Ack, App

from blocks.kit.kit import Block
from blocks.linking import naming as pages
from blocks.linking.retrying import is_ticked
from bot.core.faults import UserError
from bot.core.naming import NameChoice, suffix_of
from bot.desk.desk import Desk
from bot.slack.linking.retrying import Aftermath, offered
from bot.slack.messages.windows import TOO_OLD, close
from bot.slack.plumbing.payloads import chosen
from bot.slack.results.modals import Modal, keep_modal, kept_modal
from bot.slack.who.permission import Permission

DOING = "choose names for QuickBooks"
NOT_CHOSEN = "Choose “With what is written below” above to use this, or empty it."


def question(desk: Desk, modal: Modal) -> Block:
    """Raises UserError when the name of this modal's record holds nothing up any more."""
    found = desk.matching.name_choice(modal.company_id, modal.refs[0])
    return pages.question(found, _own(desk, modal), _keep(desk, keep_modal(desk, modal), found), retry=offered(modal))


def register(app: App, desk: Desk, permission: Permission, aftermath: Aftermath) -> None:
    def submit(body: dict[str, Any], view: dict[str, Any], ack: Ack) -> None:
        modal_id = view["private_metadata"]
        modal = kept_modal(desk, modal_id)
        person = permission.require_operator(body, DOING, modal.place.channel_id)
        values = view["state"]["values"]
        note = (values["note"]["note"].get("value") or "").strip()
        choice = chosen(values["name"]["name"])
        written = (values["written"]["written"].get("value") or "").strip()
        if written and choice != pages.OWN:
            ack(response_action="errors", errors={"written": NOT_CHOSEN})
            return
        try:
            suffix = suffix_of(written if choice == pages.OWN else _shown(desk, modal_id)[int(choice)])
        except UserError as problem:
            ack(response_action="errors", errors={"written": str(problem)})
            return
        own = _own(desk, modal)
        try:
            change = desk.matching.name_apart(modal.company_id, modal.refs[0], suffix, person, note, modal.place.source)
        except UserError as problem:
            again = desk.matching.name_choice(
                modal.company_id, modal.refs[0]
            )  # raises when there is nothing left to ask
            shown = (_keep(desk, modal_id, again), choice if choice == pages.OWN else "0")
            kept = (written, note, str(problem))
            drawn = pages.question(again, own, *shown, *kept, retry=offered(modal, values))
            ack(response_action="update", view=drawn)
            return
        close(ack, modal.window)
        words = pages.renamed(own, f"{own}{suffix}", note)
        aftermath.follow(words, change, pages.undone(own), modal, body, is_ticked(values))

    app.view("naming.choose")(submit)


def _keep(desk: Desk, modal_id: str, found: NameChoice) -> str:
    """The names that are offered, as they are shown."""
    desk.views.update(modal_id, {**desk.views.get(modal_id), "suffixes": list(found.suffixes)})
    return modal_id


def _shown(desk: Desk, modal_id: str) -> list[str]:
    kept = desk.views.get(modal_id).get("suffixes")
    if kept is None:
        raise UserError(TOO_OLD)
    return list(kept)


def _own(desk: Desk, modal: Modal) -> str:
    ref = modal.refs[0]
    return desk.linking.preview(modal.company_id, [ref], unlinking=False).names.get(ref) or ref.key
