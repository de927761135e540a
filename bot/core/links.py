"""Unlink, relink and their cascade: which records stop with one, and what is left waiting."""

from collections.abc import Callable, Iterable

from bot.core.model import LinkChange, RecordRef, RecordType

Dependents = Callable[[list[RecordRef]], Iterable[RecordRef]]
PARENTS_FIRST = {type_: place for place, type_ in enumerate(RecordType)}


def cascade(named: Iterable[RecordRef], dependents_of: Dependents) -> tuple[RecordRef, ...]:
    """All records that refer to the named ones, and those that refer to them, and so on; parents first.

    `dependents_of` gives the records that refer directly to any of those asked about.
    """
    start = list(dict.fromkeys(named))
    seen, level, found = set(start), start, []
    while level:
        level = [ref for ref in dict.fromkeys(dependents_of(level)) if ref not in seen]
        seen.update(level)
        found += level
    return tuple(sorted(found, key=lambda ref: PARENTS_FIRST[ref.type]))


def differs(shown: LinkChange, now: LinkChange) -> bool:
    """Whether something else would be changed, or would follow from it, than what a person was shown."""
    if set(shown.cascade) != set(now.cascade) or shown.unlinked != now.unlinked:
        return True
    return set(shown.open_amounts) != set(now.open_amounts) or not now.unmatched <= shown.unmatched
