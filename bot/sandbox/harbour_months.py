"""Harbour City Property, month by month: its invoices, bills and payments, dated from the day on which the demo starts.

    before      one month before *sync from*: six invoices that stay out, and a payment for one of them
    history     three months in both ledgers, kept by hand: the first sync matches them. Payments of the first of these
                months stand in both ledgers too; the later ones in QuickBooks only, so that they come in. One pays two
                invoices, one pays a part of an invoice, and a few invoices are still open.
    open        from the first day after the closing date until today: rent, parking, owners' shares and bills from
                Re-Leased go out; some bills and an invoice from QuickBooks come in; a file is attached to one of each
    to come     next month's rent as drafts, which stay in Re-Leased until somebody approves them

Three things make the first sync red, each of them refused by QuickBooks or not sent because of what it says:
1. Kiosk Ltd is inactive in QuickBooks, and the invoices of its 23 sites cannot be written.
   To put it right: in QuickBooks open the customer, Make active.
2. The books are closed, and two invoices for outgoings are dated before.
   To put it right: in QuickBooks' settings reopen the books, or close them at an earlier date.
3. Northside Plumbing's bill has the number 1042, and so has a bill of Harbour Lift Services in QuickBooks.
   To put it right: change the number of either.
After that, or with Kiosk Ltd unlinked and all that refers to it, a sync is blue.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from bot.sandbox import harbour_city as city
from bot.sandbox.demo_records import GST, Document, Ledger, Line, Payment, Where
from bot.sandbox.harbour_city import KIOSK, LEASES, SERVICES, Lease

OPEN_AT_LEAST_DAYS = 14
DAYS_TO_PAY = 20
CAR_PARK_RENT = "220.00"
CLASHING_NUMBER = "1042"
UNPAID = ("Tui Travel", "Arcade Books", "Britomart Tailors", "O'Brien Ceramics", "Tannery Fitness")
PAYS_IN_PART = "Bean There Espresso"
PAYS_TWO_AT_ONCE = "Pacific Freight NZ"


@dataclass(frozen=True)
class Calendar:
    """`months` are the first days of the three months of history; the books are closed up to the last one's end."""

    today: date
    before: date
    months: tuple[date, date, date]
    open_from: date

    @property
    def sync_from(self) -> date:
        return self.months[0]

    @property
    def closed_up_to(self) -> date:
        return self.open_from - timedelta(days=1)

    def open_day(self, number: int) -> date:
        """Days of the open time, one after another and from the start again; never after today."""
        return self.open_from + timedelta(days=number * 3 % ((self.today - self.open_from).days + 1))


def calendar(today: date) -> Calendar:
    """At least a fortnight is open, whatever day of the month it is."""
    open_from = (today - timedelta(days=OPEN_AT_LEAST_DAYS)).replace(day=1)
    third = _month_before(open_from)
    second = _month_before(third)
    first = _month_before(second)
    return Calendar(today, _month_before(first), (first, second, third), open_from)


def ledger(today: date) -> Ledger:
    at = calendar(today)
    documents = [*_before(at), *_history(at), *_open_invoices(at), *_open_bills(at), *_drafts(at), *_trouble(at)]
    return Ledger(
        properties=city.PROPERTIES,
        accounts=city.ACCOUNTS,
        tax_types=city.TAX_TYPES,
        contacts=city.contacts(),
        documents=documents,
        payments=[*_payments(at, documents), _late_payment(at)],
        closed_up_to=at.closed_up_to,
    )


def _before(at: Calendar) -> Iterator[Document]:
    for place, lease in enumerate(LEASES[:6]):
        where = Where.BOTH if place < 3 else Where.RELEASED
        yield _rent(f"INV-{900 + place}", lease, at.before, where)


def _late_payment(at: Calendar) -> Payment:
    return Payment("DC INV-900", at.months[0] + timedelta(days=3), ("INV-900",))


def _history(at: Calendar) -> Iterator[Document]:
    for place, month in enumerate(at.months):
        for number, lease in enumerate((lease for lease in LEASES if lease.since_long), start=1001 + 20 * place):
            yield _rent(f"INV-{number}", lease, month, Where.BOTH)
        yield _kiosk(f"INV-{1019 + 20 * place}", 0, month, month, Where.BOTH)
        yield from _monthly_bills(month, Where.BOTH)


def _payments(at: Calendar, documents: list[Document]) -> Iterator[Payment]:
    together = [one.number for one in documents if one.contact == PAYS_TWO_AT_ONCE and one.issued in at.months[1:]]
    for one in documents:
        if one.where is not Where.BOTH or one.issued < at.sync_from or one.number in together[1:]:
            continue
        last = one.income and one.issued == at.months[2]
        if last and one.contact in UNPAID:
            continue
        numbers = tuple(together) if one.number in together else (one.number,)
        paid = max(document.due for document in documents if document.number in numbers)
        yield Payment(
            reference=f"{'DC' if one.income else 'CHQ'} {one.number}",
            paid=min(paid, at.today),
            numbers=numbers,
            where=Where.BOTH if one.issued < at.months[1] else Where.QUICKBOOKS,
            part="500.00" if last and one.contact == PAYS_IN_PART else None,
        )


