"""Change data capture: every record of the named types that changed since a moment, deleted ones last.

Rules: https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/change-data-capture
"""

from datetime import timedelta
from typing import Any

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.out_of_scope import refuse_out_of_scope
from bot.sandbox.quickbooks.books.schema import ENTITIES, Record
from bot.sandbox.quickbooks.books.wire import parse_moment
from bot.sandbox.quickbooks.reading.broken import require_readable
from bot.sandbox.quickbooks.reading.present import presented

LOOK_BACK = timedelta(days=30)
MAX_OBJECTS = 1000
"""Shared by all types of one answer; there is no next page."""
UNSUPPORTED = ("JournalCode", "TimeActivity", "TaxAgency", "TaxCode", "TaxRate")


def change_data_capture(books: Books, entities: str, changed_since: str) -> dict[str, Any]:
    """The `CDCResponse` part of the answer. Raises Refusal 2000, 2020, 2060, 2190, 4002, 5020 or 10000.

    Within a type, rows are ordered by when they changed. `changed_since` is inclusive.
    """
    names = _names(entities)
    require_readable(books, *names)
    if not changed_since:
        raise faults.missing("changedSince")
    try:
        since = parse_moment(changed_since).replace(microsecond=0)
    except ValueError:
        raise faults.refuse("2060", f"Invalid date format. Supplied value:{changed_since}", "changedSince") from None
    if since < books.clock() - LOOK_BACK:
        raise faults.refuse("2190", "changedSince can be at most 30 days back.", "changedSince")
    found: dict[str, list[Record]] = {name: [] for name in names}
    deleted: dict[str, list[Record]] = {name: [] for name in names}
    for change in books.changes_since(since):
        if change.entity in found:
            table = books.tables[change.entity]
            if change.id in table:
                found[change.entity].append(presented(books, table.entity, table[change.id]))
            else:
                deleted[change.entity].append(table.deleted[change.id])
    left = MAX_OBJECTS
    parts: list[dict[str, Any]] = []
    for name in names:
        rows = (found[name] + deleted[name])[:left]
        left -= len(rows)
        parts.append({name: rows, "startPosition": 1, "maxResults": len(rows)} if rows else {})
    return {"CDCResponse": [{"QueryResponse": parts}]}


def _names(entities: str) -> list[str]:
    wanted = [name.strip() for name in entities.split(",") if name.strip()]
    if not wanted:
        raise faults.missing("entities")
    spelled = {name.lower(): name for name in ENTITIES if name not in UNSUPPORTED}
    for name in wanted:
        if name not in UNSUPPORTED:
            refuse_out_of_scope(name)
        if name.lower() not in spelled:
            raise faults.refuse("2000", f"Object Name:{name} is unsupported or invalid", "entities")
    return [spelled[name.lower()] for name in wanted]
