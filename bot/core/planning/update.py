"""What an update says: only what changed. QuickBooks keeps every field that is left out, also those we do not know."""

from collections.abc import Mapping
from typing import Any

from bot.core.content import contains

Body = Mapping[str, Any]


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
