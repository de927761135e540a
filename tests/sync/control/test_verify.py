"""A verification reads both sides whole, finds what nobody told us of, and explains every cent or says it cannot."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.core.balance.verification import KindTotals, Verification
from bot.core.faults import UserError
from bot.core.model import RecordRef, RecordType, Side
from bot.sandbox.released.rules.shapes import Collection
from bot.store.mirror import records
from bot.store.runs import leases
from bot.sync.ending import Finished
from bot.sync.verify import verify
from tests.rarely import edge, rarely
from tests.sync.world import COMPANY, Json, World
from tests.sync.writing.test_allocations import allocate, credit_note, set_off

NOTHING = {"NZD": Decimal(0)}


def verified(world: World) -> Verification:
    with world.nothing_written():
        return verify(world.engine(), COMPANY)


def agrees(world: World) -> Verification:
    found = verified(world)
    assert found.agrees, (found.drift, found.lost, found.duplicates, found.repaired, found.gone, found.items)
    assert found.unexplained == NOTHING
    return found


def totals_of(found: Verification, kind: str) -> KindTotals:
    return next(line for line in found.totals if line.kind == kind)


@pytest.fixture(scope="module")
def settled_once(first_synced: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two invoices, one part paid, and a bill; long enough ago that no overlap reads them again."""
    world = first_synced.twin(tmp_path_factory.mktemp("settled"))
    tenant, supplier = world.contact("Kiosk Ltd"), world.contact("Plumb Co", "supplier")
    world.invoice(tenant, "INV-1"), world.invoice(tenant, "INV-2", "200.00"), world.bill(supplier, "B-1")
    world.sync_blue()
    sent = world.partner("Invoice", world.named("invoices", "INV-1"), "invoices")
    world.receive(sent["CustomerRef"]["value"], "15.00", (sent["Id"], "15.00"))
    for _run in range(2):
        world.clock.advance(hours=1)
        world.sync_blue()
    world.clock.advance(hours=1)
    world.app.close()
    return world


@pytest.fixture
def settled(settled_once: World, tmp_path: Path) -> Iterator[World]:
    world = settled_once.twin(tmp_path)
    yield world
    world.app.close()


def sent_as(world: World, number: str) -> Json:
    """The QuickBooks invoice of this number."""
    return next(row for row in world.books.entity("Invoice").values() if row["DocNumber"] == number)


def behind_our_back(world: World, entity: str, id_: str, **fields: Any) -> None:
    """QuickBooks changes and neither its clock nor its list of changes says so."""
    table = world.books.books.tables[entity]
    table.put({**table[id_], **fields})


def vanish(world: World, entity: str, *ids: str) -> None:
    """Deleted, and the list of changes does not say so."""
    table = world.books.books.tables[entity]
    for id_ in ids:
        table.remove(id_, {})
        del table.deleted[id_]


def test_a_company_in_step_agrees_and_its_statement_adds_up(settled: World) -> None:
    found = agrees(settled)
    line = totals_of(found, "Invoice")
    assert line.released == line.quickbooks and line.unexplained.amounts == (0, 0, 0, 0)
    assert (line.released.count, line.released.net, line.released.tax) == (2, Decimal("300.00"), Decimal("45.00"))
    assert (line.released.gross, line.released.open) == (Decimal("345.00"), Decimal("330.00"))
    assert totals_of(found, "Payment").quickbooks.gross == Decimal("15.00")
    assert [(one.ledger, one.released, one.quickbooks) for one in found.ledgers] == [
        ("receivable", Decimal("330.00"), Decimal("330.00")),
        ("payable", Decimal("57.50"), Decimal("57.50")),
    ]
    assert not found.contacts and not found.items


def test_the_last_verification_is_kept_for_the_overview(settled: World) -> None:
    found = agrees(settled)
    kept = settled.app.desk.companies.named(COMPANY).verified
    assert kept is not None and (kept.agrees, kept.drift, kept.unexplained) == (True, 0, NOTHING)
    assert abs((kept.at - found.at).total_seconds()) < 1


