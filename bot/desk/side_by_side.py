"""Sets what both sides say about one record next to each other, in the words of people."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from bot.core.model import RecordRef, RecordType, Side
from bot.core.money import text
from bot.core.results import FieldValue
from bot.records import BY_TYPE
from bot.records.fields.names import reference
from bot.records.fields.parties import PARTY, party_of
from bot.store.mirror import records

CONTACT = BY_TYPE[RecordType.CONTACT]
MONEY = frozenset({"Net", "Tax", "Total", "Open", "Amount", "Unallocated"})
DAYS = frozenset({"Date", "Due"})


def side_by_side(
    connection: Connection, company_id: str, ref: RecordRef, partner: tuple[str, str] | None = None
) -> list[tuple[str, FieldValue, FieldValue]]:
    """(label, Re-Leased, QuickBooks); "" where a side says nothing; [] when neither side is known.

    `partner` is the record to compare it with (entity or collection, id); without, the one that it is linked to.
    Dates and amounts are values, so that they are compared as such and written as the reader is used to.
    """
    spec = BY_TYPE[ref.type]
    ours: Mapping[str, Any] = {}
    theirs: Mapping[str, Any] = {}
    if ref.external is None:
        found = records.get_mirror(connection, company_id, Side.RELEASED, [(spec.collection, ref.key)])
        ours = found[spec.collection, ref.key].body if found else {}
        links = records.links_of(connection, company_id, [ref]).get(ref, [])
        key = partner or ((links[0].entity, links[0].external_id) if links else None)
    else:
        found = records.get_mirror(connection, company_id, Side.RELEASED, [partner] if partner else [])
        ours = found[partner].body if partner and partner in found else {}
        key = ref.external
    if key is not None:
        external = records.get_mirror(connection, company_id, Side.QUICKBOOKS, [key])
        theirs = external[key].body if key in external else {}
    entity = key[0] if key else (spec.entities_of(ours) or spec.entities)[0]
    rows = [(label, _said(label, ours, left), _said(label, theirs, right)) for label, left, right in spec.side_by_side]
    said = [row for row in rows if row[1] != "" or row[2] != ""]
    return [*said, *_contacts(connection, company_id, entity, ours, theirs)]


def _contacts(
    connection: Connection, company_id: str, entity: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> list[tuple[str, FieldValue, FieldValue]]:
    """Whom a document or payment is with. Partners are the same to people, whatever each side calls them."""
    if entity not in PARTY:
        return []
    party, contact = party_of(entity, theirs) if theirs else ("", ""), str(ours.get("contactId") or "")
    link = records.links_to(connection, company_id, [party]).get(party)
    there = records.get_mirror(connection, company_id, Side.QUICKBOOKS, [party]).get(party)
    left = _contact(connection, company_id, contact)
    right = CONTACT.external_name(there.entity, there.body) if there else ""
    if link is not None and link.released_id == contact:
        right = left
    elif left == right != "":
        right = f"{right} ({party[1]}, another one)"
    return [("Contact", left, right)] if left or right else []


def _contact(connection: Connection, company_id: str, released_id: str) -> str:
    key = (CONTACT.collection, released_id)
    found = records.get_mirror(connection, company_id, Side.RELEASED, [key]).get(key)
    return CONTACT.released_name(found.body) if found else ""


def _said(label: str, body: Mapping[str, Any], path: str) -> FieldValue:
    if not body or not path:
        return ""
    *steps, last = path.split(".")
    for step in steps:
        found = body.get(step)
        body = found if isinstance(found, Mapping) else {}
    if label == "Archived":
        archived = body.get(last) is False if last == "Active" else bool(body.get(last))
        return "yes" if archived else "no"
    value = body.get(last)
    if isinstance(value, Mapping):
        return reference(body, last)
    if value in (None, ""):
        return ""
    if label in MONEY:
        return Decimal(text(value))
    return _day(str(value)) if label in DAYS else str(value)


def _day(written: str) -> FieldValue:
    """An instant has no place here: it is left as it was said, never moved to another day."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        return written
