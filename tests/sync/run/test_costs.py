"""A run costs what changed: its calls are counted, and its questions to the store are answered from indices."""

import re
from typing import Any

import pytest
from sqlalchemy import event

from bot.store import keysets
from bot.sync.control import end_of_run
from bot.sync.reading import pull, touched
from bot.sync.run import safety_stop
from bot.sync.writing import records_loop, unapplying
from tests.rarely import edge
from tests.sync.world import IDLE_CALLS, World

GROWING = "mirror|mirror_keys|links|results|attempts|figures|intents|batches|unlinked|audit"
WHOLE = r"\((company_id=\?( AND side=\?)?( AND (entity|type)=\?)?)\)"
READS_ALL = re.compile(rf"SCAN ({GROWING})\b|SEARCH ({GROWING}) USING [A-Z ]+ \w+ {WHOLE}")
""" "SEARCH mirror USING INDEX x (company_id=?)" reads as much as a scan does: all that a company has."""
PAGES = (
    *((keysets, "CHUNK"), (records_loop, "CHUNK"), (unapplying, "CHUNK"), (safety_stop, "CHUNK"), (pull, "CHUNK")),
    (touched, "CHUNK"),
)
MANY, GONE, PAGE = 40, 15, 5
ROWS_OF_PAGE = 2 * PAGE  # of what is asked about so many records: one of them has more than one key


def changed_company(world: World) -> None:
    """Every kind of record on both sides, synced, and then a change of each side."""
    tenant, supplier = world.contact("Kiosk Ltd"), world.contact("Plumb Ltd", "supplier")
    for place in range(4):
        world.invoice(tenant, f"INV-{place}")
        world.bill(supplier, f"B-{place}")
    customer = world.customer("Aroha")
    invoice = world.qb_invoice(customer, "SI-1")
    world.receive(customer["Id"], "115.00", (invoice["Id"], "115.00"))
    world.sync_blue()
    world.change("contacts", tenant, phone="09 222")
    world.invoice(tenant, "INV-9")
    world.qb_invoice(customer, "SI-2")


def test_a_run_with_few_changes_reads_no_table_whole(paired: World) -> None:
    changed_company(paired)
    asked: dict[str, Any] = {}

    def hear(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if statement.lstrip()[:6].upper() in ("SELECT", "UPDATE", "DELETE"):
            asked[statement] = values[0] if many else values

    event.listen(paired.database.engine, "before_cursor_execute", hear)
    finished = paired.sync_blue()
    event.remove(paired.database.engine, "before_cursor_execute", hear)
    assert finished.counts.created == 2
    with paired.database.read() as connection:
        plans = {
            statement: [str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            for statement, values in asked.items()
        }
    assert len(plans) > 30
    scans = {
        statement: plan
        for statement, plan in plans.items()
        if READS_ALL.search(" ".join(plan)) and "LIMIT" not in statement
    }
    assert not scans, "\n\n".join(f"{statement}\n{plan}" for statement, plan in scans.items())


def test_a_run_with_nothing_to_do_is_two_calls_there_and_one_a_collection_here(paired: World) -> None:
    changed_company(paired)
    paired.sync_blue()
    calls = paired.sync_blue().api_calls
    assert (calls.quickbooks_reads, calls.quickbooks_writes) == (2, 0)
    assert calls.released <= IDLE_CALLS


def test_a_plan_says_beforehand_how_often_both_sides_are_read(paired: World) -> None:
    """A plan is itself a run that only reads."""
    changed_company(paired)
    planned = paired.plan()
    assert planned.plan is not None
    said = planned.plan.calls
    assert said.quickbooks_reads == planned.api_calls.quickbooks_reads
    assert said.released_reads == planned.api_calls.released


@edge
def test_no_question_of_a_run_is_answered_with_all_that_a_company_has(
    paired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With smaller pages: what grows with a company comes by pages or as a stream, so that it is never whole in memory.

    Once where all is new, and once where after a long silence all of QuickBooks is read again, and much of it is gone.
    """
    for place in range(MANY):
        paired.invoice(paired.contact(f"Tenant {place}"), f"INV-{place}", f"{100 + place}.00")
    for module, name in (*PAGES, (end_of_run, "PAGE")):
        monkeypatch.setattr(module, name, PAGE)
    answered: dict[str, int] = {}

    def hear(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if statement.lstrip()[:6].upper() == "SELECT" and not context.execution_options.get("yield_per"):
            raw = connection.connection.dbapi_connection
            (rows,) = raw.execute(f"SELECT count(*) FROM ({statement})", values).fetchone()
            answered[statement] = max(rows, answered.get(statement, 0))

    event.listen(paired.database.engine, "before_cursor_execute", hear)
    assert paired.sync_blue().counts.created == 2 * MANY
    for invoice in paired.all("invoices")[:GONE]:
        paired.books.delete("Invoice", str(invoice["externalId"]))
    paired.clock.advance(days=31)
    assert paired.sync().counts.failed == GONE
    event.remove(paired.database.engine, "before_cursor_execute", hear)
    assert max(answered.values()) > 1
    large = {statement: rows for statement, rows in answered.items() if rows > ROWS_OF_PAGE}
    assert not large, "\n\n".join(f"{rows} rows: {statement}" for statement, rows in large.items())
