"""Names and texts that somebody else's program would trip over: kept as they are, or refused with their own words."""

import pytest

from bot.core.model import Outcome
from tests.sync.world import World

HOSTILE = [
    "<!channel>",
    "*bold* <https-//evil.example|x>",
    "'; DROP TABLE links; --",
    "O'Brien \\ Sons \\'",
    '=HYPERLINK("x")',
    "😀 emoji 👩‍👩‍👧",
    "مرحبا بالعالم",
    "100% _like_ [x]",
    "n" * 400,
    "Zalgơ̴̡",
    "&lt;b&gt; & <b>",
    "{name} %s {0}",
]


def test_hostile_names_go_out_and_come_in_literally(paired: World) -> None:
    tenants = [paired.contact(name) for name in HOSTILE]
    for number, tenant in enumerate(tenants):
        paired.invoice(tenant, f"<I{number}>'\"\\", reference=HOSTILE[number])
    customers = [paired.customer(f"{name} in") for name in HOSTILE if len(name) < 400]
    paired.sync_blue()
    for name, tenant in zip(HOSTILE, tenants, strict=True):
        assert paired.partner("Customer", tenant, "contacts")["DisplayName"] == name
        assert paired.row(tenant["id"]).name == name
    names = {row["name"] for row in paired.all("contacts")}
    assert all(customer["DisplayName"] in names for customer in customers)
    notes = {row["PrivateNote"] for row in paired.books.entity("Invoice").values()}
    assert notes == set(HOSTILE)
    with paired.nothing_written():
        paired.sync_blue()


@pytest.mark.parametrize("name", ["a:b", "*bold* <https://evil.example|x>"])
def test_what_quickbooks_forbids_fails_with_its_own_explanation(paired: World, name: str) -> None:
    tenant = paired.contact(name)
    paired.sync_red()
    row = paired.row(tenant["id"])
    assert row.outcome is Outcome.FAILED and row.name == name
    assert name in row.details and "colon" in row.more_detail


def test_names_that_differ_only_in_hostile_ways_are_found_again_by_lookup(paired: World) -> None:
    """A refusal 6240 makes us ask QuickBooks by name: quotes and backslashes must not break the question."""
    name = "O'Brien \\ Sons \\'"
    paired.books.create("Employee", {"DisplayName": name})
    tenant = paired.contact(name)
    finished = paired.sync_red()
    assert [row.code for row in finished.failures] == ["6240"]
    assert not finished.could_not_run and paired.row(tenant["id"]).name == name


def test_the_search_takes_wildcards_literally(paired: World) -> None:
    (
        paired.contact("100% Cotton"),
        paired.contact("100 Cotton"),
        paired.contact("Under_score"),
        paired.contact("Under score"),
    )
    paired.sync_blue()
    assert [row.name for row in paired.rows(text="100%")] == ["100% Cotton"]
    assert [row.name for row in paired.rows(text="under_")] == ["Under_score"]
