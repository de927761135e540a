"""What invoices, bills and both kinds of credit note have in common: their translation, out and in, to the cent."""

from decimal import Decimal
from functools import partial
from typing import Any

from bot.core.content import pick
from bot.core.model import Direction, RecordRef, RecordType
from bot.core.money import ZERO, decimal, text
from bot.core.spec import Body, Facts, Lookup, Problem, RecordSpec, Reference
from bot.core.totals import Totals
from bot.records.documents import checks, matching, update
from bot.records.documents import lines as document_lines
from bot.records.documents.checks import external_gone, tax_total
from bot.records.documents.lines import AMOUNTS_ARE, TAX_MODES, LineRules
from bot.records.documents.matching import Entities
from bot.records.documents.tax_detail import tax_detail
from bot.records.fields.absent import INCOME_OR_EXPENSE, STATE, completed_document
from bot.records.fields.amounts import amount, day
from bot.records.fields.names import reference
from bot.records.fields.parties import PARTY, contact_of, party_of, party_out

NOTE_LENGTH = 4000  # developer.intuit.com, invoice: PrivateNote
KIND_OF = {"Invoice": "income", "CreditMemo": "income", "Bill": "expense", "VendorCredit": "expense"}
SALES_FORMS = frozenset({"Invoice", "CreditMemo"})  # QuickBooks numbers these itself unless told otherwise
WITH_DUE_DATE = frozenset({"Invoice", "Bill"})
EDITABLE_WHEN_PAID = frozenset({"reference", "number", "dueDate"})
RELEASED_FIELDS = (
    *("number", "kind", "contactId", "issueDate", "dueDate", "currency"),
    *("amountsAre", "netTotal", "taxTotal", "total", "reference"),
)
MONEY_FIELDS = ("Line", "TxnTaxDetail", "GlobalTaxCalculation", "ClassRef")
WRITTEN_AS = {
    **{"dueDate": ("DueDate",), "number": ("DocNumber",), "issueDate": ("TxnDate",), "reference": ("PrivateNote",)},
    **{"currency": ("CurrencyRef",), "contactId": ("CustomerRef", "VendorRef")},
    **{name: MONEY_FIELDS for name in ("lines", "amountsAre", "netTotal", "taxTotal", "total")},
}
SIDE_BY_SIDE = (
    ("Number", "number", "DocNumber"),
    ("Date", "issueDate", "TxnDate"),
    ("Due", "dueDate", "DueDate"),
    ("Net", "netTotal", ""),
    ("Tax", "taxTotal", "TxnTaxDetail.TotalTax"),
    ("Total", "total", "TotalAmt"),
    ("Open", "balance", "Balance"),
    ("Status", "status", ""),
)
LINE_FIELDS = (
    *("description", "quantity", "unitAmount", "accountId", "taxTypeId", "trackingOptionId"),
    *("netAmount", "taxAmount"),
)


