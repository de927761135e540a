"""The modal with every filter of the results at once: opening it, searching its causes, and what was submitted."""

from dataclasses import replace
from datetime import date
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from blocks.causes.red import cause_key
from blocks.results import filter as pages
from bot.core.faults import UserError
from bot.core.model import Outcome, RecordType
from bot.core.results import LinkStatus, ResultsFilter, ResultsOrder
from bot.desk.desk import Desk
from bot.slack.plumbing.payloads import chosen, place_of, view_id_of
from bot.slack.results.modals import Modal, keep_modal, kept_modal
from bot.slack.results.screen import ResultsScreen
from bot.slack.results.state import ResultsState, from_json, refined

Values = dict[str, dict[str, Any]]


def register(app: App, desk: Desk, client: WebClient, screen: ResultsScreen) -> None:
    def open_modal(body: dict[str, Any], action: dict[str, Any]) -> None:
        view_id = view_id_of(action)
        state = from_json(desk.views.get(view_id))
        modal_id = keep_modal(desk, Modal(view_id, place_of(body), state.wanted.company_id))
        view = pages.filter_modal(state.wanted, state.order, desk.companies.all(), modal_id)
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def suggest_causes(body: dict[str, Any], ack: Ack) -> None:
        modal = kept_modal(desk, body["view"]["private_metadata"])
        ack(options=pages.cause_options(desk.causes.of(modal.company_id), str(body.get("value") or "")))

    def submit(view: dict[str, Any], ack: Ack) -> None:
        modal = kept_modal(desk, view["private_metadata"])
        values: Values = view["state"]["values"]
        state = from_json(desk.views.get(modal.results_view))
        wanted, order = submitted(desk, state, values)
        ack()

        def refine(now: ResultsState) -> ResultsState:
            return refined(now, wanted, order)

        screen.change(modal.place, modal.results_view, refine, remembered=True)

    app.action("results.filter")(open_modal)
    app.options("filter.cause")(suggest_causes)
    app.view("results.filter")(submit)


def submitted(desk: Desk, state: ResultsState, values: Values) -> tuple[ResultsFilter, ResultsOrder]:
    """What the modal says. Raises UserError when the cause that was chosen is gone by now."""
    before = state.wanted
    company_id = chosen(values["company"]["company"]) if "company" in values else before.company_id
    show, kind = chosen(values["show"]["show"]), chosen(values["type"]["type"])
    since = chosen(values["since"]["since"])
    outcomes = {outcome.value: outcome for outcome in Outcome}
    wanted = ResultsFilter(
        company_id=company_id,
        status=LinkStatus(chosen(values["status"]["status"])),
        type=None if kind == pages.ALL_TYPES else RecordType(kind),
        text=(values["text"]["text"].get("value") or "").strip(),
        since=date.fromisoformat(since) if since else None,
        needs_attention=show == pages.ATTENTION,
        outcome=outcomes.get(show),
    )
    order = ResultsOrder(chosen(values["order"]["order"]))
    if company_id != before.company_id:
        return wanted, order
    return _with_cause(desk, wanted, before, chosen(values["cause"]["filter.cause"])), order


def _with_cause(desk: Desk, wanted: ResultsFilter, before: ResultsFilter, key: str) -> ResultsFilter:
    if key == pages.KEPT_CAUSE:
        return replace(wanted, cause=before.cause)
    if key in ("", pages.ANY_CAUSE):
        return wanted
    for cause in desk.causes.of(wanted.company_id):
        if cause_key(cause) == key:
            held = wanted if wanted.outcome else replace(wanted, needs_attention=True)
            return replace(held, cause=key)
    raise UserError("This cause has been dealt with already. Choose another one, or any cause.")
