"""The product's words for flags, record types, counts and times, the same in every message."""

from collections.abc import Mapping, Sequence

from blocks.kit.kit import escape
from bot.core.model import Outcome, RecordRef, RecordType
from bot.core.runs import CompanyStatus, CompanyView, Counts, Flag, RunState, RunView

FLAG_WORDS = {Flag.BLUE: "🔵 Blue", Flag.ORANGE: "🔶 Orange", Flag.RED: "🟥 Red"}
"""Shape, word and colour: never colour alone."""

OUTCOME_WORDS = {
    Outcome.CREATED: "Created",
    Outcome.UPDATED: "Updated",
    Outcome.ADOPTED: "Matched to an existing record",
    Outcome.VOIDED: "Voided",
    Outcome.ATTACHED: "Attached",
    Outcome.SKIPPED: "Left out",
    Outcome.WAITING: "Waits",
    Outcome.FAILED: "Needs attention",
    Outcome.PLANNED: "Planned",
}
STATUS_WORDS = {
    CompanyStatus.NOT_CONNECTED: "not connected to QuickBooks yet",
    CompanyStatus.INCOMPLETE_SETUP: "connected, not synced yet",
    CompanyStatus.NEEDS_RECONNECTING: "needs reconnecting to QuickBooks",
    CompanyStatus.IN_PROGRESS: "syncing…",
    CompanyStatus.SYNCED: "in sync",
    CompanyStatus.HAS_ERRORS: "needs attention",
    CompanyStatus.INCOMPLETE_RUN: "the last sync did not finish",
}
NAME_CHARS = 120


def number(count: int) -> str:
    return f"{count:,}"


def counted(count: int, noun: str, several: str = "") -> str:
    """ "1 invoice", "1,204 invoices", "2 companies"."""
    return f"{number(count)} {noun}" if count == 1 else f"{number(count)} {several or f'{noun}s'}"


def sentence(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


def without_id(text: str, ref: RecordRef | None) -> str:
    """A sentence that names a record with its id in brackets, for people: the name says it, the id is in its link."""
    return text.replace(f" ({ref.key})", "") if ref else text


def attention(count: int) -> str:
    return "1 record needs attention" if count == 1 else f"{number(count)} records need attention"


def listed(parts: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def by_type(counts: Mapping[RecordType, int]) -> str:
    """ "23 invoices and 5 payments", the most first; "" when there are none."""
    largest = sorted(counts.items(), key=lambda item: -item[1])
    return listed([counted(count, kind.noun, kind.plural) for kind, count in largest if count])


def duration(seconds: float) -> str:
    """ "14 s", "3 min 5 s", "2 h 10 min", "3 days"."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    if whole < 48 * 3600:
        return f"{whole // 3600} h" + (f" {whole % 3600 // 60} min" if whole % 3600 // 60 else "")
    return f"{whole // 86400} days"


def done(counts: Counts) -> str:
    """What a run did: "3 created, 12 updated"; what was left out is said, what did not change is not."""
    named = [
        (counts.created, "created"),
        (counts.updated, "updated"),
        (counts.adopted, "matched"),
        (counts.voided, "voided"),
        (counts.skipped, "left out"),
    ]
    parts = [f"{number(count)} {word}" for count, word in named if count]
    return ", ".join(parts) or ("nothing written" if counts.failed else "nothing to change")


def took(run: RunView) -> str:
    if run.finished_at is None:
        return ""
    return duration((run.finished_at - (run.started_at or run.requested_at)).total_seconds())


def company_name(name: str) -> str:
    return escape(name, NAME_CHARS)


def company_state(company: CompanyView) -> str:
    """What is the matter with a company, without its flag and name: "31 records need attention"."""
    if company.status is CompanyStatus.HAS_ERRORS:
        return attention(company.needs_attention) if company.needs_attention else "needs attention"
    run = company.last_run
    if company.status is CompanyStatus.IN_PROGRESS and run and run.state is RunState.REQUESTED:
        return "waiting to start…"
    return STATUS_WORDS[company.status]


def headline(flag: Flag | None, name: str, *parts: str, bold: bool = True) -> str:
    """ "🟥 Red · Harbour City Property · 31 records need attention"; `name` comes raw, `parts` safe."""
    safe = company_name(name)
    marked = f"*{safe}*" if bold and safe else safe
    return " · ".join([FLAG_WORDS[flag], marked, *parts] if flag else [marked, *parts])
