"""Record types in words: one and several, made of the name that programs use."""

import pytest

from bot.core.model import RecordType, plural_of


def test_a_record_type_is_called_by_its_name_without_the_dashes() -> None:
    assert (RecordType.CREDIT_NOTE.noun, RecordType.ALLOCATION.plural) == ("credit note", "credit allocations")


@pytest.mark.parametrize(
    ("noun", "several"), [("tax type", "tax types"), ("journal entry", "journal entries"), ("key", "keys")]
)
def test_several_are_called_as_in_english(noun: str, several: str) -> None:
    assert plural_of(noun) == several
