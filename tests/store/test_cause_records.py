"""A filter by a cause leaves exactly what the cause counts: by page, in counts and in whole, on either database."""

import random
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, select

from bot.core.causes import grouping
from bot.core.model import Outcome, RecordRef, RecordType, Result
from bot.core.results import Cause, LinkStatus, ResultsFilter, ResultsOrder
from bot.store.database import Database
from bot.store.results import results
from bot.store.tables import results as results_table
from tests.store.conftest import COMPANY
from tests.store.test_results import CONTACT, INVOICE, UTC_ZONE, put, row

PAYMENT = RecordType.PAYMENT
CLOSED = "6210"


def about(cause: Cause, **more: object) -> ResultsFilter:
    return ResultsFilter(COMPANY, needs_attention=True, cause=grouping.key(cause), **more)  # type: ignore[arg-type]


def found(connection: Connection, wanted: ResultsFilter, order: ResultsOrder = ResultsOrder.NEWEST) -> list[RecordRef]:
    total, whole = results.count(connection, wanted, UTC_ZONE), list(results.every(connection, wanted, UTC_ZONE, order))
    pages = [results.find(connection, wanted, UTC_ZONE, order, number, 3) for number in range(1, -(-total // 3) + 1)]
    assert {page.total for page in pages} <= {total} and len(whole) == total
    assert [one for page in pages for one in page.rows] == whole
    refs = [one.ref for one in whole]
    assert results.matching(connection, wanted, UTC_ZONE, refs) == set(refs)
    return refs


def closed_books() -> Iterator[Result]:
    """Two closing dates of one code, and a payment that waits for an invoice which waits for one of them."""
    for key, day in (("1", "30 Sep"), ("2", "30 Sep"), ("3", "31 Oct")):
        yield row(key, Outcome.FAILED, code=CLOSED, details=f"The books are closed until {day}.")
    waits = {"code": "failing-parent", "details": "Waits for INV-1."}
    yield row("p1", Outcome.WAITING, PAYMENT, cause=RecordRef(INVOICE, "1"), **waits)
    yield row("a1", Outcome.WAITING, RecordType.ATTACHMENT, cause=RecordRef(PAYMENT, "p1"), **waits)
    yield row("fine", code="")


@pytest.mark.parametrize("order", list(ResultsOrder))
def test_of_closed_books_each_closing_date_has_its_own_rows_with_what_waits_for_them(
    database: Database, order: ResultsOrder
) -> None:
    with database.write() as connection:
        put(connection, *closed_books())
        first, second = grouping.group(results.needing_attention(connection, COMPANY))
        assert (first.count, second.count) == (4, 1)
        assert {ref.key for ref in found(connection, about(first), order)} == {"1", "2", "p1", "a1"}
        assert {ref.key for ref in found(connection, about(second), order)} == {"3"}
        assert [ref.key for ref in found(connection, about(first, type=PAYMENT), order)] == ["p1"]
        assert [ref.key for ref in found(connection, about(first, text="inv-2"), order)] == ["2"]


def test_a_cause_that_is_gone_leaves_nothing(database: Database) -> None:
    with database.write() as connection:
        put(connection, row("1", Outcome.FAILED, CONTACT, code="6240"))
        (gone,) = grouping.group(results.needing_attention(connection, COMPANY))
        put(connection, row("1", Outcome.UPDATED, CONTACT), row("2", Outcome.FAILED), run_id="run-2")
        assert found(connection, about(gone)) == []


@pytest.mark.parametrize("seed", range(3))
def test_whatever_waits_for_whatever_each_cause_shows_as_many_as_it_counts(database: Database, seed: int) -> None:
    """Chains, loops, culprits that are fine themselves, unlinked ones, and closed books among them."""
    chance = random.Random(seed)
    refs = [RecordRef(chance.choice([CONTACT, INVOICE, PAYMENT]), str(number)) for number in range(60)]
    made = [
        row(
            ref.key,
            chance.choice([Outcome.FAILED, Outcome.WAITING, Outcome.WAITING, Outcome.UPDATED]),
            ref.type,
            cause=chance.choice([None, ref, chance.choice(refs), chance.choice(refs[:5])]),
            code=chance.choice(["6240", CLOSED, "unlinked-parent"]),
            details=chance.choice(["Closed until May.", "Closed until June.", "INV-1 waits for contact Kiosk"]),
            linked=chance.random() < 0.9,
        )
        for ref in refs
    ]
    with database.write() as connection:
        put(connection, *made)
        grouped = grouping.group(results.needing_attention(connection, COMPANY))
        assert len(grouped) > 5
        for cause in grouped:
            shown = found(connection, about(cause, status=LinkStatus.LINKED))
            assert sorted(shown) == sorted(cause.refs) and len(shown) == cause.count


@pytest.mark.long
def test_a_cause_may_hold_up_more_than_a_database_takes_as_parameters(database: Database) -> None:
    kiosk = RecordRef(CONTACT, "kiosk")
    with database.write() as connection:
        put(connection, row("0", Outcome.WAITING, cause=kiosk))
        (one,) = connection.execute(select(results_table)).mappings()
        connection.execute(results_table.insert(), [{**one, "key": str(number)} for number in range(1, 33_000)])
        wanted = ResultsFilter(COMPANY, needs_attention=True, cause=str(kiosk))
        assert results.count(connection, wanted, UTC_ZONE) == 33_000
        assert len(results.find(connection, wanted, UTC_ZONE, ResultsOrder.NEWEST, 2, 100).rows) == 100
