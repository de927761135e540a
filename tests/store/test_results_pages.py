"""Pages of results: the same rows in the same order however they are asked for, and never a row twice or not at all."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Connection

from bot.core.model import NEEDS_ATTENTION, Outcome, RecordRef, RecordType, Result
from bot.core.results import LinkStatus, ResultsFilter, ResultsOrder
from bot.core.runs import Trigger
from bot.store.database import Database
from bot.store.results import results
from bot.store.results.filter import is_read_through
from bot.store.results.order import parts
from bot.store.runs import runs
from tests.store.conftest import COMPANY
from tests.store.test_results import ALL, CONTACT, INVOICE, START, UTC_ZONE, put, row

KINDS = (INVOICE, CONTACT, RecordType.PAYMENT)


def many(count: int = 60) -> list[Result]:
    """Ten at the same moment; every sixth waits for one of two contacts, every fourth is unlinked."""
    return [
        row(
            f"{place:03d}",
            Outcome.WAITING if place % 6 == 0 else Outcome.CREATED,
            KINDS[place % 3],
            at=START + timedelta(minutes=place // 10),
            cause=RecordRef(CONTACT, f"k{place % 4}") if place % 6 == 0 else None,
            details="Waits for kiosk." if place % 6 == 0 else "Created.",
            linked=place % 4 != 0,
        )
        for place in range(count)
    ]


FILTERS = [
    ALL,
    replace(ALL, text="kiosk"),
    replace(ALL, text="created inv"),
    replace(ALL, type=INVOICE, status=LinkStatus.UNLINKED),
    replace(ALL, outcome=Outcome.WAITING),
    replace(ALL, text="nowhere"),
]


@pytest.mark.parametrize(("rare", "others"), [(3, 100), (5_000, 100), (5_000, 400)])
@pytest.mark.parametrize("order", list(ResultsOrder))
def test_pages_hold_every_row_once_in_one_order(
    database: Database, order: ResultsOrder, rare: int, others: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a text is rare, and the company most of the table or little, shows in nothing but the time."""
    monkeypatch.setattr(results, "RARE", rare)
    with database.write() as connection:
        put(connection, *many())
        put(connection, *many(others), company="another")
    with database.read() as connection:
        for wanted in FILTERS:
            pages_hold_every_row_once(connection, wanted, order)


def test_a_text_is_looked_for_in_the_whole_table_only_where_most_of_it_is_the_companys(database: Database) -> None:
    with database.write() as connection:
        put(connection, *many(60))
        put(connection, *many(400), company="another")
    is_sqlite = database.engine.dialect.name == "sqlite"
    with database.read() as connection:
        assert not is_read_through(connection, replace(ALL, text="kiosk"))
        wanted = ResultsFilter("another", text="kiosk")
        assert is_read_through(connection, wanted) is is_sqlite
        assert not is_read_through(connection, replace(wanted, needs_attention=True)), "an index of its own is shorter"
        assert not is_read_through(connection, ResultsFilter("nobody", text="kiosk"))


