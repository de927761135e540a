"""One collection of one company, always in the order (modifiedAt, id), so that a page costs a slice and no scan."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence

from bot.sandbox.released.rules.shapes import Record


class Table:
    """Records by id. A stored record is never changed in place: a change puts a new one under the same id."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self._order: list[tuple[str, str]] = []

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, record_id: str) -> bool:
        return record_id in self._records

    def find(self, record_id: str) -> Record | None:
        return self._records.get(record_id)

    def put(self, record: Record) -> None:
        """Stores the record. Changes nearly always land at the end, so this is a short move of pointers."""
        old = self._records.get(record["id"])
        if old is not None:
            del self._order[bisect_left(self._order, (old["modifiedAt"], old["id"]))]
        insort(self._order, (record["modifiedAt"], record["id"]))
        self._records[record["id"]] = record

    def page(self, since: str | None, page: int, page_size: int) -> tuple[Sequence[Record], int]:
        """The records of page `page` (from 1) among those modified at or after `since`, and how many those are."""
        first = 0 if since is None else bisect_left(self._order, (since, ""))
        start = first + (page - 1) * page_size
        rows = [self._records[record_id] for _, record_id in self._order[start : start + page_size]]
        return rows, len(self._order) - first

    def oldest_first(self) -> Iterator[Record]:
        return (self._records[record_id] for _, record_id in self._order)

    def newest_first(self) -> Iterator[Record]:
        return (self._records[record_id] for _, record_id in reversed(self._order))
