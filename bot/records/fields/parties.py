"""Whom a document or payment is with: its customer or supplier on each side, and the currency of that one."""

from bot.core.model import RecordRef, RecordType
from bot.core.spec import Body, Facts, Lookup, Problem
from bot.records.fields.names import reference, shown

CUSTOMER, VENDOR = ("CustomerRef", "Customer"), ("VendorRef", "Vendor")
PARTY = {
    "Invoice": CUSTOMER,
    "CreditMemo": CUSTOMER,
    "Payment": CUSTOMER,
    "Bill": VENDOR,
    "VendorCredit": VENDOR,
    "BillPayment": VENDOR,
}


def party_of(entity: str, body: Body) -> tuple[str, str]:
    """(Customer or Vendor, id) that a QuickBooks record names; the id is "" where it names none."""
    party_ref, party = PARTY[entity]
    return party, reference(body, party_ref)


def contact_of(entity: str, body: Body, lookup: Lookup) -> str:
    """The Re-Leased contact that a QuickBooks record names. Raises Problem where it names none."""
    found = lookup.released.get(party_of(entity, body))
    if found is None:
        raise Problem("incomplete-record", more="It names no customer or supplier that is in Re-Leased.")
    return found


def party_out(body: Body, entity: str, lookup: Lookup, facts: Facts) -> dict[str, object]:
    """The reference to the customer or supplier, and the currency where QuickBooks keeps several.

    Raises Problem when the customer or supplier deals in another currency: it has one, set for good.
    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer (CurrencyRef)
    """
    party_ref, party = PARTY[entity]
    contact = str(body["contactId"])
    external_id = lookup.external[(RecordType.CONTACT, contact, party)]
    sent: dict[str, object] = {party_ref: {"value": external_id}}
    if not facts.multicurrency:
        return sent
    currency = str(body.get("currency") or facts.home_currency)
    known = lookup.bodies.get((party, external_id), {})
    planned = {} if known else lookup.ours.get((RecordType.CONTACT, contact), {"currency": currency})
    own = reference(known, "CurrencyRef") or str(planned.get("currency") or facts.home_currency)
    if own != currency:
        name = shown(known.get("DisplayName")) or str(planned.get("name") or contact)
        more = f"{name} deals in {own} in QuickBooks; this one is in {currency}."
        raise Problem("multi-currency-contact", RecordRef(RecordType.CONTACT, contact), more=more, parent=name)
    return {**sent, "CurrencyRef": {"value": currency}}


def check_currency(body: Body, facts: Facts) -> None:
    """Raises Problem for a currency that QuickBooks cannot keep as long as it keeps one only."""
    currency = str(body.get("currency") or facts.home_currency)
    if currency != facts.home_currency and not facts.multicurrency:
        raise Problem("currency-not-enabled", currency=currency, home_currency=facts.home_currency)
