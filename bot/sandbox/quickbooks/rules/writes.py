"""Create, update, void and delete: the steps that every write takes, whatever the entity."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.links import CHARGE, ZERO, Key, links_of
from bot.sandbox.quickbooks.books.schema import ENTITIES, EntityType, Record, checked
from bot.sandbox.quickbooks.rules.attachments import next_attachable
from bot.sandbox.quickbooks.rules.charges import (
    SOURCES,
    check_charges,
    commit_charges,
    forget_charges,
    remember_sources,
    with_charges,
)
from bot.sandbox.quickbooks.rules.documents import WriteOptions, check_open, next_document
from bot.sandbox.quickbooks.rules.entries import commit_deposit, next_deposit, next_journal_entry
from bot.sandbox.quickbooks.rules.names import commit_name, next_name
from bot.sandbox.quickbooks.rules.payments import check_not_deposited, next_payment
from bot.sandbox.quickbooks.rules.purchases import next_purchase
from bot.sandbox.quickbooks.rules.references import resolved
from bot.sandbox.quickbooks.rules.settlement import REFUND, apply, as_settled, is_open, refunded, release

NextVersion = Callable[[Books, EntityType, Record, Record | None, WriteOptions], Record]

TRANSACTION_RULES: Mapping[str, NextVersion] = {
    "Invoice": next_document,
    "CreditMemo": next_document,
    "Bill": next_document,
    "VendorCredit": next_document,
    "Payment": next_payment,
    "BillPayment": next_payment,
    "Deposit": next_deposit,
    "JournalEntry": next_journal_entry,
    "Purchase": next_purchase,
    "RefundReceipt": next_document,
}

PAYMENTS = ("Payment", "BillPayment")
VOIDABLE = ("Invoice", "Payment", "BillPayment")
VOID_NOTE = "Voided"
PRICES = ("Qty", "UnitPrice", "TaxInclusiveAmt")
READ_ONLY = ("TaxCode", "TaxRate", CHARGE)
"""The first two are created through the tax service, charges by billable expenses."""


def write(books: Books, entity: EntityType, body: object, options: WriteOptions) -> Record:
    """Creates, or updates if the body has an Id. Gives back the stored record.

    Full update: writable properties left out are cleared. Sparse update: only those sent change; an explicit null
    changes nothing, an empty value clears. In both, Line is replaced whole.
    """
    sent = checked(entity, body)
    if entity.name in READ_ONLY or not isinstance(body, dict):
        raise faults.unsupported(f"No resource method found for POST on {entity.name}, return 405 with Allow header")
    current = _current(books, entity, sent) if has_id(sent) or entity.group == "single" else None
    new = {name: value for name, value in sent.items() if name in entity.writable and value not in (None, [])}
    if current is None:
        return _store(books, entity, new, None, options)
    if sent.get("sparse") in (True, "true"):
        new = _merged(entity, body, sent, current)
    new["Id"] = current["Id"]
    return _store(books, entity, new, current, options)


def delete(books: Books, entity: EntityType, body: object) -> Record:
    """Deletes a transaction or attachment; names can only be made inactive. Gives back the tombstone."""
    if not entity.deletable:
        raise faults.unsupported("delete")
    extras = [name for name in body if name.endswith("Ex")] if isinstance(body, dict) else []
    if extras:
        raise faults.unknown_property(extras[0])
    current = _current(books, entity, checked(entity, body))
    key = Key(entity.name, current["Id"])
    _check_removable(books, key, current)
    if key in books.settings.bank_matched:
        raise faults.refuse("6480", "You can't delete this transaction. It's matched to a downloaded bank transaction.")
    if entity.name == "Bill" and books.applied.get(key):
        raise faults.business("You must unlink the payments of this bill before you delete it.")
    if is_open(entity.name):
        release(books, key)
    if entity.name in (*PAYMENTS, REFUND):
        apply(books, key, {})
    if entity.name == "Deposit":
        commit_deposit(books, key, None, current)
    if entity.name == "Invoice":
        commit_charges(books, key, None, current)
    if entity.name in SOURCES:
        forget_charges(books, current)
    return books.remove(key)


def void(books: Books, entity: EntityType, body: object) -> Record:
    """Brings a transaction to zero and keeps it; what it settled is open again. A paid invoice is refused (6000)."""
    current = _current(books, entity, checked(entity, body))
    key = Key(entity.name, current["Id"])
    _check_removable(books, key, current)
    if key in books.settings.settled:
        raise faults.refuse("6450", "Since the transaction is already settled, you can't void it.")
    if entity.name == "Invoice":
        _check_unpaid(books, key)
        commit_charges(books, key, None, current)
        voided = as_settled(books, entity.name, {**current, **_zero_document(current)})
    else:
        apply(books, key, {})
        voided = {**current, "Line": [], "TotalAmt": ZERO}
        if "UnappliedAmt" in current:
            voided["UnappliedAmt"] = ZERO
    note = current.get("PrivateNote", "")
    voided["PrivateNote"] = note if note.startswith(VOID_NOTE) else f"{VOID_NOTE} - {note}" if note else VOID_NOTE
    return books.save(entity.name, voided, "Void")


def has_id(sent: Mapping[str, Any]) -> bool:
    """SDKs send an empty or zero Id with a new object."""
    return sent.get("Id") not in (None, "", 0, "0")


def _current(books: Books, entity: EntityType, sent: Record) -> Record:
    """The stored record that a write is about. Raises Refusal 2020, 2030, 610 or 5010."""
    record_id = str(sent.get("Id") or ("1" if entity.group == "single" else ""))
    if not record_id:
        raise faults.missing("Id")
    current = find(books, entity, record_id)
    token = sent.get("SyncToken")
    if token in (None, ""):
        raise faults.missing("SyncToken")
    if str(token) != current["SyncToken"]:
        raise faults.stale()
    return current


def find(books: Books, entity: EntityType, record_id: str) -> Record:
    """The record with this id. Raises Refusal 2030 or 610."""
    table = books.tables[entity.name]
    if record_id in table:
        return table[record_id]
    if record_id in table.deleted:
        raise faults.deleted_by_another_user()
    if not record_id.isdecimal():
        raise faults.invalid_id(record_id)
    raise faults.not_found()


def _merged(entity: EntityType, body: Mapping[str, Any], sent: Record, current: Record) -> Record:
    for needed in entity.sparse_needs:
        if needed in current and sent.get(needed) is None:
            raise faults.missing(needed)
    merged = {name: value for name, value in current.items() if name in entity.writable}
    for name in entity.writable & sent.keys():
        if sent[name] is not None:
            merged[name] = sent[name]
        elif body[name] is not None:
            merged.pop(name, None)
    if {"Line", "GlobalTaxCalculation"} & sent.keys() and "TxnTaxDetail" not in sent:
        merged.pop("TxnTaxDetail", None)
    return merged


def _store(books: Books, entity: EntityType, new: Record, current: Record | None, options: WriteOptions) -> Record:
    operation = "Update" if current else "Create"
    match entity.group:
        case "name" | "tax":
            kept = _unchanged_references(new, current or {})
            new = {**resolved(books, entity, new, new.keys() - kept.keys()), **kept}
            return commit_name(books, entity, next_name(books, entity, new, current), current)
        case "single":
            return books.save(entity.name, _single(entity, new, current or {}), operation)
        case "attachable":
            return books.save(entity.name, next_attachable(books, entity, new, current), operation)
    new = TRANSACTION_RULES[entity.name](books, entity, new, current, options)
    if entity.name == "Invoice":
        check_charges(books, new)
    if entity.name in SOURCES:
        new = with_charges(books, new, current)
    return _commit(books, entity, new, current, operation)


def _commit(books: Books, entity: EntityType, new: Record, current: Record | None, operation: str) -> Record:
    if is_open(entity.name):
        if current is not None:
            release(books, Key(entity.name, new["Id"]), new)
        new = as_settled(books, entity.name, new)
    elif entity.name in PAYMENTS and current and "LinkedTxn" in current:
        new["LinkedTxn"] = current["LinkedTxn"]
    links = refunded(books, new) if entity.name == REFUND else {}
    stored = books.save(entity.name, new, operation)
    key = Key(entity.name, stored["Id"])
    if entity.name in (*PAYMENTS, REFUND):
        apply(books, key, links_of(stored) if entity.name in PAYMENTS else links)
    if entity.name == "Deposit":
        commit_deposit(books, key, stored, current)
    if entity.name == "Invoice":
        commit_charges(books, key, stored, current)
    if entity.name in SOURCES:
        remember_sources(books, key, stored)
    return stored


def _unchanged_references(new: Record, current: Record) -> Record:
    """A name may keep a reference to something that became inactive since, so that it can still be archived itself."""
    pairs = ((name, value, current.get(name)) for name, value in new.items())
    return {
        name: old
        for name, value, old in pairs
        if isinstance(value, dict) and isinstance(old, dict) and "value" in old and old["value"] == value.get("value")
    }


def _single(entity: EntityType, new: Record, current: Record) -> Record:
    """CompanyInfo and Preferences are never cleared by an update; the closing date is read-only for the API."""
    result = {**current, **{name: value for name, value in new.items() if value is not None}}
    if entity.name == "Preferences":
        for section in entity.fields:
            if isinstance(new.get(section), dict):
                result[section] = {**current.get(section, {}), **new[section]}
        closing = current.get("AccountingInfoPrefs", {}).get("BookCloseDate")
        result["AccountingInfoPrefs"] = {**result["AccountingInfoPrefs"], "BookCloseDate": closing}
        if closing is None:
            del result["AccountingInfoPrefs"]["BookCloseDate"]
    return result


def _check_removable(books: Books, key: Key, current: Record) -> None:
    check_open(books, current, None)
    if key.entity == "Payment":
        check_not_deposited(current)


def _check_unpaid(books: Books, invoice: Key) -> None:
    """QuickBooks does not void an invoice that something settles: https://github.com/LanternOps/breeze/issues/5180.

    The words of its fault are not known; the remedy is the one of its help.
    """
    if books.applied.get(invoice):
        raise faults.business("You can't void this transaction because a payment is applied to it. Unlink it first.")


def _zero_document(current: Record) -> Record:
    lines = [_zero_line(line) for line in current["Line"]]
    deposit = {"Deposit": ZERO} if "Deposit" in current else {}
    return {**deposit, "Line": lines, "TotalAmt": ZERO, "TxnTaxDetail": {"TotalTax": ZERO}}


def _zero_line(line: Record) -> Record:
    kind = line["DetailType"]
    detail = {name: value for name, value in line.get(kind, {}).items() if name not in PRICES}
    if kind == "GroupLineDetail":
        detail["Line"] = [_zero_line(part) for part in detail["Line"]]
    line = {key: value for key, value in line.items() if key != "LinkedTxn"}
    return {**line, "Amount": ZERO, kind: detail} if "Amount" in line else line


def entity_named(name: str) -> EntityType:
    entity = ENTITIES.get(name)
    if entity is None:
        raise faults.refuse("2000", f"Object Name:{name} is unsupported or invalid")
    return entity
