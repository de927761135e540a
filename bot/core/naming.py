"""What a contact may be called in QuickBooks where its own name is taken: who has it there, and names that are free."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.faults import UserError
from bot.core.invisible import cleaned

NAME_TAKEN = frozenset({"6240", "duplicate-name-both-sides"})
"""QuickBooks refuses the name: customers, suppliers and employees share one list of names there."""
SUFFIX_CHARS = 40
FORBIDDEN = frozenset(":\t\n\r()")
ROLES = {"Customer": (("tenant", "Tenant"), ("owner", "Owner")), "Vendor": (("supplier", "Supplier"),)}
NUMBERS = range(2, 10)
MOST_PROPOSED = 4


@dataclass(frozen=True)
class NameHolder:
    """Who has a name in QuickBooks. `partner` is the Re-Leased contact that it is linked to, "" = none."""

    entity: str
    id: str
    name: str
    is_active: bool
    partner: str = ""
    url: str = ""


@dataclass(frozen=True)
class NameChoice:
    """`name` is refused for this contact; `suffixes` make names of it that are free as far as is known.

    Without holders it is none that the sync reads: an employee, as a rule.
    """

    entity: str
    name: str
    holders: tuple[NameHolder, ...]
    suffixes: tuple[str, ...]


def suffix_of(text: str) -> str:
    """ "Unit 4" gives " (Unit 4)". Raises UserError for what QuickBooks would not take in a name."""
    bare = " ".join(cleaned(text).split()).removeprefix("(").removesuffix(")").strip()
    if not bare:
        raise UserError("Write what is added to the name, for example the town or the unit.")
    if len(bare) > SUFFIX_CHARS:
        raise UserError(f"That is too long: at most {SUFFIX_CHARS} characters are added to a name.")
    if FORBIDDEN & set(bare):
        raise UserError("A name in QuickBooks takes no colons, and this no brackets: they are put around it.")
    return f" ({bare})"


def proposals(body: Mapping[str, Any], entity: str) -> Iterator[str]:
    """What tells a contact from its namesakes: its role, its town, a number."""
    roles = set(body.get("roles") or ())
    for role, word in ROLES.get(entity, ()):
        if role in roles:
            yield f" ({word})"
    town = " ".join(str((body.get("address") or {}).get("city") or "").split())
    if town and len(town) <= SUFFIX_CHARS and not FORBIDDEN & set(town):
        yield f" ({town})"
    yield from (f" ({number})" for number in NUMBERS)


def first_free(suffixes: Iterable[str], is_free: Mapping[str, bool]) -> tuple[str, ...]:
    """The first few that are free, of the numbers only one."""
    free = [suffix for suffix in dict.fromkeys(suffixes) if is_free.get(suffix)]
    numbers = [suffix for suffix in free if suffix[2:-1].isdecimal()]
    return tuple([*(suffix for suffix in free if suffix not in numbers), *numbers[:1]][:MOST_PROPOSED])
