"""The one message of a red episode: its causes, what each holds up and what to do; and how it ends."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from blocks.causes import card as cards
from blocks.causes.card import title
from blocks.kit.kit import (
    EVERYBODY,
    Block,
    Message,
    actions,
    button,
    channel,
    confirmed,
    context,
    divider,
    escape,
    instant,
    section,
    user,
)
from blocks.kit.words import attention, company_state, counted, duration, headline, number, sentence, without_id
from blocks.runs.run import RED_REASONS
from bot.core.causes.grouping import key
from bot.core.causes.work import ResolvedCause, Triage
from bot.core.results import Cause
from bot.core.runs import CompanyStatus, CompanyView, Flag, RedReason, RunState, RunView

MOST_CAUSES = 8
NOTHING_SETTLED = Triage()
NOWHERE_ELSE: Mapping[str, int] = MappingProxyType({})


def drawn(causes: Sequence[Cause], settled: Triage) -> list[Cause]:
    """Those that the message shows as cards: the only ones whose buttons are looked for."""
    return [cause for cause in causes if key(cause) not in settled.snoozed][:MOST_CAUSES]


def cause_key(cause: Cause) -> str:
    """Names a cause among those of its company, for as long as it lasts; one code may have several headlines."""
    return key(cause)


def red(
    company: CompanyView,
    causes: Sequence[Cause],
    settled: Triage = NOTHING_SETTLED,
    elsewhere: Mapping[str, int] = NOWHERE_ELSE,
    here: int | None = None,
    calls_channel: bool = False,
) -> Message:
    """`causes` most held up first. While a run is under way the buttons that would start one are left out.

    What rests comes last, in a line each; what is mended is struck through. Both are counted, the latter no more.
    `elsewhere`: channel → how many more causes stand there. `here` is the number of records in the message of such a
    channel, None in the company's own. `calls_channel` puts @channel into it: Slack calls once, not with each edit.
    """
    said = _said(company, causes, sum(elsewhere.values())) if here is None else f"{totals(here, len(causes))} here"
    syncing = is_running(company.last_run)
    awake = [cause for cause in causes if key(cause) not in settled.snoozed]
    asleep = [cause for cause in causes if key(cause) in settled.snoozed]
    called = f" {EVERYBODY}" if calls_channel else ""
    blocks = [section(f"{headline(_flag(company), company.name, said)}{called}")]
    if company.last_run and company.last_run.error and here is None:
        blocks.append(section(escape(company.last_run.error, 600)))
    for place, cause in enumerate(awake[:MOST_CAUSES], start=1):
        blocks += cards.card(company, cause, place, syncing, settled.work.get(key(cause)))
    if len(awake) > MOST_CAUSES:
        blocks.append(context(f"and {counted(len(awake) - MOST_CAUSES, 'more cause')}: the last button shows all"))
    blocks += [*cards.at_rest(company, asleep, settled.work), *cards.mended(settled.resolved)]
    if elsewhere:
        there = [f"{counted(count, 'cause')} in {channel(name)}" for name, count in elsewhere.items()]
        blocks.append(context(f"Looked after elsewhere: {', '.join(there)}"))
    if syncing and company.last_run:
        blocks.append(context(_syncing(company.last_run)))
    if causes:
        blocks.append(divider())
    is_cut = len(awake) > MOST_CAUSES or len(asleep) > cards.MOST_RESTING or bool(elsewhere)
    every = None if here is not None else len(causes) + sum(elsewhere.values())
    buttons = [*_footer(company, syncing, bool(awake)), *([_all_causes(company, every)] if is_cut else [])]
    blocks.append(actions(*buttons, block_id=f"red.{company.id}"))
    rests = f" · {cards.resting(settled.work[key(cause)] for cause in asleep)}" if asleep else ""
    first = f" · {title(awake[0])}" if awake else ""
    return Message(f"{headline(_flag(company), company.name, said, bold=False)}{rests}{first}", blocks)


def closed(company: CompanyView, words: str, at: datetime, mended: Sequence[ResolvedCause] = ()) -> Message:
    """The red message once the episode is over: struck through, without buttons. `words` is what it said."""
    was = headline(Flag.RED, company.name, escape(words), bold=False)
    now = f"{headline(Flag.BLUE, company.name, 'back in sync')} · {instant(at)}"
    return Message(
        f"{headline(Flag.BLUE, company.name, 'back in sync', bold=False)}",
        [section(f"~{was}~\n{now}"), *cards.mended(mended)],
    )


def closed_here(company: CompanyView, words: str, at: datetime, mended: Sequence[ResolvedCause] = ()) -> Message:
    """The same in a channel that has nothing left to look after, while the company still is red."""
    was = headline(Flag.RED, company.name, f"{escape(words)} here", bold=False)
    now = f"{_nothing_left(company)} · {instant(at)}"
    return Message(_nothing_left(company, bold=False), [section(f"~{was}~\n{now}"), *cards.mended(mended)])


def goes_on(company: CompanyView, words: str, there: str) -> Message:
    """A red message that came directly, once its own channel takes it again. `there` is that channel."""
    was = headline(Flag.RED, company.name, escape(words), bold=False)
    now = f"goes on in {channel(there)}"
    return Message(
        headline(_flag(company), company.name, now, bold=False),
        [section(f"~{was}~\n{headline(_flag(company), company.name, now)}")],
    )


def put_right(company: CompanyView, words: str, lasted_s: float) -> Message:
    """One quiet line for such a channel: nobody is mentioned."""
    over = f"after {duration(lasted_s)}. It was: {escape(words)}"
    return Message(f"{_nothing_left(company, bold=False)}, {over}", [context(f"{_nothing_left(company)}, {over}")])


def new_cause(company: CompanyView, cause: Cause) -> Message:
    """In the thread of the red message, once: what came after that was posted, in full."""
    held = cards.held_up(cause)
    lines = [f"*{title(cause)}*", held, *(escape(without_id(text, cause.ref), 600) for text in (cause.why, cause.how))]
    said = headline(_flag(company), company.name, f"new: {counted(cause.count, 'record')}")
    text = headline(_flag(company), company.name, f"new: {counted(cause.count, 'record')} · {title(cause)}", bold=False)
    return Message(text, [section("\n".join(filter(None, [said, *lines])))])


def new_cause_gone(company: CompanyView, mended: ResolvedCause) -> Message:
    """The same line once that cause is no more: struck through, with what ended it. Nobody is notified of an edit."""
    held, said = counted(mended.records, "record"), sentence(mended.headline)
    was = headline(Flag.RED, company.name, f"new: {held}")
    text = headline(None, company.name, f"settled: {held} · {escape(said, cards.HEADLINE_CHARS)}", bold=False)
    return Message(text, [section(f"~{was}~\n~{escape(said, cards.HEADLINE_CHARS)}~\n{cards.how_mended(mended)}")])


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


def _nothing_left(company: CompanyView, bold: bool = True) -> str:
    """ "🟥 Red · Harbour City Property · nothing left here, 12 records need attention elsewhere"."""
    said = "nothing left here"
    if company.needs_attention:
        said += f", {attention(company.needs_attention)} elsewhere"
    return headline(_flag(company), company.name, said, bold=bold)


def _said(company: CompanyView, causes: Sequence[Cause], elsewhere: int) -> str:
    if company.status is CompanyStatus.NEEDS_RECONNECTING:
        return company_state(company)
    reason = company.last_run.red_reason if company.last_run else None
    if reason and not company.needs_attention:
        return RED_REASONS[reason]
    if not company.needs_attention and not is_running(company.last_run):
        return "nothing is open any more, the next sync turns it blue"
    return totals(company.needs_attention, len(causes) + elsewhere)


def _flag(company: CompanyView) -> Flag | None:
    return Flag.RED if company.flag is not Flag.BLUE else company.flag


def is_running(run: RunView | None) -> bool:
    return run is not None and run.state in (RunState.REQUESTED, RunState.RUNNING)


def _syncing(run: RunView) -> str:
    by = f", started by {user(run.requested_by)}" if run.requested_by else ""
    return f"syncing now{by}: this message changes when it is done"


def _footer(company: CompanyView, syncing: bool, has_causes: bool) -> list[Block]:
    view = button("View all results", "open.red", company.id, "" if has_causes else "primary")
    last = company.last_run
    if company.status is CompanyStatus.NEEDS_RECONNECTING:  # until then a sync would only stop again
        return [view, button("Reconnect…", "home.reconnect", company.id, spoken=f"Reconnect {company.name}")]
    if last and last.red_reason is RedReason.SAFETY_STOP and not syncing:
        return [view, _go_on(company, last)]
    again = button("Sync again", "sync.company", company.id, spoken=f"Sync {company.name} again")
    return [view] if syncing else [view, again]


def _all_causes(company: CompanyView, count: int | None) -> Block:
    """Opens the window with every one of them, also those that other channels look after; None = not counted here."""
    label = "All causes…" if count is None else f"All {number(count)} causes…"
    return button(label, "causes.open", company.id, spoken=f"All causes of {company.name}")


def _go_on(company: CompanyView, last: RunView) -> Block:
    pressed = button(
        "Continue anyway", "sync.accept", last.run_id, "danger", spoken=f"Sync {company.name} all the same"
    )
    what = "Have you looked at the list? The next sync does what this one stopped before; later ones are careful again."
    return confirmed(pressed, "Continue anyway?", what, "Continue", style="danger")