def test_an_edit_of_which_quickbooks_told_nobody_is_found_put_right_and_planned(settled: World) -> None:
    sent = sent_as(settled, "INV-1")
    line = {**sent["Line"][0], "Amount": Decimal("90.00")}
    detail = dict(line["SalesItemLineDetail"])
    detail.update(UnitPrice=Decimal("90.00")) if "UnitPrice" in detail else None
    line["SalesItemLineDetail"] = detail
    tax = {**sent["TxnTaxDetail"], "TotalTax": Decimal("13.50")}
    sums = {"TotalAmt": Decimal("103.50"), "Balance": Decimal("88.50"), "TxnTaxDetail": tax}
    behind_our_back(settled, "Invoice", sent["Id"], Line=[line], **sums)
    assert settled.sync_blue().counts.updated == 0, "nobody told us"
    found = verified(settled)
    assert found.repaired[Side.QUICKBOOKS].examples == ("INV-1",) and found.repaired[Side.RELEASED].count == 0
    (drift,) = found.drift
    assert (drift.name, drift.moved, found.drift_count) == ("INV-1", "QuickBooks", 1)
    assert "115.00 (tax 15.00)" in drift.words and "103.50 (tax 13.50)" in drift.words
    assert found.unexplained == {"NZD": Decimal("11.50")} and not found.agrees
    assert totals_of(found, "Invoice").unexplained.gross == Decimal("11.50")
    assert [(one.name, one.released - one.quickbooks) for one in found.contacts] == [("Kiosk Ltd", Decimal("11.50"))]


@edge
def test_a_corrupted_mirror_is_put_right(settled: World) -> None:
    sent = sent_as(settled, "INV-1")
    with settled.database.write() as connection:
        key = ("Invoice", sent["Id"])
        body = dict(records.get_mirror(connection, COMPANY, Side.QUICKBOOKS, [key])[key].body)
        wrong = "UPDATE mirror SET body = replace(body, '115', '999') WHERE entity = 'Invoice' AND id = :id"
        assert connection.execute(text(wrong), {"id": sent["Id"]}).rowcount == 1
        connection.execute(
            text("UPDATE figures SET gross = 5 WHERE entity = 'Invoice' AND id = :id"), {"id": sent["Id"]}
        )
    found = verified(settled)
    assert found.repaired[Side.QUICKBOOKS].examples == ("INV-1",)
    assert found.unexplained == NOTHING and not found.drift
    with settled.database.read() as connection:
        assert records.get_mirror(connection, COMPANY, Side.QUICKBOOKS, [key])[key].body == body
    settled.sync_blue()
    agrees(settled)


def test_a_document_that_quickbooks_deleted_without_a_word_is_marked_and_planned(settled: World) -> None:
    two = sent_as(settled, "INV-2")
    vanish(settled, "Invoice", two["Id"])
    found = verified(settled)
    assert found.gone[Side.QUICKBOOKS].examples == ("INV-2",)
    assert [(one.name, one.moved, one.words) for one in found.drift] == [
        ("INV-2", "QuickBooks", "It is not in QuickBooks any more.")
    ]
    assert found.unexplained == {"NZD": Decimal("230.00")}
    finished = settled.sync_red()
    assert [row.code for row in finished.failures] == ["deleted-in-quickbooks"]
    again = verified(settled)
    assert again.unexplained == NOTHING, "its row says why now"
    assert not again.agrees


@edge
def test_what_only_moved_out_of_our_dates_is_read_again_and_not_called_gone(settled: World) -> None:
    behind_our_back(settled, "Invoice", sent_as(settled, "INV-2")["Id"], TxnDate="2025-01-31")
    found = verified(settled)
    assert found.gone[Side.QUICKBOOKS].count == 0 and found.unexplained == NOTHING
    assert [(one.name, one.moved) for one in found.drift] == [("INV-2", "QuickBooks")]
    assert not found.agrees


