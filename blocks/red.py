"""The one message of a red episode: its causes, what each holds up and what to do; and how it ends."""

from collections.abc import Sequence
from datetime import datetime

from blocks import cause as cards
from blocks.cause import title
from blocks.kit import (
    Block,
    Message,
    actions,
    button,
    confirmed,
    context,
    divider,
    escape,
    instant,
    section,
    user,
)
from blocks.run import RED_REASONS
from blocks.words import attention, company_state, counted, duration, headline
from bot.core.cause_work import Mended, Settled
from bot.core.causes import key
from bot.core.model import Cause, CompanyStatus, CompanyView, Flag, RedReason, RunState, RunView

MOST_CAUSES = 8
NOTHING_SETTLED = Settled()


def cause_key(cause: Cause) -> str:
    """Names a cause among those of its company, for as long as it lasts; one code may have several headlines."""
    return key(cause)


def red(company: CompanyView, causes: Sequence[Cause], settled: Settled = NOTHING_SETTLED) -> Message:
    """`causes` most held up first. While a run is under way the buttons that would start one are left out.

    What rests comes last, in a line each; what is mended is struck through. Both are counted, the latter no more.
    """
    said = _said(company, causes)
    syncing = _is_running(company.last_run)
    awake = [cause for cause in causes if key(cause) not in settled.resting]
    asleep = [cause for cause in causes if key(cause) in settled.resting]
    blocks = [section(headline(_flag(company), company.name, said))]
    if company.last_run and company.last_run.error:
        blocks.append(section(escape(company.last_run.error, 600)))
    for place, cause in enumerate(awake[:MOST_CAUSES], start=1):
        blocks += cards.card(company, cause, place, syncing, settled.work.get(key(cause)))
    if len(awake) > MOST_CAUSES:
        blocks.append(context(f"and {counted(len(awake) - MOST_CAUSES, 'more cause')}: see all results"))
    blocks += [*cards.at_rest(company, asleep, settled.work), *cards.mended(settled.mended)]
    if syncing and company.last_run:
        blocks.append(context(_syncing(company.last_run)))
    if causes:
        blocks.append(divider())
    blocks.append(actions(*_footer(company, syncing, bool(awake)), block_id=f"red.{company.id}"))
    rests = f" · {cards.resting(settled.work[key(cause)] for cause in asleep)}" if asleep else ""
    first = f" · {title(awake[0])}" if awake else ""
    return Message(f"{headline(_flag(company), company.name, said, bold=False)}{rests}{first}", blocks)


def closed(company: CompanyView, words: str, at: datetime, mended: Sequence[Mended] = ()) -> Message:
    """The red message once the episode is over: struck through, without buttons. `words` is what it said."""
    was = headline(Flag.RED, company.name, escape(words), bold=False)
    now = f"{headline(Flag.BLUE, company.name, 'back in sync')} · {instant(at)}"
    return Message(
        f"{headline(Flag.BLUE, company.name, 'back in sync', bold=False)}",
        [section(f"~{was}~\n{now}"), *cards.mended(mended)],
    )


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


def _footer(company: CompanyView, syncing: bool, has_causes: bool) -> list[Block]:
    view = button("View all results", "open.red", company.id, "" if has_causes else "primary")
    last = company.last_run
    if company.status is CompanyStatus.NEEDS_RECONNECTING:  # until then a sync would only stop again
        return [view, button("Reconnect…", "home.reconnect", company.id, spoken=f"Reconnect {company.name}")]
    if last and last.red_reason is RedReason.SAFETY_STOP and not syncing:
        return [view, _go_on(company, last)]
    again = button("Sync again", "sync.company", company.id, spoken=f"Sync {company.name} again")
    return [view] if syncing else [view, again]


def _go_on(company: CompanyView, last: RunView) -> Block:
    pressed = button(
        "Continue anyway", "sync.accept", last.run_id, "danger", spoken=f"Sync {company.name} all the same"
    )
    what = "Have you looked at the list? The next sync does what this one stopped before; later ones are careful again."
    return confirmed(pressed, "Continue anyway?", what, "Continue", style="danger")
