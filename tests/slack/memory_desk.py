"""A desk in memory: the same questions and orders as the real one, over results and runs that a test puts in."""

import itertools
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace as Namespace
from typing import Any

from bot.core.choosing import ListEntry
from bot.core.faults import UserError
from bot.core.links import differs
from bot.core.model import LinkChange, OpenAmount, Outcome, RecordRef, Result
from bot.core.naming import NameChoice
from bot.core.planning.pairing import Suggestion
from bot.core.results import Attempt, Cause, FieldValue, ResultsFilter, ResultsOrder, ResultsPage
from bot.core.runs import CompanyStatus, CompanyView, Counts, Flag, RedReason, RunState, RunView, Trigger
from bot.core.team.posting import Claim
from bot.desk.links.linking import ChangedMeanwhile, Confirmed
from bot.desk.links.undo import Overtaken
from bot.desk.plans import Approving
from bot.desk.team import Team
from bot.desk.verifications import Verifying
from tests.slack.memory_rows import Posted, cause_of, fixed, in_order, matching, preview_of
from tests.slack.team_store import TeamStore

ORDER = [Flag.RED, Flag.ORANGE, None, Flag.BLUE]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class MemoryDesk:
    clock: Callable[[], datetime] = utc_now
    known: dict[str, CompanyView] = field(default_factory=dict)
    rows: dict[str, list[Result]] = field(default_factory=dict)
    parents: dict[RecordRef, RecordRef] = field(default_factory=dict)
    run_views: dict[str, RunView] = field(default_factory=dict)
    changed_at: dict[str, datetime] = field(default_factory=dict)
    kept_views: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, Posted] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    may_be: dict[RecordRef, tuple[Suggestion, ...]] = field(default_factory=dict)
    undos: dict[str, tuple[str, tuple[RecordRef, ...], bool]] = field(default_factory=dict)
    overtaken: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    log: list[tuple[Any, ...]] = field(default_factory=list)
    fixes: dict[RecordRef, str] = field(default_factory=dict)
    names: dict[RecordRef, NameChoice] = field(default_factory=dict)
    entries: list[ListEntry] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    sources: list[str] = field(default_factory=list)
    run_sources: list[str] = field(default_factory=list)
    since: date | None = None
    owed: tuple[OpenAmount, ...] = ()
    lock: threading.RLock = field(default_factory=threading.RLock)
    ids: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.team_store = TeamStore(self.clock)
        self.companies = Namespace(all=self._companies, named=self._company, default_since=lambda _id: self.since)
        self.results = Namespace(
            page=self._results,
            count=lambda wanted: len(self._matching(wanted)),
            every=self._every_result,
            one=self._result,
            attempts=self._attempts,
            both_sides=self._both_sides,
            compared=self._compared,
        )
        self.causes = Namespace(of=self._causes, with_fixes=self._with_fixes)
        self.runs = Namespace(
            request=self._request_run, accept_stop=self._accept_stop, get=self._run, changed_since=self._runs_since
        )
        self.linking = Namespace(preview=self._shown, unlink=self._unlink, relink=self._relink)
        self.matching = Namespace(
            suggestions=lambda _id, ref: self.may_be.get(ref, ()),
            link_to=self._link_to,
            create_anyway=self._create_anyway,
            name_choice=self._name_choice,
            name_apart=self._name_apart,
            list_entries=self._list_entries,
            choose=self._choose,
        )
        self.undo = Namespace(take_back=self._undo)
        self.views = Namespace(remember=self._remember_view, get=self._view, update=self._update_view)
        self.posts = Namespace(
            get=self._posted,
            note=self._note_posted,
            claim=self._claim_post,
            claimed=self._claimed,
            change=self._change_claim,
            release=self._release_post,
        )

    @property
    def plans(self) -> Approving:
        """The real one, over the same small database as the team's."""
        with self.lock:
            self.team_store.team(list(self.known.values()))
            return Approving(self.team_store.database, self.clock, lambda: f"plan-{next(self.ids)}")

    @property
    def verifications(self) -> Verifying:
        """The real one too."""
        with self.lock:
            self.team_store.team(list(self.known.values()))
            return Verifying(self.team_store.database, self.clock, lambda: f"verify-{next(self.ids)}")

    @property
    def team(self) -> Team:
        """The real one, over a database of its own."""
        with self.lock:
            return self.team_store.team(list(self.known.values()))

    # what a test puts in

    def add(self, company: CompanyView, rows: Sequence[Result] = ()) -> None:
        self.known[company.id] = company
        self.rows[company.id] = list(rows)

    def change_run(self, run_id: str, **changes: Any) -> RunView:
        """As a worker does while it runs; the company follows."""
        with self.lock:
            run = replace(self.run_views[run_id], **changes)
            self.run_views[run_id], self.changed_at[run_id] = run, self.clock()
            company = self.known[run.company_id]
            is_clean = run.state is RunState.FINISHED and run.flag is Flag.BLUE
            status = {Flag.BLUE: CompanyStatus.SYNCED, Flag.RED: CompanyStatus.HAS_ERRORS}
            self.known[run.company_id] = replace(
                company,
                last_run=run,
                flag=run.flag if run.state is RunState.FINISHED else company.flag,
                status=status.get(run.flag, company.status) if run.flag and run.finished_at else company.status,
                needs_attention=run.counts.failed if run.state is RunState.FINISHED else company.needs_attention,
                last_clean_at=run.finished_at if is_clean else company.last_clean_at,
            )
            return run

    def finish(self, run_id: str, flag: Flag, failed: int = 0) -> RunView:
        counts = Counts(created=3, updated=12, failed=failed)
        now = self.clock()
        return self.change_run(run_id, state=RunState.FINISHED, flag=flag, counts=counts, finished_at=now)

    # the desk

    def _companies(self) -> list[CompanyView]:
        return sorted(self.known.values(), key=lambda company: (ORDER.index(company.flag), company.name))

    def _company(self, text: str) -> CompanyView:
        named = [one for one in self.known.values() if one.name.casefold().startswith(text.casefold())]
        found = [self.known[text]] if text in self.known else named
        if len(found) != 1:
            raise UserError(f"No company “{text}”. Known: {', '.join(one.name for one in self._companies())}.")
        return found[0]

    def _matching(self, wanted: ResultsFilter) -> list[Result]:
        return matching(self.rows.get(wanted.company_id, []), wanted)

    def _results(
        self, wanted: ResultsFilter, page: int = 1, rows: int | None = 25, order: ResultsOrder = ResultsOrder.NEWEST
    ) -> ResultsPage:
        found = self._ordered(wanted, order)
        size = rows or max(1, len(found))
        pages = max(1, -(-len(found) // size))
        page = min(max(1, page), pages)
        return ResultsPage(tuple(found[(page - 1) * size : page * size]), len(found), page, pages)

    def _every_result(
        self, wanted: ResultsFilter, order: ResultsOrder = ResultsOrder.NEWEST
    ) -> Generator[Result, None, None]:
        yield from self._ordered(wanted, order)

    def _ordered(self, wanted: ResultsFilter, order: ResultsOrder) -> list[Result]:
        return in_order(self._matching(wanted), order)

    def _result(self, company_id: str, ref: RecordRef) -> Result | None:
        return next((row for row in self.rows[company_id] if row.ref == ref), None)

    def _both_sides(self, company_id: str, ref: RecordRef) -> list[tuple[str, FieldValue, FieldValue]]:
        row = self._result(company_id, ref)
        if row is None:
            return []
        total = ("Total", Decimal("1150"), Decimal("1140.00"))
        return [("Name", row.name, row.name), ("Date", date(2026, 11, 3), date(2026, 11, 3)), total]

    def _attempts(self, company_id: str, ref: RecordRef) -> list[Attempt]:
        row = self._result(company_id, ref)
        before = Attempt(replace(row, outcome=Outcome.CREATED), Trigger.SCHEDULE) if row else None
        return [Attempt(row, Trigger.PERSON, "U0ANA"), before] if row and before else []

    def _causes(self, company_id: str) -> list[Cause]:
        groups: dict[RecordRef, list[Result]] = {}
        for row in self._matching(ResultsFilter(company_id, needs_attention=True)):
            groups.setdefault(row.cause or row.ref, []).append(row)
        found = [cause_of(ref, self._result(company_id, ref), rows, "retry", 0) for ref, rows in groups.items()]
        return sorted(found, key=lambda cause: -cause.count)

    def _with_fixes(self, company_id: str, shown: Sequence[Cause]) -> list[Cause]:
        return [fixed(cause, self.fixes, self.may_be) for cause in shown]

    def _request_run(
        self, company_id: str, requested_by: str, trigger: Trigger, channel_id: str = "", *, source: str = ""
    ) -> tuple[RunView, bool]:
        with self.lock:
            for run in self.run_views.values():
                if run.company_id == company_id and run.finished_at is None:
                    return run, False
            run_id, now = f"run-{next(self.ids)}", self.clock()
            name = self._company(company_id).name
            run = RunView(run_id, company_id, name, RunState.REQUESTED, None, trigger, requested_by, now)
            self.run_views[run_id], self.changed_at[run_id] = run, now
            self.known[company_id] = replace(self.known[company_id], last_run=run)
            self.log.append(("run", company_id, requested_by))
            self.run_sources.append(source)
            return run, True

    def _accept_stop(self, run_id: str, requested_by: str, trigger: Trigger, source: str = "") -> tuple[RunView, bool]:
        stopped = self._run(run_id)
        if stopped.red_reason is not RedReason.SAFETY_STOP:
            raise UserError("There is no safety stop to go on from.")
        self.log.append(("accept", stopped.company_id, requested_by))
        return self._request_run(stopped.company_id, requested_by, trigger, source=source)

    def _run(self, run_id: str) -> RunView:
        return self.run_views[run_id]

    def _runs_since(self, when: datetime) -> list[RunView]:
        with self.lock:
            found = [
                run for run in self.run_views.values() if max(run.requested_at, self.changed_at[run.run_id]) >= when
            ]
            return sorted(found, key=lambda run: run.requested_at)

    def _preview(
        self, company_id: str, refs: Sequence[RecordRef], linked: bool, wanted: ResultsFilter | None = None
    ) -> LinkChange:
        matching = {row.ref for row in self._matching(wanted)} if wanted else set(refs)
        found = preview_of(self.rows[company_id], self.parents, refs, linked)
        return replace(found, open_amounts=self.owed, unmatched=frozenset(refs) - matching)

    def _change(
        self,
        company_id: str,
        refs: Sequence[RecordRef],
        linked: bool,
        deed: tuple[str, bool, str],
        confirmed: Confirmed | None,
    ) -> LinkChange:
        by, propagate, note = deed
        with self.lock:
            preview = self._preview(company_id, refs, linked, confirmed.wanted if confirmed else None)
            if confirmed and differs(confirmed.shown, preview):
                raise ChangedMeanwhile(preview)
            rows = self.rows[company_id]
            others = [row.ref for row in rows if row.ref in preview.cascade and row.linked is not linked]
            changed = (*preview.changed, *(others if propagate else ()))
            self._set(company_id, changed, linked)
            token = f"undo-{next(self.ids)}" if changed else ""
            self.undos[token] = (company_id, changed, not linked)
            self.log.append(("relink" if linked else "unlink", by, len(changed), propagate, note))
            return replace(preview, changed=changed, blocked=() if propagate else preview.cascade, undo_token=token)

    def _set(self, company_id: str, refs: Sequence[RecordRef], linked: bool) -> None:
        self.rows[company_id] = [
            replace(row, linked=linked) if row.ref in refs else row for row in self.rows[company_id]
        ]

    def _shown(
        self,
        company_id: str,
        refs: Sequence[RecordRef],
        unlinking: bool = True,
        wanted: ResultsFilter | None = None,
    ) -> LinkChange:
        return self._preview(company_id, refs, not unlinking, wanted)

    def _unlink(
        self,
        company_id: str,
        refs: Sequence[RecordRef],
        by: str,
        propagate: bool = False,
        note: str = "",
        source: str = "",
        confirmed: Confirmed | None = None,
    ) -> LinkChange:
        self.sources.append(source)
        return self._change(company_id, refs, False, (by, propagate, note), confirmed)

    def _relink(
        self,
        company_id: str,
        refs: Sequence[RecordRef],
        by: str,
        propagate: bool = False,
        note: str = "",
        source: str = "",
        confirmed: Confirmed | None = None,
    ) -> LinkChange:
        self.sources.append(source)
        return self._change(company_id, refs, True, (by, propagate, note), confirmed)

    def _compared(
        self, company_id: str, ref: RecordRef, partner: tuple[str, str]
    ) -> list[tuple[str, FieldValue, FieldValue]]:
        return [("Number", "INV-1", "INV-1"), ("Total", Decimal("115.00"), Decimal("138.00"))]

    def _link_to(
        self, company_id: str, ref: RecordRef, entity: str, external_id: str, by: str, note: str = "", source: str = ""
    ) -> LinkChange:
        return self._decided(("link", by, entity, external_id, note), company_id, ref, source)

    def _create_anyway(self, company_id: str, ref: RecordRef, by: str, note: str = "", source: str = "") -> LinkChange:
        return self._decided(("create", by, note), company_id, ref, source)

    def _decided(self, deed: tuple[Any, ...], company_id: str, ref: RecordRef, source: str) -> LinkChange:
        with self.lock:
            if not self.may_be.pop(ref, ()):
                raise UserError("This record is linked to another record already. Nothing was changed.")
            return self._settled(deed, company_id, ref, source)

    def _settled(self, deed: tuple[Any, ...], company_id: str, ref: RecordRef, source: str) -> LinkChange:
        with self.lock:
            self.log.append(deed)
            self.sources.append(source)
            token = f"undo-{next(self.ids)}"
            self.undos[token] = (company_id, (ref,), True)
            return LinkChange((ref,), (), (), token)

    def _name_choice(self, company_id: str, ref: RecordRef) -> NameChoice:
        if ref not in self.names:
            raise UserError("This contact is not held up by its name any more. Nothing was changed.")
        return self.names[ref]

    def _name_apart(
        self, company_id: str, ref: RecordRef, added: str, by: str, note: str = "", source: str = ""
    ) -> LinkChange:
        if added in self.taken:
            raise UserError(f"“{self._name_choice(company_id, ref).name}{added}” is taken in QuickBooks as well.")
        return self._settled(("rename", by, added, note), company_id, ref, source)

    def _list_entries(self, company_id: str, ref: RecordRef, query: str, most: int) -> list[ListEntry]:
        return [entry for entry in self.entries if query.casefold() in entry.name.casefold()][:most]

    def _choose(
        self, company_id: str, ref: RecordRef, entity: str, external_id: str, by: str, note: str = "", source: str = ""
    ) -> LinkChange:
        if external_id in self.taken:
            raise UserError("This is linked to another record already. Nothing was changed.")
        return self._settled(("choose", by, entity, external_id, note), company_id, ref, source)

    def _undo(self, token: str, by: str, source: str = "") -> LinkChange:
        self.sources.append(source)
        if token in self.overtaken:
            raise Overtaken(*self.overtaken[token])
        if token not in self.undos:
            raise UserError("Something else has changed since, so this cannot be undone.")
        company_id, refs, linked = self.undos.pop(token)
        self._set(company_id, refs, linked)
        self.log.append(("undo", by, len(refs)))
        return LinkChange(refs, (), ())

    def _remember_view(self, state: Mapping[str, Any]) -> str:
        view_id = f"v{next(self.ids):025d}"
        self.kept_views[view_id] = dict(state)
        return view_id

    def _view(self, view_id: str) -> dict[str, Any]:
        if view_id not in self.kept_views:
            raise UserError("This is too old. Ask again with /qbo-sync results.")
        return dict(self.kept_views[view_id])

    def _update_view(self, view_id: str, state: Mapping[str, Any]) -> None:
        self.kept_views[view_id] = dict(state)

    def _posted(self, key: str) -> Posted | None:
        return self.messages.get(key)

    def _note_posted(self, key: str, channel_id: str, ts: str, digest: str) -> None:
        assert len(digest) <= 64
        self.messages[key] = Posted(key, channel_id, ts, digest)

    def _claim_post(self, key: str) -> bool:
        with self.lock:
            is_free = key not in self.claims
            self.claims.setdefault(key, Claim(self.clock(), self.clock()))
            return is_free

    def _claimed(self, key: str) -> Claim | None:
        return None if key in self.messages else self.claims.get(key)

    def _change_claim(self, key: str, seen: Claim, now: Claim) -> bool:
        with self.lock:
            is_as_seen = self.claims.get(key) == seen
            self.claims |= {key: now} if is_as_seen else {}
            return is_as_seen

    def _release_post(self, key: str) -> None:
        self.claims.pop(key, None)
