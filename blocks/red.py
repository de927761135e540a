"""The one message of a red episode: its causes, what each holds up and what to do; and how it ends."""

from collections.abc import Sequence
from datetime import datetime
from zlib import crc32

from blocks.kit import (
    OPTION_VALUE_CHARS,
    Block,
    Message,
    actions,
    button,
    context,
    divider,
    escape,
    instant,
    money,
    option,
    overflow,
    section,
    user,
)
from blocks.run import RED_REASONS
from blocks.words import (
    attention,
    by_type,
    company_state,
    counted,
    duration,
    headline,
    number,
    sentence,
    without_id,
)
from bot.core.model import Cause, CompanyStatus, CompanyView, Flag, RedReason, RunState, RunView

MOST_CAUSES = 8
HEADLINE_CHARS = 200
HOW_CHARS = 300


def cause_key(cause: Cause) -> str:
    """Names a cause among those of its company, for as long as it lasts; one code may have several headlines."""
    return str(cause.ref) if cause.ref else f"code:{cause.code}:{crc32(cause.headline.encode()):08x}"


def red(company: CompanyView, causes: Sequence[Cause]) -> Message:
    """`causes` most held up first. While a run is under way the buttons that would start one are left out."""
    said = _said(company, causes)
    syncing = _is_running(company.last_run)
    blocks = [section(headline(_flag(company), company.name, said))]
    if company.last_run and company.last_run.error:
        blocks.append(section(escape(company.last_run.error, 600)))
    for place, cause in enumerate(causes[:MOST_CAUSES], start=1):
        blocks += _cause(company, cause, place, syncing)
    if len(causes) > MOST_CAUSES:
        blocks.append(context(f"and {counted(len(causes) - MOST_CAUSES, 'more cause')}: see all results"))
    if syncing and company.last_run:
        blocks.append(context(_syncing(company.last_run)))
    if causes:
        blocks.append(divider())
    blocks.append(actions(*_footer(company, syncing, bool(causes)), block_id=f"red.{company.id}"))
    first = f" · {_title(causes[0])}" if causes else ""
    return Message(f"{headline(_flag(company), company.name, said, bold=False)}{first}", blocks)


def closed(company: CompanyView, words: str, at: datetime) -> Message:
    """The red message once the episode is over: struck through, without buttons. `words` is what it said."""
    was = headline(Flag.RED, company.name, escape(words), bold=False)
    now = f"{headline(Flag.BLUE, company.name, 'back in sync')} · {instant(at)}"
    return Message(f"{headline(Flag.BLUE, company.name, 'back in sync', bold=False)}", [section(f"~{was}~\n{now}")])


def recovery(company: CompanyView, words: str, lasted_s: float) -> Message:
    """One quiet line: nobody is mentioned."""
    over = f"back in sync after {duration(lasted_s)}. It was: {escape(words)}"
    line = context(headline(Flag.BLUE, company.name, over))
    return Message(headline(Flag.BLUE, company.name, over, bold=False), [line])


def totals(records: int, causes: int) -> str:
    """ "31 records need attention, 3 causes"."""
    if not records:
        return "needs attention"
    return f"{attention(records)}, {counted(causes, 'cause')}" if causes else attention(records)


def _said(company: CompanyView, causes: Sequence[Cause]) -> str:
    if company.status is CompanyStatus.NEEDS_RECONNECTING:
        return company_state(company)
    reason = company.last_run.red_reason if company.last_run else None
    if reason and not company.needs_attention:
        return RED_REASONS[reason]
    return totals(company.needs_attention, len(causes))


def _flag(company: CompanyView) -> Flag | None:
    return Flag.RED if company.flag is not Flag.BLUE else company.flag


def _is_running(run: RunView | None) -> bool:
    return run is not None and run.state in (RunState.REQUESTED, RunState.RUNNING)


def _syncing(run: RunView) -> str:
    by = f", started by {user(run.requested_by)}" if run.requested_by else ""
    return f"syncing now{by}: this message changes when it is done"


def _cause(company: CompanyView, cause: Cause, place: int, syncing: bool) -> list[Block]:
    lines = [f"*{place}  {_title(cause)}*", _held_up(cause), escape(cause.how, HOW_CHARS)]
    buttons = _buttons(company, cause, place, syncing)
    return [section("\n".join(filter(None, lines))), actions(*buttons, block_id=f"cause.{place}.{company.id}")]


def _title(cause: Cause) -> str:
    return escape(sentence(without_id(cause.headline, cause.ref)), HEADLINE_CHARS)


def _held_up(cause: Cause) -> str:
    held = by_type(cause.held_up)
    amount = money(cause.amount, cause.currency) if cause.amount else ""
    return f"holds up {', '.join(escape(part) for part in (held, amount) if part)}" if held else ""


def _buttons(company: CompanyView, cause: Cause, place: int, syncing: bool) -> list[Block]:
    value = f"{company.id}|{cause_key(cause)}"
    style = "primary" if place == 1 else ""
    told = without_id(cause.headline, cause.ref)
    found = []
    if cause.fix == "relink" and cause.ref and not syncing:
        what = f"Relink {cause.name}" if cause.name in cause.headline else "Relink"
        spoken = f"Relink and sync again: {told}"
        found.append(button(what, "cause.relink", value, style, spoken=spoken))
    if cause.fix == "retry" and not syncing:
        label = "Retry" if cause.count == 1 else f"Retry {number(cause.count)}"
        found.append(button(label, "cause.retry", value, style, spoken=f"Retry: {told}"))
    show = "Show it" if cause.count == 1 else f"Show the {number(cause.count)}"
    found.append(button(show, "cause.show", value, spoken=f"Show: {told}"))
    return [*found, *_open(cause), *_rare(cause, value)]


def _open(cause: Cause) -> list[Block]:
    """The record to blame, where there is one; a setting that holds up several has no page of its own."""
    if cause.ref is None and cause.count > 1:
        return []
    if cause.external_url:
        return [button("Open in QuickBooks ↗", "link.quickbooks", url=cause.external_url)]
    return [button("Open in Re-Leased ↗", "link.released", url=cause.released_url)] if cause.released_url else []


def _rare(cause: Cause, value: str) -> list[Block]:
    choices = [option("More detail", f"detail|{value}")]
    if cause.fix != "relink":
        choices.append(option("Unlink…", f"unlink|{value}"))
    fits = cause.ref is not None and all(len(choice["value"]) <= OPTION_VALUE_CHARS for choice in choices)
    return [overflow("cause.more", *choices)] if fits else []


def _footer(company: CompanyView, syncing: bool, has_causes: bool) -> list[Block]:
    view = button("View all results", "open.red", company.id, "" if has_causes else "primary")
    last = company.last_run
    if last and last.red_reason is RedReason.SAFETY_STOP and not syncing:
        go_on = button(
            "Continue anyway", "sync.accept", last.run_id, "danger", spoken=f"Sync {company.name} all the same"
        )
        return [view, go_on]
    again = button("Sync again", "sync.company", company.id, spoken=f"Sync {company.name} again")
    return [view] if syncing else [view, again]
