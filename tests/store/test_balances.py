"""Figures are kept with the mirror, differences are an index away, and both databases add up alike."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, event

from bot.core.balance.control_totals import PAYABLE, RECEIVABLE, Figures, Sums
from bot.core.model import Direction, Link, MirrorRecord, Outcome, RecordRef, RecordType, Result, Side
from bot.store.database import Database
from bot.store.mirror import balances, control_sums, records
from bot.store.mirror.balances import RecordFigures
from bot.store.mirror.records import NormalisedRecord
from bot.store.results import results
from bot.store.tables import figures as table
from tests.store.conftest import COMPANY

INVOICE, CONTACT = RecordType.INVOICE, RecordType.CONTACT
HOME = {Side.RELEASED: "NZD", Side.QUICKBOOKS: "NZD"}
RELEASED, QUICKBOOKS = Side.RELEASED, Side.QUICKBOOKS
NOW = datetime(2026, 11, 3, tzinfo=UTC)


def figures(gross: str = "115.00", **more: Any) -> Figures:
    amount = Decimal(gross)
    said = {"net": amount, "gross": amount, "open": amount, "counted": True, **more}
    return replace(Figures(INVOICE, "Invoice", "INV-1", "kiosk", "2026-10-05", ""), **said)


def put(connection: Connection, side: Side, id_: str, said: Figures | None, entity: str = "", **record: Any) -> None:
    entity = entity or ("invoices" if side is RELEASED else "Invoice")
    normalised = NormalisedRecord(MirrorRecord(side, entity, id_, "0", {"Id": id_}, **record), id_, frozenset(), said)
    records.put_mirror(connection, COMPANY, [normalised])


def pair(connection: Connection, ours: str = "r1", theirs: str = "1", **other: Any) -> Link:
    put(connection, RELEASED, ours, figures(name=ours))
    put(connection, QUICKBOOKS, theirs, figures(name=ours, party="1", **other))
    link = Link(INVOICE, ours, "Invoice", theirs)
    records.put_link(connection, COMPANY, link)
    return link


def settle_all(connection: Connection) -> list[RecordFigures]:
    found = balances.fresh(connection, COMPANY, 100)
    balances.mark_checked(connection, COMPANY, [one.key for one in found])
    return found


def row(ref: RecordRef, outcome: Outcome, code: str = "6210") -> Result:
    return Result(NOW, ref, "INV-1", ref.key, "", "", Direction.OUTGOING, outcome, code, "said", "", True)


def test_figures_are_fresh_when_they_change_and_only_then(database: Database) -> None:
    with database.write() as connection:
        put(connection, QUICKBOOKS, "1", figures())
        assert [one.figures.gross for one in settle_all(connection)] == [Decimal("115.00")]
        put(connection, QUICKBOOKS, "1", figures())
        assert settle_all(connection) == []
        put(connection, QUICKBOOKS, "1", figures(open=Decimal("0.01")))
        assert [one.figures.open for one in settle_all(connection)] == [Decimal("0.01")]


def test_a_text_that_is_too_long_for_its_column_is_cut_and_stops_nobody(database: Database) -> None:
    """PostgreSQL refuses what does not fit, and the run with it."""
    texts = dict.fromkeys(("kind", "name", "party", "date", "currency", "same_key"), "x" * 5_000)
    with database.write() as connection:
        put(connection, QUICKBOOKS, "1", figures(**texts))
        (kept,) = settle_all(connection)
    lengths = {name: len(getattr(kept.figures, name)) for name in texts}
    assert lengths == {name: table.c[name].type.length or 400 for name in texts}


def test_a_pair_that_is_made_or_settled_is_looked_at_though_its_figures_are_as_before(database: Database) -> None:
    with database.write() as connection:
        link = pair(connection)
        settle_all(connection)
        records.put_link(connection, COMPANY, link)
        assert [one.key for one in settle_all(connection)] == [(QUICKBOOKS, "Invoice", "1")]


def test_what_has_no_money_has_no_figures(database: Database) -> None:
    with database.write() as connection:
        put(connection, RELEASED, "kiosk", None, "contacts")
        assert settle_all(connection) == []


@pytest.mark.parametrize("amount", ["0.00", "0.01", "-12.34", "999999999999999.99"])
def test_amounts_come_back_to_the_cent(database: Database, amount: str) -> None:
    with database.write() as connection:
        put(connection, QUICKBOOKS, "1", figures(amount))
        (one,) = balances.fresh(connection, COMPANY, 1)
    assert str(one.figures.gross) == amount


def test_hostile_names_and_long_words_fit(database: Database) -> None:
    with database.write() as connection:
        put(connection, QUICKBOOKS, "1", figures(name="a\0b" + "x" * 900, party="p" * 200, currency="C" * 40))
        (one,) = balances.fresh(connection, COMPANY, 1)
    assert one.figures.name.startswith("abx") and len(one.figures.party) == 64


def unexplained(connection: Connection) -> list[str]:
    links, count = balances.unexplained_pairs(connection, COMPANY, 10)
    assert count == len(links)
    return [link.released_id for link in links]


def test_a_pair_that_differs_is_unexplained_until_a_result_says_why_or_it_is_left_out(database: Database) -> None:
    with database.write() as connection:
        links = [pair(connection, name, str(place)) for place, name in enumerate(("r1", "r2", "r3", "r4", "r5"))]
        balances.record_differences(connection, COMPANY, [], links)
        assert unexplained(connection) == ["r1", "r2", "r3", "r4", "r5"]
        rows = [
            row(RecordRef(INVOICE, "r1"), Outcome.FAILED),
            row(RecordRef(INVOICE, "r2"), Outcome.WAITING),
            row(RecordRef(INVOICE, "r3"), Outcome.UPDATED),
        ]
        results.record(connection, COMPANY, "run", rows)
        records.set_unlinked(connection, COMPANY, [RecordRef(INVOICE, "r4")], "me", 1)
        assert unexplained(connection) == ["r3", "r5"]
        balances.record_differences(connection, COMPANY, [links[2]], [links[4]])
        assert unexplained(connection) == ["r5"]
        assert balances.unexplained_pairs(connection, "other company", 10) == ([], 0)
        records.drop_links(connection, COMPANY, [links[4]])
        assert unexplained(connection) == []


def test_what_looks_alike_is_found_among_living_records_of_one_side(database: Database) -> None:
    with database.write() as connection:
        for side, id_, key, counted in (
            (QUICKBOOKS, "1", "a", True),
            (QUICKBOOKS, "2", "a", True),
            (QUICKBOOKS, "3", "a", False),
            (QUICKBOOKS, "4", "b", True),
            (RELEASED, "5", "b", True),
            (QUICKBOOKS, "6", "", True),
            (QUICKBOOKS, "7", "", True),
        ):
            put(connection, side, id_, figures(same_key=key, counted=counted))
        groups = balances.suspected_duplicates(connection, COMPANY, QUICKBOOKS, ["a", "b", ""])
        assert [sorted(one.id for one in group) for group in groups] == [["1", "2"]]
        assert [
            sorted(one.id for one in group) for group in control_sums.all_suspected_duplicates(connection, COMPANY)
        ] == [["1", "2"]]


def test_records_that_carry_one_quickbooks_id_are_found(database: Database) -> None:
    with database.write() as connection:
        for id_ in ("r1", "r2"):
            record = MirrorRecord(RELEASED, "invoices", id_, "0", {})
            normalised = NormalisedRecord(
                record, id_, frozenset({"stored:Invoice:7", f"number:{id_}"}), figures(same_key=id_)
            )
            records.put_mirror(connection, COMPANY, [normalised])
        assert balances.stored_id_keys(connection, COMPANY, [("invoices", "r1")]) == {"stored:Invoice:7"}
        (group,) = control_sums.all_suspected_duplicates(connection, COMPANY)
    assert {one.id for one in group} == {"r1", "r2"}


def test_sums_are_by_side_kind_and_currency_and_never_mix_currencies(database: Database) -> None:
    with database.write() as connection:
        put(connection, RELEASED, "r1", figures("10.10"))
        put(connection, RELEASED, "r2", figures("20.20", currency="NZD"))
        put(connection, RELEASED, "r3", figures("5.00", currency="AUD"))
        put(connection, RELEASED, "r4", figures("99.00", counted=False))
        put(connection, QUICKBOOKS, "1", figures("7.00", kind="Bill"))
        found = control_sums.sums(connection, COMPANY, {**HOME, QUICKBOOKS: "USD"})
    thirty = Decimal("30.30")
    assert found == {
        (RELEASED, "Invoice", "NZD"): Sums(2, thirty, Decimal(0), thirty, thirty),
        (RELEASED, "Invoice", "AUD"): Sums(1, Decimal(5), Decimal(0), Decimal(5), Decimal(5)),
        (QUICKBOOKS, "Bill", "USD"): Sums(1, Decimal(7), Decimal(0), Decimal(7), Decimal(7)),
    }


def test_what_is_on_one_side_only_is_summed_up_by_what_is_known_of_it(database: Database) -> None:
    with database.write() as connection:
        pair(connection)
        for id_ in ("r2", "r3", "r4", "r5", "r6"):
            put(connection, RELEASED, id_, figures("10.00", name=id_))
        put(connection, QUICKBOOKS, "9", figures("3.00", name="QB-9"))
        rows = [row(RecordRef(INVOICE, id_), Outcome.SKIPPED, "not-approved") for id_ in ("r2", "r3")]
        external = RecordRef.in_quickbooks(INVOICE, "Invoice", "9")
        results.record(connection, COMPANY, "run", [*rows, row(external, Outcome.FAILED)])
        records.add_todo(connection, COMPANY, [RecordRef(INVOICE, "r4"), external])
        records.set_unlinked(connection, COMPANY, [RecordRef(INVOICE, "r5")], "me", 1)
        found = list(control_sums.one_sided(connection, COMPANY, HOME))
    said = {(one.side, one.outcome, one.code, one.is_unlinked, one.to_be_planned): one.sums.gross for one in found}
    assert said == {
        (RELEASED, Outcome.SKIPPED, "not-approved", False, False): Decimal("20.00"),
        (RELEASED, None, "", False, True): Decimal("10.00"),
        (RELEASED, None, "", True, False): Decimal("10.00"),
        (RELEASED, None, "", False, False): Decimal("10.00"),
        (QUICKBOOKS, Outcome.FAILED, "6210", False, True): Decimal("3.00"),
    }
    assert {one.examples for one in found if one.code == "not-approved"} == {("r2", "r3")}


def test_contact_balances_meet_under_one_name_and_credits_count_against_invoices(database: Database) -> None:
    with database.write() as connection:
        records.put_link(connection, COMPANY, Link(CONTACT, "kiosk", "Customer", "1"))
        records.put_link(connection, COMPANY, Link(CONTACT, "kiosk", "Vendor", "1"))
        put(connection, RELEASED, "r1", figures("100.00"))
        put(connection, RELEASED, "r2", figures("30.00", kind="CreditMemo"), "credit-notes")
        put(connection, QUICKBOOKS, "1", figures("90.00", party="1"))
        put(connection, QUICKBOOKS, "2", figures("20.00", party="1", kind="CreditMemo"), "CreditMemo")
        put(connection, QUICKBOOKS, "3", figures("5.00", party="2"))
        put(connection, QUICKBOOKS, "4", figures("8.00", party="1", kind="Bill"), "Bill")
        apart, count = control_sums.contact_balances(connection, COMPANY, RECEIVABLE, "Customer", HOME, 10)
        whole = control_sums.ledger_totals(connection, COMPANY, RECEIVABLE, "Customer", HOME)
        payable, _ = control_sums.contact_balances(connection, COMPANY, PAYABLE, "Vendor", HOME, 10)
    assert [(one.contact, one.released, one.quickbooks) for one in apart] == [("@Customer:2", 0, Decimal("5.00"))]
    assert count == 1
    assert [(one.released, one.quickbooks) for one in whole] == [(Decimal("70.00"), Decimal("75.00"))]
    assert [(one.contact, one.quickbooks) for one in payable] == [("kiosk", Decimal("8.00"))]


def test_records_without_partner_reason_or_plan_are_found_in_pages(database: Database) -> None:
    with database.write() as connection:
        pair(connection)
        for id_ in ("r2", "r3", "r4", "r5"):
            put(connection, RELEASED, id_, figures())
        put(connection, RELEASED, "r6", figures(counted=False), deleted=True)
        results.record(connection, COMPANY, "run", [row(RecordRef(INVOICE, "r2"), Outcome.SKIPPED)])
        records.add_todo(connection, COMPANY, [RecordRef(INVOICE, "r3")])
        records.set_unlinked(connection, COMPANY, [RecordRef(INVOICE, "r4")], "me", 1)
        place = (COMPANY, INVOICE, RELEASED, "invoices")
        assert control_sums.without_reason(connection, *place, "", 10) == ["r5"]
        assert control_sums.without_reason(connection, *place, "r5", 10) == []
        place = (COMPANY, INVOICE, QUICKBOOKS, "Invoice")
        put(connection, QUICKBOOKS, "8", figures())
        assert control_sums.without_reason(connection, *place, "", 10) == ["8"]
        records.add_todo(connection, COMPANY, [RecordRef.in_quickbooks(INVOICE, "Invoice", "8")])
        assert control_sums.without_reason(connection, *place, "", 10) == []


def test_what_a_verification_has_not_read_is_unseen_by_its_mark(database: Database) -> None:
    with database.write() as connection:
        for id_ in ("1", "2", "3"):
            put(connection, QUICKBOOKS, id_, figures())
        put(connection, QUICKBOOKS, "4", figures(), deleted=True)
        control_sums.mark_seen(connection, COMPANY, QUICKBOOKS, [("Invoice", "1"), ("Invoice", "3")], 7)
        assert control_sums.unseen(connection, COMPANY, QUICKBOOKS, "Invoice", 7, "", 10) == ["2"]
        assert control_sums.count_unseen(connection, COMPANY, QUICKBOOKS, "Invoice", 7) == (1, 3)
        assert control_sums.unseen(connection, COMPANY, QUICKBOOKS, "Invoice", 8, "1", 1) == ["2"]
        put(connection, QUICKBOOKS, "1", figures("1.00"))
        assert control_sums.count_unseen(connection, COMPANY, QUICKBOOKS, "Invoice", 7) == (1, 3)


def test_links_come_in_pages_and_each_once(database: Database) -> None:
    with database.write() as connection:
        for place in range(5):
            pair(connection, f"r{place}", str(place))
        found, after = [], ("", "")
        while page := control_sums.links_after(connection, COMPANY, INVOICE, after, 2):
            after = page[-1].released_id, page[-1].entity
            found += [link.external_id for link in page]
    assert found == ["0", "1", "2", "3", "4"]


def test_the_questions_of_a_run_are_answered_by_index(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("SQLite says how it looks")
    asked: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    with database.read() as connection:
        balances.fresh(connection, COMPANY, 300)
        balances.unexplained_pairs(connection, COMPANY, 10)
        balances.suspected_duplicates(connection, COMPANY, QUICKBOOKS, ["a"])
        plans = [
            " ".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))
            for statement, values in list(asked)
        ]
    assert len(plans) == 3 and "figures_fresh" in plans[0] and "figures_by_same_key" in plans[2]
    assert not any("SCAN" in plan or "TEMP B-TREE" in plan for plan in plans), plans
