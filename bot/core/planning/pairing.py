"""Which record of the other side is the same one: adopt what is certain, leave to a person what is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.core.choosing import LISTS
from bot.core.model import MirrorRecord, Outcome, RecordRef, RecordType, Side
from bot.core.money import NotMoney, decimal, formatted
from bot.core.planning.steps import Candidate
from bot.core.spec import Body, Nearness, Problem, RecordSpec

CERTAIN = 3
BY_STORED_ID = 4
NAMES_ENOUGH = frozenset({RecordType.CONTACT})  # e-mail or tax number alone may pair these
INTERCHANGEABLE = frozenset({RecordType.ATTACHMENT})  # the same bytes on the same document: any of them will do
MOST_SHOWN = 5
SHARED = (("name", "name"), ("email", "e-mail address"), ("tax", "tax number"), ("number", "account number"))
SIDES = {Side.RELEASED: "Re-Leased", Side.QUICKBOOKS: "QuickBooks"}


@dataclass(frozen=True)
class Suggestion:
    """A record of the other side that may be the same, for a person to choose. `name` and `reasons` are words."""

    side: Side
    entity: str
    id: str
    name: str
    score: int
    reasons: tuple[str, ...]


def choose(type_: RecordType, candidates: Sequence[Candidate]) -> MirrorRecord | None:
    """The one record to adopt, or None. Raises Problem when several fit, or when one only may be the same.

    Of a pair that a person must decide on, the Re-Leased record is the cause, so that the two count as one. Where
    several of Re-Leased's lists fit one entry of QuickBooks, that entry is what is asked about.
    """
    if not candidates:
        return None
    ranked = rank(candidates)
    best = ranked[0]
    if type_ in INTERCHANGEABLE:
        return best.record
    found = [candidate for candidate in ranked if candidate.score == best.score]
    is_of_entry = type_ in LISTS and len(found) > 1
    cause = RecordRef(type_, best.record.id) if best.record.side is Side.RELEASED and not is_of_entry else None
    names = ", ".join(candidate.label or candidate.record.id for candidate in found[:MOST_SHOWN])
    if best.score < CERTAIN and type_ not in NAMES_ENOUGH:
        raise Problem("suggested-match", cause, Outcome.WAITING, listed(ranked), other=names)
    if len(found) == 1 and best.score < BY_STORED_ID and best.rivals:
        if best.by_own_name:
            raise Problem("shared-own-name", cause, more=_sharing(best), ours=best.label, other=best.rivals[0])
        more = f"{best.label or best.record.id} agrees just as well with {', '.join(best.rivals)}."
        raise Problem("ambiguous-match", cause, more=more, count=str(len(best.rivals) + 1), other=best.rivals[0])
    if len(found) == 1:
        return best.record
    if best.score < CERTAIN:
        return None  # a shared e-mail address tells nobody apart
    raise Problem("ambiguous-match", cause, more=listed(found), count=str(len(found)), other=names)


def rank(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The likeliest first; what agrees in as much stays in the order of its ids."""
    return sorted(candidates, key=lambda one: (-one.score, len(one.reasons), one.record.id))


def suggestion(candidate: Candidate) -> Suggestion:
    record = candidate.record
    name = candidate.label or record.id
    return Suggestion(record.side, record.entity, record.id, name, candidate.score, candidate.reasons)


def listed(candidates: Sequence[Candidate]) -> str:
    """A few lines for More detail: what it may be, where that stands, and what speaks for and against it."""
    lines = ["What it may be:"]
    for place, candidate in enumerate(candidates[:MOST_SHOWN], start=1):
        record = candidate.record
        name = candidate.label or record.id
        why = f": {'; '.join(candidate.reasons)}" if candidate.reasons else ""
        lines.append(f"{place}. {name} ({record.id} in {SIDES[record.side]}){why}")
    if len(candidates) > MOST_SHOWN:
        lines.append(f"and {len(candidates) - MOST_SHOWN} more")
    return "\n".join(lines)


