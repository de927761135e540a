"""The mirror sees what changed, finds records by their keys, and gives what is to be planned in order and in pages."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot.core.model import Link, MirrorRecord, RecordRef, RecordType, Side
from bot.store.database import Database
from bot.store.mirror import control_sums, records
from bot.store.mirror.records import NormalisedRecord
from tests.store.conftest import COMPANY

INVOICE, CONTACT = RecordType.INVOICE, RecordType.CONTACT
OTHER = "other company"


def normalised(
    id_: str, content: Any = "x", keys: tuple[str, ...] = (), side: Side = Side.QUICKBOOKS, **more: Any
) -> NormalisedRecord:
    entity = "Invoice" if side is Side.QUICKBOOKS else "invoices"
    body = more.pop("body", {"Id": id_, "content": content})
    return NormalisedRecord(
        MirrorRecord(side, entity, id_, more.pop("version", "0"), body, **more), content, frozenset(keys)
    )


def put(connection: Connection, *found: NormalisedRecord, company: str = COMPANY) -> list[str]:
    return [record.id for record in records.put_mirror(connection, company, found)]


def todo_in_pages(connection: Connection, limit: int) -> list[str]:
    found: list[str] = []
    while keys := records.todo_keys(connection, COMPANY, INVOICE, found[-1] if found else "", limit):
        assert len(keys) <= limit
        found += keys
    return found


def test_a_record_is_changed_when_it_is_new_or_says_something_else(database: Database) -> None:
    with database.write() as connection:
        assert put(connection, normalised("1"), normalised("2")) == ["1", "2"]
        assert put(connection, normalised("1"), normalised("2", "y")) == ["2"]
        assert put(connection, normalised("1", {"a": Decimal("1.0")})) == ["1"]
        assert put(connection, normalised("1", {"a": Decimal("1.00")})) == []
        assert put(connection, normalised("1", {"a": Decimal("1.00")}, deleted=True)) == ["1"]


def test_what_changed_besides_the_content_is_kept_but_is_no_change(database: Database) -> None:
    with database.write() as connection:
        put(connection, normalised("1", body={"Balance": Decimal("115.00")}))
        assert put(connection, normalised("1", body={"Balance": Decimal("0.00")}, version="4")) == []
        (record,) = records.get_mirror(connection, COMPANY, Side.QUICKBOOKS, [("Invoice", "1")]).values()
    assert (record.version, str(record.body["Balance"])) == ("4", "0.00")


def test_a_new_key_is_a_change_because_somebody_else_may_now_be_the_same(database: Database) -> None:
    with database.write() as connection:
        put(connection, normalised("1", keys=("name:kiosk",)))
        assert put(connection, normalised("1", keys=("name:kiosk", "tax:12"))) == ["1"]
        assert records.find_by_keys(connection, COMPANY, Side.QUICKBOOKS, "Invoice", ["tax:12"]) == {"tax:12": {"1"}}


def test_of_a_record_that_is_heard_twice_at_once_the_last_word_counts(database: Database) -> None:
    with database.write() as connection:
        assert put(connection, normalised("1", "old", ("name:old",)), normalised("1", "new", ("name:new",))) == ["1"]
        found = records.find_by_keys(connection, COMPANY, Side.QUICKBOOKS, "Invoice", ["name:old", "name:new"])
        assert found == {"name:new": {"1"}}
        assert put(connection, normalised("1", "new", ("name:new",))) == []


def test_records_are_found_by_the_keys_they_have_now(database: Database) -> None:
    keys = ["name:a", "name:b", "name:c"]
    with database.write() as connection:
        put(connection, normalised("1", "x", ("name:a", "name:b")), normalised("2", "x", ("name:b",)))
        put(connection, normalised("9", "x", ("name:a",)), company=OTHER)
        put(connection, normalised("r", "x", ("name:a",), Side.RELEASED))
        put(connection, normalised("1", "y", ("name:b", "name:c")))
        found = records.find_by_keys(connection, COMPANY, Side.QUICKBOOKS, "Invoice", keys)
        assert found == {"name:b": {"1", "2"}, "name:c": {"1"}}
        put(connection, normalised("1", "y", ("name:b", "name:c"), deleted=True))
        assert records.find_by_keys(connection, COMPANY, Side.QUICKBOOKS, "Invoice", keys) == {"name:b": {"2"}}


def test_dependents_are_found_whatever_they_are(database: Database) -> None:
    with database.write() as connection:
        put(
            connection,
            normalised("1", "x", ("ref:contact:kiosk",)),
            normalised("2", "x", ("ref:contact:kiosk", "ref:account:rent")),
        )
        put(connection, normalised("3", "x", ("ref:contact:kiosk",)), company="another")  # none of this company's
        found = records.dependents(connection, COMPANY, Side.QUICKBOOKS, ["ref:contact:kiosk", "ref:account:rent"])
    assert found == [("Invoice", "1"), ("Invoice", "2")]


def test_what_is_deleted_is_not_looked_for_any_more(database: Database) -> None:
    with database.write() as connection:
        put(connection, normalised("1"), normalised("2"), normalised("3", deleted=True))
        assert control_sums.unseen(connection, COMPANY, Side.QUICKBOOKS, "Invoice", 1, "", 10) == ["1", "2"]


def test_thousands_of_records_are_put_and_got_at_once(database: Database) -> None:
    many = [normalised(str(number), number, (f"number:{number}",)) for number in range(1_500)]
    with database.write() as connection:
        assert len(put(connection, *many)) == 1_500
        ids = [("Invoice", str(number)) for number in range(1_500)]
        assert len(records.get_mirror(connection, COMPANY, Side.QUICKBOOKS, ids)) == 1_500
        keys = [f"number:{number}" for number in range(1_500)]
        assert len(records.find_by_keys(connection, COMPANY, Side.QUICKBOOKS, "Invoice", keys)) == 1_500
        assert put(connection, *many) == []


def test_what_exists_in_quickbooks_only_is_planned_after_all_others(database: Database) -> None:
    keys = ["@Invoice:10", "b", "@Invoice:2", "a", "Z", "0001", "ä"]
    with database.write() as connection:
        records.add_todo(connection, COMPANY, [RecordRef(INVOICE, key) for key in keys])
        records.add_todo(connection, COMPANY, [RecordRef(CONTACT, "c"), RecordRef(INVOICE, "a")])
        records.add_todo(connection, OTHER, [RecordRef(INVOICE, "x")])
        everything = records.todo_keys(connection, COMPANY, INVOICE, "", 100)
        assert {key.startswith("@") for key in everything[:5]} == {False}
        assert set(everything) == set(keys) and len(everything) == len(keys)
        assert records.todo_counts(connection, COMPANY) == {INVOICE: 7, CONTACT: 1}


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_of_what_is_to_be_planned_miss_nothing_and_repeat_nothing(database: Database, limit: int) -> None:
    keys = ["@Invoice:10", "b", "@Invoice:2", "a", "B", "a-1", "a1", "@Bill:7"]
    with database.write() as connection:
        records.add_todo(connection, COMPANY, [RecordRef(INVOICE, key) for key in keys])
        everything = records.todo_keys(connection, COMPANY, INVOICE, "", 100)
        assert todo_in_pages(connection, limit) == everything


def test_what_is_planned_while_paging_is_not_given_again(database: Database) -> None:
    with database.write() as connection:
        records.add_todo(connection, COMPANY, [RecordRef(INVOICE, key) for key in "abcd"])
        assert records.todo_keys(connection, COMPANY, INVOICE, "", 2) == ["a", "b"]
        records.drop_todo(connection, COMPANY, [RecordRef(INVOICE, "a"), RecordRef(INVOICE, "c")])
        assert records.todo_keys(connection, COMPANY, INVOICE, "b", 2) == ["d"]
        assert records.todo_keys(connection, COMPANY, INVOICE, "", 9) == ["b", "d"]


def test_a_pair_is_kept_once_and_found_from_both_sides(database: Database) -> None:
    link = Link(INVOICE, "inv-1", "Invoice", "101", "h1", "h2")
    newer = Link(INVOICE, "inv-1", "Invoice", "102", "h3", "h4")
    with database.write() as connection:
        records.put_link(connection, COMPANY, link)
        records.put_link(connection, COMPANY, newer)
        assert records.links_of(connection, COMPANY, [RecordRef(INVOICE, "inv-1")]) == {
            RecordRef(INVOICE, "inv-1"): [newer]
        }
        assert records.links_to(connection, COMPANY, [("Invoice", "102"), ("Invoice", "101")]) == {
            ("Invoice", "102"): newer
        }
        assert records.count_links(connection, COMPANY) == 1 and records.count_links(connection, OTHER) == 0


def test_a_contact_of_both_roles_has_two_pairs(database: Database) -> None:
    with database.write() as connection:
        for entity, id_ in (("Customer", "3"), ("Vendor", "4")):
            records.put_link(connection, COMPANY, Link(CONTACT, "both", entity, id_))
        found = records.links_of(connection, COMPANY, [RecordRef(CONTACT, "both")])[RecordRef(CONTACT, "both")]
    assert {(link.entity, link.external_id) for link in found} == {("Customer", "3"), ("Vendor", "4")}


def test_two_records_never_share_one_partner(database: Database) -> None:
    with database.write() as connection:
        records.put_link(connection, COMPANY, Link(INVOICE, "inv-1", "Invoice", "101"))
        records.put_link(connection, OTHER, Link(INVOICE, "inv-1", "Invoice", "101"))
    with pytest.raises(IntegrityError), database.write() as connection:
        records.put_link(connection, COMPANY, Link(INVOICE, "inv-2", "Invoice", "101"))


def test_what_is_left_out_is_told_from_the_rest_and_can_come_back(database: Database) -> None:
    refs = [RecordRef(INVOICE, key) for key in "abc"]
    with database.write() as connection:
        records.set_unlinked(connection, COMPANY, refs[:2], "U1", 5)
        records.set_unlinked(connection, COMPANY, refs[:1], "U2", 6)
        assert records.unlinked_among(connection, COMPANY, refs) == set(refs[:2])
        assert records.unlinked_among(connection, OTHER, refs) == set()
        records.set_linked(connection, COMPANY, refs[:1])
        assert records.unlinked_among(connection, COMPANY, refs) == {refs[1]}


def test_nothing_to_ask_for_is_no_question(database: Database) -> None:
    with database.write() as connection:
        assert put(connection) == []
        assert records.get_mirror(connection, COMPANY, Side.QUICKBOOKS, []) == {}
        assert records.links_of(connection, COMPANY, []) == {} == records.links_to(connection, COMPANY, [])
        records.add_todo(connection, COMPANY, [])
        records.drop_todo(connection, COMPANY, [])
        assert records.unlinked_among(connection, COMPANY, []) == set()
