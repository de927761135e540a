"""The story of Harbour City Property, told through the pages of the stand-ins as a person would."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.core.model import Flag, Outcome, RecordType
from bot.sandbox import harbour_months
from bot.sandbox.demo_records import Where


def test_the_first_sync_is_red_for_three_reasons_and_no_other(harbour) -> None:
    finished = harbour.sync()

    closed = f"The books are closed up to {harbour.demo.quickbooks.companies[harbour.company.realm].books.close_date}"
    held_up = {headline: dict(cause.held_up) for headline, cause in harbour.causes().items()}
    assert held_up == {
        "Kiosk Ltd is archived in QuickBooks": {RecordType.INVOICE: 23},
        closed: {RecordType.INVOICE: 2},
        "The number 1042 is already used in QuickBooks": {RecordType.INVOICE: 1},
    }
    assert (finished.flag, finished.counts.failed) == (Flag.RED, 26)


def test_what_both_ledgers_knew_is_matched_and_not_written_twice(harbour) -> None:
    harbour.sync()

    matched = Counter(row.ref.type for row in harbour.results() if row.outcome is Outcome.ADOPTED)
    assert matched[RecordType.CONTACT] >= 20
    assert matched[RecordType.INVOICE] == 72  # three months of rent, kiosk and bills
    assert matched[RecordType.PAYMENT] == 24  # of the first month; the later ones come in
    created = [row for row in harbour.writes() if row.get("operation") == "create" and row["entity"] == "Invoice"]
    assert len(created) == len([one for one in _documents() if one.income and _goes_out(one)]) - 25


def test_payments_come_in_and_settle_their_invoices(harbour) -> None:
    harbour.sync()

    rents = harbour.demo.released
    invoices = {row["number"]: row for row in rents.rows(harbour.company.id, "invoices")}
    payments = {row["reference"]: row for row in rents.rows(harbour.company.id, "payments")}
    history = [one for one in _documents() if one.where is Where.BOTH and one.issued >= _calendar().sync_from]
    assert len(payments) >= 60
    assert Counter(invoices[one.number]["status"] for one in history) == {"paid": 66, "approved": 6}
    in_part = invoices[next(one.number for one in reversed(history) if one.contact == harbour_months.PAYS_IN_PART)]
    assert (in_part["status"], in_part["amountPaid"]) == ("approved", "500.00")
    at_once = [one.number for one in history if one.contact == harbour_months.PAYS_TWO_AT_ONCE][1:]
    settled = payments[f"DC {at_once[0]}"]["allocations"]
    assert [part["invoiceId"] for part in settled] == [invoices[number]["id"] for number in at_once]


def test_a_second_sync_writes_nothing(harbour) -> None:
    harbour.sync()
    before = harbour.writes()

    again = harbour.sync()

    assert harbour.writes() == before
    assert (again.counts.created, again.counts.updated, again.counts.adopted) == (0, 0, 0)
    assert again.counts.failed == 26


@pytest.mark.parametrize("number_changed_in", ["Re-Leased", "QuickBooks"])
def test_put_right_on_the_pages_it_turns_blue(harbour, number_changed_in) -> None:
    harbour.sync()
    causes = {cause.code: cause for cause in harbour.causes().values()}
    archived, used = causes["610"], causes["6140"]

    harbour.press_in_quickbooks(archived.external_url, "Make active")
    harbour.press_in_quickbooks(f"/company/{harbour.company.realm}/settings", "Reopen", do="reopen")
    if number_changed_in == "Re-Leased":
        harbour.renumber_in_released(used.refs[0].key, "1042-N")
    else:
        bills = harbour.demo.quickbooks.companies[harbour.company.realm].entity("Bill")
        bill = bills.find("DocNumber", harbour_months.CLASHING_NUMBER)
        page = f"/app/bill?txnId={bill['Id']}&realm={harbour.company.realm}"
        harbour.press_in_quickbooks(page, "Save", DocNumber="1042-L")
    finished = harbour.sync()

    assert harbour.causes() == {}
    assert (finished.flag, finished.counts.failed, finished.counts.created) == (Flag.BLUE, 0, 26)
    number_of_writes = len(harbour.writes())
    assert harbour.sync().flag is Flag.BLUE
    assert len(harbour.writes()) == number_of_writes


def test_with_kiosk_unlinked_and_the_rest_put_right_it_turns_blue(harbour) -> None:
    harbour.sync()
    causes = {cause.code: cause for cause in harbour.causes().values()}
    earlier = _calendar().closed_up_to - timedelta(days=20)

    desk = harbour.demo.app.desk
    change = desk.unlink(harbour.company.id, [causes["610"].ref], "U0ANA", propagate=True)
    page = f"/company/{harbour.company.realm}/settings"
    harbour.press_in_quickbooks(page, "Close", do="close", day=earlier.isoformat())
    harbour.renumber_in_released(causes["6140"].refs[0].key, "1042-N")
    finished = harbour.sync()

    assert change.cascade_counts[RecordType.INVOICE] == 26  # its three of before are among them
    assert (finished.flag, finished.counts.failed) == (Flag.BLUE, 0)
    assert {row.outcome for row in harbour.results() if row.ref in change.changed} == {Outcome.SKIPPED}


@pytest.mark.parametrize(
    "today", [date(2026, 11, 22), date(2027, 1, 1), date(2028, 2, 29), date(2027, 3, 14), date(2027, 3, 31)]
)
def test_the_data_keep_their_structure_whatever_the_day(today) -> None:
    at, ledger = harbour_months.calendar(today), harbour_months.ledger(today)

    assert len(ledger.contacts) >= 40
    assert len(ledger.documents) == len(harbour_months.ledger(date(2026, 11, 22)).documents) >= 150
    assert len(ledger.payments) == len(harbour_months.ledger(date(2026, 11, 22)).payments) >= 60
    assert at.today - at.closed_up_to >= timedelta(days=14)
    assert all(one.issued <= today for one in ledger.documents if not one.draft)
    assert all(payment.paid <= today for payment in ledger.payments)
    late = [one for one in ledger.documents if _goes_out(one, at) and one.issued <= at.closed_up_to]
    assert [one.lines[0].text for one in late] == ["Outgoings, yearly wash-up"] * 2
    assert all(Decimal(line.amount) > 0 for one in ledger.documents for line in one.lines)


def _calendar():
    return harbour_months.calendar(harbour_months_today())


def _documents():
    return harbour_months.ledger(harbour_months_today()).documents


def _goes_out(document, at=None) -> bool:
    since = (at or _calendar()).sync_from
    return document.where is Where.RELEASED and not document.draft and document.issued >= since


def harbour_months_today() -> date:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return datetime.now(ZoneInfo("Pacific/Auckland")).date()
