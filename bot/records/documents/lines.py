"""The lines of a document: from Re-Leased to QuickBooks and back, each to the cent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.core.model import RecordRef, RecordType
from bot.core.money import ZERO, cents, decimal, formatted, is_exact_product, plain, share, text
from bot.core.spec import Body, Lookup, Problem
from bot.records.documents.line_kinds import (
    ACCOUNT_EXPENSE,
    DISCOUNT,
    ITEM_EXPENSE,
    SALES,
    detail_of,
    money_lines,
    refuse_special,
)
from bot.records.fields.names import reference
from bot.records.fields.rates import rates_of

DESCRIPTION_LENGTH = 4000  # developer.intuit.com, invoice: Line.Description
TAXED, NOT_TAXED = "TAX", "NON"  # all that US sales lines know
TAX_MODES = {"exclusive": "TaxExcluded", "inclusive": "TaxInclusive", "noTax": "NotApplicable"}
AMOUNTS_ARE = {theirs: ours for ours, theirs in TAX_MODES.items()}


@dataclass(frozen=True)
class LineRules:
    """How the company's QuickBooks wants its lines. `sales` is False for what suppliers send us.

    `classes` is False where a document has one class in its header (ClassTrackingPerTxn).
    """

    sales: bool
    tax_mode: str
    us: bool
    classes: bool = True


def to_quickbooks(lines: Sequence[Body], rules: LineRules, lookup: Lookup) -> list[dict[str, Any]]:
    return [_line_out(line, rules, lookup) for line in lines]


def to_released(body: Body, tax_mode: str, tax_total: Decimal, lookup: Lookup) -> list[dict[str, Any]]:
    """Lines as Re-Leased holds them; the tax of the document is shared out so that the lines add up to it.

    Text lines stay in QuickBooks: a line of Re-Leased is an amount on an account. Raises Problem for the first line
    that Re-Leased has no form for.
    """
    lines = body.get("Line") or []
    refuse_special(lines)
    header_class = reference(body, "ClassRef")
    money = [_with_class(line, header_class) for line in _with_discount_tax(money_lines(lines))]
    nets = [net_of(line) for line in money]
    applied = _percents_applied(body)
    guesses = [_tax_of(line, net, tax_mode, lookup, applied) for line, net in zip(money, nets, strict=True)]
    taxed = [ZERO if _is_exempt(line) else net for line, net in zip(money, nets, strict=True)]
    taxes = _settled(guesses, taxed, tax_total)
    return [_line_in(line, net, tax, tax_mode, lookup) for line, net, tax in zip(money, nets, taxes, strict=True)]


def net_of(line: Body) -> Decimal:
    """What a line adds to the net total; a discount takes off what it says."""
    net = decimal(line.get("Amount"))
    return -net if line.get("DetailType") == DISCOUNT else net


def discount_accounts(lines: Sequence[Body]) -> set[tuple[str, str]]:
    """The Accounts of discounts. Where Re-Leased has none for it, the discount itself says so."""
    found = {reference(detail_of(line), "DiscountAccountRef") for line in lines if line.get("DetailType") == DISCOUNT}
    return {("Account", id_) for id_ in found if id_}


def content(lines: Sequence[Body]) -> list[Any]:
    """What we sync of QuickBooks' lines."""
    named = ("ItemRef", "AccountRef", "TaxCodeRef", "ClassRef", "DiscountAccountRef")
    return [
        {
            "amount": line.get("Amount"),
            "description": line.get("Description"),
            **{name: reference(detail_of(line), name) for name in named},
            "quantity": detail_of(line).get("Qty"),
        }
        for line in money_lines(lines)
    ]


def references(lines: Sequence[Body]) -> list[tuple[str, str]]:
    """The Items, Accounts, TaxCodes and Classes that QuickBooks' lines name."""
    named = (("ItemRef", "Item"), ("AccountRef", "Account"), ("TaxCodeRef", "TaxCode"), ("ClassRef", "Class"))
    found = [(entity, reference(detail_of(line), name)) for line in lines for name, entity in named]
    return [(entity, id_) for entity, id_ in dict.fromkeys(found) if id_ and not (entity == "TaxCode" and _is_us(id_))]


def classes_of(lines: Sequence[Body], lookup: Lookup) -> set[str]:
    """The QuickBooks classes of Re-Leased's lines; "" stands for lines without one."""
    return {_class_of(line, lookup) for line in lines}


