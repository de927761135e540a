"""What ten edits on each side cost in a company with few linked records and in one with many: the same, it is held."""

import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from benchmarks.product import connected, sync
from benchmarks.sides import COMPANY, running
from bot.adapters.meter import Meter
from bot.adapters.quickbooks.client import QuickBooks
from bot.adapters.released.client import Released
from bot.app import App
from bot.core.model import Link, RecordRef, RecordType
from bot.store import companies
from bot.store.mirror import records
from bot.store.mirror.records import todo_counts

REAL, EDITS, ROUNDS = 40, 10, 3
COPIES: dict[str, tuple[str, ...]] = {
    "mirror": ("id",),
    "mirror_keys": ("id", "key"),
    "figures": ("id", "same_key"),
    "links": ("released_id", "external_id"),
    "results": ("key", "released_id", "external_id"),
}
"""The tables that grow with a company, and their columns that differ from copy to copy."""
ONE_RECORD = "(side = 'released' AND entity = 'invoices' AND id = :ours) OR (entity = 'Invoice' AND id = :theirs)"
OF_ONE = {
    "mirror": ONE_RECORD,
    "mirror_keys": ONE_RECORD,
    "figures": ONE_RECORD,
    "links": "type = 'invoice' AND released_id = :ours",
    "results": "type = 'invoice' AND key = :ours",
}


@dataclass(frozen=True)
class Standing:
    """`linked` records in the company; `seconds` of the quickest of some syncs with edits; `calls` of one."""

    linked: int
    calls: int
    seconds: float
    peak_mib: float


def ten_edits(linked: int) -> Standing:
    """Of a company whose other records are copies in the store of one that was really synced."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(REAL, 0) as sides,
        connected(sides, Path(folder)) as app,
    ):
        sync(app)
        links = _links(app)
        with app.database.write() as connection:
            _multiply(connection, links[-1], linked - REAL)
        sync(app)  # what a first look at the larger company costs is not what an edit costs
        took, calls = [], 0
        for turn in range(ROUNDS):
            _edit(app, links, turn)
            begin = time.perf_counter()
            finished = sync(app)
            took.append(time.perf_counter() - begin)
            if finished.counts.updated != 2 * EDITS:
                raise RuntimeError(f"{finished.counts} after {EDITS} edits on each side")
            used = finished.api_calls
            calls = used.quickbooks_reads + used.quickbooks_writes + used.released
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return Standing(linked, calls, min(took), peak)


def _links(app: App) -> list[Link]:
    with app.database.read() as connection:
        counts = todo_counts(connection, COMPANY)
        if counts:
            raise RuntimeError(f"not all of it was synced: {counts}")
        refs = [
            RecordRef(RecordType.INVOICE, key)
            for key in connection.scalars(
                text("SELECT released_id FROM links WHERE type = 'invoice' ORDER BY released_id")
            )
        ]
        found = records.links_of(connection, COMPANY, refs)
    return [found[ref][0] for ref in refs]


def _multiply(connection: Connection, link: Link, copies: int) -> None:
    """As many copies of one pair in every table, each with ids of its own."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :copies)"
    for table, varied in COPIES.items():
        columns = [row[1] for row in connection.execute(text(f"PRAGMA table_info({table})"))]
        told = ", ".join(f"t.{name} || '-' || n.i" if name in varied else f't."{name}"' for name in columns)
        named = ", ".join(f'"{name}"' for name in columns)
        rows = f"SELECT {told} FROM n CROSS JOIN (SELECT * FROM {table} WHERE {OF_ONE[table]}) AS t"
        values = {"copies": copies, "ours": link.released_id, "theirs": link.external_id}
        connection.execute(text(f"INSERT INTO {table} ({named}) {numbers} {rows}"), values)
    connection.execute(text("UPDATE figures SET fresh = 0"))


def _edit(app: App, links: list[Link], turn: int) -> None:
    """Ten due dates in Re-Leased and ten other ones in QuickBooks."""
    released, quickbooks = _sides(app)
    for link in links[:EDITS]:
        body = released.get(COMPANY, "invoices", link.released_id) or {}
        patch = {"dueDate": f"2026-11-{10 + turn}"}
        released.patch(COMPANY, "invoices", link.released_id, patch, int(body["version"]))
    for place, link in enumerate(links[EDITS : 2 * EDITS]):
        invoice = quickbooks.read("Invoice", link.external_id) or {}
        identity = {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"], "sparse": True}
        quickbooks.update("Invoice", {**identity, "DueDate": f"2026-12-{10 + turn}"}, f"bench-{turn}-{place}")


def _sides(app: App) -> tuple[Released, QuickBooks]:
    with app.database.read() as connection:
        company = companies.get(connection, COMPANY)
    if company is None:
        raise RuntimeError("the company is not connected")
    return app.engine.sides(company, Meter())
