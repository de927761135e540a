"""More detail: one record in depth, chosen from the results or opened from a cause."""

import re
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from blocks.kit.kit import Block
from blocks.results import detail as pages
from bot.core.model import NEEDS_ATTENTION, RecordRef, Result
from bot.core.results import Cause, ResultsFilter
from bot.desk.desk import Desk
from bot.slack.causes.window import put_up
from bot.slack.plumbing.payloads import Payload, chosen, place_of, record_ref
from bot.slack.results import searching
from bot.slack.results.modals import Modal, keep_modal, kept_modal
from bot.slack.results.state import from_json

GONE = "This record is not among the results any more. Choose another one."


def open_chooser(desk: Desk, client: WebClient, body: Payload, view_id: str) -> None:
    """A modal that asks which record; with a single row in the filter it is shown at once."""
    wanted = from_json(desk.views.get(view_id)).wanted
    modal_id = keep_modal(desk, Modal(view_id, place_of(body), wanted.company_id))
    page = desk.results.page(wanted, 1, 1)
    only = page.rows[0].ref if page.total == 1 else None
    view = _of_record(desk, wanted.company_id, only, modal_id) if only else pages.choose(modal_id)
    client.views_open(trigger_id=body["trigger_id"], view=view)


def open_cause(desk: Desk, client: WebClient, body: Payload, company_id: str, cause: Cause) -> None:
    """Over the window with all causes, where it is opened from there."""
    modal_id = keep_modal(desk, Modal("", place_of(body), company_id))
    has_result = cause.ref is not None and desk.results.one(company_id, cause.ref) is not None
    if cause.ref is not None and has_result:
        view = _of_record(desk, company_id, cause.ref, modal_id, choosing=False)
    else:
        view = pages.about_cause(cause, modal_id)
    put_up(client, body, view)


def register(app: App, desk: Desk, client: WebClient) -> None:
    def suggest(body: dict[str, Any], ack: Ack) -> None:
        modal = kept_modal(desk, body["view"]["private_metadata"])
        wanted = from_json(desk.views.get(modal.results_view)).wanted
        ack(options=searching.options(desk, wanted, str(body.get("value") or "")))

    def show(body: dict[str, Any], action: dict[str, Any]) -> None:
        view = body["view"]
        modal_id = view["private_metadata"]
        shown = _of_record(desk, kept_modal(desk, modal_id).company_id, record_ref(chosen(action)), modal_id)
        client.views_update(view_id=view["id"], hash=view["hash"], view=shown)

    def fold(body: dict[str, Any], action: dict[str, Any]) -> None:
        """The raw answer comes and goes; whether there is a chooser stays as it is."""
        view = body["view"]
        modal_id = view["private_metadata"]
        choosing = any(block.get("block_id") == "record" for block in view["blocks"])
        company_id, ref = kept_modal(desk, modal_id).company_id, record_ref(chosen(action))
        shown = _of_record(desk, company_id, ref, modal_id, choosing, action["action_id"] == "detail.unfold")
        client.views_update(view_id=view["id"], hash=view["hash"], view=shown)

    app.options("detail.choose")(suggest)
    app.action("detail.choose")(show)
    app.action(re.compile(r"^detail\.(fold|unfold)$"))(fold)


def _of_record(
    desk: Desk, company_id: str, ref: RecordRef, modal_id: str, choosing: bool = True, unfolded: bool = False
) -> Block:
    result = desk.results.one(company_id, ref)
    if result is None:
        return pages.choose(modal_id, GONE)
    cause = _cause_of(desk, company_id, result)
    sides, attempts = desk.results.both_sides(company_id, ref), desk.results.attempts(company_id, ref)
    return pages.detail(result, cause, sides, attempts, modal_id, choosing, unfolded)


def _cause_of(desk: Desk, company_id: str, result: Result) -> Cause | None:
    """What holds it up, or what it holds up. Most records do neither, and then no cause is looked at."""
    ref = result.ref
    if result.outcome not in NEEDS_ATTENTION:
        held_up = ResultsFilter(company_id, needs_attention=True, cause=str(ref))
        if not desk.results.count(held_up):
            return None
    return next((one for one in desk.causes.of(company_id) if ref == one.ref or ref in one.refs), None)
