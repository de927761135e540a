"""Select rows…: choosing among all rows of the filter, and going on to unlinking or relinking them."""

import re
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from blocks.linking.links import ALL_MATCHING, Verb, everything_option, select_rows
from bot.core.faults import UserError
from bot.core.model import RecordRef
from bot.core.results import ResultsFilter
from bot.desk.desk import Desk
from bot.slack.linking import links
from bot.slack.plumbing.payloads import place_of, record_ref, view_id_of
from bot.slack.results import searching
from bot.slack.results.modals import Modal, keep_modal, kept_modal
from bot.slack.results.state import from_json
from bot.slack.who.permission import Permission

MOST_AT_ONCE = 2_000
DOING = "unlink or relink records"


def register(app: App, desk: Desk, client: WebClient, permission: Permission) -> None:
    def open_modal(body: dict[str, Any], action: dict[str, Any]) -> None:
        permission.require_operator(body, DOING)
        view_id = view_id_of(action)
        wanted = from_json(desk.views.get(view_id)).wanted
        modal_id = keep_modal(desk, Modal(view_id, place_of(body), wanted.company_id))
        view = select_rows(desk.results.page(wanted, 1, 1).total, modal_id)
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def suggest(body: dict[str, Any], ack: Ack) -> None:
        wanted = _wanted(desk, body["view"]["private_metadata"])
        query = str(body.get("value") or "")
        found = searching.options(desk, wanted, query)
        total = desk.results.page(wanted, 1, 1).total
        if not query and total > 1:
            found = [everything_option(total), *found[: searching.MOST_OPTIONS - 1]]
        ack(options=found)

    def go_on(body: dict[str, Any], action: dict[str, Any]) -> None:
        permission.require_operator(body, DOING, _modal_channel(desk, body))
        view = body["view"]
        modal_id = view["private_metadata"]
        modal, wanted = kept_modal(desk, modal_id), _wanted(desk, modal_id)
        try:
            picked = _picked(view["state"]["values"])
            refs = _chosen_refs(desk, wanted, picked)
        except UserError as problem:
            again = select_rows(desk.results.page(wanted, 1, 1).total, modal_id, str(problem))
            client.views_update(view_id=view["id"], hash=view["hash"], view=again)
            return
        verb = Verb(action["action_id"].removeprefix("select."))
        about = (modal.results_view, modal.place, wanted.company_id)
        change = Modal(*about, refs, wanted, takes_all=ALL_MATCHING in picked)
        client.views_push(trigger_id=body["trigger_id"], view=links.confirmation(desk, verb, change))

    app.action("results.select")(open_modal)
    app.options("pick.rows")(suggest)
    app.action(re.compile(r"^select\.(unlink|relink)$"))(go_on)


def _modal_channel(desk: Desk, body: dict[str, Any]) -> str:
    return kept_modal(desk, body["view"]["private_metadata"]).place.channel_id


def _wanted(desk: Desk, modal_id: str) -> ResultsFilter:
    return from_json(desk.views.get(kept_modal(desk, modal_id).results_view)).wanted


def _picked(values: dict[str, Any]) -> list[str]:
    return [option["value"] for option in values["rows"]["pick.rows"].get("selected_options") or []]


def _chosen_refs(desk: Desk, wanted: ResultsFilter, picked: list[str]) -> tuple[RecordRef, ...]:
    """The chosen rows, fixed from here on. Raises UserError when there are none, or too many for one go."""
    if not picked:
        raise UserError("Choose at least one row first.")
    if ALL_MATCHING not in picked:
        return tuple(record_ref(value) for value in picked)
    total = desk.results.page(wanted, 1, 1).total
    if total > MOST_AT_ONCE:
        raise UserError(f"That is {total:,} rows; at most {MOST_AT_ONCE:,} go at once. Use a narrower filter.")
    return tuple(row.ref for row in desk.results.page(wanted, 1, None).rows)
