"""The App Home: what is mine to do, and all companies with their state, the ones that need somebody first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from blocks.causes.card import how_mended
from blocks.kit.kit import (
    Block,
    Message,
    actions,
    button,
    context,
    divider,
    escape,
    header,
    home_view,
    instant,
    section,
)
from blocks.kit.refused_channel import in_full
from blocks.kit.words import company_name, company_state, counted, headline, number
from blocks.overview import MOST_REFUSED, first_steps, held_back, summary
from blocks.runs.verification import last
from bot.core.causes.work import ResolvedCause
from bot.core.runs import CompanyStatus, CompanyView, Flag, RunState
from bot.core.team.refused_channel import RefusedChannel

MOST_COMPANIES = 20
MOST_ITEMS = 10


@dataclass(frozen=True)
class HomeCompany:
    """`causes` are the open ones; `next_run` is None while none can be due; `held` and `refused` as in the overview."""

    view: CompanyView
    causes: int = 0
    next_run: datetime | None = None
    held: Sequence[str] = ()
    refused: Sequence[RefusedChannel] = ()


@dataclass(frozen=True)
class MyItem:
    """A cause that was given to this person. `value` names it for the button: "company id|cause key".

    `ended` says what put it right, for a day after that.
    """

    company: str
    headline: str
    note: str = ""
    value: str = ""
    ended: ResolvedCause | None = None


def home(companies: Sequence[HomeCompany], items: Sequence[MyItem] = (), page: int = 1, trouble: str = "") -> Block:
    """`companies` worst first, all of them; `page` of them is shown. `trouble` is what keeps messages from coming."""
    blocks = [section(trouble)] if trouble else []
    if not any(one.view.last_run for one in companies):
        blocks.append(section(first_steps(len(companies))))
    if companies:
        pages = -(-len(companies) // MOST_COMPANIES)
        page = max(1, min(page, pages))
        shown = companies[(page - 1) * MOST_COMPANIES : page * MOST_COMPANIES]
        blocks += [header("Companies"), context(summary([one.view for one in companies]))]
        blocks += [block for one in shown for block in _company(one)]
        blocks += _paging(page, pages, len(companies))
    return home_view([*blocks, divider(), header("My items"), *_items(items)])


def refused(message: Message) -> Block:
    """For somebody who may not look at the books."""
    return home_view(message.blocks)


def reconnect(company: CompanyView) -> Message:
    """How to reconnect a company, step by step."""
    name = company_name(company.name)
    error = escape(company.last_run.error, 600) if company.last_run else ""
    steps = (
        f"1  Somebody who may sign in to this QuickBooks company approves qbo-sync again.\n"
        f"2  Whoever runs qbo-sync enters it: `qbo-sync connect {escape(company.id, 80)} "
        f"--realm {escape(company.realm, 40) or 'REALM'} --refresh-token …`\n"
        "3  Press *Sync now* here. Nothing was lost: the next sync goes on where the last one stopped."
    )
    said = f"*{name}* must be reconnected to QuickBooks.\n{error}".strip()
    text = headline(company.flag, company.name, "must be reconnected to QuickBooks", bold=False)
    return Message(text, [section(said), section(steps)])


def _company(one: HomeCompany) -> list[Block]:
    company = one.view
    facts = [
        _clean(company),
        f"next sync {instant(one.next_run)}" if one.next_run else "no sync is due",
        *(_found(one) if company.last_run else []),
        last(company.verified) if company.last_run else "",
        "observing only, nothing is written" if company.observe_only else "",
    ]
    said = f"{headline(company.flag, company.name, company_state(company))}\n{' · '.join(filter(None, facts))}"
    said += f"\n⚠ {held_back(one.held)}" if one.held else ""
    said += "".join(f"\n⚠ {in_full(refused)}" for refused in one.refused[:MOST_REFUSED])
    more = len(one.refused) - MOST_REFUSED
    said += f"\n⚠ and {counted(more, 'more channel')}" if more > 0 else ""
    return [section(said), actions(*_buttons(company), *_causes(one), block_id=f"home.{company.id}")]


def _found(one: HomeCompany) -> list[str]:
    """Known once a sync has looked."""
    causes = counted(one.causes, "open cause") if one.causes else "no open causes"
    return [causes, _balance(one.view)]


def _clean(company: CompanyView) -> str:
    return f"last clean sync {instant(company.last_clean_at)}" if company.last_clean_at else "no clean sync yet"


def _balance(company: CompanyView) -> str:
    """What is not linked yet, or fails, is in no balance: nothing is said of it but by a verification."""
    if company.days_out_of_balance:
        return f"out of balance for {counted(company.days_out_of_balance, 'day')}"
    return "in balance" if company.flag is Flag.BLUE else ""


def _buttons(company: CompanyView) -> list[Block]:
    view = button("View results", "home.results", company.id, spoken=f"View results of {company.name}")
    if company.status is CompanyStatus.NEEDS_RECONNECTING:
        return [button("Reconnect…", "home.reconnect", company.id, spoken=f"Reconnect {company.name}"), view]
    run = company.last_run
    if run and run.state in (RunState.REQUESTED, RunState.RUNNING):
        return [view]
    label = "Sync again" if company.flag is Flag.RED else "Sync now"
    sync = button(label, "home.sync", company.id, spoken=f"{label}: {company.name}")
    return [view, sync, button("Verify", "home.verify", company.id, spoken=f"Verify {company.name}")]


def _causes(one: HomeCompany) -> list[Block]:
    """Where there is no channel this is the only place with their cards."""
    if not one.causes:
        return []
    label = f"{counted(one.causes, 'cause')}…"
    return [button(label, "home.causes", one.view.id, spoken=f"Causes of {one.view.name}")]


def _paging(page: int, pages: int, total: int) -> list[Block]:
    if pages == 1:
        return []
    turn = []
    if page > 1:
        turn.append(button("‹ Previous", "home.previous", str(page - 1)))
    if page < pages:
        turn.append(button("Next ›", "home.next", str(page + 1)))
    first = (page - 1) * MOST_COMPANIES + 1
    last = min(page * MOST_COMPANIES, total)
    said = f"page {page} of {pages} · companies {number(first)} to {number(last)} of {number(total)}"
    return [context(said), actions(*turn, block_id="home.pages")]


def _items(items: Sequence[MyItem]) -> list[Block]:
    if not items:
        return [context("Nothing waits for you. What somebody assigns to you from a red message stands here.")]
    found = [block for place, item in enumerate(items[:MOST_ITEMS]) for block in _item(place, item)]
    if len(items) > MOST_ITEMS:
        found.append(context(f"and {number(len(items) - MOST_ITEMS)} more"))
    return found


def _item(place: int, item: MyItem) -> list[Block]:
    if item.ended is not None:
        gone = f"~{escape(item.headline, 200)}~\n{company_name(item.company)} · {how_mended(item.ended)}"
        return [section(gone, block_id=f"item.{place}")]
    note = f"\n{escape(item.note, 200)}" if item.note else ""
    said = f"*{escape(item.headline, 200)}*\n{company_name(item.company)}{note}"
    about = section(said, block_id=f"item.{place}")
    if not item.value:
        return [about]
    mend = button("What to do…", "home.settle", item.value, spoken=f"What to do: {item.headline}")
    show = button("Show", "home.item", item.value, spoken=f"Show: {item.headline}")
    return [about, actions(mend, show, block_id=f"item.{place}.acts")]
