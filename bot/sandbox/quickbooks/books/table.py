"""The records of one entity type: by id, in id order, and by the properties that are looked up often."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.sandbox.quickbooks.books.schema import EntityType, Record

IdKey = tuple[int, int, str]

INDEXED = (
    "DocNumber",
    "PaymentRefNum",
    "DisplayName",
    "Name",
    "FullyQualifiedName",
    "CustomerRef",
    "VendorRef",
    "TxnDate",
)


def id_key(record_id: str) -> IdKey:
    """Ids are numbers written as text; the few that are not (TAX, NON) come after them."""
    plain = record_id.isascii() and record_id.isdecimal() and (record_id == "0" or record_id[0] != "0")
    return (0, int(record_id), "") if plain else (1, 0, record_id)


def index_value(record: Record, field: str) -> str | None:
    value = record.get(field)
    if isinstance(value, dict):
        value = value.get("value")
    return None if value is None else str(value).casefold()


class Table(Mapping[str, Record]):
    """A mapping from id to record. Records are never changed in place from outside: `put` replaces them."""

    def __init__(self, entity: EntityType) -> None:
        self.entity = entity
        self.deleted: dict[str, Record] = {}
        self._rows: dict[str, Record] = {}
        self._keys: list[IdKey] = []
        self._indexes: dict[str, dict[str, set[str]]] = {field: {} for field in INDEXED if field in entity.fields}

    def __getitem__(self, record_id: str) -> Record:
        return self._rows[record_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Table":
        """Shares the records, which never change, and copies what points at them."""
        twin = Table(self.entity)
        twin.deleted, twin._rows, twin._keys = dict(self.deleted), dict(self._rows), list(self._keys)
        twin._indexes = {
            field: {value: set(ids) for value, ids in index.items()} for field, index in self._indexes.items()
        }
        return twin

    def put(self, record: Record) -> None:
        record_id = record["Id"]
        old = self._rows.get(record_id)
        if old is None:
            insort(self._keys, id_key(record_id))
        self._rows[record_id] = record
        for field, index in self._indexes.items():
            before, after = (index_value(old, field) if old else None), index_value(record, field)
            if before != after:
                _forget(index, before, record_id)
                if after is not None:
                    index.setdefault(after, set()).add(record_id)

    def remove(self, record_id: str, tombstone: Record) -> None:
        old = self._rows.pop(record_id)
        del self._keys[bisect_left(self._keys, id_key(record_id))]
        for field, index in self._indexes.items():
            _forget(index, index_value(old, field), record_id)
        self.deleted[record_id] = tombstone

    def is_indexed(self, field: str) -> bool:
        return field in self._indexes

    def ids_where(self, field: str, value: str) -> frozenset[str]:
        """The ids whose indexed property equals `value`; case makes no difference."""
        return frozenset(self._indexes[field].get(value.casefold(), ()))

    def find(self, field: str, value: str) -> Record | None:
        """The first record in id order whose indexed property equals `value`."""
        ids = self.ids_where(field, value)
        return self._rows[min(ids, key=id_key)] if ids else None

    def in_id_order(
        self, above: IdKey | None = None, below: IdKey | None = None, descending: bool = False
    ) -> Iterator[Record]:
        """Records with `above` <= id <= `below`, without looking at the others."""
        start = 0 if above is None else bisect_left(self._keys, above)
        stop = len(self._keys) if below is None else bisect_right(self._keys, below)
        positions: Iterable[int] = range(stop - 1, start - 1, -1) if descending else range(start, stop)
        return (self._rows[_id_of(self._keys[position])] for position in positions)


def _id_of(key: IdKey) -> str:
    return str(key[1]) if key[0] == 0 else key[2]


def _forget(index: dict[str, set[str]], value: Any, record_id: str) -> None:
    if value is None:
        return
    ids = index.get(value, set())
    ids.discard(record_id)
    if not ids:
        index.pop(value, None)
