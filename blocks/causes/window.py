"""All causes of a company in one window: a page of the cards that the red message has, those at rest last."""

from collections.abc import Sequence
from dataclasses import dataclass

from blocks.causes import card as cards
from blocks.causes.red import is_running, totals
from blocks.kit.kit import Block, actions, button, clean, context, divider, escape, modal, section, shorten
from blocks.kit.words import headline, number
from bot.core.causes.grouping import key, plain_headline
from bot.core.causes.work import Triage
from bot.core.results import Cause
from bot.core.runs import CompanyView

A_PAGE = 12
NOTE_CHARS = 600
SYNCING = "A sync is under way. *Refresh* shows what is left when it is done."
STARTED, RUNNING_ALREADY = "A sync has started.", "A sync is under way already, so no other was started."
SAVED = "Saved."
IN_MESSAGES, IN_CHANNEL = "in the Messages tab of this app", "in the channel behind this window"


@dataclass(frozen=True)
class CausesShown:
    """`causes` are those of this page, the first of them number `first` of `total`. `note` says what was done, raw."""

    company: CompanyView
    causes: Sequence[Cause]
    first: int
    total: int
    page: int
    pages: int
    settled: Triage
    note: str = ""


def causes_page(shown: CausesShown, view_id: str) -> Block:
    company, syncing = shown.company, is_running(shown.company.last_run)
    blocks = [section(headline(company.flag, company.name, totals(company.needs_attention, shown.total)))]
    if shown.note:
        blocks.append(section(escape(shown.note, NOTE_CHARS)))
    blocks.append(context(" · ".join(_where(shown))))
    blocks += [context(SYNCING)] if syncing else []
    for place, cause in enumerate(shown.causes, start=shown.first):
        mine, rests = shown.settled.work.get(key(cause)), key(cause) in shown.settled.snoozed
        blocks += [divider(), *cards.card(company, cause, place, syncing, mine, rests, tells_why=True)]
    return modal("causes.page", "Causes", [*blocks, divider(), _turn(shown)], view_id)


def shown_elsewhere(cause: Cause, where: str) -> str:
    """After a click on *Show*, in raw words: results have no room in a window."""
    return (
        f"“{shorten(clean(plain_headline(cause)), NOTE_CHARS // 3)}”: what it holds up is shown {where}, only for you."
    )


def _where(shown: CausesShown) -> list[str]:
    if not shown.total:
        return ["nothing holds anything up any more"]
    last = shown.first + len(shown.causes) - 1
    parts = [f"page {number(shown.page)} of {number(shown.pages)}"] if shown.pages > 1 else []
    parts.append(f"causes {number(shown.first)} to {number(last)} of {number(shown.total)}, the largest first")
    asleep = [shown.settled.work[name] for name in shown.settled.snoozed]
    return [*parts, f"{cards.resting(asleep)}, last"] if asleep else parts


def _turn(shown: CausesShown) -> Block:
    turn = []
    if shown.page > 1:
        turn.append(button("‹ Previous", "causes.previous", str(shown.page - 1), spoken="Previous causes"))
    if shown.page < shown.pages:
        turn.append(button("Next ›", "causes.next", str(shown.page + 1), spoken="Next causes"))
    return actions(*turn, button("Refresh", "causes.refresh", str(shown.page)), block_id="causes.pages")
