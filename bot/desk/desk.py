"""All that people may ask of the product, for Slack and for the command line: reads the store and starts runs."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.core.choosing import ListEntry
from bot.core.faults import UserError
from bot.core.model import LinkChange, RecordRef, Result
from bot.core.naming import NameChoice
from bot.core.planning.pairing import Suggestion
from bot.core.planning.preflight import Finding
from bot.core.results import Attempt, Cause, ResultsFilter, ResultsOrder, ResultsPage, Said
from bot.core.runs import CompanyStatus, CompanyView, Flag, RunState, RunView, Trigger
from bot.core.team.posting import Claim
from bot.desk import choosing, fixes, naming
from bot.desk.linking import Act, Confirmed, Linking
from bot.desk.plans import Approving
from bot.desk.runs import Requesting
from bot.desk.side_by_side import side_by_side
from bot.desk.team import EVERY_HOUR, Team
from bot.desk.verifications import Verifying
from bot.desk.web_links import WebLinks
from bot.store import companies
from bot.store.companies import Company
from bot.store.database import Database, from_ms, to_ms
from bot.store.results import results
from bot.store.runs import runs
from bot.store.team import notes
from bot.store.team.notes import PostedMessage
from bot.sync.planning import preflight
from bot.sync.planning.suggestions import suggestions

WORST_FIRST = (
    CompanyStatus.NEEDS_RECONNECTING,
    CompanyStatus.HAS_ERRORS,
    CompanyStatus.INCOMPLETE_RUN,
    CompanyStatus.INCOMPLETE_SETUP,
    CompanyStatus.IN_PROGRESS,
    CompanyStatus.NOT_CONNECTED,
    CompanyStatus.SYNCED,
)
VIEW_ID_LENGTH = 26


@dataclass(frozen=True)
class Desk:
    """Raises UserError with words for the person. `wake` tells whoever carries runs that one is wanted."""

    database: Database
    web_links: WebLinks
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    wake: Callable[[], None] = lambda: None
    default_schedule: str = EVERY_HOUR

    @property
    def team(self) -> Team:
        return Team(self.database, self.clock, self.default_schedule)

    @property
    def approving(self) -> Approving:
        return Approving(self.database, self.clock, self.new_id, self.wake)

    @property
    def verifying(self) -> Verifying:
        return Verifying(self.database, self.clock, self.new_id, self.wake)

    @property
    def linking(self) -> Linking:
        return Linking(self.database, self.clock, self.new_id)

    @property
    def requesting(self) -> Requesting:
        return Requesting(self.database, self.clock, self.new_id, self.wake)

    # Companies

    def companies(self) -> list[CompanyView]:
        with self.database.read() as connection:
            found = [self._view(connection, company) for company in companies.all_companies(connection)]
        return sorted(found, key=lambda view: (WORST_FIRST.index(view.status), view.name.casefold()))

    def company(self, text: str) -> CompanyView:
        """By id, by name ignoring case, or by the one name that begins with the text."""
        views = self.companies()
        wanted = text.casefold().strip()
        if not views:
            raise UserError("No company is connected yet. An admin connects one with qbo-sync connect.")
        for same in (
            [view for view in views if view.id == text.strip() or view.name.casefold() == wanted],
            [view for view in views if wanted and view.name.casefold().startswith(wanted)],
        ):
            if len(same) == 1:
                return same[0]
            if same:
                break
        names = ", ".join(view.name for view in sorted(same or views, key=lambda view: view.name.casefold()))
        raise UserError(
            f"“{text}” fits several companies: {names}."
            if same
            else f"There is no company “{text}”. There are: {names}."
        )

    def default_since(self, company_id: str) -> date | None:
        """The last fully successful sync, or the day the company was connected, as a date where the company is."""
        company = self._company(company_id)
        when = from_ms(company.last_clean_at or company.connected_at)
        return when.astimezone(ZoneInfo(company.timezone)).date() if when else None

    # Results

    def results(
        self,
        wanted: ResultsFilter,
        page: int = 1,
        rows: int | None = 25,
        order: ResultsOrder = ResultsOrder.NEWEST,
    ) -> ResultsPage:
        if rows is None:
            every = tuple(self.every_result(wanted, order))
            return ResultsPage(every, len(every), 1, 1)
        company = self._company(wanted.company_id)
        with self.database.read() as connection:
            found = results.find(connection, wanted, company.timezone, order, max(1, page), rows)
        return replace(found, rows=tuple(self.web_links.on(row, company.realm) for row in found.rows))

    def count_results(self, wanted: ResultsFilter) -> int:
        with self.database.read() as connection:
            return results.count(connection, wanted, self._company(wanted.company_id).timezone)

    def every_result(
        self, wanted: ResultsFilter, order: ResultsOrder = ResultsOrder.NEWEST
    ) -> Generator[Result, None, None]:
        """All rows of the filter, streamed: any number of them takes little memory."""
        company = self._company(wanted.company_id)
        with self.database.read() as connection:
            for row in results.every(connection, wanted, company.timezone, order):
                yield self.web_links.on(row, company.realm)

    def result(self, company_id: str, ref: RecordRef) -> Result | None:
        return next(iter(self.results_for(company_id, [ref])), None)

    def results_for(self, company_id: str, refs: Sequence[RecordRef]) -> list[Result]:
        company = self._company(company_id)
        with self.database.read() as connection:
            return [self.web_links.on(row, company.realm) for row in results.get(connection, company_id, refs)]

    def attempts(self, company_id: str, ref: RecordRef) -> list[Attempt]:
        with self.database.read() as connection:
            return results.attempts_at(connection, company_id, ref)

    def both_sides(self, company_id: str, ref: RecordRef) -> list[tuple[str, Said, Said]]:
        """(field, what Re-Leased says, what QuickBooks says), as both last said it."""
        with self.database.read() as connection:
            return side_by_side(connection, company_id, ref)

    def compared(self, company_id: str, ref: RecordRef, partner: tuple[str, str]) -> list[tuple[str, Said, Said]]:
        """The same of this record and one that may be its partner: (entity or collection, id)."""
        with self.database.read() as connection:
            return side_by_side(connection, company_id, ref, partner)

    def causes(self, company_id: str) -> list[Cause]:
        """What holds up most comes first. What a click can do about one is looked for by `with_fixes`."""
        company = self._company(company_id)
        with self.database.read() as connection:
            return fixes.causes_of(connection, company, self.web_links)

    def with_fixes(self, company_id: str, shown: Sequence[Cause]) -> list[Cause]:
        """These causes with the fix that suits each as it stands now: asked for those that are drawn."""
        company = self._company(company_id)
        with self.database.read() as connection:
            return fixes.with_their_fixes(connection, company, self.web_links, shown)

    # Runs

    def request_run(
        self,
        company_id: str,
        requested_by: str,
        trigger: Trigger,
        channel_id: str = "",
        plan: str = "",
        source: str = "",
    ) -> tuple[RunView, bool]:
        """The run, and whether it is new. `plan` is the hash of a plan; see bot/desk/runs.py."""
        return self.requesting.request(self._company(company_id).id, requested_by, trigger, plan, source)

    def accept_stop(self, run_id: str, requested_by: str, trigger: Trigger, source: str = "") -> tuple[RunView, bool]:
        """Go on after a safety stop, as somebody has looked. Raises UserError unless the last run was stopped so."""
        stopped = self.run(run_id)
        return self.requesting.accept_stop(stopped, self._company(stopped.company_id), requested_by, trigger, source)

    def run(self, run_id: str) -> RunView:
        with self.database.read() as connection:
            run = runs.get(connection, run_id)
        if run is None:
            raise UserError("That run is not known any more.")
        return run

    def runs_since(self, when: datetime) -> list[RunView]:
        with self.database.read() as connection:
            return runs.changed_since(connection, to_ms(when))

    # Before anything is written

    def preflight(self, company_id: str) -> tuple[Finding, ...]:
        """What the last run, or connecting, found that makes a sync go otherwise than people expect."""
        return tuple(preflight.stored(self._company(company_id)))

    def suggestions(self, company_id: str, ref: RecordRef) -> tuple[Suggestion, ...]:
        """Which records of the other side this one may be, the likeliest first, with what speaks for and against."""
        with self.database.read() as connection:
            return suggestions(connection, company_id, ref)

    # Unlink, relink, undo: see bot/desk/linking.py

    def preview_unlink(
        self, company_id: str, refs: Sequence[RecordRef], wanted: ResultsFilter | None = None
    ) -> LinkChange:
        return self.linking.preview(self._company(company_id), refs, True, wanted)

    def preview_relink(
        self, company_id: str, refs: Sequence[RecordRef], wanted: ResultsFilter | None = None
    ) -> LinkChange:
        return self.linking.preview(self._company(company_id), refs, False, wanted)

    def unlink(
        self,
        company_id: str,
        refs: Sequence[RecordRef],
        by: str,
        propagate: bool = False,
        note: str = "",
        source: str = "",
        confirmed: Confirmed | None = None,
    ) -> LinkChange:
        return self.linking.unlink(self._company(company_id), refs, Act(by, note, source), propagate, confirmed)

    def relink(
        self,
        company_id: str,
        refs: Sequence[RecordRef],
        by: str,
        propagate: bool = False,
        note: str = "",
        source: str = "",
        confirmed: Confirmed | None = None,
    ) -> LinkChange:
        return self.linking.relink(self._company(company_id), refs, Act(by, note, source), propagate, confirmed)

    def link_to(
        self,
        company_id: str,
        ref: RecordRef,
        entity: str,
        external_id: str,
        by: str,
        note: str = "",
        source: str = "",
    ) -> LinkChange:
        act = Act(by, note, source)
        return self.linking.link_to(self._company(company_id), ref, entity, external_id, act)

    def create_anyway(self, company_id: str, ref: RecordRef, by: str, note: str = "", source: str = "") -> LinkChange:
        return self.linking.create_anyway(self._company(company_id), ref, Act(by, note, source))

    # A name that is taken in QuickBooks, and what has no partner in its lists: see naming.py, choosing.py

    def name_choice(self, company_id: str, ref: RecordRef) -> NameChoice:
        company = self._company(company_id)
        with self.database.read() as connection:
            found = naming.choice(connection, company, ref)
        linked = self.web_links.to_quickbooks
        held = [replace(one, url=linked(company.realm, one.entity, one.id)) for one in found.holders]
        return replace(found, holders=tuple(held))

    def name_apart(
        self, company_id: str, ref: RecordRef, added: str, by: str, note: str = "", source: str = ""
    ) -> LinkChange:
        return self.linking.rename(self._company(company_id), ref, added, Act(by, note, source))

    def list_entries(self, company_id: str, ref: RecordRef, query: str, most: int) -> list[ListEntry]:
        with self.database.read() as connection:
            return choosing.offered(connection, self._company(company_id), ref, query, most)

    def choose(
        self, company_id: str, ref: RecordRef, entity: str, external_id: str, by: str, note: str = "", source: str = ""
    ) -> LinkChange:
        act = Act(by, note, source)
        return self.linking.link_to(self._company(company_id), ref, entity, external_id, act, listed=True)

    def undo(self, token: str, by: str, source: str = "") -> LinkChange:
        return self.linking.undo(token, Act(by, "", source))

    # What messages and modals remember

    def remember_view(self, state: Mapping[str, Any]) -> str:
        view_id = self.new_id()[:VIEW_ID_LENGTH]
        self.update_view(view_id, state)
        return view_id

    def view(self, view_id: str) -> dict[str, Any]:
        with self.database.read() as connection:
            state = notes.get_view(connection, view_id)
        if state is None:
            raise UserError("This message is too old to be changed. Ask again with /qbo-sync results.")
        return state

    def update_view(self, view_id: str, state: Mapping[str, Any]) -> None:
        with self.database.write() as connection:
            notes.put_view(connection, view_id, state, to_ms(self.clock()))

    def posted(self, key: str) -> PostedMessage | None:
        with self.database.read() as connection:
            return notes.get_post(connection, key)

    def note_posted(self, key: str, channel_id: str, ts: str, digest: str) -> None:
        with self.database.write() as connection:
            notes.put_post(connection, key, channel_id, ts, digest, to_ms(self.clock()))

    def claim_post(self, key: str) -> bool:
        with self.database.write() as connection:
            return notes.claim_post(connection, key, to_ms(self.clock()))

    def claimed(self, key: str) -> Claim | None:
        """The claim on a message that is not posted yet."""
        with self.database.read() as connection:
            return notes.get_claim(connection, key)

    def change_claim(self, key: str, seen: Claim, now: Claim) -> bool:
        """False when somebody else has changed it since it was seen."""
        with self.database.write() as connection:
            return notes.change_claim(connection, key, seen, now)

    def release_post(self, key: str) -> None:
        with self.database.write() as connection:
            notes.release_post(connection, key)

    def _company(self, company_id: str) -> Company:
        with self.database.read() as connection:
            company = companies.get(connection, company_id)
        if company is None:
            raise UserError(f"There is no company {company_id}. Connect it with qbo-sync connect {company_id} …")
        return company

    def _view(self, connection: Connection, company: Company) -> CompanyView:
        last = runs.last(connection, company.id)
        return CompanyView(
            id=company.id,
            name=company.name,
            status=_status(company, last),
            flag=Flag(company.flag) if company.flag else None,
            timezone=company.timezone,
            currency=company.currency,
            realm=company.realm,
            observe_only=company.observe_only,
            connected_at=from_ms(company.connected_at),
            last_clean_at=from_ms(company.last_clean_at),
            last_run=last,
            needs_attention=results.count_needing_attention(connection, company.id)[0],
            channel_id=company.channel_id,
            verified=companies.verified(company),
            days_out_of_balance=_days(runs.out_of_balance_since(connection, company.id), self.clock()),
        )


def _status(company: Company, last: RunView | None) -> CompanyStatus:
    if company.needs_reconnect:
        return CompanyStatus.NEEDS_RECONNECTING
    if last is None:
        return CompanyStatus.INCOMPLETE_SETUP
    if last.state in (RunState.REQUESTED, RunState.RUNNING):
        return CompanyStatus.IN_PROGRESS
    if last.state is RunState.INCOMPLETE:
        return CompanyStatus.INCOMPLETE_RUN
    return CompanyStatus.SYNCED if company.flag == Flag.BLUE else CompanyStatus.HAS_ERRORS


def _days(since: int | None, now: datetime) -> int:
    """Whole days, the first one counted; 0 = not at all."""
    began = from_ms(since)
    return 0 if began is None else (now - began).days + 1
