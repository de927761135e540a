"""The buttons of the red message: what mends a cause (retry, relink, link, name, choose), what it holds up, more."""

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from blocks.links import Verb
from blocks.red import cause_key
from bot.core.faults import UserError
from bot.core.model import Cause
from bot.slack import cause_work, choosing, detail, links, naming, partners
from bot.slack.desk import Desk
from bot.slack.links import ChangeReport
from bot.slack.modals import Modal
from bot.slack.payloads import chosen, place_of, user_name
from bot.slack.permission import Permission
from bot.slack.results_state import about_cause
from bot.slack.screen import ResultsScreen
from bot.slack.sync import SyncStarter

NOT_ONE = "There is no single record to blame here. Show the records and choose among them."
NO_CHOICE = (
    "Nothing on the other side looks like it any more. Sync again: if it is still needed, the red message says how."
)


def find_cause(desk: Desk, value: str) -> tuple[str, Cause]:
    """The company and the cause that a button of the red message names. Raises UserError when it is gone."""
    company_id, _, key = value.partition("|")
    for cause in desk.causes(company_id):
        if cause_key(cause) == key:
            return company_id, cause
    raise UserError("This has been dealt with already. The red message shows what is left in a moment.")


def register(
    app: App,
    desk: Desk,
    client: WebClient,
    permission: Permission,
    starter: SyncStarter,
    screen: ResultsScreen,
    report: ChangeReport,
) -> None:
    def relink(body: dict[str, Any], action: dict[str, Any]) -> None:
        person = permission.require_operator(body, "relink records")
        company_id, cause = find_cause(desk, chosen(action))
        if cause.ref is None:
            raise UserError(NOT_ONE)
        change = desk.relink(company_id, [cause.ref], person)
        place = place_of(body)
        report.tell(Verb.RELINK, change, Modal("", place, company_id, (cause.ref,)), person, user_name(body))
        starter.start(company_id, place)

    def retry(body: dict[str, Any], action: dict[str, Any]) -> None:
        permission.require_operator(body, "retry")
        company_id, _ = find_cause(desk, chosen(action))
        starter.start(company_id, place_of(body))

    def adopt(body: dict[str, Any], action: dict[str, Any]) -> None:
        permission.require_operator(body, partners.DOING)
        company_id, cause = find_cause(desk, chosen(action))
        refs = (cause.ref,) if cause.ref else cause.refs[:1]
        view = partners.question(desk, Modal("", place_of(body), company_id, refs))
        if view is None:
            raise UserError(NO_CHOICE)
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def rename(body: dict[str, Any], action: dict[str, Any]) -> None:
        permission.require_operator(body, naming.DOING)
        company_id, cause = find_cause(desk, chosen(action))
        if cause.ref is None:
            raise UserError(NOT_ONE)
        view = naming.question(desk, Modal("", place_of(body), company_id, (cause.ref,)))
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def choose(body: dict[str, Any], action: dict[str, Any]) -> None:
        permission.require_operator(body, choosing.DOING)
        company_id, cause = find_cause(desk, chosen(action))
        view = choosing.question(desk, place_of(body), company_id, cause)
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def show(body: dict[str, Any], action: dict[str, Any]) -> None:
        company_id, cause = find_cause(desk, chosen(action))
        screen.open(place_of(body), about_cause(company_id, cause.ref, cause.code))

    def more(body: dict[str, Any], action: dict[str, Any]) -> None:
        verb, _, value = chosen(action).partition("|")
        if verb == "detail":
            company_id, cause = find_cause(desk, value)
            detail.open_cause(desk, client, body, company_id, cause)
            return
        if verb == "work":
            permission.require_operator(body, cause_work.DOING)
            cause_work.open_settling(desk, client, body, *find_cause(desk, value))
            return
        permission.require_operator(body, "unlink records")
        company_id, cause = find_cause(desk, value)
        refs = (cause.ref,) if cause.ref else cause.refs
        modal = Modal("", place_of(body), company_id, refs)
        client.views_open(trigger_id=body["trigger_id"], view=links.confirmation(desk, Verb.UNLINK, modal))

    app.action("cause.relink")(relink)
    app.action("cause.retry")(retry)
    app.action("cause.adopt")(adopt)
    app.action("cause.rename")(rename)
    app.action("cause.choose")(choose)
    app.action("cause.show")(show)
    app.action("cause.more")(more)
