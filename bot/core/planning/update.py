"""What an update says: only what changed. QuickBooks keeps every field that is left out, also those we do not know."""

from collections.abc import Mapping
from typing import Any

from bot.core.content import contains
from bot.core.spec import RecordSpec

Body = Mapping[str, Any]


def changed_for(spec: RecordSpec, existing: Body, wanted: dict[str, Any]) -> dict[str, Any]:
    """What the update must say. Payments say all their lines or none, so that theirs stay whole."""
    if spec.changed is not None:
        return spec.changed(existing, wanted)
    if contains({**existing, "Line": _money_lines(existing)}, wanted):
        return {}
    return _keep_line_ids(wanted, existing)


def _keep_line_ids(body: Body, existing: Body) -> dict[str, Any]:
    """A line sent without its id would be a new one: lines keep, by position, the ids of those they replace."""
    lines = body.get("Line")
    if not lines:
        return dict(body)
    ids = [line.get("Id") for line in _money_lines(existing)]
    kept = [{**line, "Id": ids[place]} if place < len(ids) and ids[place] else line for place, line in enumerate(lines)]
    return {**body, "Line": kept}


def _money_lines(body: Body) -> list[Body]:
    """QuickBooks adds lines of its own (subtotals, tax) to those it was sent."""
    own = ("SubTotalLineDetail", "TaxLineDetail")
    return [line for line in body.get("Line") or [] if line.get("DetailType") not in own]


def changed(existing: Body, wanted: Body) -> dict[str, Any]:
    """The fields of `wanted` that `existing` does not say; {} when it says them all.

    An object such as an address is written whole, because a sparse update replaces it: what QuickBooks has in it and we
    do not know stays in it. A reference ({"value": ...}) is replaced, a list too; the lines of documents have rules of
    their own (bot/records/documents/update.py).
    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer (sparse update)
    """
    return {
        key: _over(existing.get(key), value) for key, value in wanted.items() if not contains(existing.get(key), value)
    }


def _over(existing: Any, wanted: Any) -> Any:
    if isinstance(existing, Mapping) and isinstance(wanted, Mapping) and "value" not in wanted:
        return {**existing, **wanted}
    return wanted
