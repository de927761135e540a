"""Who does what about a cause, and until when it rests: settled, read, written down, forgotten with the cause."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.causes.grouping import key
from bot.core.causes.work import ResolvedCause, Snooze, Triage, Work, really_resolved
from bot.core.faults import UserError
from bot.core.results import Cause
from bot.core.runs import CompanyView
from bot.store.database import Database, to_ms
from bot.store.runs import runs
from bot.store.team import cause_work, notes
from bot.store.team.notes import Deed

SHOWN_FOR = timedelta(days=1)
"""So long somebody's cause that is put right stands struck through among their items."""
A_MOMENT = timedelta(seconds=1)  # the beginning of an episode is known to the second
STALE = "Somebody settled something else about this while the window was open. This is how it stands now."
RESTS = {
    Snooze.NONE: "",
    Snooze.SYNC: "rests until the next sync",
    Snooze.DATE: "rests until",
    Snooze.PERIOD: "rests until the period reopens",
    Snooze.MUTED: "muted",
}


class Stale(UserError):
    """Somebody was quicker."""


@dataclass(frozen=True)
class TeamWork:
    database: Database
    clock: Callable[[], datetime]

    def on(self, company_id: str, cause_key: str) -> Work | None:
        with self.database.read() as connection:
            return cause_work.of_company(connection, company_id).get(cause_key)

    def of_person(self, user_id: str) -> list[Work]:
        with self.database.read() as connection:
            return cause_work.of_person(connection, user_id)

    def ended_of(self, user_id: str) -> list[tuple[str, ResolvedCause]]:
        """(company, how it ended) of what this person looked after, for a day."""
        with self.database.read() as connection:
            return cause_work.ended_of_person(connection, user_id, to_ms(self.clock() - SHOWN_FOR))

    def ended(self, company_id: str) -> list[ResolvedCause]:
        """Causes of a company that are over and about which something was settled, for a day and until it is told."""
        with self.database.read() as connection:
            return cause_work.ended_of_company(connection, company_id)

    def settle(self, wanted: Work, seen: Work | None, source: str = "", headline: str = "") -> Work:
        """Raises Stale unless it still stands as `wanted.by` saw it. `headline` is for the audit trail."""
        now = self.clock()
        with self.database.write() as connection:
            before = cause_work.of_company(connection, wanted.company_id).get(wanted.key)
            if before != seen:
                raise Stale(STALE)
            work = replace(wanted, at=now)
            cause_work.put(connection, work)
            records = () if wanted.key.startswith("code:") else (wanted.key,)
            about = (wanted.company_id, to_ms(now), wanted.by, "cause", records, wanted.note)
            was = ": ".join(filter(None, ("" if records else headline, said(before))))
            notes.write_deed(connection, Deed(*about, was, said(work), source))
        return work

    def settled(self, company: CompanyView, causes: Sequence[Cause], since: datetime | None = None) -> Triage:
        """`since` the red episode began: the causes that came to their end in it."""
        last = company.last_run
        with self.database.read() as connection:
            work = cause_work.of_company(connection, company.id)
            gone = cause_work.resolved_since(connection, company.id, to_ms(since)) if since else []
            new = cause_work.opened_since(connection, company.id, to_ms(since + A_MOMENT)) if since else set()
            if last is None or last.finished_at is None:  # one is under way: it has not looked yet
                last = runs.last_finished(connection, company.id)
        today = self.clock().astimezone(ZoneInfo(company.timezone)).date()
        ended = last.finished_at if last else None
        known = {name: work[name] for name in map(key, causes) if name in work}
        resting = frozenset(name for name, one in known.items() if one.is_snoozed(today, ended))
        return Triage(known, resting, really_resolved(gone, causes), frozenset(new & set(map(key, causes))))

    def forget_gone(self, company_id: str, lasting: Collection[str]) -> None:
        """What was settled about a cause ends with it: should it come back, it is looked at anew."""
        with self.database.read() as connection:
            gone = [name for name in cause_work.kept_keys(connection, company_id) if name not in lasting]
        if gone:
            with self.database.write() as connection:
                cause_work.forget(connection, company_id, gone, to_ms(self.clock() - SHOWN_FOR))


def said(work: Work | None) -> str:
    """For the audit trail: "given to U0ANA, rests until 2026-12-01"."""
    if work is None:
        return "nobody's"
    rests = RESTS[work.rest] + (f" {work.until}" if work.until else "")
    return ", ".join(filter(None, (f"given to {work.assignee}" if work.assignee else "nobody's", rests)))
