"""Contacts: tenants and owners are Customers, suppliers are Vendors; a contact of both roles is both.

QuickBooks wants names to differ over all its lists, so the Vendor of a contact of both roles carries a suffix; so does
any other whose name is taken there, once a person has chosen one (Lookup.suffixes).
Archiving happens in QuickBooks only and comes in.
"""

from collections.abc import Mapping
from typing import Any

from bot.core.content import pick
from bot.core.invisible import cleaned
from bot.core.model import Direction, Outcome, RecordType
from bot.core.planning import update
from bot.core.spec import Body, Facts, Lookup, Problem, RecordSpec
from bot.records.fields import full_names
from bot.records.fields.names import NAME_LENGTH, alike, check_name, is_active, normalised, reference, shown

SUPPLIER_SUFFIX = " (Supplier)"
PHONE_LENGTH = 30  # developer.intuit.com, customer: PrimaryPhone
CUSTOMER_ROLES = frozenset({"tenant", "owner"})
ADDRESS = (
    ("line1", "Line1"),
    ("line2", "Line2"),
    ("city", "City"),
    ("region", "CountrySubDivisionCode"),
    ("postalCode", "PostalCode"),
    ("country", "Country"),
)
WRITTEN_AS = {
    **{"name": ("DisplayName",), "email": ("PrimaryEmailAddr",), "phone": ("PrimaryPhone",)},
    **{"address": ("BillAddr",), "currency": ("CurrencyRef",)},
}
OPTIONAL_FIELDS = (
    ("email", "PrimaryEmailAddr.Address"),
    ("phone", "PrimaryPhone.FreeFormNumber"),
    *((f"address.{ours}", f"BillAddr.{theirs}") for ours, theirs in ADDRESS),
)


def entities_of(body: Body) -> tuple[str, ...]:
    roles = set(body.get("roles") or ())
    found = ("Customer",) if roles & CUSTOMER_ROLES else ()
    return (*found, "Vendor") if "supplier" in roles else found


def display_name(body: Body, entity: str, suffix: str = "") -> str:
    """What the contact is called in QuickBooks. `suffix` is what a person chose for it there."""
    name = str(body.get("name") or "").strip()
    if entity == "Vendor" and len(entities_of(body)) == 2:
        suffix = suffix or SUPPLIER_SUFFIX
    return name[: NAME_LENGTH - len(suffix)].rstrip() + suffix if suffix else name


def apart_keys(body: Body, entity: str, lookup: Lookup) -> set[str]:
    """The key that its name in QuickBooks has, where a person chose another one than in Re-Leased."""
    suffix = _suffix(body, entity, lookup)
    return {f"name:{normalised(display_name(body, entity, suffix))}"} if suffix else set()


def external_apart_keys(entity: str, body: Body, lookup: Lookup) -> set[str]:
    """Likewise the key that a name in QuickBooks would have in Re-Leased, if it was chosen so."""
    name = external_name(entity, body)
    suffixes = {suffix for (_, theirs), suffix in lookup.suffixes.items() if theirs == entity and suffix}
    return {f"name:{normalised(name.removesuffix(suffix))}" for suffix in suffixes if name.endswith(suffix)}


def check(body: Body, facts: Facts) -> None:
    if not entities_of(body):
        raise Problem("incomplete-record", more="The contact has no role: make it a tenant, an owner or a supplier.")
    check_name(str(body.get("name") or ""), but=full_names.PARTED_BY)
    currency = str(body.get("currency") or facts.home_currency)
    if currency != facts.home_currency and not facts.multicurrency:
        raise Problem("currency-not-enabled", currency=currency, home_currency=facts.home_currency)


