"""Lists: their order, their pages, and reading changes without losing any."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.released import ReleasedState, numbered_ids


def contacts(api, number: int) -> list[dict]:
    return [api.create("contacts", name=f"Contact {each}", roles=["tenant"]) for each in range(number)]


def names(answer) -> list[str]:
    return [row["name"] for row in answer.json()["data"]]


def test_a_list_is_ordered_by_last_change(api) -> None:
    first, _second, _third = contacts(api, 3)
    api.change("contacts", first, phone="1")
    rows = api.page("contacts").json()["data"]
    assert [row["name"] for row in rows] == ["Contact 1", "Contact 2", "Contact 0"]
    assert rows == sorted(rows, key=lambda row: (row["modifiedAt"], row["id"]))


def test_pages_divide_the_list_and_say_how_much_there_is(api) -> None:
    contacts(api, 5)
    pages = [api.page("contacts", page=page, pageSize=2) for page in (1, 2, 3, 4)]
    assert [len(names(page)) for page in pages] == [2, 2, 1, 0]
    assert [name for page in pages for name in names(page)] == [f"Contact {each}" for each in range(5)]
    answer = pages[0].json()
    assert (answer["page"], answer["pageSize"], answer["totalPages"], answer["totalCount"]) == (1, 2, 3, 5)


def test_modified_since_is_inclusive(api) -> None:
    _, second, third = contacts(api, 3)
    assert names(api.page("contacts", modifiedSince=second["modifiedAt"])) == ["Contact 1", "Contact 2"]
    after = datetime.fromisoformat(third["modifiedAt"]) + timedelta(microseconds=1)
    answer = api.page("contacts", modifiedSince=after.isoformat().replace("+00:00", "Z")).json()
    assert answer == {"data": [], "page": 1, "pageSize": 200, "totalPages": 0, "totalCount": 0}


def test_modified_since_is_an_instant_in_whatever_offset(api) -> None:
    _, second = contacts(api, 2)
    wellington = datetime.fromisoformat(second["modifiedAt"]) + timedelta(hours=12)
    assert names(api.page("contacts", modifiedSince=wellington.isoformat()[:-6] + "+12:00")) == ["Contact 1"]
    assert len(names(api.page("contacts", modifiedSince=""))) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pageSize", "0"),
        ("pageSize", "501"),
        ("pageSize", "-1"),
        ("pageSize", "2.0"),
        ("pageSize", "٣"),
        ("pageSize", ""),
        ("page", "0"),
        ("page", "one"),
        ("page", "9" * 5000),
        ("modifiedSince", "2026-04-01"),
        ("modifiedSince", "2026-04-01T00:00:00"),
        ("modifiedSince", "2026-02-30T00:00:00Z"),
        ("modifiedSince", "yesterday"),
        ("modified_since", "2026-04-01T00:00:00Z"),
        ("sort", "name"),
    ],
)
def test_a_list_refuses_a_query_it_does_not_know(api, refused, name, value) -> None:
    assert set(refused(api.page("contacts", **{name: value}), 422)) == {name}


def test_the_largest_page_has_500_records(api) -> None:
    assert api.page("contacts", pageSize=500).status_code == 200


def test_a_single_record_takes_no_query(api, books, refused) -> None:
    refused(api.call("GET", api.path("contacts", books.contact["id"]), params={"expand": "1"}), 422)


def test_every_change_of_a_record_is_later_than_the_one_before(api) -> None:
    (contact,) = contacts(api, 1)
    instants = [contact["modifiedAt"]]
    for number in range(5):
        contact = api.change("contacts", contact, phone=str(number))
        instants.append(contact["modifiedAt"])
    assert instants == sorted(set(instants))
    assert all(instant.endswith("Z") and len(instant) == len("2026-04-01T00:00:00.000000Z") for instant in instants)
    assert contact["version"] == 6
    assert contact["createdAt"] == instants[0]


def test_a_clock_that_stands_or_jumps_back_hides_no_change() -> None:
    """A reader whose cursor is the last instant it saw must still see whatever is written next."""
    start = datetime(2026, 5, 1, tzinfo=UTC)
    ticks = itertools.chain([start] * 6, itertools.repeat(start - timedelta(hours=1)))
    state = ReleasedState(lambda: next(ticks), "key", numbered_ids())
    state.add_company(id="C", name="C")
    seen = ""
    contact = state.create("C", "contacts", {"name": "A", "roles": ["tenant"]})
    for number in range(10):
        record = state.patch("C", "contacts", contact["id"], {"phone": str(number)})
        other = state.create("C", "contacts", {"name": f"B{number}", "roles": ["tenant"]})
        assert seen <= record["modifiedAt"] <= other["modifiedAt"]
        assert contact["modifiedAt"] < record["modifiedAt"]
        contact, seen = record, other["modifiedAt"]


def read_changes(api, since: str | None, page_size: int, after_page) -> dict[str, dict]:
    """Reads as the contract's last paragraph says; calls `after_page` between two pages."""
    known: dict[str, dict] = {}
    page = 1
    while True:
        query = {"page": page, "pageSize": page_size, **({"modifiedSince": since} if since else {})}
        rows = api.page("contacts", **query).json()["data"]
        known.update({row["id"]: row for row in rows})
        after_page()
        if len(rows) < page_size:
            return known
        if rows[0]["modifiedAt"] == rows[-1]["modifiedAt"] == since:
            page += 1
        else:
            since, page = rows[-1]["modifiedAt"], 1


def test_a_record_edited_between_two_pages_is_not_lost(api) -> None:
    made = contacts(api, 9)
    edits = iter(made[:3])

    def edit_one_that_was_read() -> None:
        if contact := next(edits, None):
            api.change("contacts", contact, phone="changed")

    known = read_changes(api, None, 3, edit_one_that_was_read)
    assert set(known) == {contact["id"] for contact in made}
    assert [known[contact["id"]]["phone"] for contact in made] == ["changed"] * 3 + [None] * 6


def test_reading_by_page_number_does_lose_a_record_edited_between(api) -> None:
    """Why the contract says otherwise, and that this stand-in would show it to an engine that does so."""
    made = contacts(api, 6)
    known = names(api.page("contacts", page=1, pageSize=3))
    api.change("contacts", made[0], phone="changed")
    known += names(api.page("contacts", page=2, pageSize=3))
    assert "Contact 3" not in known


def test_records_of_one_instant_are_ordered_by_id() -> None:
    frozen = datetime(2026, 5, 1, tzinfo=UTC)
    state = ReleasedState(lambda: frozen, "key", numbered_ids())
    state.add_company(id="C", name="C")
    made = {state.create("C", "contacts", {"name": str(n), "roles": ["owner"]})["id"] for n in range(7)}
    rows = state.rows("C", "contacts")
    assert {row["modifiedAt"] for row in rows} == {"2026-05-01T00:00:00.000000Z"}
    assert [row["id"] for row in rows] == sorted(made)
