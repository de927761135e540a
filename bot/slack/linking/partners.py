"""Which is it? A record that may be one of those on the other side: linked to one of them, or created after all."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from blocks.kit.kit import Block
from blocks.linking import partners as pages
from blocks.linking.links import called
from blocks.linking.retrying import is_ticked
from bot.core.faults import NUMBER_TAKEN, UserError
from bot.core.model import LinkChange, Side
from bot.core.planning.pairing import Suggestion
from bot.desk.desk import Desk
from bot.slack.linking.retrying import Aftermath, Values, offered
from bot.slack.messages.windows import TOO_OLD, close
from bot.slack.plumbing.payloads import chosen
from bot.slack.results.modals import Modal, keep_modal, kept_modal
from bot.slack.who.permission import Permission

DOING = "decide what is linked"


def question(desk: Desk, modal: Modal) -> Block | None:
    """The modal that asks; None when the one record of this modal is not taken for any other."""
    if not desk.matching.suggestions(modal.company_id, modal.refs[0]):
        return None
    return _asked_anew(desk, modal, keep_modal(desk, modal))


def register(app: App, desk: Desk, client: WebClient, permission: Permission, aftermath: Aftermath) -> None:
    def another(body: dict[str, Any], action: dict[str, Any]) -> None:
        """The one that is chosen is compared; the button says what it does."""
        view = body["view"]
        modal_id = view["private_metadata"]
        about = (kept_modal(desk, modal_id), modal_id, _kept(desk, modal_id), chosen(action))
        drawn = _drawn(desk, *about, values=view["state"]["values"])
        client.views_update(view_id=view["id"], hash=view["hash"], view=drawn)

    def submit(body: dict[str, Any], view: dict[str, Any], ack: Ack) -> None:
        modal_id = view["private_metadata"]
        modal, found = kept_modal(desk, modal_id), _kept(desk, modal_id)
        person = permission.require_operator(body, DOING, modal.place.channel_id)
        values = view["state"]["values"]
        note = (values["note"]["note"].get("value") or "").strip()
        choice = chosen(values["partner"]["partner"])
        try:
            change, words = _decide(desk, modal, found, choice, person, note)
        except UserError as problem:
            ack(response_action="update", view=_or_raise(desk, modal, modal_id, note, problem, values))
            return
        close(ack, modal.window)
        undone = pages.undone(_called(desk, modal))
        aftermath.follow(words, change, undone, modal, body, is_ticked(values))

    app.action("partner")(another)
    app.view("partners.choose")(submit)


def _decide(
    desk: Desk, modal: Modal, found: list[Suggestion], choice: str, by: str, note: str
) -> tuple[LinkChange, str]:
    ref, name = modal.refs[0], _called(desk, modal)
    if choice == pages.NONE:
        is_taken = _is_number_taken(desk, modal)
        change = desk.matching.create_anyway(modal.company_id, ref, by, note, modal.place.source)
        return change, pages.kept_apart(name, note, is_taken)
    one = found[int(choice)]
    change = desk.matching.link_to(modal.company_id, ref, one.entity, one.id, by, note, modal.place.source)
    return change, pages.linked(name, one.name, note)


def _or_raise(desk: Desk, modal: Modal, modal_id: str, note: str, problem: UserError, values: Values) -> Block:
    """What was shown is no longer so: said, and asked again as it is now. Raises when nothing is left to ask."""
    if not desk.matching.suggestions(modal.company_id, modal.refs[0]):
        raise problem
    return _asked_anew(desk, modal, modal_id, note, str(problem), values)


def _asked_anew(
    desk: Desk, modal: Modal, modal_id: str, note: str = "", problem: str = "", values: Values | None = None
) -> Block:
    found = list(desk.matching.suggestions(modal.company_id, modal.refs[0]))[: pages.MOST_PARTNERS]
    kept = [[one.side, one.entity, one.id, one.name, one.score, list(one.reasons)] for one in found]
    desk.views.update(modal_id, {**desk.views.get(modal_id), "partners": kept})
    return _drawn(desk, modal, modal_id, found, "0", note, problem, values)


def _drawn(
    desk: Desk,
    modal: Modal,
    modal_id: str,
    found: list[Suggestion],
    choice: str,
    note: str = "",
    problem: str = "",
    values: Values | None = None,
) -> Block:
    """`values` are what the window held before it is shown again."""
    ref, company = modal.refs[0], desk.companies.named(modal.company_id)
    compared = []
    if choice != pages.NONE:
        compared = desk.results.compared(company.id, ref, (found[int(choice)].entity, found[int(choice)].id))
    row = desk.results.one(company.id, ref)
    currency = (row.currency if row else "") or company.currency
    shown = (compared, modal_id, currency, note, problem, _is_number_taken(desk, modal), offered(modal, values))
    return pages.question(ref, _name(desk, modal), found, choice, *shown)


def _kept(desk: Desk, modal_id: str) -> list[Suggestion]:
    """Those that were shown, as they were."""
    kept = desk.views.get(modal_id).get("partners")
    if kept is None:
        raise UserError(TOO_OLD)
    return [
        Suggestion(Side(side), entity, id_, name, score, tuple(why)) for side, entity, id_, name, score, why in kept
    ]


def _is_number_taken(desk: Desk, modal: Modal) -> bool:
    row = desk.results.one(modal.company_id, modal.refs[0])
    return row is not None and row.code == NUMBER_TAKEN


def _name(desk: Desk, modal: Modal) -> str:
    ref = modal.refs[0]
    return desk.linking.preview(modal.company_id, [ref], unlinking=False).names.get(ref) or ref.key


def _called(desk: Desk, modal: Modal) -> str:
    """With its type where its name says little by itself."""
    return called(modal.refs, {modal.refs[0]: _name(desk, modal)})