@edge
def test_a_record_that_re_leased_lost_is_marked_and_is_not_sent_out(settled: World) -> None:
    settled.books.close_books(date(2026, 10, 31))
    lone = settled.invoice(settled.named("contacts", "Kiosk Ltd"), "INV-8")
    settled.sync_red()
    settled.clock.advance(hours=1)
    forget_in_released(settled, lone["id"])
    settled.books.close_books(None)
    found = verified(settled)
    assert found.gone[Side.RELEASED].examples == ("INV-8",) and found.unexplained == NOTHING
    with settled.nothing_written():
        settled.sync_blue()
    agrees(settled)


def forget_in_released(world: World, id_: str) -> None:
    table = world.released._ledgers[COMPANY].table(Collection.INVOICES)
    gone = table._records.pop(id_)
    table._order.remove((gone["modifiedAt"], id_))


@edge
def test_an_invoice_of_which_quickbooks_told_nobody_is_a_reconciling_item_and_then_comes_in(
    settled: World,
) -> None:
    sent = sent_as(settled, "INV-1")
    settled.qb_invoice({"Id": sent["CustomerRef"]["value"]}, "QB-77", "40.00")
    settled.clock.advance(hours=1)
    move_cursor(settled)
    assert settled.sync_blue().counts.created == 0
    found = verified(settled)
    (item,) = found.items
    assert (item.side, item.kind, item.sums.count, item.sums.gross) == (Side.QUICKBOOKS, "Invoice", 1, Decimal("46.00"))
    assert item.examples == ("QB-77",) and item.explains and found.unexplained == NOTHING and not found.agrees
    assert found.repaired[Side.QUICKBOOKS].examples == ("QB-77",)
    assert settled.sync_blue().counts.created == 1
    agrees(settled)


def move_cursor(world: World) -> None:
    """As if QuickBooks' changes up to now had been read."""
    moved = json.dumps({**world.company().cursors, "quickbooks": world.clock().isoformat()})
    with world.database.write() as connection:
        connection.execute(text("UPDATE companies SET cursors = :moved"), {"moved": moved})


@edge
def test_a_record_that_was_dropped_from_what_is_to_do_is_lost_and_found(settled: World) -> None:
    tenant = settled.named("contacts", "Kiosk Ltd")
    settled.invoice(tenant, "INV-3", "30.00")
    verified(settled)
    with settled.database.write() as connection:
        connection.execute(text("DELETE FROM todo"))
    found = verified(settled)
    assert found.lost.examples == ("invoice INV-3",)
    assert found.unexplained == {"NZD": Decimal("34.50")}
    assert settled.sync_blue().counts.created == 1
    agrees(settled)


@edge
@pytest.mark.parametrize("reason", ["unlinked", "closed", *rarely("draft", "old")])
def test_what_is_on_one_side_only_for_a_known_reason_explains_its_amount(settled: World, reason: str) -> None:
    tenant = settled.named("contacts", "Kiosk Ltd")
    more: Json = {"draft": {"status": "draft"}, "old": {"issueDate": "2025-01-31"}}.get(reason, {})
    if reason == "closed":
        settled.books.close_books(date(2026, 10, 31))
    made = settled.invoice(tenant, "INV-9", "70.00", **more)
    if reason == "unlinked":
        verified(settled)
        settled.unlink(RecordRef(RecordType.INVOICE, made["id"]))
    settled.sync()
    found = verified(settled)
    (item,) = found.items
    assert (item.side, item.sums.gross, item.explains) == (Side.RELEASED, Decimal("80.50"), True)
    said = {"draft": "Draft", "old": "start of the sync", "unlinked": "Unlinked", "closed": "closed"}[reason]
    assert said in item.reason
    assert found.unexplained == NOTHING and found.agrees is (reason != "closed")
    line = totals_of(found, "Invoice")
    assert line.difference.gross == Decimal("80.50") and line.unexplained.gross == 0


