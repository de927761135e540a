"""All that people may ask of the product, for Slack and for the command line: reads the store and starts runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.core import causes
from bot.core.faults import UserError
from bot.core.model import (
    Cause,
    CompanyStatus,
    CompanyView,
    Flag,
    LinkChange,
    RecordRef,
    RedReason,
    Result,
    ResultsFilter,
    ResultsPage,
    RunState,
    RunView,
    Trigger,
)
from bot.linking import Linking
from bot.side_by_side import side_by_side
from bot.store import companies, notes, results, runs
from bot.store.companies import Company
from bot.store.database import Database, from_ms, to_ms
from bot.store.notes import PostedMessage
from bot.web_links import WebLinks

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

    @property
    def linking(self) -> Linking:
        return Linking(self.database, self.clock, self.new_id)

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

    def results(self, wanted: ResultsFilter, page: int = 1, rows: int | None = 25) -> ResultsPage:
        company = self._company(wanted.company_id)
        with self.database.read() as connection:
            total = results.count(connection, wanted, company.timezone)
            pages = max(1, -(-total // rows)) if rows else 1
            page = max(1, min(page, pages))
            found = results.page(connection, wanted, company.timezone, (page - 1) * (rows or 0), rows)
        return ResultsPage(tuple(self.web_links.on(row, company.realm) for row in found), total, page, pages)

    def result(self, company_id: str, ref: RecordRef) -> Result | None:
        return next(iter(self.results_for(company_id, [ref])), None)

    def results_for(self, company_id: str, refs: Sequence[RecordRef]) -> list[Result]:
        company = self._company(company_id)
        with self.database.read() as connection:
            return [self.web_links.on(row, company.realm) for row in results.get(connection, company_id, refs)]

    def attempts(self, company_id: str, ref: RecordRef) -> list[Result]:
        with self.database.read() as connection:
            return results.history(connection, company_id, ref)

    def both_sides(self, company_id: str, ref: RecordRef) -> list[tuple[str, str, str]]:
        """(field, what Re-Leased says, what QuickBooks says), as both last said it."""
        with self.database.read() as connection:
            return side_by_side(connection, company_id, ref)

    def causes(self, company_id: str) -> list[Cause]:
        company = self._company(company_id)
        with self.database.read() as connection:
            rows = results.needing_attention(connection, company_id)
        found = causes.group([self.web_links.on(row, company.realm) for row in rows])
        return [self._as_itself(cause, company.realm) for cause in found]

    # Runs

    def request_run(
        self, company_id: str, requested_by: str, trigger: Trigger, channel_id: str = ""
    ) -> tuple[RunView, bool]:
        """The run, and whether it is new: a second request while one is under way gives that one."""
        return self._request(self._company(company_id).id, requested_by, trigger)

    def _request(
        self, company_id: str, requested_by: str, trigger: Trigger, accepts_stop: bool = False
    ) -> tuple[RunView, bool]:
        run_id, now = self.new_id(), to_ms(self.clock())
        with self.database.write() as connection:
            new = runs.request(connection, run_id, company_id, trigger, requested_by, now, accepts_stop)
            run = runs.get(connection, run_id) if new else runs.open_run(connection, company_id)
        if run is None:
            raise UserError("The run has just finished; ask again.")
        self.wake()
        return run, new

    def accept_stop(self, run_id: str, requested_by: str, trigger: Trigger) -> tuple[RunView, bool]:
        """Go on after a safety stop, as somebody has looked. Raises UserError unless the last run was stopped so."""
        stopped = self.run(run_id)
        company = self._company(stopped.company_id)
        if stopped.red_reason is not RedReason.SAFETY_STOP or company.last_run_id != run_id:
            raise UserError("There is no safety stop to go on from: that run was not stopped, or others came after it.")
        return self._request(company.id, requested_by, trigger, accepts_stop=True)

    def run(self, run_id: str) -> RunView:
        with self.database.read() as connection:
            run = runs.get(connection, run_id)
        if run is None:
            raise UserError("That run is not known any more.")
        return run

    def runs_since(self, when: datetime) -> list[RunView]:
        with self.database.read() as connection:
            return runs.changed_since(connection, to_ms(when))

    # Unlink, relink, undo: see bot/linking.py

    def preview_unlink(self, company_id: str, refs: Sequence[RecordRef]) -> LinkChange:
        return self.linking.preview(self._company(company_id), refs)

    def preview_relink(self, company_id: str, refs: Sequence[RecordRef]) -> LinkChange:
        return self.linking.preview(self._company(company_id), refs)

    def unlink(
        self, company_id: str, refs: Sequence[RecordRef], by: str, propagate: bool = False, note: str = ""
    ) -> LinkChange:
        return self.linking.unlink(self._company(company_id), refs, by, propagate, note)

    def relink(
        self, company_id: str, refs: Sequence[RecordRef], by: str, propagate: bool = False, note: str = ""
    ) -> LinkChange:
        return self.linking.relink(self._company(company_id), refs, by, propagate, note)

    def undo(self, token: str, by: str) -> LinkChange:
        return self.linking.undo(token, by)

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

    def release_post(self, key: str) -> None:
        with self.database.write() as connection:
            notes.release_post(connection, key)

    def _company(self, company_id: str) -> Company:
        with self.database.read() as connection:
            company = companies.get(connection, company_id)
        if company is None:
            raise UserError(f"There is no company {company_id}. Connect it with qbo-sync connect {company_id} …")
        return company

    def _as_itself(self, cause: Cause, realm: str) -> Cause:
        """A cause that has no failing row of its own (an archived or unlinked contact) is named and can be opened."""
        if cause.ref is None or cause.external_url or cause.released_url:
            return cause
        entity, external_id, name = self.linking.partner(cause.ref, realm)
        released = "" if cause.ref.external else self.web_links.to_released(cause.ref.type, cause.ref.key)
        external = self.web_links.to_quickbooks(realm, entity, external_id)
        return replace(cause, name=name or cause.name, released_url=released, external_url=external)

    def _view(self, connection: Any, company: Company) -> CompanyView:
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