def _line_out(line: Body, rules: LineRules, lookup: Lookup) -> dict[str, Any]:
    net = decimal(line.get("netAmount"))
    tax = decimal(line.get("taxAmount"))
    if _is_text(line, net, tax):
        text_line = str(line["description"])[:DESCRIPTION_LENGTH]
        return {"DetailType": "DescriptionOnly", "Description": text_line, "DescriptionLineDetail": {}}
    if rules.sales and net < 0 and (discount := _discount_out(line, net, lookup)):
        return discount
    kind, detail = _account_out(line, rules, lookup)
    quantity, unit = decimal(line.get("quantity")), decimal(line.get("unitAmount"))
    if kind != ACCOUNT_EXPENSE and rules.tax_mode != "TaxInclusive" and is_exact_product(quantity, unit, net):
        detail |= {"Qty": quantity, "UnitPrice": unit}
    if rules.us:
        code = NOT_TAXED if rules.tax_mode == "NotApplicable" else _us_code(line, tax, lookup)
        detail["TaxCodeRef"] = {"value": code}
    elif rules.tax_mode != "NotApplicable":
        detail["TaxCodeRef"] = {"value": _tax_code(line, lookup)}
    if rules.tax_mode == "TaxInclusive":
        detail["TaxInclusiveAmt"] = net + tax
    if rules.classes and (class_id := _class_of(line, lookup)):
        detail["ClassRef"] = {"value": class_id}
    description = str(line.get("description") or "")[:DESCRIPTION_LENGTH]
    return {"DetailType": kind, "Amount": net, **({"Description": description} if description else {}), kind: detail}


def _is_text(line: Body, net: Decimal, tax: Decimal) -> bool:
    """Words without an account and without money, which is what QuickBooks calls a description line."""
    return bool(line.get("description")) and not line.get("accountId") and not net and not tax


def _account_out(line: Body, rules: LineRules, lookup: Lookup) -> tuple[str, dict[str, Any]]:
    account = str(line.get("accountId") or "")
    found = lookup.any_entity(RecordType.ACCOUNT, account, ("Item",) if rules.sales else ("Account", "Item"))
    if not account or found is None:
        cause = RecordRef(RecordType.ACCOUNT, account) if account else None
        raise Problem("account-missing", cause=cause, account=account or str(line.get("description") or "one line"))
    entity, id_ = found
    if entity == "Account":
        return ACCOUNT_EXPENSE, {"AccountRef": {"value": id_}}
    return (SALES if rules.sales else ITEM_EXPENSE), {"ItemRef": {"value": id_}}


def _discount_out(line: Body, net: Decimal, lookup: Lookup) -> dict[str, Any] | None:
    """A discount that came in from QuickBooks goes back as one: as a negative line on an Account, which has no Item.

    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice (DiscountLineDetail)
    """
    account = str(line.get("accountId") or "")
    found = lookup.any_entity(RecordType.ACCOUNT, account, ("Item", "Account")) if account else None
    if found is None or found[0] == "Item":
        return None
    said = {"Description": str(line["description"])[:DESCRIPTION_LENGTH]} if line.get("description") else {}
    return {"DetailType": DISCOUNT, "Amount": -net, **said, DISCOUNT: {"DiscountAccountRef": {"value": found[1]}}}


def _tax_code(line: Body, lookup: Lookup) -> str:
    tax_type = str(line.get("taxTypeId") or "")
    found = lookup.any_entity(RecordType.TAX_TYPE, tax_type, ("TaxCode",))
    if not tax_type or found is None:
        cause = RecordRef(RecordType.TAX_TYPE, tax_type) if tax_type else None
        raise Problem("tax-missing", cause=cause, tax=tax_type, account=str(line.get("description") or ""))
    return found[1]


def _us_code(line: Body, tax: Decimal, lookup: Lookup) -> str:
    """TAX or NON: as its tax type says, if that is one of the two; otherwise by whether there is any tax."""
    known = lookup.external.get((RecordType.TAX_TYPE, str(line.get("taxTypeId") or ""), "TaxCode"), "")
    return known if _is_us(known) else TAXED if tax else NOT_TAXED


def _class_of(line: Body, lookup: Lookup) -> str:
    option = str(line.get("trackingOptionId") or "")
    found = lookup.any_entity(RecordType.TRACKING_OPTION, option, ("Class",)) if option else None
    return found[1] if found else ""


def _line_in(line: Body, net: Decimal, tax: Decimal, tax_mode: str, lookup: Lookup) -> dict[str, Any]:
    detail = detail_of(line)
    quantity, unit = decimal(detail.get("Qty") or 1), decimal(detail.get("UnitPrice"))
    shown = net + tax if tax_mode == "TaxInclusive" else net
    if not quantity or not is_exact_product(quantity, unit, shown):
        quantity, unit = Decimal(1), shown
    account = _account_in(line, net, detail, lookup)
    return {
        "description": str(line.get("Description") or _discount_words(detail)),
        "quantity": plain(quantity),
        "unitAmount": plain(unit) if unit != cents(unit) else text(unit),
        "accountId": account,
        "taxTypeId": _released(lookup, ("TaxCode", reference(detail, "TaxCodeRef"))),
        "trackingOptionId": _released(lookup, ("Class", reference(detail, "ClassRef"))),
        "netAmount": text(net),
        "taxAmount": text(tax),
    }