def _open_invoices(at: Calendar) -> Iterator[Document]:
    for number, lease in enumerate(LEASES, start=1101):
        yield _rent(f"INV-{number}", lease, at.open_from, Where.RELEASED)
    for number, lease in enumerate(LEASES[:5], start=1141):
        amounts = [Line("Casual parking, five days", city.CAR_PARKS, "95.50", property=lease.property)]
        amounts += [Line("Access card", city.CAR_PARKS, "34.99", property=lease.property, quantity="2")]
        yield _document(f"INV-{number}", lease.tenant, at.open_day(number), *amounts, amounts_are="inclusive")
    for number, owner in enumerate(city.OWNERS, start=1151):
        share = Line("Owner's share of the seismic survey", city.OUTGOINGS, "1833.33", property=city.TANNERY)
        yield _document(f"INV-{number}", owner, at.open_day(number), share)
    hire = Line("Use of the roof for a day", city.RENT, "1200.00", property=city.QUAY)
    yield _document("QB-501", "Film Location Hire", at.open_day(4), hire, where=Where.QUICKBOOKS)


def _open_bills(at: Calendar) -> Iterator[Document]:
    yield from _monthly_bills(at.open_from, Where.RELEASED)
    repairs = ("Call-out, blocked drain", "New taps", "Leak at the loading dock", "Lights of the stairwell")
    for place, text in enumerate(repairs * 4):
        supplier = city.OCCASIONAL_SUPPLIERS[place % 4]
        amount = str(Decimal(180) + Decimal("61.35") * place)
        line = Line(text, city.REPAIRS, amount, property=city.PROPERTIES[place % 8].name)
        mode = "inclusive" if place % 5 == 0 else "exclusive"
        bill = _document(f"B-{7001 + place}", supplier, at.open_day(place), line, income=False, amounts_are=mode)
        yield replace(bill, file=f"Report of the plumber, {bill.number}.txt") if place == 0 else bill
    for place, supplier in enumerate(("Vector Energy", "Waitematā Water") * 2):
        line = Line("Electricity" if place % 2 == 0 else "Water", "Utilities", str(612 + 41 * place))
        number = f"U-{310 + place}"
        bill = _document(number, supplier, at.open_day(place), line, income=False, where=Where.QUICKBOOKS)
        yield replace(bill, file=f"Meter reading, {bill.number}.txt") if place == 0 else bill


def _drafts(at: Calendar) -> Iterator[Document]:
    next_month = (at.today.replace(day=1) + timedelta(days=32)).replace(day=1)
    for number, lease in enumerate(LEASES[:5], start=1191):
        yield _rent(f"INV-{number}", lease, next_month, Where.RELEASED, draft=True)


def _trouble(at: Calendar) -> Iterator[Document]:
    for site in range(city.KIOSK_SITES):
        yield _kiosk(f"INV-{1201 + site}", site, at.open_from, at.open_day(site), Where.RELEASED)
    for number, lease in enumerate(LEASES[:2], start=1161):
        line = Line("Outgoings, yearly wash-up", city.OUTGOINGS, lease.outgoings, property=lease.property)
        yield _document(f"INV-{number}", lease.tenant, at.closed_up_to - timedelta(days=7), line)
    lift = Line("Lift out of hours, call-out", city.REPAIRS, "1000.00", property=city.QUAY)
    pipe = Line("Burst pipe, level 3", city.REPAIRS, "1000.00", property=city.QUAY)
    for supplier, line, where in (
        ("Harbour Lift Services", lift, Where.QUICKBOOKS),
        ("Northside Plumbing Ltd", pipe, Where.RELEASED),
    ):
        yield _document(CLASHING_NUMBER, supplier, at.open_day(2), line, income=False, where=where)


def _rent(number: str, lease: Lease, month: date, where: Where, draft: bool = False) -> Document:
    """Rent of a flat carries no tax; a shop or an office pays its share of the outgoings and its car parks as well."""
    place, text = lease.property, f"{month:%B %Y}"
    tax = None if lease.residential else GST
    lines = [Line(f"Rent, {text}", city.RENT, lease.rent, tax, place)]
    if Decimal(lease.outgoings):
        lines.append(Line(f"Outgoings, {text}", city.OUTGOINGS, lease.outgoings, tax, place))
    if lease.car_parks:
        lines.append(Line(f"Car parks, {text}", city.CAR_PARKS, CAR_PARK_RENT, tax, place, str(lease.car_parks)))
    mode = "noTax" if lease.residential else "exclusive"
    reference = f"{place}, {text}"
    return _document(number, lease.tenant, month, *lines, where=where, draft=draft, amounts_are=mode, text=reference)


def _kiosk(number: str, site: int, month: date, issued: date, where: Where) -> Document:
    place = city.PROPERTIES[site % 8].name
    amount = str(Decimal("1480.00") + Decimal("31.25") * site)
    line = Line(f"Kiosk site {site + 1}, {month:%B %Y}", city.RENT, amount, property=place)
    return _document(number, KIOSK, issued, line, where=where, text=f"Site {site + 1}, {place}")


def _monthly_bills(month: date, where: Where) -> Iterator[Document]:
    for place, service in enumerate(SERVICES):
        line = Line(f"{service.text}, {month:%B %Y}", service.account, service.amount, property=service.property)
        number = f"{service.number}{month:%m}{place + 1}"
        issued = month + timedelta(days=4 + place)
        yield _document(number, service.supplier, issued, line, income=False, where=where)


def _document(
    number: str,
    contact: str,
    issued: date,
    *lines: Line,
    income: bool = True,
    amounts_are: str = "exclusive",
    where: Where = Where.RELEASED,
    draft: bool = False,
    text: str = "",
) -> Document:
    due = issued + timedelta(days=DAYS_TO_PAY)
    return Document(number, contact, issued, due, lines, income, amounts_are, where, draft, text)


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)
