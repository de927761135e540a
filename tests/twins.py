"""Both ledgers once more: a test begins where another one stopped, far quicker than it would get there."""

import copy
import threading
from collections.abc import Mapping
from typing import Any

from bot.sandbox.quickbooks import QuickBooksState
from bot.sandbox.released import ReleasedState

NOTHING: Mapping[int, Any] = {}


def twins(
    books: QuickBooksState, rents: ReleasedState, instead: Mapping[int, Any] = NOTHING
) -> tuple[QuickBooksState, ReleasedState]:
    """`instead` is what takes the place of an object of the originals, by its id()."""
    locks = {id(lock): threading.RLock() for lock in (books.lock, rents._lock)}
    same = {id(books.sender): books.sender}
    state, released = copy.deepcopy((books, rents), {**same, **locks, **instead})
    for company, ledger in released._ledgers.items():
        ledger.log = released.meter.log_of(company)
    return state, released