def _sharing(candidate: Candidate) -> str:
    lines = [f"{candidate.label} in Re-Leased may as well be one of these in QuickBooks:", *candidate.rivals]
    return "\n".join(lines)


def label(spec: RecordSpec, record: MirrorRecord) -> str:
    """How people know a record: "INV-2041 of 3 Nov 2026, 115.00", or a name alone."""
    ours = record.side is Side.RELEASED
    name = spec.released_name(record.body) if ours else spec.external_name(record.entity, record.body)
    when = _day(record.body.get(spec.dates[0 if ours else 1])) if spec.dates[0] else None
    dated = f" of {when.day} {when:%b %Y}" if when and " of " not in name else ""
    total = _total(spec, record)
    return f"{name}{dated}{f', {total}' if total else ''}"


def reasons(spec: RecordSpec, entity: str, released: Body, external: Body, other_contact: str = "") -> tuple[str, ...]:
    """What agrees, in one phrase, and then each thing that does not. Only of two that were found to be alike.

    `other_contact` says so, where they were not found by their counterparty.
    """
    same, other = _shared(spec, entity, released, external) if not spec.dates[0] else ([], [])
    if spec.dates[0]:
        for alike, words in (_numbers(released, external), _amounts(spec, entity, released, external)):
            (same if alike else other).append(words)
        (other if other_contact else same).append(other_contact or "contact")
        days = _days_apart(spec, released, external)
        if days is not None:
            (other if days else same).append(f"{days} day{'s' if days > 1 else ''} apart" if days else "date")
    agreed = f"same {_joined(same)}" if same else ""
    return tuple(words for words in (agreed, *other) if words)


def _shared(spec: RecordSpec, entity: str, released: Body, external: Body) -> tuple[list[str], list[str]]:
    keys = {key.partition(":")[0] for key in spec.released_keys(released) & spec.external_keys(entity, external)}
    same = [word for prefix, word in SHARED if prefix in keys]
    names = spec.released_name(released), spec.external_name(entity, external)
    told = f"{names[0]} in Re-Leased, {names[1]} in QuickBooks"
    near = spec.nearness(released, entity, external) if spec.nearness else Nearness.NONE
    if near in (Nearness.OWN_NAME, Nearness.NUMBER_AND_NAME) and "name" not in keys:
        return [*same, "own name"], [f"under a parent: {told}"]
    other = [] if "name" in keys else [f"other name: {told}"]
    return same, other


def _numbers(released: Body, external: Body) -> tuple[bool, str]:
    word = "number" if "number" in released else "reference"
    ours = str(released.get(word) or "")
    theirs = str(external.get("PaymentRefNum") or external.get("DocNumber") or "")
    if ours.casefold() == theirs.casefold():
        return bool(ours), word if ours else f"no {word} on either side"
    if not ours or not theirs:
        return False, f"no {word} in {'QuickBooks' if ours else 'Re-Leased'}"
    return False, f"other {word}: {ours} in Re-Leased, {theirs} in QuickBooks"


def _amounts(spec: RecordSpec, entity: str, released: Body, external: Body) -> tuple[bool, str]:
    try:
        ours, theirs = spec.amount(released), spec.external_amount(entity, external)
    except NotMoney:
        return False, "one of the totals is no amount"
    if ours == theirs:
        return True, "total"
    return False, f"total differs: {formatted(ours)} in Re-Leased, {formatted(theirs)} in QuickBooks"


def _days_apart(spec: RecordSpec, released: Body, external: Body) -> int | None:
    ours, theirs = _day(released.get(spec.dates[0])), _day(external.get(spec.dates[1]))
    return abs((ours - theirs).days) if ours and theirs else None


def _total(spec: RecordSpec, record: MirrorRecord) -> str:
    try:
        ours = record.side is Side.RELEASED
        amount = spec.amount(record.body) if ours else spec.external_amount(record.entity, record.body)
        return formatted(decimal(amount)) if amount is not None else ""
    except NotMoney:
        return ""


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _joined(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
