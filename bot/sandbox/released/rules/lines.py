"""The arithmetic of a document: what its lines and totals come to, to the cent."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from bot.sandbox.released.rules.problems import invalid
from bot.sandbox.released.rules.readers import Invalid
from bot.sandbox.released.rules.shapes import AmountsAre, Record

CENT = Decimal("0.01")
HALF_A_CENT = Decimal("0.005")
LARGEST_AMOUNT = Decimal(10) ** 12


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def money_text(amount: Decimal) -> str:
    """Two decimals, never "-0.00"."""
    return str(cents(amount)) if cents(amount) else "0.00"


def priced(line: Record, amounts_are: str, rate: Decimal) -> Record:
    """The line with netAmount and taxAmount. A given taxAmount is honoured (QuickBooks computes US sales tax);
    a given netAmount must be quantity x unitAmount, less the tax when amounts are inclusive, rounded either way."""
    extended = Decimal(line["quantity"]) * Decimal(line["unitAmount"])
    if abs(extended) >= LARGEST_AMOUNT:
        raise Invalid({".unitAmount": ["times the quantity is too large an amount"]})
    tax = _tax(line["taxAmount"], extended, amounts_are, rate)
    exact_net = extended - tax if amounts_are == AmountsAre.INCLUSIVE else extended
    net = cents(exact_net) if line["netAmount"] is None else Decimal(line["netAmount"])
    if abs(net - exact_net) > HALF_A_CENT:
        raise Invalid({".netAmount": [f"must be {money_text(exact_net)}: quantity x unitAmount, {amounts_are}"]})
    return {**line, "netAmount": money_text(net), "taxAmount": money_text(tax)}


def _tax(given: str | None, extended: Decimal, amounts_are: str, rate: Decimal) -> Decimal:
    if amounts_are == AmountsAre.NO_TAX:
        if given is not None and Decimal(given):
            raise Invalid({".taxAmount": ["must be 0.00 where amountsAre is noTax"]})
        return Decimal(0)
    if given is not None:
        return Decimal(given)
    if amounts_are == AmountsAre.INCLUSIVE:
        return cents(extended * rate / (100 + rate))
    return cents(extended * rate / 100)


def totals(lines: Sequence[Record]) -> Record:
    net = sum((Decimal(line["netAmount"]) for line in lines), Decimal(0))
    tax = sum((Decimal(line["taxAmount"]) for line in lines), Decimal(0))
    if net + tax < 0:
        raise invalid({"lines": ["the total must not be negative; write a credit note"]})
    if net + tax >= LARGEST_AMOUNT:
        raise invalid({"lines": ["the total is too large an amount"]})
    return {"netTotal": money_text(net), "taxTotal": money_text(tax), "total": money_text(net + tax)}