@edge
def test_a_payment_that_waits_explains_the_open_balance_of_its_invoice(settled: World) -> None:
    sent = sent_as(settled, "INV-1")
    paid = settled.receive(sent["CustomerRef"]["value"], "20.00", (sent["Id"], "20.00"))
    verified(settled)
    settled.unlink(RecordRef.in_quickbooks(RecordType.PAYMENT, "Payment", paid["Id"]))
    settled.sync_blue()
    found = verified(settled)
    assert [(item.kind, item.sums.gross) for item in found.items] == [("Payment", Decimal("20.00"))]
    line = totals_of(found, "Invoice")
    assert (line.difference.gross, line.difference.open) == (0, Decimal("20.00"))
    assert found.unexplained == NOTHING and line.unexplained.open == 0
    assert [(one.name, one.released, one.quickbooks) for one in found.contacts] == [
        ("Kiosk Ltd", Decimal("330.00"), Decimal("310.00"))
    ]


def test_credits_payments_out_and_what_is_paid_too_much_agree_to_the_cent(settled: World) -> None:
    tenant, supplier = settled.named("contacts", "Kiosk Ltd"), settled.named("contacts", "Plumb Co")
    note = credit_note(settled, tenant, "CN-1")
    credit_note(settled, supplier, "SC-1", "10.00", kind="expense")
    settled.sync_blue()
    allocate(settled, note, (settled.named("invoices", "INV-2"), "30.00"))
    two, bill = sent_as(settled, "INV-2"), settled.partner("Bill", settled.named("invoices", "B-1"), "invoices")
    settled.receive(two["CustomerRef"]["value"], "250.00", (two["Id"], "100.00"))
    settled.pay(bill["VendorRef"]["value"], "20.00", (bill["Id"], "20.00"))
    for _run in range(2):
        settled.sync_blue()
    found = agrees(settled)
    figures = {line.kind: (line.quickbooks.gross, line.released.open) for line in found.totals}
    assert figures["CreditMemo"] == (Decimal("46.00"), Decimal("16.00"))
    assert figures["AppliedCredit"][0] == Decimal("30.00") and figures["BillPayment"][0] == Decimal("20.00")
    assert figures["Payment"] == (Decimal("265.00"), Decimal("150.00"))
    assert figures["Invoice"][1] == Decimal("200.00") and figures["Bill"][1] == Decimal("37.50")
    assert [one.quickbooks for one in found.ledgers] == [Decimal("34.00"), Decimal("26.00")]


@edge
def test_a_credit_that_only_quickbooks_set_off_explains_both_open_balances(settled: World) -> None:
    credit_note(settled, settled.named("contacts", "Kiosk Ltd"), "CN-1")
    settled.sync_blue()
    two, note = sent_as(settled, "INV-2"), settled.named("credit-notes", "CN-1")
    parts = ("Invoice", two["Id"], "46.00"), ("CreditMemo", note["externalId"], "46.00")
    set_off(settled, two["CustomerRef"]["value"], *parts)
    found = verified(settled)
    assert {(item.kind, item.sums.gross) for item in found.items} == {("AppliedCredit", Decimal("46.00"))}
    for kind in ("Invoice", "CreditMemo"):
        assert totals_of(found, kind).difference.open == 46 and totals_of(found, kind).unexplained.open == 0
    assert found.unexplained == NOTHING and not found.agrees


@edge
def test_a_payment_that_was_lost_explains_no_open_balance(settled: World) -> None:
    sent = sent_as(settled, "INV-1")
    settled.receive(sent["CustomerRef"]["value"], "20.00", (sent["Id"], "20.00"))
    verified(settled)
    with settled.database.write() as connection:
        connection.execute(text("DELETE FROM todo"))
    found = verified(settled)
    assert totals_of(found, "Invoice").unexplained.open == 20 and totals_of(found, "Payment").unexplained.gross == -20
    assert found.unexplained == {"NZD": Decimal("40.00")} and found.lost.count == 1


def test_an_open_balance_that_nothing_explains_is_unexplained(settled: World) -> None:
    sent = sent_as(settled, "INV-1")
    behind_our_back(settled, "Invoice", sent["Id"], Balance=Decimal("60.00"))
    found = verified(settled)
    assert found.unexplained == {"NZD": Decimal("40.00")}
    assert totals_of(found, "Invoice").unexplained.open == Decimal("40.00")