def to_quickbooks(body: Body, entity: str, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    """Without a number where QuickBooks numbers its sales forms, without tax where it computes that (US).

    Only sales forms have a class of their own; what is bought has it on each line, however the company keeps classes.
    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/bill (ClassRef)
    """
    us, sales = facts.country == "US", entity in SALES_FORMS
    one_class = facts.class_per_document and sales
    mode = TAX_MODES.get(str(body.get("amountsAre")), "TaxExcluded")
    sent: dict[str, Any] = {
        **party_out(body, entity, lookup, facts),
        "TxnDate": str(body["issueDate"]),
        "Line": document_lines.to_quickbooks(body["lines"], LineRules(sales, mode, us, classes=not one_class), lookup),
    }
    if one_class and (class_id := _one_class(body, lookup)):
        sent["ClassRef"] = {"value": class_id}
    if body.get("dueDate") and entity in WITH_DUE_DATE:
        sent["DueDate"] = str(body["dueDate"])
    if body.get("number") and (facts.custom_numbers or not sales):
        sent["DocNumber"] = str(body["number"])
    if body.get("reference"):
        sent["PrivateNote"] = str(body["reference"])[:NOTE_LENGTH]
    if not us:
        sent["GlobalTaxCalculation"] = mode
        if mode != "NotApplicable":
            sent["TxnTaxDetail"] = tax_detail(body["lines"], sales, lookup)
    return sent


def _one_class(body: Body, lookup: Lookup) -> str:
    """Raises Problem for lines of several classes where QuickBooks keeps one for the whole document."""
    classes = document_lines.classes_of(body["lines"], lookup)
    if len(classes) > 1:
        raise Problem("class-per-document", count=str(len(classes)))
    return next(iter(classes), "")


def as_held(body: Body, entity: str, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    """With the sums and the number, which QuickBooks works out or gives itself."""
    sent = to_quickbooks(body, entity, lookup, facts)
    tax = {**sent.get("TxnTaxDetail", {}), "TotalTax": amount(body.get("taxTotal"), "tax")}
    sums = {"TotalAmt": amount(body.get("total"), "total"), "TxnTaxDetail": tax}
    return {**sent, "DocNumber": body.get("number"), **sums}


def to_released(entity: str, body: Body, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    mode = str(body.get("GlobalTaxCalculation") or "TaxExcluded")
    totals = external_totals(entity, body)
    due = {"dueDate": day(body.get("DueDate") or body.get("TxnDate")).isoformat()} if entity in WITH_DUE_DATE else {}
    return {
        "number": str(body.get("DocNumber") or f"QB-{body.get('Id')}"),
        "kind": KIND_OF[entity],
        "status": "approved",
        "contactId": contact_of(entity, body, lookup),
        "issueDate": day(body.get("TxnDate")).isoformat(),
        **due,
        "currency": reference(body, "CurrencyRef") or facts.home_currency,
        "amountsAre": AMOUNTS_ARE.get(mode, "exclusive"),
        "lines": document_lines.to_released(body, mode, totals.tax, lookup),
        "netTotal": text(totals.net),
        "taxTotal": text(totals.tax),
        "total": text(totals.gross),
        "reference": str(body.get("PrivateNote") or "") or None,
    }


def external_totals(entity: str, body: Body) -> Totals:
    gross, tax = amount(body.get("TotalAmt"), "total"), tax_total(body)
    return Totals(gross - tax, tax, gross)


def totals(body: Body) -> Totals:
    return Totals(decimal(body.get("netTotal")), decimal(body.get("taxTotal")), decimal(body.get("total")))


def references(entities_of: Entities, body: Body) -> tuple[Reference, ...]:
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
    header_class = reference(body, "ClassRef")
    named = (("Class", header_class),) if header_class else ()
    return tuple(dict.fromkeys((party_of(entity, body), *document_lines.references(body.get("Line") or []), *named)))


def external_content(entity: str, body: Body) -> Any:
    names = (
        "DocNumber",
        f"{PARTY[entity][0]}.value",
        "TxnDate",
        "DueDate",
        "TotalAmt",
        "PrivateNote",
        "ClassRef.value",
    )
    found = pick(body, names)
    return {**found, "tax": str(tax_total(body).normalize()), "lines": document_lines.content(body.get("Line") or [])}


def released_content(body: Body) -> Any:
    """Whether it is paid follows from payments, so that it is no change of the document itself."""
    status = "approved" if body.get("status") == "paid" else body.get("status")
    lines = [pick(line, LINE_FIELDS) for line in body.get("lines") or []]
    return {**pick(body, RELEASED_FIELDS), "status": status, "lines": lines}


def is_settled(body: Body) -> bool:
    """Paid, or, of a credit note, set off to the last cent: its figures are then QuickBooks' to change."""
    spent = bool(body.get("allocations")) and decimal(body.get("remaining")) == ZERO
    return body.get("status") == "paid" or spent


def entities_of_kind(income: str, expense: str, body: Body) -> tuple[str, ...]:
    return (income,) if body.get("kind") == "income" else (expense,)


def spec_of(type_: RecordType, collection: str, income: str, expense: str) -> RecordSpec:
    """The spec of one kind of document, which is `income` or `expense` in QuickBooks."""
    entities_of = partial(entities_of_kind, income, expense)
    return RecordSpec(
        type=type_,
        collection=collection,
        entities=(income, expense),
        directions=frozenset({Direction.INCOMING, Direction.OUTGOING}),
        entities_of=entities_of,
        released_name=lambda body: str(body.get("number") or ""),
        external_name=lambda entity, body: str(body.get("DocNumber") or f"{entity} {body.get('Id')}"),
        released_content=released_content,
        external_content=external_content,
        released_keys=matching.released_keys,
        external_keys=matching.external_keys,
        references=partial(references, entities_of),
        external_references=external_references,
        same=partial(matching.same, entities_of),
        check=checks.check,
        must_say={**INCOME_OR_EXPENSE, **STATE},
        completed=completed_document,
        check_external=checks.check_external,
        to_quickbooks=to_quickbooks,
        to_released=to_released,
        released_gone=lambda body: body.get("status") == "voided",
        external_gone=external_gone,
        settled_by=checks.settled_by,
        amount=_total,
        external_amount=lambda entity, body: decimal(body.get("TotalAmt")),
        dates=("issueDate", "TxnDate"),
        as_held=as_held,
        optional_fields=(("reference", "PrivateNote"),),
        editable_when_paid=EDITABLE_WHEN_PAID,
        is_settled=is_settled,
        totals=totals,
        external_totals=external_totals,
        changed=update.changed,
        written_as=WRITTEN_AS,
        also_named=lambda entity, body: document_lines.discount_accounts(body.get("Line") or []),
        released_wins=True,
        voidable=frozenset({"Invoice"}),
        side_by_side=SIDE_BY_SIDE,
        web_pages={entity: f"{entity.lower()}?txnId=" for entity in (income, expense)},
    )


def _total(body: Body) -> Decimal:
    return decimal(body.get("total"))
