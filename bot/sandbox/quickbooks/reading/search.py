"""Answers a `Query` from the books: checks its properties, narrows by index, filters, sorts and pages."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.out_of_scope import refuse_out_of_scope
from bot.sandbox.quickbooks.books.schema import ENTITIES, EntityType, Record
from bot.sandbox.quickbooks.books.table import Table, id_key
from bot.sandbox.quickbooks.books.wire import parse_moment
from bot.sandbox.quickbooks.reading.query import Condition, Query

NOT_QUERYABLE = frozenset(
    ["PrivateNote", "DepartmentRef", "Line", "TxnTaxDetail", "LinkedTxn", "CustomField", "CustomerMemo"]
)
MORE_US_TAX_CODES = 3
"""QuickBooks is known to answer three tax codes more than MAXRESULTS asks for; python-quickbooks' integration tests,
which run in a US sandbox, count them.
"""
COMMON_KINDS = {
    "Id": "id",
    "SyncToken": "number",
    "MetaData.CreateTime": "moment",
    "MetaData.LastUpdatedTime": "moment",
}
NESTED_KINDS = {"PrimaryEmailAddr.Address", "BillEmail.Address", "PrimaryPhone.FreeFormNumber"}

Value = Any
Test = Callable[[Record], bool]


def run(books: Books, query: Query) -> tuple[EntityType, list[Record], int]:
    """The entity, the rows of the page, and how many rows match in all (only counted when the query asks).

    Raises Refusal 4001 or 5020.
    """
    entity = _entity(query.entity)
    query = _with_active(entity, query)
    tests = [_test(entity, condition) for condition in query.conditions]
    sorts = [(*_property(entity, field), descending) for field, descending in query.order]
    found = _candidates(books, entity, query)
    rows: Iterable[Record] = (row for row in found if all(test(row) for test in tests))
    if query.count:
        return entity, [], sum(1 for _ in rows)
    if not _already_sorted(query):
        rows = _sorted(rows, sorts)
    most = query.limit + (MORE_US_TAX_CODES if entity.name == "TaxCode" and books.is_us else 0)
    return entity, list(islice(rows, query.start - 1, query.start - 1 + most)), 0


def _entity(name: str) -> EntityType:
    for entity in ENTITIES.values():
        if entity.name.lower() == name.lower():
            return entity
    refuse_out_of_scope(name)
    raise faults.refuse("4001", f"QueryValidationError: Metadata not found for Entity: {name}")


def _with_active(entity: EntityType, query: Query) -> Query:
    """Inactive names are hidden unless the query speaks of Active."""
    if "Active" not in entity.fields or query.condition_on("Active"):
        return query
    hidden = Condition("Active", "=", ("true",))
    return Query(entity.name, query.count, (*query.conditions, hidden), query.order, query.start, query.limit)


def _already_sorted(query: Query) -> bool:
    return not query.order or (len(query.order) == 1 and query.order[0][0].lower() == "id")


def _candidates(books: Books, entity: EntityType, query: Query) -> Iterator[Record]:
    """A superset of the matching rows, as small as the indexes allow; in id order when that is the order asked for."""
    table = books.tables[entity.name]
    descending = query.order[0][1] if query.order else True
    narrowed = _narrowed(books, table, query)
    if narrowed is not None:
        ids = sorted(narrowed, key=id_key, reverse=descending)
        return (table[record_id] for record_id in ids)
    above = next((one for one in query.conditions if one.field.lower() == "id" and one.operator in (">", ">=")), None)
    below = next((one for one in query.conditions if one.field.lower() == "id" and one.operator in ("<", "<=")), None)
    return table.in_id_order(
        id_key(above.values[0]) if above else None, id_key(below.values[0]) if below else None, descending
    )


def _narrowed(books: Books, table: Table, query: Query) -> set[str] | None:
    """The ids an equality or a LastUpdatedTime leaves, or None if no index helps."""
    best: set[str] | None = None
    for condition in query.conditions:
        found: set[str] | None = None
        if condition.operator in ("=", "IN") and condition.field.lower() == "id":
            found = {value for value in condition.values if value in table}
        elif condition.operator in ("=", "IN") and table.is_indexed(condition.field):
            found = {one for value in condition.values for one in table.ids_where(condition.field, value)}
        elif condition.field.lower() == "metadata.lastupdatedtime" and condition.operator in (">", ">=", "="):
            since = _moment(condition.values[0])
            changes = (one for one in books.changes_since(since) if one.entity == table.entity.name)
            found = {one.id for one in changes if one.id in table}
        if found is not None:
            best = found if best is None else best & found
    return best


def _property(entity: EntityType, name: str) -> tuple[str, str]:
    """The property's own spelling and how its values compare. Raises Refusal 4001."""
    if name.removesuffix(".value") in entity.unqueryable:
        raise _not_queryable(name)
    for known, kind in COMMON_KINDS.items():
        if known.lower() == name.lower():
            return known, kind
    if name in NESTED_KINDS or (entity.name == "Attachable" and name.startswith("AttachableRef.EntityRef.")):
        return name, "text"
    field = entity.fields.get(name.removesuffix(".value"))
    if field is None:
        raise faults.refuse("4001", f"QueryValidationError: Property {name} not found for Entity {entity.name}")
    if name in NOT_QUERYABLE or field.kind in ("list", "type", "any", "email", "web"):
        raise _not_queryable(name)
    return name.removesuffix(".value"), field.kind


