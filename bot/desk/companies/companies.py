"""Companies: all of them with how they stand, one by its name, and what is known of one before a sync."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.core.faults import UserError
from bot.core.planning.preflight import Finding
from bot.core.runs import CompanyStatus, CompanyView, Flag, RunState, RunView
from bot.store import companies
from bot.store.companies import Company
from bot.store.database import Database, from_ms
from bot.store.results import results
from bot.store.runs import runs
from bot.sync.planning import preflight

WORST_FIRST = (
    CompanyStatus.NEEDS_RECONNECTING,
    CompanyStatus.HAS_ERRORS,
    CompanyStatus.INCOMPLETE_RUN,
    CompanyStatus.INCOMPLETE_SETUP,
    CompanyStatus.IN_PROGRESS,
    CompanyStatus.NOT_CONNECTED,
    CompanyStatus.SYNCED,
)


@dataclass(frozen=True)
class Companies:
    """Raises UserError with words for the person."""

    database: Database
    clock: Callable[[], datetime]

    def all(self) -> list[CompanyView]:
        with self.database.read() as connection:
            found = [self._view(connection, company) for company in companies.all_companies(connection)]
        return sorted(found, key=lambda view: (WORST_FIRST.index(view.status), view.name.casefold()))

    def named(self, text: str) -> CompanyView:
        """By id, by name ignoring case, or by the one name that begins with the text."""
        views = self.all()
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
        company = company_of(self.database, company_id)
        when = from_ms(company.last_clean_at or company.connected_at)
        return when.astimezone(ZoneInfo(company.timezone)).date() if when else None

    def preflight(self, company_id: str) -> tuple[Finding, ...]:
        """What the last run, or connecting, found that makes a sync go otherwise than people expect."""
        return tuple(preflight.stored(company_of(self.database, company_id)))

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


def company_of(database: Database, company_id: str) -> Company:
    """Raises UserError for a company that is not connected."""
    with database.read() as connection:
        return known_company(connection, company_id)


def known_company(connection: Connection, company_id: str) -> Company:
    """Raises UserError for a company that is not connected."""
    company = companies.get(connection, company_id)
    if company is None:
        raise UserError(f"There is no company {company_id}. Connect it with qbo-sync connect {company_id} …")
    return company


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
