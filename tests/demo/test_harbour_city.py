"""The story of Harbour City Property, told through the pages of the stand-ins as a person would."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.core.model import Direction, Outcome, RecordType
from bot.core.runs import Flag
from bot.sandbox import harbour_months
from bot.sandbox.demo_records import Where
from tests.rarely import edge

ANY_DAY = date(2026, 11, 22)


def goes_out(document, calendar) -> bool:
    return document.where is Where.RELEASED and not document.draft and document.issued >= calendar.sync_from


def test_the_first_sync_is_red_for_three_reasons_and_no_other(first_sync) -> None:
    closed_up_to = harbour_months.calendar(first_sync.today).closed_up_to
    held_up = {headline: dict(cause.held_up) for headline, cause in first_sync.story.causes().items()}
    assert held_up == {
        "Kiosk Ltd is inactive in QuickBooks": {RecordType.INVOICE: 23},
        f"The books are closed up to {closed_up_to.day} {closed_up_to:%b %Y}": {RecordType.INVOICE: 2},
        "The number 1042 is already used in QuickBooks": {RecordType.INVOICE: 1},
    }
    assert (first_sync.finished.flag, first_sync.finished.counts.failed) == (Flag.RED, 26)


def test_what_both_ledgers_knew_is_matched_and_the_rest_is_written_once(first_sync) -> None:
    story, calendar = first_sync.story, harbour_months.calendar(first_sync.today)
    matched = Counter(row.ref.type for row in story.results() if row.outcome is Outcome.ADOPTED)
    assert matched[RecordType.CONTACT] >= 20
    assert matched[RecordType.INVOICE] == 72  # three months of rents, of Kiosk Ltd and of bills
    assert matched[RecordType.PAYMENT] == 24  # those of the first month; the later ones come in
    documents = harbour_months.ledger(first_sync.today).documents
    sent = [row for row in story.writes() if row.get("operation") == "create" and row["entity"] in ("Invoice", "Bill")]
    assert len(sent) == len([one for one in documents if goes_out(one, calendar)]) - 26


def test_a_file_of_each_side_is_attached_on_the_other(first_sync) -> None:
    attached = {row.direction: row for row in first_sync.story.results() if row.outcome is Outcome.ATTACHED}
    assert {direction: row.name for direction, row in attached.items()} == {
        Direction.OUTGOING: "Report of the plumber, B-7001.txt",
        Direction.INCOMING: "Meter reading, U-310.txt",
    }


def test_payments_come_in_and_settle_their_invoices(first_sync) -> None:
    calendar, documents = harbour_months.calendar(first_sync.today), harbour_months.ledger(first_sync.today).documents
    released, company_id = first_sync.story.demo.released, first_sync.story.company.id
    invoices = {row["number"]: row for row in released.rows(company_id, "invoices")}
    payments = {row["reference"]: row for row in released.rows(company_id, "payments")}

    history = [one for one in documents if one.where is Where.BOTH and one.issued >= calendar.sync_from]
    assert len(payments) >= 60
    assert Counter(invoices[one.number]["status"] for one in history) == {"paid": 66, "approved": 6}
    in_part = [one.number for one in history if one.contact == harbour_months.PAYS_IN_PART][-1]
    assert (invoices[in_part]["status"], invoices[in_part]["amountPaid"]) == ("approved", "500.00")
    at_once = [one.number for one in history if one.contact == harbour_months.PAYS_TWO_AT_ONCE][1:]
    settled = payments[f"DC {at_once[0]}"]["allocations"]
    assert [part["invoiceId"] for part in settled] == [invoices[number]["id"] for number in at_once]


def test_drafts_and_what_is_older_than_the_sync_stay_out(first_sync) -> None:
    results = {row.name: row for row in first_sync.story.results()}
    assert {results[f"INV-{number}"].code for number in range(900, 906)} == {"before-sync-from"}
    assert {results[f"INV-{number}"].code for number in range(1191, 1196)} == {"not-approved"}
    assert results["DC INV-900"].code == "paid-before-sync-from"


def test_put_right_on_the_pages_it_turns_blue_and_stays_so(harbour) -> None:
    causes = {cause.code: cause for cause in harbour.causes().values()}
    before = len(harbour.writes())
    assert harbour.sync().counts.failed == 26
    assert len(harbour.writes()) == before, "a second sync writes nothing"

    harbour.press_in_quickbooks(causes["archived-contact"].external_url, "Make active")
    harbour.press_in_quickbooks(f"/company/{harbour.company.realm}/settings", "Reopen the books", do="reopen")
    harbour.renumber_in_released(causes["6140"].refs[0].key, "1042-N")
    finished = harbour.sync()

    assert harbour.causes() == {}
    assert (finished.flag, finished.counts.failed, finished.counts.created) == (Flag.BLUE, 0, 26)
    before = len(harbour.writes())
    assert harbour.sync().flag is Flag.BLUE
    assert len(harbour.writes()) == before


@edge
def test_with_kiosk_unlinked_and_the_rest_put_right_in_quickbooks_it_turns_blue(harbour) -> None:
    causes = {cause.code: cause for cause in harbour.causes().values()}
    books = harbour.demo.quickbooks.companies[harbour.company.realm]
    holder = books.entity("Bill").find("DocNumber", harbour_months.CLASHING_NUMBER)
    earlier = (books.books.close_date - timedelta(days=20)).isoformat()

    change = harbour.demo.app.desk.linking.unlink(
        harbour.company.id, [causes["archived-contact"].ref], "U0ANA", propagate=True
    )
    page = f"/company/{harbour.company.realm}/settings"
    harbour.press_in_quickbooks(page, "Close the books", do="close", day=earlier)
    page = f"/app/bill?txnId={holder['Id']}&realm={harbour.company.realm}"
    harbour.press_in_quickbooks(page, "Save", DocNumber="1042-L")
    finished = harbour.sync()

    assert change.cascade_counts[RecordType.INVOICE] == 26  # its three of before are among them
    assert (finished.flag, finished.counts.failed, finished.counts.created) == (Flag.BLUE, 0, 3)
    assert {row.outcome for row in harbour.results() if row.ref in change.changed} == {Outcome.SKIPPED}


@pytest.mark.parametrize("today", [ANY_DAY, date(2027, 1, 1), date(2028, 2, 29), date(2027, 3, 14), date(2027, 3, 31)])
def test_the_data_keep_their_structure_whatever_the_day(today) -> None:
    calendar, ledger = harbour_months.calendar(today), harbour_months.ledger(today)
    usual = harbour_months.ledger(ANY_DAY)

    assert len(ledger.contacts) == len(usual.contacts) >= 40
    assert len(ledger.documents) == len(usual.documents) >= 150
    assert len(ledger.payments) == len(usual.payments) >= 60
    assert today - calendar.closed_up_to >= timedelta(days=14)
    assert all(one.issued <= today for one in ledger.documents if not one.draft)
    assert all(payment.paid <= today for payment in ledger.payments)
    late = [one for one in ledger.documents if goes_out(one, calendar) and one.issued <= calendar.closed_up_to]
    assert [one.lines[0].text for one in late] == ["Outgoings, yearly wash-up"] * 2
    assert all(Decimal(line.amount) > 0 for one in ledger.documents for line in one.lines)
