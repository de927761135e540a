"""Reads a list that changes while it is read, without losing a record.

The list is ordered by (modifiedAt, id). A record that is edited between two pages moves to the end and shifts all
others, so page 2 may begin after a record that page 1 did not show. Hence each page is page 1 again, from the last
instant received; later pages serve only while one instant fills a whole page (a "crowd"), and each of those has to
begin with the records that the one before ended with: if it does not, the list has shifted and the crowd is read again.
"""

from bisect import bisect_right
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from bot.core.answers.shape import instant, marked
from bot.core.faults import ApiError, Fault, Side

MAX_CALLS = 100_000  # for one list; an end for what would have none
MAX_RESTARTS = 20  # of one crowd that is edited while it is read

FEW = 3  # instants of a page of which more than three in four may be wrong: one record is then most of the page

Page = list[dict[str, Any]]
Mark = tuple[str, int | None]  # id and version
ReadPage = Callable[[str | None, int, int], tuple[Page, bool]]


def read_changes(
    read_page: ReadPage, since: str | None, page_size: int, until: datetime | None = None
) -> Iterator[Page]:
    """Records that were not given before, by id and version.

    One whose `modifiedAt` cannot be read, is out of order or later than `until` takes that of its neighbour: the others
    are read all the same. Where that leaves nothing to go on from, the list is not in order.

    `read_page(modified_since, page_number, page_size)` is one call; it gives the records and whether more pages follow.
    Raises ApiError (RETRY) when the list is not in order or does not come to an end.
    """
    pages = _Pages(read_page, until)
    cursor, known = since, set[Mark]()
    while True:
        rows, more = pages.read(cursor, 1, page_size)
        if fresh := [row for row in rows if _mark(row) not in known]:
            yield fresh
        if more and rows[0]["modifiedAt"] == rows[-1]["modifiedAt"]:
            rows, more = yield from _rest_of_crowd(pages, rows)
        if not more:
            return
        cursor = rows[-1]["modifiedAt"]
        known = {_mark(row) for row in rows if row["modifiedAt"] == cursor}


def _rest_of_crowd(pages: "_Pages", rows: Page) -> Generator[Page, None, tuple[Page, bool]]:
    """All pages of one instant after its first, `rows`; returns the last page read and whether more follow it."""
    instant, size, more = rows[0]["modifiedAt"], len(rows), True
    seen = [_mark(row) for row in rows]  # in the order of the list
    known, restarts = set(seen), 0
    while more and rows[-1]["modifiedAt"] == instant:
        number, window = _overlapping(len(seen), size)
        overlap = seen[(number - 1) * window :]
        rows, more = pages.read(instant, number, window)
        if [_mark(row) for row in rows[: len(overlap)]] != overlap:
            restarts += 1
            if restarts > MAX_RESTARTS:
                raise _endless(f"the records of {instant} are edited faster than they can be read")
            rows, more = pages.read(instant, 1, size)
            seen, overlap = [], []
        new = rows[len(overlap) :]
        if more and not new:
            raise _endless("a page that goes no further")
        if fresh := [row for row in new if _mark(row) not in known]:
            yield fresh
        seen += map(_mark, new)
        known.update(seen)
    return rows, more


def _overlapping(seen: int, size: int) -> tuple[int, int]:
    """Number and size of a page that begins among the records seen, so that its beginning tells whether they moved.

    Of the sizes up to ours the one that shows most new records; only tiny pages need a larger one.
    """
    fitting = [window for window in range(size // 2, size + 1) if window > 1 and seen % window]
    fallback = next(window for window in count(size + 1) if seen % window)
    window = max(fitting, key=lambda window: window - seen % window, default=fallback)
    return seen // window + 1, window


class _Pages:
    """One call a page, each held against what the list promises."""

    def __init__(self, read_page: ReadPage, until: datetime | None) -> None:
        self._read_page, self._until, self._calls = read_page, until, 0

    def read(self, since: str | None, number: int, size: int) -> tuple[Page, bool]:
        self._calls += 1
        if self._calls > MAX_CALLS:
            raise _endless("too many pages")
        rows, more = self._read_page(since, number, size)
        if more and not rows:
            raise _endless("an empty page with more to follow")
        moments = [instant(row.get("modifiedAt")) for row in rows]
        in_order = _longest_rising(moments, instant(since), self._until)
        told = sum(moment is not None for moment in moments)
        if (more and not in_order) or (told > FEW and len(in_order) * 4 < told):
            raise _unexpected("the list is not in order of modifiedAt, or begins before modifiedSince")
        return _timed(rows, in_order, since, self._until), more


def _longest_rising(
    moments: Sequence[datetime | None], since: datetime | None, until: datetime | None
) -> frozenset[int]:
    """The places of as many instants as can be in order together; of several such choices, the earliest instants."""
    tails: list[tuple[datetime, int]] = []  # the lowest end of a rising row of each length, and its place
    before: dict[int, int] = {}
    for place, moment in enumerate(moments):
        if moment is None or (since and moment < since) or (until and moment > until):
            continue
        length = bisect_right([tail for tail, _ in tails], moment)
        before[place] = tails[length - 1][1] if length else -1
        tails[length : length + 1] = [(moment, place)]
    found, place = set[int](), tails[-1][1] if tails else -1
    while place >= 0:
        found.add(place)
        place = before[place]
    return frozenset(found)


def _timed(rows: Page, in_order: frozenset[int], since: str | None, until: datetime | None) -> Page:
    """Rows that are out of order with the instant of the one before, or of the first that is in order.

    Which of two that stand the wrong way round is wrong, nobody knows; only the far future is said to be none.
    """
    if len(in_order) == len(rows):
        return rows
    first = next((rows[place]["modifiedAt"] for place in sorted(in_order)), None)
    last, found = since or first, []
    for place, row in enumerate(rows):
        if place in in_order:
            last = row["modifiedAt"]
            found.append(row)
        else:
            moment = instant(row.get("modifiedAt"))
            is_future = moment is not None and until is not None and moment > until
            mark = [f"modifiedAt is “{row['modifiedAt']}”, later than now"] if is_future else []
            found.append(marked({**row, "modifiedAt": last}, mark))
    return found


def _mark(row: dict[str, Any]) -> Mark:
    return row["id"], row.get("version")


def _unexpected(why: str) -> ApiError:
    return ApiError(Fault("unexpected-answer", why, side=Side.RELEASED))


def _endless(why: str) -> ApiError:
    return ApiError(Fault("endless-paging", why, side=Side.RELEASED))
