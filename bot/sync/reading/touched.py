"""Reads once more what this run's payments and credits pay, so that the control sees the balances of today.

QuickBooks and Re-Leased work out a balance by themselves when something is applied; the answer to that write does not
say it. Nothing is read when no payment and no credit moved.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from bot.adapters.quickbooks.wire import BatchItem, quote
from bot.core.faults import Action, ApiError
from bot.core.model import RecordType, Side
from bot.core.spec import Problem
from bot.records import BY_ENTITY, BY_TYPE
from bot.records.allocation import PAYMENT_OF
from bot.records.payments.applied import lines_of
from bot.store.mirror import balances, records
from bot.sync.reading import normalise
from bot.sync.reading.lookup import refresh
from bot.sync.reading.pull import pull_documents_again, store_bodies
from bot.sync.run.run import CHUNK, Run

DOCUMENTS = frozenset({"Invoice", "Bill", "CreditMemo", "VendorCredit"})
IDS_OF_ONE_QUERY, QUERIES_OF_ONE_BATCH = 30, 30

T = TypeVar("T")
Versions = dict[tuple[Side, str, str], str]


def read_touched(run: Run) -> Versions:
    """Takes today's balances into the mirror; gives the versions that those documents had before."""
    with run.database.read() as connection:
        moved = [key for key, type_ in _fresh(run, connection) if BY_TYPE[type_].moves_money]
        theirs = {(entity, id_) for side, entity, id_ in moved if side == Side.QUICKBOOKS}
        documents = _documents(run, connection, theirs)
        known = records.get_mirror(connection, run.company.id, Side.QUICKBOOKS, documents)
        before: Versions = {(Side.QUICKBOOKS, *key): record.version for key, record in known.items()}
        links = records.links_to(connection, run.company.id, documents)
        ours = [(BY_TYPE[link.type].collection, link.released_id) for link in links.values()]
        known = records.get_mirror(connection, run.company.id, Side.RELEASED, ours)
        before |= {(Side.RELEASED, *key): record.version for key, record in known.items()}
    if moved:
        pull_documents_again(run)
        _read_documents(run, sorted(documents))
    return before


def _fresh(run: Run, connection: Connection) -> Iterator[tuple[balances.Key, RecordType]]:
    after: balances.Key = ("", "", "")
    while page := balances.fresh_after(connection, run.company.id, after, CHUNK):
        yield from page
        after = page[-1][0]


def _documents(run: Run, connection: Connection, applying: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The documents of QuickBooks, (entity, id), that these payments and credits name."""
    found: set[tuple[str, str]] = set()
    for (entity, _), record in records.get_mirror(connection, run.company.id, Side.QUICKBOOKS, applying).items():
        try:
            lines = [] if entity in PAYMENT_OF else list(lines_of(record.body))
        except Problem:
            continue  # planning says what is wrong with it
        named = normalise.external_references(BY_ENTITY[entity], entity, record.body)
        found |= {key for key in [*named, *((kind, id_) for kind, id_, _ in lines)] if key[0] in DOCUMENTS}
    return found


def _read_documents(run: Run, ids: Sequence[tuple[str, str]]) -> None:
    """Nine hundred a call; what a server refuses in a batch is asked for alone."""
    queries = [
        (entity, f"SELECT * FROM {entity} WHERE Id IN ({', '.join(quote(id_) for id_ in some)}) MAXRESULTS 1000")
        for entity in sorted({entity for entity, _ in ids})
        for some in _groups([id_ for of, id_ in ids if of == entity], IDS_OF_ONE_QUERY)
    ]
    for group in _groups(queries, QUERIES_OF_ONE_BATCH):
        items = [BatchItem(str(place), "query", "", statement=said) for place, (_, said) in enumerate(group)]
        try:
            answers = run.quickbooks.batch(items, requestid=run.new_id()[:24]).items
        except ApiError as error:
            if error.action is not Action.RECORD:
                raise
            refresh(run, ids)
            return
        for place, (entity, _) in enumerate(group):
            answer = answers.get(str(place))
            if isinstance(answer, dict):
                store_bodies(run, entity, answer["rows"])


def _groups(values: Sequence[T], size: int) -> list[Sequence[T]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
