"""Reads records once more that could not be read before: the cursors are past them, and they may be sound by now."""

import hashlib
from dataclasses import replace

from bot.adapters.quickbooks.wire import BatchItem, quote
from bot.core.faults import Action, ApiError
from bot.core.model import RecordRef, Side
from bot.core.unreadable import is_of_one_kind
from bot.records import BY_COLLECTION, BY_ENTITY
from bot.store.mirror import records
from bot.store.mirror.records import NormalisedRecord
from bot.sync.reading import normalise
from bot.sync.reading.allocations import put_with_parts
from bot.sync.reading.lookup import refresh
from bot.sync.reading.pull import including_inactive, store_bodies
from bot.sync.run.run import Run

MOST_CALLS_RELEASED = 100  # a run; Re-Leased shows one record a call, so another run takes others
IDS_OF_ONE_QUERY, QUERIES_OF_ONE_BATCH = 30, 30
READ_EVERY_TIME = frozenset({"TaxCode"})


def read_again(run: Run) -> None:
    """Asks for them by id. Those without an id are forgotten: the cursor has stayed, so that they are shown anyway."""
    _forget_nameless(run)
    theirs = [key for key in _marked(run, Side.QUICKBOOKS, normalise.READ_AGAIN_KEY) if key[0] not in READ_EVERY_TIME]
    if theirs:
        _read_quickbooks(run, theirs)
    ours = _marked(run, Side.RELEASED, normalise.READ_AGAIN_KEY)
    for collection, id_ in sorted(ours, key=lambda key: _by_lot(run, key))[:MOST_CALLS_RELEASED]:
        spec = BY_COLLECTION[collection]
        try:
            body = None if spec.part_of else run.released.get(run.company.id, collection, id_)
        except ApiError as error:
            if not is_of_one_kind(error):
                raise
            continue  # reading all of this kind will say so
        if body is not None:
            _put(run, normalise.released(spec, body), RecordRef(spec.type, id_))


def _marked(run: Run, side: Side, key: str) -> list[tuple[str, str]]:
    with run.database.read() as connection:
        return records.dependents(connection, run.company.id, side, [key])


def _read_quickbooks(run: Run, ids: list[tuple[str, str]]) -> None:
    """Nine hundred a call; what a server refuses in a batch is asked for alone."""
    queries = []
    for entity in sorted({entity for entity, _ in ids}):
        mine = [id_ for of, id_ in ids if of == entity]
        for start in range(0, len(mine), IDS_OF_ONE_QUERY):
            listed = ", ".join(quote(id_) for id_ in mine[start : start + IDS_OF_ONE_QUERY])
            more = including_inactive(entity)
            queries.append((entity, f"SELECT * FROM {entity} WHERE Id IN ({listed}){more} MAXRESULTS 1000"))
    for start in range(0, len(queries), QUERIES_OF_ONE_BATCH):
        group = queries[start : start + QUERIES_OF_ONE_BATCH]
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


def _by_lot(run: Run, key: tuple[str, str]) -> str:
    """Another order in each run, so that everybody's turn comes."""
    return hashlib.sha256(f"{run.run_id}|{key}".encode()).hexdigest()


def _forget_nameless(run: Run) -> None:
    for side in Side:
        ids = _marked(run, side, normalise.NAMELESS_KEY)
        with run.database.read() as connection:
            known = records.get_mirror(connection, run.company.id, side, ids)
        for (entity, id_), record in known.items():
            if side is Side.QUICKBOOKS:
                type_ = BY_ENTITY[entity].type
                normalised = normalise.quickbooks(entity, record.body, deleted=True)
                _put(run, normalised, RecordRef.in_quickbooks(type_, entity, id_))
            else:
                spec = BY_COLLECTION[entity]
                normalised = replace(normalise.released(spec, record.body), record=replace(record, deleted=True))
                _put(run, normalised, RecordRef(spec.type, id_))


def _put(run: Run, normalised: NormalisedRecord, ref: RecordRef) -> None:
    """With what it holds: the parts of a record that could not be read are new only now."""
    with run.ledger() as connection:
        changed = put_with_parts(connection, run.company.id, [normalised])
        parts = [RecordRef(BY_COLLECTION[one.entity].type, one.id) for one in changed if one.side is Side.RELEASED]
        records.add_todo(connection, run.company.id, [ref, *parts])
