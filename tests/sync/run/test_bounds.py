"""A limit on everything that grows with a company: what is asked of a side, of the store, and in flight at once."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from bot.core.model import Side
from bot.core.results import ResultsFilter
from bot.sandbox.http.exchange import Request, Response
from bot.store.mirror import name_lists, records
from bot.store.results import results
from bot.sync.reading import touched
from bot.sync.verify import verify
from tests.patience import PATIENCE_S
from tests.sync.control.test_open_balances import on_screen
from tests.sync.reading.test_looking_back import asked_of
from tests.sync.run.test_costs import changed_company
from tests.sync.world import COMPANY, World

MOST_ROWS = 5_000
"""Of one answer of the store: a few megabytes at most."""
MOST_VALUES = 999
"""In one statement: older libraries of SQLite take no more, https://www.sqlite.org/limits.html (SQLITE_MAX_VARIABLE)"""


@contextmanager
def heard(world: World) -> Iterator[list[tuple[str, Any, Any]]]:
    """(statement, values, execution options) of all that the store is asked meanwhile."""
    asked: list[tuple[str, Any, Any]] = []

    def hear(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if not many:
            asked.append((statement, values, context.execution_options))

    event.listen(world.database.engine, "before_cursor_execute", hear)
    yield asked
    event.remove(world.database.engine, "before_cursor_execute", hear)


def limit_of(statement: str, values: Any) -> int:
    """0 = it has none."""
    before, has_limit, _ = statement.rpartition("LIMIT ?")
    return int(values[before.count("?")]) if has_limit else 0


@contextmanager
def questions_of(world: World) -> Iterator[list[str]]:
    """The queries that QuickBooks is asked meanwhile, alone or in a batch."""
    asked: list[str] = []
    handle = world.state.handle

    def hear(request: Request) -> Response:
        if request.path.endswith("/batch"):
            items = json.loads(request.body)["BatchItemRequest"]
            asked.extend(item["Query"] for item in items if "Query" in item)
        elif request.path.endswith("/query"):
            asked.append(request.query.get("query", "") or request.body.decode())
        return handle(request)

    world.state.handle = hear  # type: ignore[method-assign]
    yield asked
    world.state.handle = handle  # type: ignore[method-assign]


def test_every_page_of_the_store_has_a_size_that_fits_into_memory(paired: World) -> None:
    with heard(paired) as asked:
        changed_company(paired)
        paired.sync_blue()
        paired.plan()
        verify(paired.engine(), COMPANY)
        with paired.database.read() as connection:
            name_lists.of_entity(connection, COMPANY, "Item")
    sizes = {limit_of(statement, values) for statement, values, _ in asked}
    assert max(sizes) <= MOST_ROWS and {300, 5_000} <= sizes


def test_all_results_come_as_a_stream_of_small_parts(paired: World) -> None:
    paired.contact("Bad: name")
    paired.sync_red()
    with heard(paired) as asked, paired.database.read() as connection:
        assert list(results.every(connection, ResultsFilter(COMPANY), "UTC"))
        assert results.needing_attention(connection, COMPANY)
    parts = [options["yield_per"] for _, _, options in asked if "yield_per" in options]
    assert len(parts) >= 2 and max(parts) <= 1_000


def test_thousands_of_keys_are_asked_for_by_statements_that_every_database_takes(paired: World) -> None:
    with heard(paired) as asked, paired.database.read() as connection:
        records.get_mirror(connection, COMPANY, Side.RELEASED, [("invoices", str(place)) for place in range(5_000)])
    assert len(asked) > 1 and max(len(values) for _, values, _ in asked) <= MOST_VALUES


def test_what_quickbooks_does_not_show_any_more_is_asked_for_fifty_at_a_time(paired: World) -> None:
    """More than a thousand rows come in no answer: those that were left out would be called gone."""
    customer = paired.customer("Aroha")
    moved = [paired.qb_invoice(customer, f"SI-{place}") for place in range(60)]
    paired.plan()
    for invoice in moved:
        paired.books.update("Invoice", invoice["Id"], {"TxnDate": "2026-03-01"})
    with questions_of(paired) as asked:
        found = verify(paired.engine(), COMPANY)
    by_id = [question.count("'") // 2 for question in asked if "Id IN" in question]
    assert sorted(by_id) == [10, 50] and found.gone[Side.QUICKBOOKS].count == 0


def test_several_writes_are_under_way_on_either_side_and_never_more_than_ten(paired: World) -> None:
    """Re-Leased says nothing of a limit; QuickBooks' own is ten."""
    under_way, most, lock, several = 0, 0, threading.Lock(), threading.Event()
    handle = paired.released.handle

    def slowly(request: Request) -> Response:
        nonlocal under_way, most
        if request.method == "GET":
            return handle(request)
        with lock:
            under_way += 1
            most = max(most, under_way)
        if under_way >= 3:
            several.set()
        assert several.wait(PATIENCE_S)
        time.sleep(0.02)
        with lock:
            under_way -= 1
        return handle(request)

    for place in range(40):
        paired.customer(f"Tenant {place}")
    paired.released.handle = slowly  # type: ignore[method-assign]
    paired.sync_blue()
    assert 3 <= most <= 10


def test_a_run_looks_up_ten_transactions_at_most_that_are_not_synced(paired: World) -> None:
    """Each is a read of its own, and QuickBooks charges for reads: the others are told by their ids."""
    customer = paired.customer("Kiosk Ltd")
    for place in range(12):
        made = paired.qb_invoice(customer, f"INV-{place}", "200.00")
        entry = {"TxnId": str(900 + place), "TxnType": "JournalEntry"}
        on_screen(paired, "Invoice", made["Id"], Balance=Decimal(180), LinkedTxn=[entry])
    asked = asked_of(paired)
    assert paired.sync_red().counts.failed == 12
    assert len([path for path in asked if path.startswith("9")]) == 10


def test_what_a_payment_pays_is_read_again_by_questions_that_are_answered_whole(
    paired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand rows come in one answer, and thirty questions in one batch:
    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/batch
    """
    customer = paired.customer("Kiosk Ltd")
    made = [paired.qb_invoice(customer, f"INV-{place}", "10.00") for place in range(31)]
    paired.sync_blue()
    for limit, questions in ((touched.IDS_OF_ONE_QUERY, [30, 1]), (1, [1] * 31)):
        monkeypatch.setattr(touched, "IDS_OF_ONE_QUERY", limit)
        paired.receive(customer["Id"], "31.00", *((invoice["Id"], "1.00") for invoice in made))
        with questions_of(paired) as asked:
            paired.sync_blue()
        by_id = [question.count("'") // 2 for question in asked if "FROM Invoice WHERE Id IN" in question]
        assert by_id == questions
