"""What both sides said about the records of the tests, as the sync keeps it: tenants, invoices, payments."""

from typing import Any

from bot.core.model import RecordType, Result
from bot.records import BY_TYPE
from bot.store.mirror.records import NormalisedRecord
from bot.sync.reading import normalise
from tests.records import samples

Json = dict[str, Any]
KIOSK_ID, CUSTOMER_ID, LAKE_ID = "kiosk", "12", "lake"
ADDRESS = {"line1": None, "line2": None, "city": "Wellington", "region": None, "postalCode": None, "country": None}


def released(type_: RecordType, body: Json) -> NormalisedRecord:
    return normalise.released(BY_TYPE[type_], {"version": 1, **body})


def contact(id_: str = KIOSK_ID, name: str = "Kiosk Ltd", **more: Any) -> NormalisedRecord:
    """A tenant in Re-Leased."""
    usual = {"name": name, "roles": ["tenant"], "email": "accounts@kiosk.example", "phone": None, "currency": "NZD"}
    return released(RecordType.CONTACT, {"id": id_, **usual, "address": ADDRESS, "archived": False, **more})


def account(id_: str, name: str) -> NormalisedRecord:
    """What rent or the like is booked on in Re-Leased."""
    return released(RecordType.ACCOUNT, {"id": id_, "name": name, "code": "210", "kind": "sales", "archived": False})


def invoice(id_: str, number: str, **more: Any) -> NormalisedRecord:
    """Of Kiosk Ltd in Re-Leased, 115.00 and all of it open unless told otherwise."""
    body = samples.invoice(id=id_, number=number, contactId=KIOSK_ID, balance="115.00")
    return released(RecordType.INVOICE, {**body, **more})


def payment(id_: str, reference: str, **more: Any) -> NormalisedRecord:
    """A receipt from Kiosk Ltd in Re-Leased, of which nothing is left."""
    usual = {"kind": "receipt", "contactId": KIOSK_ID, "date": "2026-10-12", "amount": "15.00", "currency": "NZD"}
    rest = {"reference": reference, "allocations": [], "unallocated": "0.00", "status": "active"}
    return released(RecordType.PAYMENT, {"id": id_, **usual, **rest, **more})


def record_of(row: Result, contact_id: str = LAKE_ID) -> NormalisedRecord | None:
    """What Re-Leased said of the record of this row; None for a type of which no test needs it."""
    if row.ref.type is RecordType.INVOICE:
        return invoice(row.ref.key, row.name, contactId=contact_id)
    return payment(row.ref.key, row.name, contactId=contact_id) if row.ref.type is RecordType.PAYMENT else None


def party(entity: str, id_: str, name: str, **more: Any) -> NormalisedRecord:
    """A customer or supplier in QuickBooks."""
    return normalise.quickbooks(entity, {"Id": id_, "SyncToken": "0", "DisplayName": name, "Active": True, **more})


def item(id_: str, name: str, **more: Any) -> NormalisedRecord:
    """A product in QuickBooks that can stand for an account."""
    income = {"Type": "Service", "Active": True, "IncomeAccountRef": {"value": "1"}}
    named = {"Id": id_, "SyncToken": "0", "Name": name, "FullyQualifiedName": name}
    return normalise.quickbooks("Item", {**named, **income, **more})


def quickbooks_invoice(
    id_: str, number: str, amount: str = "100.00", tax: str = "15.00", **more: Any
) -> NormalisedRecord:
    """Of the customer that Kiosk Ltd is in QuickBooks."""
    about = {"Id": id_, "DocNumber": number, "CustomerRef": {"value": CUSTOMER_ID}}
    body = samples.quickbooks_invoice(samples.sales_line(amount), tax=tax, **about)
    return normalise.quickbooks("Invoice", {**body, **more})
