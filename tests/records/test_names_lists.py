"""Accounts, tax types and tracking options: what is imported, what stays out, and rates that add up."""

from decimal import Decimal
from typing import Any

import pytest

from bot.core.model import Direction, RecordType
from bot.core.spec import Lookup, Nearness, Problem
from bot.records import BY_COLLECTION, BY_ENTITY, BY_TYPE, SPECS, account, tax_type, tracking_option
from bot.records.fields import full_names, rates
from tests.records.samples import FACTS, LOOKUP

ITEM = {"Id": "10", "Name": "Rent", "Type": "Service", "IncomeAccountRef": {"value": "79"}}
EXPENSE = {"Id": "20", "Name": "Repairs", "AccountType": "Expense"}


@pytest.mark.parametrize(
    ("entity", "body", "comes_in"),
    [
        ("Item", ITEM, True),
        ("Item", {**ITEM, "Type": "NonInventory"}, True),
        ("Item", {**ITEM, "Type": "Inventory"}, False),
        ("Item", {**ITEM, "Type": "Category"}, False),
        ("Item", {**ITEM, "IncomeAccountRef": None}, False),
        ("Item", {**ITEM, "Active": False}, False),
        ("Account", EXPENSE, True),
        ("Account", {**EXPENSE, "AccountType": "Cost of Goods Sold"}, True),
        ("Account", {**EXPENSE, "AccountType": "Other Expense"}, True),
        ("Account", {**EXPENSE, "AccountType": "Bank"}, False),
        ("Account", {**EXPENSE, "AccountType": "Income"}, False),
        ("Account", {**EXPENSE, "Active": False}, False),
    ],
)
def test_what_can_stand_on_a_line_comes_in_and_nothing_else(entity: str, body: dict[str, Any], comes_in: bool) -> None:
    if comes_in:
        account.check_external(entity, body, FACTS, LOOKUP)
        return
    with pytest.raises(Problem, match="not-imported"):
        account.check_external(entity, body, FACTS, LOOKUP)


def test_an_item_and_an_account_of_one_name_are_not_the_same() -> None:
    ours = {"name": "Rent", "kind": "sales"}
    assert account.same(ours, "Item", ITEM, LOOKUP) == 3
    assert account.same(ours, "Account", {**EXPENSE, "Name": "Rent"}, LOOKUP) == 0


def test_a_tax_code_carries_the_sum_of_its_rates_for_each_use() -> None:
    def named(*ids: str) -> dict[str, Any]:
        return {"TaxRateDetail": [{"TaxRateRef": {"value": id_}} for id_ in ids]}

    code = {"Id": "33", "SalesTaxRateList": named("1", "2"), "PurchaseTaxRateList": named("3")}
    values = [{"Id": "1", "RateValue": Decimal(5)}, {"Id": "2", "RateValue": Decimal("9.975")}, {"Id": "3"}]
    joined = rates.with_rates(code, values)
    assert rates.percent(joined) == Decimal("14.975")
    assert rates.rates_of(joined, "purchase") == [("3", Decimal(0))]


def test_a_code_of_one_use_only_serves_both() -> None:
    code = {rates.RATES: {"sales": [], "purchase": [{"id": "3", "rate": Decimal("12.5")}]}}
    assert rates.percent(code, "sales") == rates.percent(code, "purchase") == Decimal("12.5")


def test_a_tax_type_is_the_same_only_at_the_same_rate() -> None:
    code = {"Name": "15% GST", rates.RATES: {"sales": [{"id": "1", "rate": Decimal(15)}]}}
    assert tax_type.same({"name": "15% gst", "rate": "15.0"}, "TaxCode", code, LOOKUP) == 3
    assert tax_type.same({"name": "15% gst", "rate": "12.50"}, "TaxCode", code, LOOKUP) == 0


