"""A run as one living message, the message of a company's day, and the day's entries in its thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from blocks.kit.kit import Block, Message, actions, button, context, escape, instant, section, user
from blocks.kit.words import attention, counted, done, duration, headline, number, took
from bot.core.runs import CompanyView, Flag, RedReason, RunState, RunView, Trigger

RED_REASONS = {
    RedReason.SAFETY_STOP: "stopped for safety before writing anything",
    RedReason.OUT_OF_BALANCE: "the totals of the two sides differ",
    RedReason.UNREADABLE: "not everything could be read",
}
MOST_CONFLICTS = 5
CONFLICT_CHARS = 400
ENDED = frozenset({RunState.FINISHED, RunState.INCOMPLETE})


@dataclass(frozen=True)
class Pace:
    """How fast the records of a phase go, and how long the rest of them will take."""

    per_s: float
    left_s: float


def living(run: RunView, pace: Pace | None = None) -> Message:
    """The message of a run that a person started, edited from "waiting to start" to its flag."""
    facts = _facts(run, pace)
    settled = conflicts([run])
    text = "\n".join(filter(None, [" · ".join(filter(None, [_said(run, bold=False), facts])), settled]))
    told = [section(settled)] if settled else []
    return Message(text, [section(_said(run)), *([context(facts)] if facts else []), *told, *_buttons(run)])


def already_running(run: RunView) -> Message:
    """For somebody who asks for a run while one is under way."""
    words = "One sync of a company goes at a time, so yours is this one. Its own message shows how it goes."
    said = headline(None, run.company_name, "is being synced already")
    return Message(f"{said} · {words}", [section(said), context(words)])


def day(company: CompanyView, day: date, runs: Sequence[RunView]) -> Message:
    """One message for all runs of a company's day that nobody in Slack started; `runs` oldest first, at least one."""
    latest = runs[-1]
    settled = [run for run in runs if run.state in ENDED]
    flag = latest.flag or next((run.flag for run in reversed(settled) if run.flag), None)
    state = run_state(latest)
    when = f"{day:%a} {day.day} {day:%b}"
    facts = " · ".join(filter(None, [_last(settled), _tally(settled)])) or "first sync of the day"
    shown = context(facts if not latest.error else f"{facts}\n{escape(latest.error, 600)}")
    buttons = actions(*_open_results(latest), block_id=f"day.{latest.run_id}")
    told = conflicts(settled)
    return Message(
        "\n".join(filter(None, [f"{headline(flag, company.name, when, state, bold=False)} · {facts}", told])),
        [section(headline(flag, company.name, when, state)), shown, *([section(told)] if told else []), buttons],
    )


def entry(run: RunView) -> Message:
    """One ended run, in the thread of its day."""
    told = conflicts([run])
    words = "\n".join(filter(None, [" · ".join([_said(run, bold=False), _facts(run)]), told]))
    said = section(f"{_said(run)}\n{instant(run.finished_at or run.requested_at)} · {_facts(run)}")
    return Message(words, [said, *([section(told)] if told else [])])


def conflicts(runs: Sequence[RunView]) -> str:
    """The orange lines: how many conflicts were settled in which an amount or a date was lost, and the first of them.

    They need a look, and make nothing red: the rule has decided, and both sides say the same now.
    """
    count, said = sum(run.counts.conflicts for run in runs), [one for run in runs for one in run.conflicts]
    if not count:
        return ""
    lines = [f"• {escape(one, CONFLICT_CHARS)}" for one in said[:MOST_CONFLICTS]]
    rest = count - len(lines)
    lead = f"🔶 *{counted(count, 'conflict')} settled*: both sides had changed. Look whether the right value won."
    return "\n".join([lead, *lines, *([f"and {number(rest)} more; the results have them all"] if rest > 0 else [])])


def _said(run: RunView, bold: bool = True) -> str:
    flag = run.flag if run.state is not RunState.INCOMPLETE else None
    return headline(_orange(run) or flag, run.company_name, run_state(run), bold=bold)


def _orange(run: RunView) -> Flag | None:
    return Flag.ORANGE if run.state is RunState.RUNNING and run.problems else None


