"""Characters that nobody sees are taken out, or shown; those that a script needs stay."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.replies import dump_json, parse_answer
from bot.core.invisible import HIDDEN, cleaned, visible
from bot.records.fields.names import normalised

PERSIAN, HINDI, BENGALI, SINHALA = "می\u200cخواهم", "क्\u200dष", "র\u200d্যাব", "ශ්\u200dරී ලංකා"
MALAYALAM, HEH, FAMILY = "അവന്\u200d", "۱۳۹۹ ه\u200d", "👨\u200d👩\u200d👧 Kiosk"
NEEDED = (
    PERSIAN,
    HINDI,
    BENGALI,
    SINHALA,
    MALAYALAM,
    HEH,
    FAMILY,
    "❤️ Cafe",
    "1️⃣ Kiosk",
    "👩🏽\u200d🔧",
    "🏳️\u200d🌈 Bar",
)
FLAG_OF_SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f Pub"


@pytest.mark.parametrize(
    "mark",
    [
        *("\u00ad", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u061c", "\u202a", "\u202e", "\u2060", "\u2063"),
        *("\u2066", "\u2069", "\ufeff", "\u180e", "\x00", "\x1f", "\x85", "\ufe0f", "\U000e0041", "\u034f"),
    ],
)
@pytest.mark.parametrize("around", ["{}Kiosk Ltd", "Kiosk Ltd{}", "Kio{}sk Ltd", "{0}Kio{0}sk{0} Ltd{0}{0}"])
def test_what_nobody_sees_is_taken_out_and_shown(mark: str, around: str) -> None:
    text = around.format(mark)
    assert cleaned(text) == "Kiosk Ltd"
    assert visible(text) == around.format(f"[U+{ord(mark):04X}]")


@pytest.mark.parametrize(
    "blank", [" ", "\u00a0", "\u202f", "\u2007", "\t", "\n", "\u3000", "\u2003", "\u2800", "\u3164"]
)
def test_blanks_around_a_text_are_taken_off(blank: str) -> None:
    assert cleaned(f"{blank}{blank}Kiosk Ltd{blank}") == "Kiosk Ltd"


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f", "\u2007"])
def test_a_blank_that_does_not_break_is_a_plain_one_and_is_shown(blank: str) -> None:
    assert cleaned(f"Kiosk{blank}Ltd") == "Kiosk Ltd"
    assert visible(f"Kiosk{blank}Ltd") == f"Kiosk[U+{ord(blank):04X}]Ltd"


def test_a_letter_that_looks_like_a_blank_is_shown_around_a_text() -> None:
    assert visible("\u3164 Kiosk\u2800") == "[U+3164] Kiosk[U+2800]"


def test_blanks_that_are_seen_stay_inside() -> None:
    assert cleaned("山田\u3000太郎") == "山田\u3000太郎"
    assert cleaned("Two\nlines and\ta tab") == visible("Two\nlines and\ta tab") == "Two\nlines and\ta tab"


@pytest.mark.parametrize("text", [*NEEDED, FLAG_OF_SCOTLAND, "葛\U000e0100城".replace("\U000e0100", "\ufe00")])
def test_what_a_script_or_an_emoji_needs_stays(text: str) -> None:
    assert cleaned(text) == visible(text) == text
    assert cleaned(f"\u200b{text}\u00a0") == text
    assert normalised(text) == normalised(f" {text}\ufeff")


def test_a_joiner_between_letters_that_need_none_goes_also_beside_such_a_word() -> None:
    assert cleaned(f"Ki\u200dosk {PERSIAN}\u200c \u200d") == f"Kiosk {PERSIAN}"


MARKS = "ab \u00a0\u200b\u200c\u200d\ufeff\ufe0fमक्👩❤🏴\U000e0067\U000e007f\u3164"
UNSEEN = ("Cf", "Mn", "Zs")


@given(st.text(st.sampled_from(MARKS), max_size=12))
def test_to_clean_twice_is_to_clean_once_and_nothing_else_is_changed(text: str) -> None:
    once = cleaned(text)
    assert cleaned(once) == once
    assert visible(once) == once
    seen = ["".join(mark for mark in one if unicodedata.category(mark) not in UNSEEN) for one in (once, text)]
    assert seen[0].replace("\u3164", "") == seen[1].replace("\u3164", "")


@pytest.mark.parametrize(
    ("record", "held"),
    [
        ({"id": "1", "version": 1, "name": "Kiosk\u200b", "email": " a@kiosk.nz\u00a0"}, 2),
        (
            {
                "Id": "1",
                "SyncToken": "0",
                "PrimaryEmailAddr": {"Address": "a@\u200bkiosk.nz"},
                "DisplayName": " Kiosk ",
            },
            1,
        ),
        ({"Id": "1", "SyncToken": "0", "DocNumber": "\ufeffINV-1", "PrivateNote": "ref\u00ad"}, 2),
    ],
)
def test_an_answer_is_read_without_them_and_keeps_what_it_held(record: dict[str, object], held: int) -> None:
    (read,) = parse_answer(dump_json({"data": [record]}))["data"]
    assert len(read.pop(HIDDEN)) == held
    assert cleaned(str(list(read.values()))) == str(list(read.values())) and "  " not in str(read)


def test_free_text_and_what_we_do_not_know_come_as_they_are() -> None:
    own = {"CustomField": [{"Name": "A\u200b"}], "Line": [{"Description": "Rent\u00a0"}], "Other": "\u200b"}
    record = {"Id": "1", "SyncToken": "0", **own}
    assert parse_answer(dump_json(record)) == record