def to_quickbooks(body: Body, entity: str, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    """Raises Problem for a name with a colon that does not say whom a sub-customer stands under.

    Of a sub-customer the own name goes out alone; what it stands under is not said, so QuickBooks keeps it.
    """
    name = display_name(body, entity, _suffix(body, entity, lookup))
    own = full_names.own_part(name, _partner(body, entity, lookup).get("FullyQualifiedName"))
    check_name(own)
    sent: dict[str, Any] = {"DisplayName": own}
    if body.get("email"):
        sent["PrimaryEmailAddr"] = {"Address": body["email"]}
    if body.get("phone"):
        sent["PrimaryPhone"] = {"FreeFormNumber": str(body["phone"])[:PHONE_LENGTH]}
    address = {theirs: (body.get("address") or {}).get(ours) for ours, theirs in ADDRESS}
    if any(address.values()):
        sent["BillAddr"] = {name: value for name, value in address.items() if value}
    if facts.multicurrency and body.get("currency"):
        sent["CurrencyRef"] = {"value": body["currency"]}
    return sent


def keep_external(body: dict[str, Any], released: Body, entity: str, external: Body, lookup: Lookup) -> dict[str, Any]:
    """A name that lost its suffix in QuickBooks is free there by now: it stays as it is.

    Raises Problem for another currency: a customer or supplier has one, set for good.

    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer (CurrencyRef)
    """
    wanted, own = reference(body, "CurrencyRef"), reference(external, "CurrencyRef")
    if wanted and own and wanted != own:
        name = external_name(entity, external)
        more = f"{name} deals in {own} in QuickBooks; Re-Leased says {wanted}."
        raise Problem("multi-currency-contact", more=more, parent=name)
    plain = display_name(released, entity)
    if _suffix(released, entity, lookup) and external_name(entity, external) == plain:
        return {**body, "DisplayName": plain}
    return body


def keep_released(wanted: dict[str, Any], released: Body, entity: str, lookup: Lookup) -> dict[str, Any]:
    """A sub-customer that Re-Leased calls "Parent:Sub" keeps being called so."""
    there, held = _partner(released, entity, lookup), str(released.get("name") or "")
    if "name" not in wanted or full_names.own_part(held, there.get("FullyQualifiedName")) == held:
        return wanted
    return {**wanted, "name": full_names.shown_in_full(there["FullyQualifiedName"])}


def _partner(body: Body, entity: str, lookup: Lookup) -> Body:
    id_ = lookup.external.get((RecordType.CONTACT, str(body.get("id")), entity), "")
    return lookup.bodies.get((entity, id_), {})


def as_held(body: Body, entity: str, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    id_ = lookup.external.get((RecordType.CONTACT, str(body.get("id")), entity), "")
    return {**to_quickbooks(body, entity, lookup, facts), "Id": id_, "Active": not body.get("archived")}


def check_external(entity: str, body: Body, facts: Facts, lookup: Lookup) -> None:
    if not is_active(body):
        raise Problem("not-imported", outcome=Outcome.SKIPPED)
    if not external_name(entity, body):
        raise Problem("incomplete-record", more="It has no name in QuickBooks.")


def to_released(entity: str, body: Body, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    """Roles are given on creation only; the caller leaves them out of an update."""
    address = body.get("BillAddr") or {}
    return {
        "name": _own_name(entity, body, lookup),
        "roles": ["tenant"] if entity == "Customer" else ["supplier"],
        "email": (body.get("PrimaryEmailAddr") or {}).get("Address") or None,
        "phone": (body.get("PrimaryPhone") or {}).get("FreeFormNumber") or None,
        "currency": reference(body, "CurrencyRef") or facts.home_currency,
        "address": {ours: address.get(theirs) or None for ours, theirs in ADDRESS},
        "archived": not is_active(body),
    }


def external_name(entity: str, body: Body) -> str:
    return shown(body.get("DisplayName") or body.get("FullyQualifiedName") or body.get("CompanyName"))


def _own_name(entity: str, body: Body, lookup: Lookup) -> str:
    """Without what was added to it on its way out."""
    name, id_ = external_name(entity, body), str(body.get("Id") or "")
    for (released_id, theirs), suffix in lookup.suffixes.items():
        if theirs == entity and id_ and lookup.external.get((RecordType.CONTACT, released_id, entity)) == id_:
            return name.removesuffix(suffix)
    return name.removesuffix(SUPPLIER_SUFFIX) if entity == "Vendor" else name


def _suffix(body: Body, entity: str, lookup: Lookup) -> str:
    return lookup.suffixes.get((str(body.get("id")), entity), "")


def bare_name(entity: str, body: Body) -> str:
    return normalised(external_name(entity, body)).removesuffix(SUPPLIER_SUFFIX.casefold())


def external_content(entity: str, body: Body) -> Any:
    found = pick(body, ("PrimaryEmailAddr.Address", "PrimaryPhone.FreeFormNumber", "CurrencyRef.value"))
    address = body.get("BillAddr") or {}
    found["address"] = {ours: address.get(theirs) for ours, theirs in ADDRESS}
    return {**found, "name": external_name(entity, body), "Active": is_active(body)}


def released_keys(body: Body) -> set[str]:
    return _keys(full_names.joined(full_names.path(body.get("name"))), body.get("email"), body.get("taxNumber"))


def external_keys(entity: str, body: Body) -> set[str]:
    email = body.get("PrimaryEmailAddr")
    address = email.get("Address") if isinstance(email, Mapping) else None
    return _keys(bare_name(entity, body), address, tax_number(entity, body)) | full_keys(entity, body)


def full_keys(entity: str, body: Body) -> set[str]:
    """What a sub-customer is called with its parents, with all of them or some: Re-Leased may have written these."""
    names = (body.get("FullyQualifiedName"), *full_names.below_parents(body.get("FullyQualifiedName")))
    found = {full_names.joined(full_names.path(name)) for name in names} if entity == "Customer" else set()
    return {f"name:{name}" for name in found if full_names.PARTED_BY in name}


def tax_number(entity: str, body: Body) -> str:
    names = ("ResaleNum", "PrimaryTaxIdentifier") if entity == "Customer" else ("TaxIdentifier", "BusinessNumber")
    return next((str(body[name]) for name in names if body.get(name)), "")


def same(released: Body, entity: str, external: Body, lookup: Lookup) -> int:
    """3 = same name, 2 = same tax number, 1 = same e-mail, or a name that differs in its marks only.

    A sub-customer has two names: its own, and that with its parents.
    """
    if entity not in entities_of(released):
        return 0
    called = display_name(released, entity, _suffix(released, entity, lookup))
    if bare_name(entity, external) in (normalised(released.get("name")), normalised(called)):
        return 3
    if f"name:{full_names.joined(full_names.path(released.get('name')))}" in full_keys(entity, external):
        return 3
    shared = released_keys(released) & external_keys(entity, external)
    if any(key.startswith("tax:") for key in shared):
        return 2
    return 1 if any(key.startswith(("email:", "alike:")) for key in shared) else 0


def _keys(name: str, email: Any, tax: Any) -> set[str]:
    keys = {f"name:{name}"}
    if alike(name):
        keys.add(f"alike:{alike(name)}")
    if email:
        keys.add(f"email:{cleaned(str(email)).casefold()}")
    if tax:
        keys.add(f"tax:{''.join(cleaned(str(tax)).split()).casefold()}")
    return keys


SPEC = RecordSpec(
    type=RecordType.CONTACT,
    collection="contacts",
    entities=("Customer", "Vendor"),
    directions=frozenset({Direction.INCOMING, Direction.OUTGOING}),
    entities_of=entities_of,
    released_name=lambda body: str(body.get("name") or ""),
    external_name=external_name,
    released_content=lambda body: pick(body, ("name", "roles", "email", "phone", "currency", "address")),
    external_content=external_content,
    released_keys=released_keys,
    external_keys=external_keys,
    same=same,
    check=check,
    must_say={"roles": "whether it is a tenant, an owner or a supplier"},
    check_external=check_external,
    to_quickbooks=to_quickbooks,
    to_released=to_released,
    released_gone=lambda body: False,
    external_gone=lambda entity, body: not is_active(body),
    as_held=as_held,
    keep_external=keep_external,
    keep_released=keep_released,
    changed=update.changed,
    written_as=WRITTEN_AS,
    optional_fields=OPTIONAL_FIELDS,
    released_wins=True,
    side_by_side=(
        ("Name", "name", "DisplayName"),
        ("E-mail", "email", "PrimaryEmailAddr.Address"),
        ("Phone", "phone", "PrimaryPhone.FreeFormNumber"),
        ("City", "address.city", "BillAddr.City"),
        ("Currency", "currency", "CurrencyRef"),
        ("Archived", "archived", "Active"),
    ),
    web_pages={"Customer": "customerdetail?nameId=", "Vendor": "vendordetail?nameId="},
)
