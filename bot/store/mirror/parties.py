"""Whose a document or payment is, by name: who looks for a tenant wants the tenant's invoices too."""

from collections.abc import Iterable

from sqlalchemy import Connection

from bot.core.model import MirrorRecord, RecordRef, RecordType, Side
from bot.store.mirror.records import get_mirror

COLLECTIONS = {
    RecordType.INVOICE: "invoices",
    RecordType.CREDIT_NOTE: "credit-notes",
    RecordType.PAYMENT: "payments",
    RecordType.ALLOCATION: "credit-allocations",
}
Key = tuple[str, str]


def parties_of(connection: Connection, company_id: str, refs: Iterable[RecordRef]) -> dict[RecordRef, str]:
    """The names of their contacts as the mirror has them; those without one, or of another type, are left out."""
    wanted = [ref for ref in refs if ref.type in COLLECTIONS]
    ours = {(COLLECTIONS[ref.type], ref.key): ref for ref in wanted if ref.external is None}
    theirs = {ref.external: ref for ref in wanted if ref.external is not None}
    found = _named(connection, company_id, Side.RELEASED, ours)
    return found | _named(connection, company_id, Side.QUICKBOOKS, theirs)


def _named(connection: Connection, company_id: str, side: Side, refs: dict[Key, RecordRef]) -> dict[RecordRef, str]:
    if not refs:
        return {}
    records = get_mirror(connection, company_id, side, refs)
    party = {key: of for key, record in records.items() if (of := _party(record)) is not None}
    contacts = get_mirror(connection, company_id, side, party.values())
    names = {key: str(one.body.get("name") or one.body.get("DisplayName") or "") for key, one in contacts.items()}
    return {refs[key]: name for key, of in party.items() if (name := names.get(of, ""))}


def _party(record: MirrorRecord) -> Key | None:
    if record.side is Side.RELEASED:
        return ("contacts", str(record.body["contactId"])) if record.body.get("contactId") else None
    for field, entity in (("CustomerRef", "Customer"), ("VendorRef", "Vendor")):
        named = record.body.get(field)
        if isinstance(named, dict) and named.get("value"):
            return entity, str(named["value"])
    return None
