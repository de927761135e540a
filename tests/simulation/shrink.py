"""Makes a failing history shorter: leaves out steps, one after the other, as long as it still fails."""

from tests.simulation.history import Broken, play
from tests.simulation.script import script


def shrunk(seed: int) -> tuple[frozenset[int], Broken]:
    """The places of the steps that are still needed, and how it fails with them. Raises ValueError for a good seed."""
    kept = frozenset(range(len(script(seed).steps)))
    failure = _failure(seed, kept)
    if failure is None:
        raise ValueError(f"seed {seed} does not fail")
    for place in sorted(kept, reverse=True):
        without = kept - {place}
        again = _failure(seed, without)
        if again is not None:
            kept, failure = without, again
    return kept, failure


def _failure(seed: int, only: frozenset[int]) -> Broken | None:
    try:
        play(seed, only=only)
    except Broken as broken:
        return broken
    return None
