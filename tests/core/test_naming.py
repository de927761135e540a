"""Names for QuickBooks: what tells a contact from its namesakes, and what of it is free."""

import pytest

from bot.core.faults import UserError
from bot.core.naming import first_free, proposals, suffix_of


@pytest.mark.parametrize(
    ("roles", "entity", "town", "first"),
    [
        (["tenant"], "Customer", "Wellington", [" (Tenant)", " (Wellington)", " (2)"]),
        (["tenant", "owner"], "Customer", "", [" (Tenant)", " (Owner)", " (2)"]),
        (["supplier", "tenant"], "Vendor", "  Upper   Hutt ", [" (Supplier)", " (Upper Hutt)", " (2)"]),
        ([], "Customer", "A: B", [" (2)", " (3)", " (4)"]),
        (["owner"], "Customer", "x" * 41, [" (Owner)", " (2)", " (3)"]),
    ],
)
def test_its_role_and_its_town_come_before_a_number(roles: list[str], entity: str, town: str, first: list[str]) -> None:
    body = {"roles": roles, "address": {"city": town} if town else None}
    assert list(proposals(body, entity))[:3] == first


def test_what_is_taken_is_not_proposed_and_of_the_numbers_only_one() -> None:
    wished = [" (Tenant)", " (Owner)", " (2)", " (3)", " (4)"]
    free = {suffix: suffix not in (" (Owner)", " (2)") for suffix in wished}
    assert first_free(wished, free) == (" (Tenant)", " (3)")
    assert first_free(wished, {}) == ()
    many = [f" (Town {place})" for place in range(9)]
    assert first_free(many, dict.fromkeys(many, True)) == tuple(many[:4])


def test_forty_characters_are_added_to_a_name_and_no_more() -> None:
    assert suffix_of("x" * 40) == f" ({'x' * 40})"
    with pytest.raises(UserError, match="at most 40"):
        suffix_of("x" * 41)


@pytest.mark.parametrize("mark", [":", "(", ")"])
def test_a_name_takes_no_colon_and_no_second_pair_of_brackets(mark: str) -> None:
    with pytest.raises(UserError, match="takes no colons"):
        suffix_of(f"Unit {mark} 4")
