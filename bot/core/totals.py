"""What a document comes to, its net, tax and gross apart, and how a difference between both sides is said."""

from dataclasses import dataclass
from decimal import Decimal

from bot.core.money import formatted


@dataclass(frozen=True)
class Totals:
    net: Decimal
    tax: Decimal
    gross: Decimal

    def __str__(self) -> str:
        return f"net {formatted(self.net)}, tax {formatted(self.tax)}, gross {formatted(self.gross)}"


def differ(ours: Totals | None, theirs: Totals | None, net_only: bool = False) -> bool:
    """Whether any of the three differs; `net_only` where the tax is QuickBooks' own to compute."""
    if ours is None or theirs is None:
        return False
    return ours.net != theirs.net if net_only else ours != theirs


def difference(ours: Totals, theirs: Totals) -> Decimal:
    """The first of gross, tax and net that differs, as an amount above zero."""
    apart = (theirs.gross - ours.gross, theirs.tax - ours.tax, theirs.net - ours.net)
    return next((abs(part) for part in apart if part), Decimal(0))


def words(ours: Totals, theirs: Totals) -> str:
    return f"QuickBooks: {theirs}; Re-Leased: {ours}."
