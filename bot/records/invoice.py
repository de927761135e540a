"""Invoices: income invoices are QuickBooks Invoices, expense invoices are Bills. They go out once approved."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bot.core.content import pick
from bot.core.model import Direction, Outcome, RecordRef, RecordType
from bot.core.money import ZERO, NotMoney, decimal, share, text
from bot.core.spec import Body, Facts, Lookup, Problem, RecordSpec, Reference
from bot.records import lines as document_lines
from bot.records.lines import AMOUNTS_ARE, TAX_MODES, LineRules
from bot.records.names import reference
from bot.records.tax_detail import tax_detail

NUMBER_LENGTH = 21  # developer.intuit.com, invoice: DocNumber
NOTE_LENGTH = 4000
PARTY = {"Invoice": ("CustomerRef", "Customer"), "Bill": ("VendorRef", "Vendor")}
KIND_OF = {"Invoice": "income", "Bill": "expense"}
VOIDED_NOTE = "Voided"  # QuickBooks writes it into PrivateNote, and every amount becomes zero


def entities_of(body: Body) -> tuple[str, ...]:
    return ("Invoice",) if body.get("kind") == "income" else ("Bill",)


def day(value: Any) -> date:
    """A calendar date, never shifted. Raises Problem when it is none."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise Problem("incomplete-record", more=f"Its date is missing or not a date: {value!r}.") from None


def amount(value: Any, what: str) -> Decimal:
    try:
        return decimal(value)
    except NotMoney:
        raise Problem("incomplete-record", more=f"Its {what} is not an amount: {value!r}.") from None


def check(body: Body, facts: Facts) -> None:
    status = body.get("status")
    if status == "draft":
        raise Problem("not-approved", outcome=Outcome.SKIPPED)
    issued = day(body.get("issueDate"))
    if issued < facts.sync_from:
        raise Problem("before-sync-from", outcome=Outcome.SKIPPED, sync_from=facts.sync_from.isoformat())
    if not body.get("contactId"):
        raise Problem("incomplete-record", more="It names no contact.")
    if not body.get("lines"):
        raise Problem("incomplete-record", more="It has no lines.")
    if body.get("dueDate"):
        day(body["dueDate"])
    check_sums(
        sum((amount(line.get("netAmount"), "net amount") for line in body["lines"]), ZERO),
        sum((amount(line.get("taxAmount"), "tax amount") for line in body["lines"]), ZERO),
        amount(body.get("total"), "total"),
    )
    check_number(body)
    currency = str(body.get("currency") or facts.home_currency)
    if currency != facts.home_currency and not facts.multicurrency:
        raise Problem("currency-not-enabled", currency=currency, home_currency=facts.home_currency)


def check_number(body: Body) -> None:
    number = str(body.get("number") or "")
    if len(number) > NUMBER_LENGTH:
        raise Problem("number-too-long", number=number, length=str(len(number)), limit=str(NUMBER_LENGTH))