def _account_in(line: Body, net: Decimal, detail: Body, lookup: Lookup) -> str | None:
    """Raises Problem for a discount whose account Re-Leased does not have."""
    if line.get("DetailType") == DISCOUNT:
        found = _released(lookup, ("Account", reference(detail, "DiscountAccountRef")))
        if found is None:
            account = _named(detail, "DiscountAccountRef", "an account that QuickBooks does not name")
            raise Problem("discount-line", discount=f"{_discount_words(detail)} of {formatted(-net)}", account=account)
        return found
    return _released(lookup, ("Item", reference(detail, "ItemRef")), ("Account", reference(detail, "AccountRef")))


def _discount_words(detail: Body) -> str:
    """ "discount (10 %)"; "" for what is no discount."""
    if not {"PercentBased", "DiscountPercent", "DiscountAccountRef"} & detail.keys():
        return ""
    percents = decimal(detail.get("DiscountPercent"))
    return f"Discount ({plain(percents)} %)" if percents else "Discount"


def _named(detail: Body, name: str, otherwise: str) -> str:
    value = detail.get(name)
    return str(value.get("name") or value.get("value") or otherwise) if isinstance(value, Mapping) else otherwise


def _with_discount_tax(lines: list[Body]) -> list[Body]:
    """A discount lowers the tax of what it is taken off: it gets their tax code, where they share one."""
    codes = {reference(detail_of(line), "TaxCodeRef") for line in lines if line.get("DetailType") != DISCOUNT} - {""}
    if len(codes) != 1:
        return lines
    code = {"TaxCodeRef": {"value": codes.pop()}}
    return [
        {**line, DISCOUNT: {**code, **detail_of(line)}} if line.get("DetailType") == DISCOUNT else line
        for line in lines
    ]


def _with_class(line: Body, header_class: str) -> Body:
    """A class in the header is that of every line that has none of its own."""
    kind, detail = str(line.get("DetailType")), detail_of(line)
    if not header_class or reference(detail, "ClassRef"):
        return line
    return {**line, kind: {**detail, "ClassRef": {"value": header_class}}}


def _released(lookup: Lookup, *ids: tuple[str, str]) -> str | None:
    return next((lookup.released[key] for key in ids if key in lookup.released), None)


def _tax_of(line: Body, net: Decimal, tax_mode: str, lookup: Lookup, applied: Mapping[str, Decimal]) -> Decimal:
    """A line says its own tax where amounts include it; elsewhere it follows from the rate."""
    gross = detail_of(line).get("TaxInclusiveAmt")
    if tax_mode == "TaxInclusive" and gross is not None:
        return decimal(gross) - net
    return cents(net * _percent_of(line, lookup, applied) / 100)


def _percents_applied(body: Body) -> dict[str, Decimal]:
    """What each tax rate was when the document was made: a rate may have changed since, the tax line says which."""
    detail = body.get("TxnTaxDetail")
    found = detail.get("TaxLine") or [] if isinstance(detail, Mapping) else []
    return {
        reference(detail_of(line), "TaxRateRef"): decimal(detail_of(line)["TaxPercent"])
        for line in found
        if detail_of(line).get("TaxPercent") is not None
    }


def _percent_of(line: Body, lookup: Lookup, applied: Mapping[str, Decimal]) -> Decimal:
    code = lookup.bodies.get(("TaxCode", reference(detail_of(line), "TaxCodeRef")))
    use = "sales" if line.get("DetailType") in (SALES, DISCOUNT) else "purchase"
    rates = rates_of(code, use) if code else []
    return sum((applied.get(rate_id, rate) for rate_id, rate in rates), ZERO)


def _settled(guesses: list[Decimal], taxed: list[Decimal], total: Decimal) -> list[Decimal]:
    """The guesses made to add up to `total`: a rounding difference goes to the largest taxed line.

    Without any guess (the rates of US sales tax are not told) the tax is shared by what of each line is `taxed`.
    """
    rest = total - sum(guesses, ZERO)
    if not rest or not guesses:
        return guesses
    if not any(guesses):
        return share(total, taxed)
    largest = max(range(len(guesses)), key=lambda place: abs(guesses[place]))
    return [guess + rest if place == largest else guess for place, guess in enumerate(guesses)]


def _is_exempt(line: Body) -> bool:
    return reference(detail_of(line), "TaxCodeRef") == NOT_TAXED


def _is_us(tax_code: str) -> bool:
    return tax_code in (TAXED, NOT_TAXED)
