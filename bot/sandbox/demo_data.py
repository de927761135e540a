"""The two companies of the demo: where they are kept, what is written into them, and what a person did beforehand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.sandbox import all_faults, harbour_months
from bot.sandbox.demo_records import Ledger
from bot.sandbox.quickbooks import QuickBooksState
from bot.sandbox.released import ReleasedState
from bot.sandbox.two_ledgers import TwoLedgers

TIMEZONE = "Pacific/Auckland"


@dataclass(frozen=True)
class DemoCompany:
    """`id` is the Re-Leased company, `realm` the QuickBooks company that it is paired with."""

    id: str
    realm: str
    name: str
    name_in_quickbooks: str


HARBOUR_CITY = DemoCompany("harbour-city", "9341450000000001", "Harbour City Property", "Harbour City Property Ltd")
ALL_FAULTS = DemoCompany("all-faults", "9341450000000002", "All Faults Ltd", "All Faults Limited")
COMPANIES = (HARBOUR_CITY, ALL_FAULTS)


def fill(quickbooks: QuickBooksState, released: ReleasedState, clock: Callable[[], datetime]) -> None:
    """Adds both companies to both stand-ins. The same on the same day, in New Zealand."""
    today = clock().astimezone(ZoneInfo(TIMEZONE)).date()
    _add(quickbooks, released, HARBOUR_CITY, harbour_months.ledger(today), today)
    written = _add(quickbooks, released, ALL_FAULTS, all_faults.ledger(today), today)
    all_faults.add_what_is_in_the_way(written, today)
    for company in COMPANIES:
        quickbooks.companies[company.realm].write_log.clear()


def _add(
    quickbooks: QuickBooksState, released: ReleasedState, company: DemoCompany, ledger: Ledger, today: date
) -> TwoLedgers:
    sync_from = harbour_months.calendar(today).sync_from.isoformat()
    released.add_company(
        id=company.id, name=company.name, country="NZ", timezone=TIMEZONE, currency="NZD", syncFrom=sync_from
    )
    books = quickbooks.add_company(company.realm, company.name_in_quickbooks, country="NZ", currency="NZD")
    written = TwoLedgers(released, company.id, books)
    written.write(ledger)
    return written