def run_state(run: RunView) -> str:
    match run.state:
        case RunState.REQUESTED:
            return "waiting to start…"
        case RunState.RUNNING if run.problems:
            return f"syncing, {counted(run.problems, 'problem')} so far"
        case RunState.RUNNING:
            return "syncing…"
        case RunState.INCOMPLETE:
            return "incomplete: this sync could not run to its end"
        case RunState.FINISHED if run.flag is Flag.RED and run.counts.failed:
            return attention(run.counts.failed)
        case RunState.FINISHED if run.flag is Flag.RED:
            return RED_REASONS[run.red_reason] if run.red_reason else "needs attention"
        case RunState.FINISHED:
            return "in sync"


def _facts(run: RunView, pace: Pace | None = None) -> str:
    parts = [_progress(run), _pace(run, pace), *_outcome(run), took(run), _started_by(run)]
    facts = " · ".join(part for part in parts if part)
    return "\n".join(filter(None, (facts, escape(run.error, 600), escape(run.control, 300))))


def _progress(run: RunView) -> str:
    if run.state is not RunState.RUNNING or not run.progress.phase:
        return ""
    phase = escape(run.progress.phase, 40)
    if not run.progress.total:
        return phase
    return f"{phase} {number(run.progress.done)} of {number(run.progress.total)}"


def _pace(run: RunView, pace: Pace | None) -> str:
    """ "12 a second · about 20 s left"; coarse, for it is a guess."""
    if pace is None or run.state is not RunState.RUNNING:
        return ""
    rate = f"{number(round(pace.per_s))} a second" if pace.per_s >= 1 else f"{number(round(pace.per_s * 60))} a minute"
    return f"{rate} · about {duration(_coarse(pace.left_s))} left"


def _coarse(seconds: float) -> int:
    """In steps of 5 s under a minute, of half a minute under ten, else of minutes."""
    step = 5 if seconds <= 60 else 30 if seconds <= 600 else 60
    return max(5, -(-int(seconds) // step) * step)


def _outcome(run: RunView) -> list[str]:
    if run.state is not RunState.FINISHED:
        return []
    return [_waiting(run), done(run.counts)]


def _waiting(run: RunView) -> str:
    waiting = run.counts.waiting
    if waiting == run.counts.failed and waiting > 1:
        return "all of them wait for another record"
    wait = "waits" if waiting == 1 else "wait"
    return f"{number(waiting)} of them {wait} for another record" if waiting else ""


def _started_by(run: RunView) -> str:
    """Not while it waits: the first post would ping the very person who asked, an edit pings nobody."""
    if run.state is RunState.REQUESTED:
        return ""
    match run.trigger:
        case Trigger.PERSON if run.requested_by:
            return f"started by {user(run.requested_by)}"
        case Trigger.COMMAND:
            return "started on the command line"
        case Trigger.SCHEDULE:
            return "by schedule"
        case _:
            return ""


def _buttons(run: RunView) -> list[Block]:
    if run.state not in ENDED:
        return []
    again = "Sync now" if run.flag is Flag.BLUE else "Sync again"
    sync = button(again, "sync.again", run.run_id, spoken=f"{again}: {run.company_name}")
    return [actions(*_open_results(run), sync, block_id=f"run.{run.run_id}")]


def _open_results(run: RunView) -> list[Block]:
    style = "primary" if run.flag is Flag.RED else ""
    return [button("View results", "open.run", run.run_id, style, spoken=f"View results of {run.company_name}")]


def _last(settled: Sequence[RunView]) -> str:
    return f"last sync {instant(settled[-1].finished_at or settled[-1].requested_at)}" if settled else ""


def _tally(settled: Sequence[RunView]) -> str:
    """ "9 syncs: 8 blue, 1 red"."""
    if not settled:
        return ""
    words = ["incomplete" if run.state is RunState.INCOMPLETE or not run.flag else run.flag.value for run in settled]
    parts = [f"{words.count(word)} {word}" for word in ("blue", "red", "incomplete") if word in words]
    return f"{counted(len(settled), 'sync')} today: {', '.join(parts)}"
