"""The direct message to whoever was given a cause, and lines that are struck through once their cause is no more."""

from itertools import count

import structlog
from slack_sdk import WebClient

from blocks.causes import work as pages
from blocks.kit.kit import Message
from bot.core.causes.work import Work, really_resolved
from bot.core.faults import UserError
from bot.core.results import Cause
from bot.core.runs import CompanyView
from bot.desk.desk import Desk
from bot.slack.causes.sheets import short
from bot.slack.messages.outbox import Outbox, Shown
from bot.slack.plumbing.direct import direct_channel

STRUCK = "struck"
"""In the bookkeeping of a message: it is struck through, and not edited again."""
log = structlog.get_logger()


def give(desk: Desk, client: WebClient, outbox: Outbox, cause: Cause, work: Work, by: str) -> None:
    """One direct message. It is settled whether Slack lets it through or not."""
    try:
        channel = direct_channel(client, work.assignee)
    except UserError as problem:
        log.warning("an assignee was not told", why=str(problem))
        return
    names = (_name(work.company_id, work.key, place) for place in count())
    free = next(name for name in names if desk.posts.get(name) is None)
    outbox.show(free, channel, pages.given(desk.companies.named(work.company_id), cause, by, work.note))


def strike_given(desk: Desk, outbox: Outbox, company: CompanyView, causes: list[Cause]) -> bool:
    """Whoever was ever given one of the causes that are gone reads so where they were told. False to be asked again."""
    done = True
    for mended in really_resolved(desk.team.work.ended(company.id), causes):
        for place in count():
            name = _name(company.id, mended.key, place)
            if desk.posts.get(name) is None:
                break
            done = strike(desk, outbox, name, pages.given_gone(company, mended)) and done
    return done


def strike(desk: Desk, outbox: Outbox, name: str, message: Message) -> bool:
    """Once: the message of this name shows that from now on. False to be asked again; True also when there is none."""
    posted = desk.posts.get(name)
    if posted is None or posted.digest == STRUCK:
        return True
    shown = outbox.edit(posted, message).shown
    if shown in (Shown.YES, Shown.GONE):
        desk.posts.note(name, posted.channel_id, posted.ts, STRUCK)
    return shown is not Shown.LATER


def _name(company_id: str, cause_key: str, place: int) -> str:
    """Of the first, second … message about this cause: it may be given to several people one after the other."""
    return f"given:{short(f'{company_id}|{cause_key}')}:{place}"
