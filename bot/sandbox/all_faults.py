"""All Faults Ltd, the demo's second company: a record for every way in which a record can need attention.

    name already used       Metro Glass Ltd is a tenant in Re-Leased and a supplier in QuickBooks, Sam Taylor a tenant
                            in Re-Leased and an employee in QuickBooks. QuickBooks refuses the second one of a name.
    failing parent          every invoice of a contact that cannot be written; it waits
    inactive contact        Closed Cafe Ltd is inactive in QuickBooks, and two invoices are written for it
    closed period           AF-CLOSED is dated before the closing date
    number already used     bill 7001 of Good Supplier Ltd: QuickBooks has a bill 7001 of Other Supplier Ltd
    suggested match         bill 7002 of Good Supplier Ltd stands in QuickBooks with another total
    tax code missing        AF-NO-TAX has a line without a tax type, AF-OLD-TAX one with a type that QuickBooks lacks
    account missing         AF-ACCOUNT has a line on an account that QuickBooks lacks
    unlinked parent         Paused Tenant Ltd is unlinked by a person (see demo_data), so that AF-PAUSED waits
    name too long           a contact of 520 characters
    forbidden characters    Unit 4: Smith Family Trust, and the link among the hostile names
    number too long         a number of more than 21 characters
    currency not enabled    AF-USD
    coming in and refused   QuickBooks' invoice AF-DISCOUNT has a discount, which Re-Leased cannot hold

The hostile names are there for Slack, the database and the pages, not for the sync: those that QuickBooks takes sync,
and nobody is notified, nothing is dropped, and no link or bold type appears that we did not write ourselves.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot.sandbox.demo_records import GST, Account, Contact, Document, Ledger, Line, Property, TaxType, Where
from bot.sandbox.harbour_months import calendar
from bot.sandbox.two_ledgers import TwoLedgers

UNLINKED = "Paused Tenant Ltd"
STEADY, GOOD_SUPPLIER, OTHER_SUPPLIER = "Steady Tenant Ltd", "Good Supplier Ltd", "Other Supplier Ltd"
TAKEN_BY_A_VENDOR, TAKEN_BY_AN_EMPLOYEE = "Metro Glass Ltd", "Sam Taylor"
ARCHIVED = "Closed Cafe Ltd"
WITH_COLON = "Unit 4: Smith Family Trust"
TOO_LONG = f"Trustees of {'the Very Long Name ' * 26}Trust".ljust(520, "x")
LONG = f"Partners in {'the Rather Long Name ' * 18}Lease".ljust(400, "y")
HOSTILE_AND_REFUSED = "*bold* <https://evil.example|x>"  # it holds a colon
HOSTILE = ("<!channel>", "'; DROP TABLE customers; --", "🏢🔥 Emoji & Söhne", "شركة الميناء", "=1+1", LONG)
LONG_NUMBER = "AF-OF-MORE-THAN-21-CHARACTERS"

RENT, NOT_IN_QUICKBOOKS = "Rent", "Rooftop Aerials"
REPAIRS, OLD_TAX = "Repairs and Maintenance", "12.5% GST (until 2010)"
PLACE = "1 Fault Lane"


@dataclass(frozen=True)
class _Dates:
    """`before` lies in closed books."""

    open: date
    before: date


def ledger(today: date) -> Ledger:
    at = calendar(today)
    dates = _Dates(at.open_from + timedelta(days=1), at.closed_up_to - timedelta(days=5))
    return Ledger(
        properties=(Property(PLACE),),
        accounts=(
            Account("200", RENT, sales=True, where=Where.RELEASED),
            Account("290", NOT_IN_QUICKBOOKS, sales=True, where=Where.RELEASED),
            Account("400", REPAIRS, sales=False, where=Where.RELEASED),
        ),
        tax_types=(
            TaxType(GST, Decimal("15.00")),
            TaxType("No GST", Decimal("0.00")),
            TaxType(OLD_TAX, Decimal("12.50"), Where.RELEASED),
        ),
        contacts=_contacts(),
        documents=(*_of_contacts(dates), *_of_documents(dates), *_of_suppliers(dates)),
        payments=(),
        closed_up_to=at.closed_up_to,
    )


def add_what_is_in_the_way(written: TwoLedgers, today: date) -> None:
    """What QuickBooks has without Re-Leased knowing: holders of the names, and an invoice that cannot come in."""
    quickbooks = written.quickbooks
    quickbooks.create("Vendor", {"DisplayName": TAKEN_BY_A_VENDOR})
    quickbooks.create("Employee", {"DisplayName": TAKEN_BY_AN_EMPLOYEE})
    kind = "SalesItemLineDetail"
    rent = quickbooks.entity("Item").find("Name", RENT) or {}
    tax = quickbooks.entity("TaxCode").find("Name", GST) or {}
    detail = {"ItemRef": {"value": rent["Id"]}, "TaxCodeRef": {"value": tax["Id"]}}
    discount = {"PercentBased": True, "DiscountPercent": Decimal(10)}
    lines = [
        {"Amount": Decimal(500), "DetailType": kind, kind: detail},
        {"DetailType": "DiscountLineDetail", "DiscountLineDetail": discount},
    ]
    customer = {"value": written.quickbooks_ids["Customer", STEADY]}
    dated = {"DocNumber": "AF-DISCOUNT", "TxnDate": calendar(today).open_from.isoformat()}
    quickbooks.create("Invoice", {"CustomerRef": customer, "Line": lines, **dated})


def _contacts() -> tuple[Contact, ...]:
    tenants = (TAKEN_BY_A_VENDOR, TAKEN_BY_AN_EMPLOYEE, WITH_COLON, TOO_LONG, UNLINKED, HOSTILE_AND_REFUSED, *HOSTILE)
    return (
        Contact(STEADY, ("tenant",), "steady@all-faults.example", where=Where.BOTH),
        Contact(ARCHIVED, ("tenant",), where=Where.BOTH, archived=True),
        *(Contact(name, ("tenant",)) for name in tenants),
        Contact(GOOD_SUPPLIER, ("supplier",), where=Where.BOTH),
        Contact(OTHER_SUPPLIER, ("supplier",), where=Where.QUICKBOOKS),
    )


def _of_contacts(dates: _Dates) -> list[Document]:
    """An invoice for every contact, two for the archived one."""
    numbers = {
        TAKEN_BY_A_VENDOR: ("AF-NAME-1",),
        TAKEN_BY_AN_EMPLOYEE: ("AF-NAME-2",),
        ARCHIVED: ("AF-ARCHIVED-1", "AF-ARCHIVED-2"),
        WITH_COLON: ("AF-COLON",),
        TOO_LONG: ("AF-TOO-LONG",),
        UNLINKED: ("AF-PAUSED",),
        HOSTILE_AND_REFUSED: ("AF-HOSTILE-0",),
        **{name: (f"AF-HOSTILE-{place}",) for place, name in enumerate(HOSTILE, start=1)},
    }
    return [_invoice(number, contact, dates.open) for contact, some in numbers.items() for number in some]


def _of_documents(dates: _Dates) -> list[Document]:
    hostile = Line(f"{HOSTILE_AND_REFUSED} <!here> @everyone `code` {HOSTILE[1]}", RENT, "10.00", GST, PLACE)
    return [
        _invoice("AF-GOOD", STEADY, dates.open),
        _invoice("AF-LINES", STEADY, dates.open, hostile),
        _invoice("AF-CLOSED", STEADY, dates.before),
        _invoice("AF-NO-TAX", STEADY, dates.open, Line("Rent", RENT, "900.00", None, PLACE)),
        _invoice("AF-OLD-TAX", STEADY, dates.open, Line("Rent of 2010", RENT, "900.00", OLD_TAX, PLACE)),
        _invoice("AF-ACCOUNT", STEADY, dates.open, Line("Aerial", NOT_IN_QUICKBOOKS, "80.00", GST, PLACE)),
        _invoice(LONG_NUMBER, STEADY, dates.open),
        _invoice("AF-USD", STEADY, dates.open, currency="USD"),
    ]


def _of_suppliers(dates: _Dates) -> list[Document]:
    pairs = (
        ("7001", OTHER_SUPPLIER, "333.00", Where.QUICKBOOKS),
        ("7001", GOOD_SUPPLIER, "450.00", Where.RELEASED),
        ("7002", GOOD_SUPPLIER, "610.00", Where.QUICKBOOKS),
        ("7002", GOOD_SUPPLIER, "601.00", Where.RELEASED),
    )
    return [
        _bill(number, supplier, dates.open, Line("Repairs", REPAIRS, amount, GST, PLACE), where)
        for number, supplier, amount, where in pairs
    ]


def _invoice(
    number: str, contact: str, issued: date, line: Line | None = None, currency: str | None = None
) -> Document:
    lines = (line or Line("Rent", RENT, "1000.00", GST, PLACE),)
    return Document(number, contact, issued, issued + timedelta(days=20), lines, currency=currency)


def _bill(number: str, supplier: str, issued: date, line: Line, where: Where) -> Document:
    return Document(number, supplier, issued, issued + timedelta(days=20), (line,), income=False, where=where)