def to_quickbooks(body: Body, entity: str, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    party_ref, party = PARTY[entity]
    us = facts.country == "US"
    mode = TAX_MODES.get(str(body.get("amountsAre")), "TaxExcluded")
    rules = LineRules(entity == "Invoice", mode, us)
    sent: dict[str, Any] = {
        party_ref: {"value": lookup.external[(RecordType.CONTACT, str(body["contactId"]), party)]},
        "TxnDate": str(body["issueDate"]),
        "Line": document_lines.to_quickbooks(body["lines"], rules, lookup),
    }
    if body.get("dueDate"):
        sent["DueDate"] = str(body["dueDate"])
    if body.get("number") and (facts.custom_numbers or entity != "Invoice"):
        sent["DocNumber"] = str(body["number"])
    if body.get("reference"):
        sent["PrivateNote"] = str(body["reference"])[:NOTE_LENGTH]
    if facts.multicurrency and body.get("currency"):
        sent["CurrencyRef"] = {"value": body["currency"]}
    if not us:
        sent["GlobalTaxCalculation"] = mode
        if mode != "NotApplicable":
            sent["TxnTaxDetail"] = tax_detail(body["lines"], entity == "Invoice", lookup)
    return sent


def as_held(body: Body, entity: str, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    """With the sums and the number, which QuickBooks works out or gives itself."""
    sent = to_quickbooks(body, entity, lookup, facts)
    tax = {**sent.get("TxnTaxDetail", {}), "TotalTax": amount(body.get("taxTotal"), "tax")}
    return {
        **sent,
        "DocNumber": body.get("number"),
        "TotalAmt": amount(body.get("total"), "total"),
        "TxnTaxDetail": tax,
    }


def check_external(entity: str, body: Body, facts: Facts, lookup: Lookup) -> None:
    if day(body.get("TxnDate")) < facts.sync_from:
        raise Problem("before-sync-from", outcome=Outcome.SKIPPED, sync_from=facts.sync_from.isoformat())
    if external_gone(entity, body):
        raise Problem("voided-elsewhere", outcome=Outcome.SKIPPED)
    check_complete(entity, body)


def check_complete(entity: str, body: Body) -> None:
    """Raises Problem for a document that lacks what Re-Leased must have, or whose lines do not make its total."""
    if not reference(body, PARTY[entity][0]):
        raise Problem("incomplete-record", more="It names no customer or supplier.")
    lines = [line for line in body.get("Line") or [] if line.get("DetailType") not in document_lines.WITHOUT_MONEY]
    if not lines:
        raise Problem("incomplete-record", more="It has no lines.")
    net = sum((amount(line.get("Amount"), "line amount") for line in lines), ZERO)
    check_sums(net, tax_total(body), amount(body.get("TotalAmt"), "total"))


def check_sums(net: Decimal, tax: Decimal, total: Decimal) -> None:
    """A total that its lines do not make would differ on the other side, which adds the lines up itself."""
    if net + tax != total:
        raise Problem(
            "incomplete-record", more=f"Its lines and tax make {text(net + tax)}, but its total says {text(total)}."
        )


def tax_total(body: Body) -> Decimal:
    detail = body.get("TxnTaxDetail")
    return amount(detail.get("TotalTax"), "tax") if isinstance(detail, Mapping) else ZERO


def computed_tax(released: Body, external: Body) -> dict[str, Any]:
    """What Re-Leased must take over where QuickBooks computes the sales tax: its lines, if their tax differs.

    Only of an invoice that is open on both sides and whose lines make the same net total.
    """
    lines = list(released.get("lines") or [])
    tax = tax_total(external)
    net = amount(external.get("TotalAmt"), "total") - tax
    same_net = net == decimal(released.get("netTotal"))
    if released.get("status") != "approved" or external_gone("Invoice", external) or not same_net:
        return {}
    if tax == decimal(released.get("taxTotal")):
        return {}
    taxable = [bool(decimal(line.get("taxAmount"))) for line in lines]
    if not any(taxable):
        taxable = [True] * len(lines)
    nets = [decimal(line.get("netAmount")) if taxed else ZERO for line, taxed in zip(lines, taxable, strict=True)]
    parts = share(tax, nets)
    return {"lines": [{**line, "taxAmount": text(part)} for line, part in zip(lines, parts, strict=True)]}


def to_released(entity: str, body: Body, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    mode = str(body.get("GlobalTaxCalculation") or "TaxExcluded")
    tax = tax_total(body)
    total = amount(body.get("TotalAmt"), "total")
    currency = reference(body, "CurrencyRef") or facts.home_currency
    return {
        "number": str(body.get("DocNumber") or f"QB-{body.get('Id')}"),
        "kind": KIND_OF[entity],
        "status": "approved",
        "contactId": contact_of(PARTY[entity], body, lookup),
        "issueDate": day(body.get("TxnDate")).isoformat(),
        "dueDate": day(body.get("DueDate") or body.get("TxnDate")).isoformat(),
        "currency": currency,
        "amountsAre": AMOUNTS_ARE.get(mode, "exclusive"),
        "lines": document_lines.to_released(body.get("Line") or [], mode, tax, lookup),
        "netTotal": text(total - tax),
        "taxTotal": text(tax),
        "total": text(total),
        "reference": str(body.get("PrivateNote") or "") or None,
    }


def contact_of(party: tuple[str, str], body: Body, lookup: Lookup) -> str:
    """The Re-Leased contact that a QuickBooks record names. Raises Problem where it names none."""
    party_ref, entity = party
    found = lookup.released.get((entity, reference(body, party_ref)))
    if found is None:
        raise Problem("incomplete-record", more="It names no customer or supplier that is in Re-Leased.")
    return found


def references(body: Body) -> tuple[Reference, ...]:
    party = PARTY[entities_of(body)[0]][1]
    found = [Reference(RecordRef(RecordType.CONTACT, str(body.get("contactId") or "")), party)]
    for line in body.get("lines") or []:
        for name, type_ in (
            ("accountId", RecordType.ACCOUNT),
            ("taxTypeId", RecordType.TAX_TYPE),
            ("trackingOptionId", RecordType.TRACKING_OPTION),
        ):
            if line.get(name):
                found.append(Reference(RecordRef(type_, str(line[name]))))
    return tuple(dict.fromkeys(found))


def external_references(entity: str, body: Body) -> tuple[tuple[str, str], ...]:
    party_ref, party = PARTY[entity]
    return ((party, reference(body, party_ref)), *document_lines.references(body.get("Line") or []))


def released_keys(body: Body) -> set[str]:
    keys = {f"total:{body.get('issueDate')}|{text(body.get('total'))}"}
    return keys | {f"number:{str(body.get('number')).casefold()}"} if body.get("number") else keys


def external_keys(entity: str, body: Body) -> set[str]:
    try:
        keys = {f"total:{body.get('TxnDate')}|{text(body.get('TotalAmt'))}"}
    except NotMoney:
        keys = set()
    return keys | {f"number:{str(body.get('DocNumber')).casefold()}"} if body.get("DocNumber") else keys


def same(released: Body, entity: str, external: Body, lookup: Lookup) -> int:
    """3 = number, counterparty, total and date are equal (or no number on one side); 1 = number and counterparty."""
    if entity not in entities_of(released) or released.get("status") == "voided":
        return 0
    party_ref, party = PARTY[entity]
    if lookup.released.get((party, reference(external, party_ref))) != str(released.get("contactId")):
        return 0
    numbers = str(released.get("number") or "").casefold(), str(external.get("DocNumber") or "").casefold()
    sums = bool(released_keys(released) & {key for key in external_keys(entity, external) if key.startswith("total:")})
    if sums and numbers[0] == numbers[1]:
        return 3
    return 1 if numbers[0] == numbers[1] != "" else 0


def external_gone(entity: str, body: Body) -> bool:
    voided = VOIDED_NOTE.casefold() in str(body.get("PrivateNote") or "").casefold()
    return voided and not decimal(body.get("TotalAmt"))


def external_content(entity: str, body: Body) -> Any:
    party_ref = PARTY[entity][0]
    found = pick(body, ("DocNumber", f"{party_ref}.value", "TxnDate", "DueDate", "TotalAmt", "PrivateNote"))
    return {**found, "tax": str(tax_total(body).normalize()), "lines": document_lines.content(body.get("Line") or [])}


RELEASED_FIELDS = (
    *("number", "kind", "status", "contactId", "issueDate", "dueDate", "currency"),
    *("amountsAre", "netTotal", "taxTotal", "total", "reference"),
)


def released_content(body: Body) -> Any:
    found = pick(body, RELEASED_FIELDS)
    found["status"] = "approved" if body.get("status") == "paid" else body.get("status")
    fields = ("description", "quantity", "unitAmount", "accountId", "taxTypeId", "trackingOptionId")
    return {**found, "lines": [pick(line, (*fields, "netAmount", "taxAmount")) for line in body.get("lines") or []]}


SPEC = RecordSpec(
    type=RecordType.INVOICE,
    collection="invoices",
    entities=("Invoice", "Bill"),
    directions=frozenset({Direction.INCOMING, Direction.OUTGOING}),
    entities_of=entities_of,
    released_name=lambda body: str(body.get("number") or ""),
    external_name=lambda entity, body: str(body.get("DocNumber") or f"{entity} {body.get('Id')}"),
    released_content=released_content,
    external_content=external_content,
    released_keys=released_keys,
    external_keys=external_keys,
    references=references,
    external_references=external_references,
    same=same,
    check=check,
    check_external=check_external,
    to_quickbooks=to_quickbooks,
    to_released=to_released,
    released_gone=lambda body: body.get("status") == "voided",
    external_gone=external_gone,
    amount=lambda body: decimal(body.get("total")),
    external_amount=lambda entity, body: decimal(body.get("TotalAmt")),
    dates=("issueDate", "TxnDate"),
    dated_from_sync_from=True,
    as_held=as_held,
    may_lack=(("reference", "PrivateNote"),),
    frozen_when_paid=frozenset({"reference", "number", "dueDate"}),
)
