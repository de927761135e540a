"""The modal that settles whose a cause is and until when it rests, and the few messages that follow from it."""

from datetime import date

from blocks.causes.card import HEADLINE_CHARS, how_mended, title, whose
from blocks.kit.kit import Block, Message, context, escape, field, modal, option, plain, radio, section
from blocks.kit.note import NOTE_CHARS
from blocks.kit.words import attention, by_type, counted, headline, sentence
from bot.core.causes.grouping import CAUSED_BY_SETTING
from bot.core.causes.work import ResolvedCause, Snooze, Work
from bot.core.results import Cause
from bot.core.runs import CompanyView, Flag

CHOICES = (
    (Snooze.NONE, "No: show it at the top", ""),
    (Snooze.SYNC, "Until the next sync", ""),
    (Snooze.DATE, "Until a date", "Entered below"),
    (Snooze.PERIOD, "Until the period reopens", ""),
    (Snooze.MUTED, "Mute it", "Counted apart until it is put right"),
)


def settle(cause: Cause, work: Work | None, view_id: str, problem: str = "", now: Work | None = None) -> Block:
    """`work` fills the fields; with a problem, `now` is what somebody else settled meanwhile."""
    lead = f"*{title(cause)}*\nholds up {escape(by_type(cause.held_up), 200)}"
    blocks = [section(f"⚠ {escape(problem, 600)}")] if problem else []
    if problem and whose(now):
        blocks.append(context(f"Now: {whose(now)}"))
    blocks += [section(lead), field("assignee", "Who looks after it", _person(work))]
    blocks.append(field("rest", "Let it rest", radio("rest", _choices(cause, work), _rest(work)), optional=False))
    blocks.append(field("until", "Rest until", _date(work), hint="Only with “Until a date”: shown again on that day"))
    blocks.append(field("note", "Note", _note(work)))
    blocks.append(context("It stays red and is counted, whatever is chosen. All of this ends with the cause."))
    return modal("cause.settle", "Assign, snooze, note", blocks, view_id, submit="Save", close="Cancel")


def gone(view_id: str) -> Block:
    """The cause ended while its window was open."""
    said = "This has been put right meanwhile, so there is nothing left to settle. Nothing was lost."
    return modal("cause.gone", "Already put right", [section(said)], view_id)


def given(company: CompanyView, cause: Cause, by: str, note: str) -> Message:
    """To whoever it was given to, once. `by` is a readable name that notifies nobody."""
    about = f"\n“{escape(note, 300)}”" if note.strip() else ""
    said = f"{headline(company.flag, company.name, f'{escape(by, 60)} gave you this to look after')}\n*{title(cause)}*"
    what = f"holds up {escape(by_type(cause.held_up), 200)}\n{escape(cause.how, 300)}{about}"
    where = "It stands in *My items* of the Home tab, and in the red message of its channel."
    text = headline(
        company.flag, company.name, f"{counted(cause.count, 'record')} given to you: {title(cause)}", bold=False
    )
    return Message(text, [section(f"{said}\n{what}"), context(where)])


def given_gone(company: CompanyView, mended: ResolvedCause) -> Message:
    """The same message once that cause is no more; `given` said whose it was."""
    held, said = counted(mended.records, "record"), escape(sentence(mended.headline), HEADLINE_CHARS)
    text = headline(None, company.name, f"settled: {held} · {said}, which was given to you", bold=False)
    now = f"~{said}~\n{held} · {how_mended(mended)}\nIt was given to you: nothing is left to do."
    return Message(text, [section(f"{headline(None, company.name)}\n{now}")])


def reminder(company: CompanyView, records: int, causes: int, days: int) -> Message:
    """Once a working day, in the thread of the red message; nobody is mentioned. What rests is not counted."""
    held = f"{attention(records)}, {counted(causes, 'cause')}"
    parts = (held, f"open for {counted(days, 'day')}")
    line = context(headline(Flag.RED, company.name, *parts))
    return Message(headline(Flag.RED, company.name, *parts, bold=False), [line])


def _person(work: Work | None) -> Block:
    element: Block = {"type": "users_select", "action_id": "assignee", "placeholder": plain("Nobody", 150)}
    return {**element, "initial_user": work.assignee} if work and work.assignee else element


def _choices(cause: Cause, work: Work | None) -> list[Block]:
    """The period is a matter of closed books only."""
    closed = cause.code in CAUSED_BY_SETTING
    shown = [one for one in CHOICES if one[0] is not Snooze.PERIOD or closed or _rest(work) is Snooze.PERIOD]
    return [option(label, rest, description) for rest, label, description in shown]


def _rest(work: Work | None) -> Snooze:
    return work.rest if work else Snooze.NONE


def _date(work: Work | None) -> Block:
    element: Block = {"type": "datepicker", "action_id": "until"}
    until: date | None = work.until if work else None
    return {**element, "initial_date": until.isoformat()} if until else element


def _note(work: Work | None) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": "note", "max_length": NOTE_CHARS}
    return {**element, "initial_value": work.note} if work and work.note else element