def _not_queryable(name: str) -> faults.Refusal:
    return faults.refuse("4001", f"QueryValidationError: property '{name}' is not queryable")


def _test(entity: EntityType, condition: Condition) -> Test:
    name, kind = _property(entity, condition.field)
    if condition.operator == "LIKE":
        parts = [re.escape(part) for part in condition.values[0].split("%")]
        pattern = re.compile(".*".join(parts), re.IGNORECASE | re.DOTALL)
        return lambda row: pattern.fullmatch(str(_plain(row, name) or "")) is not None
    wanted = [_comparable(kind, value, condition) for value in condition.values]
    if condition.operator == "IN":
        return lambda row: any(value in wanted for value in _values(row, name, kind))
    if condition.operator == "NOT IN":
        return lambda row: all(value not in wanted for value in _values(row, name, kind))
    if condition.operator == "!=":
        return lambda row: all(value != wanted[0] for value in _values(row, name, kind))
    compare: Callable[[Value, Value], bool] = {
        "=": lambda a, b: a == b,
        "<": lambda a, b: a < b,
        ">": lambda a, b: a > b,
        "<=": lambda a, b: a <= b,
        ">=": lambda a, b: a >= b,
    }[condition.operator]
    return lambda row: any(compare(value, wanted[0]) for value in _values(row, name, kind))


def _values(row: Record, name: str, kind: str) -> list[Value]:
    """The property's values in a comparable form; none if it is absent, several for the links of an attachable."""
    if name.startswith("AttachableRef."):
        key = name.rsplit(".", 1)[1].lower()
        return [str(link["EntityRef"].get(key, "")).casefold() for link in row.get("AttachableRef", ())]
    value = _plain(row, name)
    return [] if value is None else [_comparable(kind, value, None)]


def _plain(row: Record, name: str) -> Value:
    value: Value = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value.get("value") if isinstance(value, dict) else value


def _comparable(kind: str, value: Value, condition: Condition | None) -> Value:
    try:
        match kind:
            case "id":
                return id_key(str(value))
            case "money" | "number":
                return value if isinstance(value, Decimal) else Decimal(str(value))
            case "moment":
                return parse_moment(str(value))
            case "date":
                return date.fromisoformat(str(value)[:10])
            case "flag":
                return value if isinstance(value, bool) else {"true": True, "false": False}[str(value).lower()]
    except (ValueError, KeyError, InvalidOperation):
        field = condition.field if condition else ""
        raise faults.refuse("4001", f"QueryValidationError: value '{value}' is not valid for {field}") from None
    return str(value).casefold()


def _moment(text: str) -> Any:
    return _comparable("moment", text, Condition("MetaData.LastUpdatedTime", ">", (text,)))


def _sorted(rows: Iterable[Record], sorts: list[tuple[str, str, bool]]) -> list[Record]:
    """By the last sort property first, so that the first one decides; rows without a value come first."""
    result = list(rows)
    for name, kind, descending in reversed(sorts):
        result.sort(key=lambda row: _sort_key(row, name, kind), reverse=descending)
    return result


def _sort_key(row: Record, name: str, kind: str) -> tuple[bool, Any]:
    values = _values(row, name, kind)
    return (bool(values), values[0] if values else 0)
