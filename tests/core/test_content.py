"""Seeing change: equal content has an equal hash however it is written, and `says` looks only for what is wanted."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.content import contains, content_hash, hash_with_fields, pick

NUMBERS = st.decimals(Decimal("-99999"), Decimal("99999"), places=4) | st.integers(-99999, 99999)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=8)
CONTENT = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def reordered(value: Any) -> Any:
    """The same, with every key order turned round and every number written otherwise."""
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    if isinstance(value, list):
        return [reordered(item) for item in value]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value) + Decimal("0.000000")
    return value


@given(CONTENT)
def test_key_order_and_the_spelling_of_numbers_change_no_hash(content: Any) -> None:
    assert content_hash(content) == content_hash(reordered(content))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": Decimal("1.00")}),
        ({"a": Decimal("-0.0")}, {"a": 0}),
        ({"a": Decimal("1E+2")}, {"a": 100}),
        ({"a": None, "b": "", "c": [], "d": {}}, {}),
        (["x", Decimal("0.10")], ("x", Decimal("0.1"))),
    ],
)
def test_equal_content_has_an_equal_hash(one: Any, other: Any) -> None:
    assert content_hash(one) == content_hash(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"b": 1}),
        ({"a": "1"}, {"a": 1}),
        ({"a": 0}, {}),
        ({"a": False}, {}),
        ({"a": True}, {"a": 1}),
        (["x", "y"], ["y", "x"]),
        ({"a": "straße"}, {"a": "strasse"}),
        ([{}, "x"], ["x"]),
    ],
)
def test_different_content_has_a_different_hash(one: Any, other: Any) -> None:
    assert content_hash(one) != content_hash(other)


def test_a_hash_says_the_same_in_every_release() -> None:
    """Links keep it: with another one, everything would look as if both sides had changed it."""
    contact = {"name": "Kiosk Ltd", "roles": ["tenant"], "balance": Decimal("1.50")}
    assert content_hash(contact) == "b0d72578635b61c00d1a"
    assert hash_with_fields({"name": "Kiosk Ltd"}) == "1b2ff1a3c0ff7241a489;name=656d1148"


@given(CONTENT)
def test_everything_says_itself(content: Any) -> None:
    assert contains(content, content)


@given(st.dictionaries(st.text(max_size=6), CONTENT, max_size=4), st.dictionaries(st.text(max_size=6), CONTENT))
def test_saying_more_is_still_saying_it(wanted: dict[str, Any], more: dict[str, Any]) -> None:
    assert contains({**more, **wanted}, wanted)


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        ({"a": 1, "b": 2}, {"a": Decimal("1.0")}),
        ({"a": "15.00"}, {"a": Decimal(15)}),
        ({"a": Decimal(15)}, {"a": "15.00"}),
        ({"ref": {"value": "1", "name": "Rent"}}, {"ref": {"value": "1"}}),
        ({}, {"a": None, "b": ""}),
        ({"a": ""}, {"a": None}),
        ({}, {"address": {"line1": None}}),
        ([{"Id": "1", "Amount": 5}], [{"Amount": 5}]),
    ],
)
def test_what_is_said(got: Any, wanted: Any) -> None:
    assert contains(got, wanted)


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        ({"a": 1}, {"a": 2}),
        ({}, {"a": 0}),
        ({"a": None}, {"a": False}),
        ({"a": 1}, {"a": True}),
        ({"a": "x"}, {"a": None}),
        ({"a": "x"}, {"a": 1}),
        ({"ref": {"value": "2"}}, {"ref": {"value": "1"}}),
        ({"ref": None}, {"ref": {"value": "1"}}),
        ([1], [1, 2]),
        ([1, 2], [1]),
        ([2, 1], [1, 2]),
        (None, [1]),
    ],
)
def test_what_is_not_said(got: Any, wanted: Any) -> None:
    assert not contains(got, wanted)


def test_pick_goes_into_objects_and_leaves_out_what_is_empty() -> None:
    body = {"a": 0, "b": "", "c": None, "ref": {"value": "1"}, "list": [], "flag": False}
    assert pick(body, ("a", "b", "c", "ref.value", "ref.name", "a.value", "list", "flag")) == {
        "a": 0,
        "ref.value": "1",
        "flag": False,
    }
