"""Which entry of QuickBooks' lists a record of Re-Leased is, where names stand under parents: own name, full name, ask.

In QuickBooks a class, an account or an item may stand under a parent ("Property:12 Queen Street"); Re-Leased has plain
names. So an account number decides first, then the full name, and the own name only where no other entry has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.planning.pairing import BY_STORED_ID, CERTAIN, MOST_SHOWN
from bot.core.planning.steps import Candidate
from bot.core.spec import Nearness


@dataclass(frozen=True)
class Claim:
    """Another entry of QuickBooks that the same record may be. `is_free` = it has no partner yet."""

    name: str
    nearness: Nearness
    is_free: bool


@dataclass(frozen=True)
class Claimed:
    """A record of Re-Leased that an entry of QuickBooks may be, and which others there it may be as well."""

    candidate: Candidate
    nearness: Nearness
    claims: Sequence[Claim] = ()

    @property
    def is_anothers(self) -> bool:
        """Somebody free has a better right to it: a class that is called so in full, an account of its number."""
        return any(claim.is_free and claim.nearness > self.nearness for claim in self.claims)

    @property
    def rivals(self) -> tuple[str, ...]:
        """What has an equal right; an own name is shared also by those that have their partners already."""
        by_name = self.nearness is Nearness.OWN_NAME
        found = [
            claim.name
            for claim in self.claims
            if (claim.nearness >= self.nearness if by_name else claim.is_free and claim.nearness == self.nearness)
        ]
        return tuple(sorted(found)[:MOST_SHOWN])


def weigh(found: Sequence[Claimed]) -> list[Candidate]:
    """The candidates of one entry that count, scored so that `choose` adopts a single one and asks about several.

    One that keeps the entry's id is believed, whatever it is called. What the full name and the account number say of
    two different records is asked, and so is the full name of one and the own name of another that nobody shares.
    """
    stored = [one.candidate for one in found if one.candidate.score == BY_STORED_ID]
    if stored:
        return stored
    mine = [one for one in found if one.nearness and not one.is_anothers]
    match max((one.nearness for one in mine), default=Nearness.NONE):
        case Nearness.NUMBER_AND_NAME:
            mine = [one for one in mine if one.nearness is Nearness.NUMBER_AND_NAME]
        case Nearness.FULL_NAME:
            mine = [one for one in mine if one.nearness is Nearness.FULL_NAME or not one.rivals]
        case Nearness.NUMBER:
            return [one.candidate for one in mine]  # too little to adopt it: asked
    return [_scored(one) for one in mine]


def _scored(one: Claimed) -> Candidate:
    by_own_name = one.nearness is Nearness.OWN_NAME
    return replace(one.candidate, score=CERTAIN, rivals=one.rivals, by_own_name=by_own_name)
