"""Follows the references of a record: they must exist, be active and of the right kind; their names are filled in."""

from collections.abc import Collection, Mapping
from typing import Any

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.receivables import PARTIES
from bot.sandbox.quickbooks.books.schema import TYPES, EntityType, Property, Record

SHIPPING = "SHIPPING_ITEM_ID"
"""The item of the shipping fee, which is no Item; it can be used where the preference AllowShipping is on:
https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice (ItemRef)
"""

NOT_FOUND = {
    "Customer": "Names element id {id} not found",
    "Vendor": "Names element id {id} not found",
    "Employee": "Names element id {id} not found",
    "Account": "Accounts element id {id} not found",
    "Class": "Klasses element id {id} not found",
    "Department": "Depts element id {id} not found",
    "Term": "Terms element id {id} not found",
    "TaxCode": "TaxCodes element id {id} not found",
}

CURRENCIES = {
    "USD": "United States Dollar",
    "NZD": "New Zealand Dollar",
    "AUD": "Australian Dollar",
    "GBP": "British Pound Sterling",
    "EUR": "Euro",
    "CAD": "Canadian Dollar",
    "SGD": "Singapore Dollar",
    "INR": "Indian Rupee",
    "JPY": "Japanese Yen",
    "HKD": "Hong Kong Dollar",
}

FEATURES = {
    "Class": ("AccountingInfoPrefs", ("ClassTrackingPerTxn", "ClassTrackingPerTxnLine"), "Class tracking"),
    "Department": ("AccountingInfoPrefs", ("TrackDepartments",), "Location tracking"),
}


def resolved(books: Books, entity: EntityType, record: Record, only: Collection[str] | None = None) -> Record:
    """The record with every reference checked and named; `only` limits that to these properties.

    Raises Refusal 2500, 610, 6250 or 5020.
    """
    return _walk(books, entity.fields, record, "", only)


def _walk(
    books: Books, fields: Mapping[str, Property], record: Record, path: str, only: Collection[str] | None = None
) -> Record:
    result = dict(record)
    for name, value in record.items():
        field = fields.get(name)
        if field is not None and not field.readonly and value is not None and (only is None or name in only):
            result[name] = _value(books, field, value, f"{path}{name}")
    return result


def _value(books: Books, field: Property, value: Any, path: str) -> Any:
    match field.kind:
        case "ref":
            return reference(books, tuple(field.argument.split("|")), value["value"], path)
        case "type" if isinstance(value, dict):
            return _walk(books, TYPES[field.argument], value, f"{path}.")
        case "list":
            return [_walk(books, TYPES[field.argument], row, f"{path}.") for row in value]
    return value


def reference(books: Books, kinds: tuple[str, ...], record_id: str, path: str) -> Record:
    if kinds == ("Currency",):
        return currency(record_id, path)
    if kinds == ("Item",) and record_id == SHIPPING and books.preference("SalesFormsPrefs", "AllowShipping"):
        return {"value": SHIPPING}
    require_feature(books, kinds[0])
    for kind in kinds:
        target = books.tables[kind].get(record_id)
        if target is not None:
            _require_active(books, kind, target)
            return {"value": record_id, "name": name_of(kind, target)}
    if kinds == ("Customer",) and any(record_id in books.tables[kind] for kind in PARTIES):
        raise faults.refuse("6250", f"Invalid customer : {record_id} is no customer", path)
    raise faults.invalid_reference(NOT_FOUND.get(kinds[0], path).format(id=record_id), path)


def require_feature(books: Books, kind: str) -> None:
    """Classes and locations must be switched on in the company's preferences."""
    if kind in FEATURES:
        section, switches, words = FEATURES[kind]
        if not any(books.preference(section, switch) for switch in switches):
            raise faults.permission_denied(words)


def _require_active(books: Books, kind: str, target: Record) -> None:
    if target.get("Active", True) is False:
        raise faults.made_inactive(books.settings.inactive_code or ("610" if kind in PARTIES else "2500"))


def currency(code: str, path: str = "CurrencyRef") -> Record:
    if code not in CURRENCIES:
        raise faults.invalid_reference(f"{path} {code}", path)
    return {"value": code, "name": CURRENCIES[code]}


def name_of(kind: str, target: Record) -> str:
    """A sub-customer is named with its parents too: "Freeman Sports:55 Twin Lane"."""
    if kind in PARTIES:
        return str(target.get("FullyQualifiedName") or target["DisplayName"])
    return str(target.get("FullyQualifiedName") or target.get("Name") or target.get("DisplayName", ""))