def pages_hold_every_row_once(connection: Connection, wanted: ResultsFilter, order: ResultsOrder) -> None:
    whole = list(results.every(connection, wanted, UTC_ZONE, order))
    total = results.count(connection, wanted, UTC_ZONE)
    pages = [results.find(connection, wanted, UTC_ZONE, order, number, 7) for number in range(1, total // 7 + 2)]
    assert [found for page in pages for found in page.rows][:total] == whole, wanted
    assert {page.total for page in pages} == {total} == {len(whole)}, wanted
    beyond = results.find(connection, wanted, UTC_ZONE, order, 999, 7)
    last = pages[-1] if pages[-1].rows else pages[max(0, len(pages) - 2)]
    assert (beyond.rows, beyond.page) == (last.rows, max(1, -(-total // 7))), wanted


def test_each_order_is_what_it_is_called(database: Database) -> None:
    with database.write() as connection:
        put(connection, *many())
    with database.read() as connection:
        found = {order: list(results.every(connection, ALL, UTC_ZONE, order)) for order in ResultsOrder}
    newest, oldest = found[ResultsOrder.NEWEST], found[ResultsOrder.OLDEST]
    assert [one.at for one in newest] == sorted((one.at for one in newest), reverse=True)
    assert [one.at for one in oldest] == sorted(one.at for one in oldest)
    kinds = [one.ref.type for one in found[ResultsOrder.TYPE]]
    assert kinds == sorted(kinds, key=list(RecordType).index) and kinds[0] is CONTACT
    by_cause = found[ResultsOrder.CAUSE]
    troubled = [one for one in by_cause if one.outcome in NEEDS_ATTENTION]
    assert by_cause[: len(troubled)] == troubled and 0 < len(troubled) < len(by_cause)
    causes = [one.cause or one.ref for one in troubled]
    assert len(set(causes)) == 1 + sum(one != other for one, other in pairwise(causes)), "each cause in one place"
    for order in (ResultsOrder.TYPE, ResultsOrder.CAUSE):
        groups: dict[object, list[Result]] = {}
        for one in found[order]:
            cause = (one.cause or one.ref) if one in troubled else None
            groups.setdefault(one.ref.type if order is ResultsOrder.TYPE else cause, []).append(one)
        assert all(
            [one.at for one in group] == sorted((one.at for one in group), reverse=True) for group in groups.values()
        )


def test_the_outcome_is_a_filter_that_combines_with_the_others(database: Database) -> None:
    with database.write() as connection:
        put(connection, row("1", Outcome.FAILED, code="6210"), row("2", Outcome.FAILED, code="610"), row("3"))
    with database.read() as connection:
        for wanted, keys in (
            (replace(ALL, outcome=Outcome.FAILED), ["1", "2"]),
            (replace(ALL, outcome=Outcome.FAILED, text="inv-2"), ["2"]),
            (replace(ALL, outcome=Outcome.CREATED), ["3"]),
        ):
            assert [one.ref.key for one in results.every(connection, wanted, UTC_ZONE)] == keys


def test_an_attempt_says_who_or_what_started_its_run(database: Database) -> None:
    with database.write() as connection:
        assert runs.request(connection, "run-1", COMPANY, Trigger.PERSON, "U0ANA", 0)
        put(connection, row("1", Outcome.FAILED), run_id="run-1")
        put(connection, row("1"), run_id="long-forgotten")
    with database.read() as connection:
        newest, first = results.attempts_at(connection, COMPANY, row("1").ref)
    assert (newest.result.outcome, newest.trigger, newest.by) == (Outcome.CREATED, None, "")
    assert (first.result.outcome, first.trigger, first.by) == (Outcome.FAILED, Trigger.PERSON, "U0ANA")


def test_a_record_that_fails_at_every_sync_keeps_its_last_attempts_only(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "ATTEMPTS_SHOWN", 100)
    with database.write() as connection:
        put(connection, row("2", Outcome.FAILED, details="another record"))
        for number in range(50):
            put(connection, row("1", Outcome.FAILED, details=f"Attempt {number}."))
        kept = [one.details for one in results.history(connection, COMPANY, row("1").ref)]
        assert len(results.history(connection, COMPANY, row("2").ref)) == 1
    assert kept == [f"Attempt {number}." for number in range(49, 29, -1)]  # twenty


@pytest.mark.parametrize("order", list(ResultsOrder))
@pytest.mark.parametrize("wanted", [ALL, replace(ALL, status=LinkStatus.UNLINKED), replace(ALL, type=INVOICE)])
def test_a_page_is_found_in_an_index_alone(database: Database, wanted: ResultsFilter, order: ResultsOrder) -> None:
    """Rows are wide: going through them to skip nine hundred pages takes longer than a person waits."""
    if database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by the size of the table")
    with database.read() as connection:
        for part in parts(wanted, order):
            statement = results.keys_of(part, UTC_ZONE).offset(90_000).limit(100)
            sql = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
            plan = " ".join(step.detail for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"))
            assert "COVERING INDEX" in plan, plan