def test_a_changed_rate_is_a_change_of_the_code() -> None:
    spec = tax_type.SPEC
    before = {"Id": "1", "Name": "GST", rates.RATES: {"sales": [{"id": "1", "rate": Decimal(15)}]}}
    after = {**before, rates.RATES: {"sales": [{"id": "1", "rate": Decimal("12.5")}]}}
    assert spec.external_content("TaxCode", before) != spec.external_content("TaxCode", after)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("auckland:quay street", Nearness.FULL_NAME),
        ("Auckland : Quay Street ", Nearness.FULL_NAME),
        (" quay STREET", Nearness.OWN_NAME),
        ("Auckland", Nearness.NONE),
        ("Street", Nearness.NONE),
        ("", Nearness.NONE),
        ("Wellington:Quay Street", Nearness.NONE),
    ],
)
def test_a_class_is_known_by_its_full_name_and_by_its_own(name: str, near: Nearness) -> None:
    nested = {"Id": "40", "Name": "Quay Street", "FullyQualifiedName": "Auckland:Quay Street"}
    assert tracking_option.nearness({"name": name}, "Class", nested) is near
    assert tracking_option.same({"name": name}, "Class", nested, LOOKUP) == (3 if near else 0)
    assert tracking_option.nearness({"name": name}, "Class", {**nested, "Active": False}) is Nearness.NONE


def test_of_three_levels_any_end_of_the_full_name_is_a_name() -> None:
    full = "Estate:Quay Street (deleted):Shop 1"
    assert [full_names.nearness(name, full) for name in ("Shop 1", "Quay Street:Shop 1", "Estate:Shop 1")] == [2, 2, 0]
    assert full_names.nearness("Estate:Quay Street:Shop 1", full) is Nearness.FULL_NAME
    assert full_names.shown_in_full(full) == "Estate:Quay Street:Shop 1"


@pytest.mark.parametrize(
    ("body", "near"),
    [
        ({"name": "Water", "code": "512"}, Nearness.NUMBER_AND_NAME),
        ({"name": "Utilities:Water", "code": " 512"}, Nearness.NUMBER_AND_NAME),
        ({"name": "Water", "code": "400"}, Nearness.OWN_NAME),
        ({"name": "Utilities:Water", "code": ""}, Nearness.FULL_NAME),
        ({"name": "Power", "code": "512"}, Nearness.NUMBER),
        ({"name": "Power", "code": "20"}, Nearness.NONE),
        ({"name": "Water", "code": "512", "kind": "sales"}, Nearness.NONE),
    ],
)
def test_the_account_number_tells_accounts_apart_before_their_names_do(body: dict[str, Any], near: Nearness) -> None:
    nested = {**EXPENSE, "Name": "Water", "FullyQualifiedName": "Utilities:Water", "AcctNum": "512"}
    assert account.nearness({"kind": "purchase", **body}, "Account", nested) is near


def test_a_category_is_no_item_whatever_it_is_called() -> None:
    ours = {"name": "Rent", "kind": "sales", "code": "1"}
    assert account.nearness(ours, "Item", {**ITEM, "Type": "Category"}) is Nearness.NONE


@pytest.mark.parametrize(
    ("held", "now"),
    [("Quay Street", "Quay Street"), ("Quay St", "Quay Street"), ("Akl:Quay Street", "Auckland:Quay Street")],
)
def test_a_plain_name_in_released_stays_plain(held: str, now: str) -> None:
    wanted = {"name": "Auckland:Quay Street", "archived": False}
    assert tracking_option.keep_released(wanted, {"name": held}, "Class", LOOKUP) == {**wanted, "name": now}
    assert tracking_option.keep_released({"archived": True}, {"name": held}, "Class", LOOKUP) == {"archived": True}


@pytest.mark.parametrize(("number", "kept"), [({}, {}), ({"AcctNum": "512"}, {"code": "512"})])
def test_a_code_of_released_gives_way_to_a_number_only(number: dict[str, str], kept: dict[str, str]) -> None:
    lookup = Lookup({(RecordType.ACCOUNT, "a1", "Account"): "20"}, bodies={("Account", "20"): {**EXPENSE, **number}})
    wanted = account.to_released("Account", {**EXPENSE, **number}, lookup, FACTS)
    found = account.keep_released(wanted, {"id": "a1", "code": "400", "name": "Repairs"}, "Account", lookup)
    assert {key: found[key] for key in found if key == "code"} == kept


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: str(spec.type))
def test_what_only_comes_in_can_never_be_sent(spec: Any) -> None:
    if Direction.OUTGOING in spec.directions:
        return
    with pytest.raises(Problem, match="incoming-only"):
        spec.to_quickbooks({}, spec.entities[0], LOOKUP, FACTS)


def test_parents_come_before_what_refers_to_them() -> None:
    order = list(RecordType)
    assert [spec.type for spec in SPECS] == sorted(BY_TYPE, key=order.index)
    assert len(BY_COLLECTION) == len(SPECS) and len(BY_ENTITY) == sum(len(spec.entities) for spec in SPECS)
