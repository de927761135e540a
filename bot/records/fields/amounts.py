"""Dates and amounts as a record says them, or the Problem that says what is wrong with them."""

from datetime import date
from decimal import Decimal
from typing import Any

from bot.core.money import NotMoney, decimal
from bot.core.spec import Problem


def day(value: Any) -> date:
    """A calendar date, never shifted. Raises Problem when it is none."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise Problem("incomplete-record", more=f"Its date is missing or not a date: {value!r}.") from None


def is_before(value: Any, limit: date) -> bool:
    """Of another record, whose own row says what is wrong with its date: one without a date is not before any."""
    try:
        return day(value) < limit
    except Problem:
        return False


def amount(value: Any, what: str) -> Decimal:
    """Raises Problem when it is none; nothing at all is zero."""
    try:
        return decimal(value)
    except NotMoney:
        raise Problem("incomplete-record", more=f"Its {what} is not an amount: {value!r}.") from None