@edge
def test_too_much_here_and_too_little_there_do_not_cancel_out(settled: World) -> None:
    sent = sent_as(settled, "INV-1")
    two = sent_as(settled, "INV-2")
    behind_our_back(settled, "Invoice", sent["Id"], Balance=Decimal("90.00"))
    behind_our_back(settled, "Invoice", two["Id"], Balance=Decimal("240.00"))
    found = verified(settled)
    assert totals_of(found, "Invoice").unexplained.open == 0
    assert found.unexplained == {"NZD": Decimal("20.00")}


@edge
def test_a_duplicate_entered_by_hand_is_named_once_with_both_ids(settled: World) -> None:
    sent = sent_as(settled, "INV-1")
    settled.books.books.settings.refuse_duplicate_numbers = False
    fields = ("CustomerRef", "DocNumber", "TxnDate", "DueDate", "Line", "TxnTaxDetail", "GlobalTaxCalculation")
    twin = settled.books.create("Invoice", {name: sent[name] for name in fields if name in sent})
    settled.sync_red()
    found = verified(settled)
    assert found.duplicates.count == 1
    (words,) = found.duplicates.examples
    assert "INV-1" in words and f"QuickBooks ids: {sent['Id']} and {twin['Id']}" in words
    assert found.unexplained == NOTHING and not found.agrees


@edge
def test_a_server_that_fails_half_way_marks_nothing_as_deleted(settled: World) -> None:
    two = sent_as(settled, "INV-2")
    vanish(settled, "Invoice", two["Id"])
    outage = {"kind": "reply", "status": 503, "body": "<html><title>Service Unavailable</title></html>"}
    settled.quickbooks_knobs.add({"match": {"path": "/query"}, "skip": 6, "effect": outage, "times": None})
    with pytest.raises(UserError, match="QuickBooks"):
        verify(settled.engine(), COMPANY)
    with settled.database.read() as connection:
        assert not connection.execute(text("SELECT count(*) FROM mirror WHERE deleted")).scalar_one()
    assert settled.app.desk.companies.named(COMPANY).verified is None
    settled.quickbooks_knobs.clear()
    assert verified(settled).gone[Side.QUICKBOOKS].count == 1


@edge
def test_when_most_of_a_side_seems_gone_nothing_is_marked_and_a_person_is_asked(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    for number in range(70):
        paired.invoice(tenant, f"INV-{number}", "10.00")
    paired.sync_blue()
    vanish(paired, "Invoice", *list(paired.books.entity("Invoice"))[:60])
    with pytest.raises(UserError, match=r"50 or more of 70 invoice records any more. Nothing was marked"):
        verify(paired.engine(), COMPANY)
    with paired.database.read() as connection:
        assert not connection.execute(text("SELECT count(*) FROM mirror WHERE deleted")).scalar_one()


def test_it_is_refused_while_a_sync_runs_and_for_an_unknown_company(paired: World) -> None:
    with paired.database.write() as connection:
        leases.claim(connection, COMPANY, "somebody")
    with pytest.raises(UserError, match="being synced already"):
        verify(paired.engine(), COMPANY)
    with pytest.raises(UserError, match="not connected"):
        verify(paired.engine(), "nobody")


@edge
def test_an_observe_only_company_can_be_verified(make_world: Any) -> None:
    world = make_world(connected=False)
    world.released.control("PUT", "settings", {"companies": {COMPANY: {"builtInSync": True}}})
    world.connect()
    world.rent(), world.repairs(), world.gst()
    world.invoice(world.contact("Kiosk Ltd"), "INV-1")
    finished: Finished = world.sync()
    assert finished.control is not None
    found = verified(world)
    assert [(item.kind, item.reason) for item in found.items] == [
        ("Invoice", "Would be synced (this company is only observed)")
    ]
    assert found.unexplained == NOTHING
