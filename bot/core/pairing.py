"""Which record of the other side is the same one: adopt what is certain, leave to a person what is not."""

from collections.abc import Sequence

from bot.core.model import MirrorRecord, Outcome, RecordType
from bot.core.spec import Problem
from bot.core.steps import Candidate

CERTAIN = 3
NAMES_ENOUGH = frozenset({RecordType.CONTACT})  # e-mail or tax number alone may pair these


def choose(type_: RecordType, candidates: Sequence[Candidate]) -> MirrorRecord | None:
    """The one record to adopt, or None. Raises Problem when several fit, or when one only may be the same."""
    if not candidates:
        return None
    best = max(candidate.score for candidate in candidates)
    found = [candidate.record for candidate in candidates if candidate.score == best]
    if best < CERTAIN and type_ not in NAMES_ENOUGH:
        names = ", ".join(record.id for record in found)
        raise Problem("suggested-match", outcome=Outcome.WAITING, other=names, more=f"It may be {names}.")
    if len(found) == 1:
        return found[0]
    if best < CERTAIN:
        return None  # a shared e-mail address tells nobody apart
    raise Problem("ambiguous-match", count=str(len(found)), other=", ".join(record.id for record in found))
