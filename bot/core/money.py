"""Money as Decimals to the cent: reading, rounding half up, and sharing out an amount without losing a cent."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

CENT = Decimal("0.01")
ZERO = Decimal(0)
DIGITS_BEHIND_POINT = 20  # nobody writes such an amount; spelling out 1E-999999999 would take a gigabyte
MOST_SPELLED = 40  # digits of a number that is written without an exponent
DIGITS_BEFORE_POINT = 15  # developer.intuit.com, invoice: Amount; more would not fit our own arithmetic either


class NotMoney(ValueError):
    """A value that should be an amount is not one."""


def decimal(value: Any) -> Decimal:
    """A JSON number or decimal string as Decimal; None and "" are zero. Raises NotMoney."""
    if value is None or value == "":
        return ZERO
    if isinstance(value, bool):
        raise NotMoney(f"{value!r} is not an amount")
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        raise NotMoney(f"{value!r} is not an amount") from None
    if not number.is_finite() or (number and not -DIGITS_BEHIND_POINT <= number.adjusted() < DIGITS_BEFORE_POINT):
        raise NotMoney(f"{value!r} is not an amount")
    return number


def cents(value: Decimal) -> Decimal:
    """Rounded half up to two places, as both ledgers do; never minus zero."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP) + ZERO


def text(value: Any) -> str:
    """Two decimals, the form Re-Leased takes: "1250.00"."""
    return format(cents(decimal(value)), "f")


def formatted(value: Any) -> str:
    """Two decimals as people read them: "1,250.00"."""
    return format(cents(decimal(value)), ",f")


def plain(value: Decimal) -> str:
    """All its digits without an exponent, trailing zeros or a minus before zero: "1.5", "3".

    What is no amount by far keeps its exponent: spelling it out could take gigabytes.
    """
    if not value:
        return "0"
    if abs(value.adjusted()) > MOST_SPELLED:
        sign, digits, _ = value.as_tuple()
        return f"{'-' * sign}{''.join(map(str, digits)).rstrip('0')}E{value.adjusted()}"
    written = format(value, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def is_exact_product(quantity: Decimal, unit: Decimal, amount: Decimal) -> bool:
    """True when quantity x unit is `amount` under every way of rounding to the cent (so no tie at half a cent)."""
    return abs(quantity * unit - amount) < CENT / 2


def share(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`total` in cents shared by weight; the shares always add up to `total`, the largest takes the rest."""
    if not weights:
        return []
    whole = sum(weights, ZERO)
    parts = [cents(total * weight / whole) if whole else ZERO for weight in weights]
    largest = max(range(len(parts)), key=lambda place: abs(weights[place]))
    parts[largest] += cents(total) - sum(parts, ZERO)
    return parts
