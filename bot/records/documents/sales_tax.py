"""US sales tax: QuickBooks computes it, and Re-Leased takes it over, line by line."""

from typing import Any

from bot.core.money import ZERO, decimal, share, text
from bot.core.spec import Body
from bot.records.documents.checks import external_gone, tax_total
from bot.records.fields.amounts import amount


def computed_tax(released: Body, external: Body, entity: str = "Invoice") -> dict[str, Any]:
    """What Re-Leased must take over where QuickBooks computes the sales tax: its lines, if their tax differs.

    Only of a document that is open on both sides and whose lines make the same net total.
    """
    lines = list(released.get("lines") or [])
    tax = tax_total(external)
    net = amount(external.get("TotalAmt"), "total") - tax
    same_net = net == decimal(released.get("netTotal"))
    if released.get("status") != "approved" or external_gone(entity, external) or not same_net:
        return {}
    if tax == decimal(released.get("taxTotal")):
        return {}
    taxable = [bool(decimal(line.get("taxAmount"))) for line in lines]
    if not any(taxable):
        taxable = [True] * len(lines)
    nets = [decimal(line.get("netAmount")) if taxed else ZERO for line, taxed in zip(lines, taxable, strict=True)]
    parts = share(tax, nets)
    return {"lines": [{**line, "taxAmount": text(part)} for line, part in zip(lines, parts, strict=True)]}
