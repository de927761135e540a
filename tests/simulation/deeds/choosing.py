"""Small choices that deeds on both sides make alike: amounts, dates, names and numbers."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")
Json = dict[str, Any]

AMOUNTS = ("100.00", "81.09", "33.33", "99.99", "0.05", "1250.50", "17.35", "333.34")
DAYS = ("2026-10-02", "2026-10-05", "2026-10-09", "2026-10-14", "2026-09-15", "2026-09-28")
OLD_DAY = "2026-03-10"  # before *sync from*
NAMES = ("Bakery", "Florist", "Gym", "Library Cafe", "Kiosk Ltd", "Plumber", "Old Town Books", "Ō Café & Söhne")
NUMBERS = tuple(f"N-{number}" for number in range(1, 10))
FILE_NAMES = ("lease.pdf", "receipt.pdf", "Skizze – Ō.pdf")
CONTENTS = (b"%PDF-1.4 one", b"%PDF-1.4 another one", b"")
CENT = Decimal("0.01")


class NothingToDo(Exception):
    """There is no record for this deed yet."""


def one_of(random: Random, values: Sequence[T]) -> T:
    """Raises NothingToDo for none at all."""
    if not values:
        raise NothingToDo
    return random.choice(values)


def day(random: Random) -> str:
    return OLD_DAY if random.random() < 0.05 else random.choice(DAYS)


def part_of(random: Random, amount: Decimal) -> Decimal:
    """Half, all, or two cents."""
    chosen = random.choice((amount, (amount / 2).quantize(CENT), CENT * 2))
    return max(CENT, min(amount, chosen))
