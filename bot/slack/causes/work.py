"""Assign, snooze, note, mute: the modal over a cause, checked anew when it is submitted, and its one message."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt import Ack, App
from slack_sdk import WebClient

from blocks.causes import work as pages
from blocks.causes.window import SAVED
from bot.core.causes.grouping import key, plain_headline
from bot.core.causes.work import Snooze, Work
from bot.core.faults import UserError
from bot.core.results import Cause
from bot.desk.cause_work import Stale
from bot.desk.desk import Desk
from bot.slack.causes.assigned import give
from bot.slack.causes.window import CausesWindow, Scene, put_up
from bot.slack.messages.outbox import Outbox
from bot.slack.messages.windows import TOO_OLD, close
from bot.slack.plumbing.payloads import Payload, Place, chosen, user_name
from bot.slack.who.permission import Permission

DOING = "settle who looks after what"


def open_settling(desk: Desk, client: WebClient, body: Payload, scene: Scene, company_id: str, cause: Cause) -> None:
    work = desk.team.work.on(company_id, key(cause))
    kept = {"cause": key(cause), "company_id": company_id, "place": asdict(scene.place), "seen": _plain(work)}
    kept |= {"window": scene.window}
    put_up(client, body, pages.settle(cause, work, desk.views.remember(kept)))


def register(
    app: App, desk: Desk, client: WebClient, permission: Permission, outbox: Outbox, clock: Callable[[], datetime]
) -> None:
    def submit(body: dict[str, Any], view: dict[str, Any], ack: Ack) -> None:
        modal_id = view["private_metadata"]
        kept = desk.views.get(modal_id)
        if "seen" not in kept:
            raise UserError(TOO_OLD)
        person = permission.require_operator(body, DOING, Place(**kept["place"]).channel_id)
        company = desk.companies.named(kept["company_id"])
        cause = next((one for one in desk.causes.of(company.id) if key(one) == kept["cause"]), None)
        if cause is None:
            ack(response_action="update", view=pages.gone(modal_id))
            CausesWindow(desk, client).show(kept.get("window", ""), "")
            return
        today = clock().astimezone(ZoneInfo(company.timezone)).date()
        wanted = _wanted(view["state"]["values"], company.id, kept["cause"], person, clock())
        if problem := _trouble(wanted, today):
            ack(response_action="errors", errors={"until": problem})
            return
        seen, source = _work(kept["seen"]), Place(**kept["place"]).source
        try:
            work = desk.team.work.settle(wanted, seen, source, plain_headline(cause))
        except Stale:
            _show_again(desk, ack, modal_id, kept, cause, wanted)
            return
        close(ack, kept.get("window", ""))
        CausesWindow(desk, client).show(kept.get("window", ""), SAVED)
        if work.assignee and work.assignee not in (person, seen.assignee if seen else ""):
            give(desk, client, outbox, cause, work, user_name(body))

    app.view("cause.settle")(submit)


def _show_again(desk: Desk, ack: Ack, modal_id: str, kept: dict[str, Any], cause: Cause, wanted: Work) -> None:
    """Somebody was quicker: it is said, and what was entered stands ready to be saved all the same."""
    now = desk.team.work.on(wanted.company_id, wanted.key)
    desk.views.update(modal_id, {**kept, "seen": _plain(now)})
    problem = (
        "Somebody settled this while the window was open. What you entered stands below: save it again to change it."
    )
    ack(response_action="update", view=pages.settle(cause, wanted, modal_id, problem, now))


def _wanted(values: dict[str, Any], company_id: str, cause_key: str, by: str, at: datetime) -> Work:
    until = values["until"]["until"].get("selected_date")
    rest = Snooze(chosen(values["rest"]["rest"]) or Snooze.NONE)
    return Work(
        company_id,
        cause_key,
        at,
        by,
        assignee=str(values["assignee"]["assignee"].get("selected_user") or ""),
        rest=rest,
        until=date.fromisoformat(until) if until and rest is Snooze.DATE else None,
        note=(values["note"]["note"].get("value") or "").strip(),
    )


def _trouble(wanted: Work, today: date) -> str:
    if wanted.rest is not Snooze.DATE:
        return ""
    if wanted.until is None:
        return "Choose the day on which it is shown again."
    return "" if wanted.until > today else "This day has come already: choose a later one."


def _plain(work: Work | None) -> dict[str, Any] | None:
    if work is None:
        return None
    until = work.until.isoformat() if work.until else ""
    return {**asdict(work), "at": work.at.isoformat(), "rest": work.rest.value, "until": until}


def _work(kept: dict[str, Any] | None) -> Work | None:
    if kept is None:
        return None
    until = date.fromisoformat(kept["until"]) if kept["until"] else None
    return Work(**{**kept, "at": datetime.fromisoformat(kept["at"]), "rest": Snooze(kept["rest"]), "until": until})
