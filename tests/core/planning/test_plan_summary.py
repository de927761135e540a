"""A plan's hash names exactly that plan, and what changed is said in words."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.core.model import Direction, Outcome, RecordRef, RecordType
from bot.core.planning.plan_summary import Difference, digest, in_words, is_plan_hash, plan_hash, seconds_at_caps
from bot.core.planning.steps import Operation, Verb

OPERATION = Operation(
    ref=RecordRef(RecordType.INVOICE, "inv-1"),
    verb=Verb.UPDATE,
    direction=Direction.OUTGOING,
    entity="Invoice",
    outcome=Outcome.UPDATED,
    name="INV-1",
    released_id="inv-1",
    external_id="101",
    version="4",
    body={"Id": "101", "SyncToken": "3", "PrivateNote": "old", "Line": [{"Amount": Decimal("1.00")}]},
    released_hash="a",
    external_hash="b",
)


def with_body(**fields: Any) -> Operation:
    return replace(OPERATION, body={**OPERATION.body, **fields})


@pytest.mark.parametrize(
    "other",
    [
        replace(OPERATION, ref=RecordRef(RecordType.INVOICE, "inv-2")),
        replace(OPERATION, verb=Verb.VOID),
        replace(OPERATION, direction=Direction.INCOMING),
        replace(OPERATION, entity="Bill"),
        replace(OPERATION, version="5"),
        replace(OPERATION, released_hash="c"),
        replace(OPERATION, external_id="102"),
        with_body(SyncToken="4"),
        with_body(PrivateNote=""),
        with_body(Line=[{"Amount": Decimal("1.01")}]),
        with_body(Line=[{"Amount": Decimal("1.00")}, {"Amount": Decimal("0.00")}]),
    ],
)
def test_any_change_of_an_operation_changes_its_digest(other: Operation) -> None:
    assert digest(other) != digest(OPERATION)


def test_how_a_body_is_written_does_not_matter() -> None:
    turned = replace(OPERATION, body=dict(reversed(OPERATION.body.items())))
    assert digest(turned) == digest(with_body(Line=[{"Amount": Decimal("1.0")}])) == digest(OPERATION)
    assert digest(replace(OPERATION, name="another name", more="words")) == digest(OPERATION)


def test_a_hash_is_of_all_operations_in_their_order() -> None:
    assert plan_hash(["a", "b"]) == plan_hash(iter(["a", "b"]))
    assert len({plan_hash(some) for some in (["a", "b"], ["b", "a"], ["a"], [], ["a", "b", "b"])}) == 5
    assert is_plan_hash(plan_hash(["a"]))


def test_a_hash_is_sixteen_characters_as_people_type_it() -> None:
    assert is_plan_hash("0123456789abcdef") and is_plan_hash(plan_hash(["a"]))


@pytest.mark.parametrize("text", ["", "abc", "g" * 16, "A" * 16, "a" * 17, "0123456789abcde\n"])
def test_what_is_no_hash_is_known(text: str) -> None:
    assert not is_plan_hash(text)


def test_what_changed_reads_as_a_sentence() -> None:
    counts = {("more", "create"): 2, ("gone", "update"): 1, ("changed", "void"): 4}
    names = {("more", "create"): ("invoice INV-7", "invoice INV-8"), ("changed", "void"): ("bill B-1",)}
    words = in_words(Difference(counts, names))
    assert words == "2 more to create (invoice INV-7, invoice INV-8), 1 to update gone, 4 to void changed (bill B-1 …)"
    assert in_words(Difference({})) == ""


def test_the_least_time_is_what_the_caps_allow() -> None:
    assert seconds_at_caps(0, 0, 40, 500) == 0
    assert seconds_at_caps(100, 0, 40, 500) == 150  # 3,000 records
    assert seconds_at_caps(1, 0, 40, 500) == 2
    assert seconds_at_caps(40, 960, 40, 500) == 120
