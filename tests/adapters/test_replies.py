"""JSON goes in and out with every cent, and odd headers are no trouble."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.replies import dump_json, parse_answer, parse_json, retry_after_s

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False, places=7)
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(VALUES)
def test_what_is_written_is_read_back_to_the_last_digit(value: Any) -> None:
    assert parse_json(dump_json(value)) == value


def test_a_decimal_is_written_as_a_plain_number_without_exponent() -> None:
    body = dump_json({"Amount": Decimal("1E+3"), "Rate": Decimal("0.0000001"), "Total": Decimal("1150.00")})

    assert body == b'{"Amount":1000,"Rate":0.0000001,"Total":1150.00}'


@pytest.mark.parametrize(
    "value", [0.1, Decimal("NaN"), Decimal("Infinity"), pytest.param(object(), id="an object")], ids=str
)
def test_what_could_lose_a_cent_is_not_written_at_all(value: object) -> None:
    with pytest.raises(TypeError):
        dump_json({"Amount": value})


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"[" * 100_000, b"\xff\xfe", b"<html>"])
def test_what_is_no_json_is_a_value_error_and_nothing_else(body: bytes) -> None:
    with pytest.raises(ValueError):
        parse_json(body)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 30),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:00 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 0),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_as_number_or_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


@given(st.dictionaries(st.sampled_from(["retry-after", "date"]), st.text()))
def test_no_header_whatever_it_says_breaks_the_reader(headers: dict[str, str]) -> None:
    seconds = retry_after_s(headers)

    assert seconds is None or seconds >= 0


@pytest.mark.parametrize("body", [rb'["\ud83d"]', rb'["\u0000"]', b'["\xed\xa0\xbd"]', rb'{"a": ["\udE00"]}'])
def test_letters_that_no_database_takes_become_the_sign_for_unknown(body: bytes) -> None:
    assert "\N{REPLACEMENT CHARACTER}" in str(parse_answer(body))


def test_whole_surrogate_pairs_and_other_letters_stay() -> None:
    assert parse_answer(rb'["\ud83d\ude00 a\u00e9"]') == ["\U0001f600 a\u00e9"]


@pytest.mark.parametrize("written", ["1e99999999999999999999", "9" * 5_000, "-1E+999999999999999999999"])
def test_a_number_that_nothing_can_hold_is_the_matter_of_its_field(written: str) -> None:
    assert list(parse_json(f'{{"Id": "1", "Amount": {written}}}'.encode())) == ["Id", "Amount"]
