"""A list that is edited while it is read loses nothing, ends, and costs no call too many."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.released.changes import read_changes
from bot.core.faults import Action, ApiError

PAGE_SIZE = 5
Answer = tuple[list[dict[str, Any]], bool]
START = datetime(2026, 11, 1, tzinfo=UTC)


def instant(second: int) -> str:
    return (START + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")


@dataclass
class Records:
    """Re-Leased's list: ordered by (modifiedAt, id), `modifiedSince` inclusive; `edits` happen after each call."""

    seconds: dict[str, int]
    edits: list[list[str]] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    calls: list[tuple[str | None, int]] = field(default_factory=list)
    now: int = 1_000
    versions_at_last_call: dict[str, int] = field(default_factory=dict)

    def page(self, since: str | None, number: int, size: int) -> tuple[list[dict[str, Any]], bool]:
        self.calls.append((since, number))
        rows = sorted(
            (
                {"modifiedAt": instant(second), "id": id, "version": self.versions.get(id, 1)}
                for id, second in self.seconds.items()
            ),
            key=lambda row: (row["modifiedAt"], row["id"]),
        )
        rows = [row for row in rows if since is None or row["modifiedAt"] >= since]
        shown = rows[(number - 1) * size : number * size]
        self.versions_at_last_call = dict.fromkeys(self.seconds, 1) | self.versions
        self._edit()
        return shown, number * size < len(rows)

    def _edit(self) -> None:
        for id in self.edits.pop(0) if self.edits else []:
            self.now += 1
            self.seconds[id] = self.now
            self.versions[id] = self.versions.get(id, 1) + 1

    def read(self, since: str | None = None, page_size: int = PAGE_SIZE) -> list[tuple[str, int]]:
        return [(row["id"], row["version"]) for page in read_changes(self.page, since, page_size) for row in page]


def ids(count: int) -> list[str]:
    return [f"r{number:03}" for number in range(count)]


def test_a_list_without_changes_is_one_call() -> None:
    records = Records({"a": 1, "b": 2, "c": 2})

    assert records.read(instant(2)) == [("b", 1), ("c", 1)]
    assert records.calls == [(instant(2), 1)]


def test_an_empty_list_is_one_call_and_no_page() -> None:
    records = Records({})

    assert list(read_changes(records.page, None, PAGE_SIZE)) == []
    assert len(records.calls) == 1


def test_everything_is_given_once_and_in_order() -> None:
    records = Records({id: second // 2 for second, id in enumerate(ids(23))})

    assert records.read() == [(id, 1) for id in ids(23)]
    assert {number for _, number in records.calls} == {1}, "always page 1 again, from the last instant"


def test_an_instant_that_fills_many_pages_costs_hardly_more_calls_than_pages() -> None:
    records = Records({id: 7 for id in ids(999)} | {"z": 8})

    assert records.read(page_size=50) == [*((id, 1) for id in ids(999)), ("z", 1)]
    assert len(records.calls) <= 25


def test_a_record_edited_between_two_pages_hides_no_other() -> None:
    records = Records({id: second for second, id in enumerate(ids(12))}, edits=[["r000", "r001", "r002"], ["r003"]])

    seen = records.read()

    assert {id for id, _ in seen} == set(ids(12))
    assert {("r000", 2), ("r001", 2), ("r002", 2), ("r003", 2)} <= set(seen)


def test_a_record_of_a_crowded_instant_that_is_edited_hides_no_other() -> None:
    """By pages alone r005 would be lost: it moves to page 1 after page 1 was read."""
    records = Records({id: 7 for id in ids(17)}, edits=[["r000"]])

    seen = records.read()

    assert ("r005", 1) in seen and ("r000", 2) in seen
    assert {id for id, _ in seen} == set(ids(17))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.integers(0, 4), max_size=30),
    st.lists(st.lists(st.integers(0, 29), max_size=4), max_size=12),
    st.integers(1, 6),
)
def test_whatever_is_edited_meanwhile_every_record_is_seen_in_its_last_version(
    seconds: list[int], edits: list[list[int]], page_size: int
) -> None:
    names = ids(len(seconds))
    records = Records(
        dict(zip(names, seconds, strict=True)),
        edits=[[names[index] for index in edit if index < len(names)] for edit in edits],
    )

    seen = records.read(page_size=page_size)

    assert dict(seen) == records.versions_at_last_call
    assert len(records.calls) < 200


def test_what_is_edited_after_its_last_page_comes_with_the_next_read_from_the_last_instant() -> None:
    records = Records({id: second for second, id in enumerate(ids(8))})
    pages = list(read_changes(records.page, None, PAGE_SIZE))
    last = pages[-1][-1]["modifiedAt"]
    records.edits = [["r000"]]
    records._edit()

    assert records.read(last) == [("r007", 1), ("r000", 2)]


def test_records_that_are_edited_at_every_call_are_seen_all_the_same() -> None:
    names = ids(20)
    records = Records({id: 7 for id in names}, edits=[[names[turn % 20]] for turn in range(1_000)])

    assert {id for id, _ in records.read()} == set(names)
    assert len(records.calls) < 100


def test_a_crowd_that_never_holds_still_is_given_up_and_not_read_for_ever() -> None:
    calls = count(1)

    def page(since: str | None, number: int, size: int) -> tuple[list[dict[str, Any]], bool]:
        version = next(calls)
        return [{"id": id, "version": version, "modifiedAt": instant(7)} for id in ids(size)], True

    with pytest.raises(ApiError) as caught:
        list(read_changes(page, None, 5))

    assert (caught.value.fault.code, caught.value.action) == ("endless-paging", Action.RETRY)
    assert next(calls) < 100


@pytest.mark.parametrize(
    ("pages", "code"),
    [
        ([([{"id": "a"}], True)], "unexpected-answer"),
        ([([], True)], "endless-paging"),
        ([([{"id": "a", "version": 1, "modifiedAt": instant(5)}], True)], "endless-paging"),
        (
            [
                ([{"id": "a", "version": 1, "modifiedAt": instant(5)}], True),
                ([{"id": "b", "version": 1, "modifiedAt": instant(3)}], True),
            ],
            "unexpected-answer",
        ),
        (
            [([{"id": "a", "version": 1, "modifiedAt": "now"}, {"id": "b", "version": 1, "modifiedAt": "now"}], True)],
            "unexpected-answer",
        ),
    ],
)
def test_a_server_that_breaks_the_contract_is_given_up(
    pages: list[tuple[list[dict[str, Any]], bool]], code: str
) -> None:
    def page(since: str | None, number: int, size: int) -> tuple[list[dict[str, Any]], bool]:
        return pages.pop(0) if len(pages) > 1 else pages[0]

    with pytest.raises(ApiError) as caught:
        list(read_changes(page, None, 1))

    assert caught.value.fault.code == code
