"""Contacts: names that QuickBooks takes, roles that make one contact two, and who is the same as whom."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.model import Outcome, RecordType
from bot.core.spec import Problem
from bot.records import contact as contacts
from bot.records.fields.names import normalised
from tests.records.samples import FACTS, LOOKUP, Json


def contact(*roles: str, **fields: Any) -> Json:
    usual = {"id": "kiosk", "name": "Kiosk Ltd", "roles": list(roles or ("tenant",)), "currency": "NZD"}
    return {**usual, "email": None, "phone": None, "taxNumber": None, "address": None, "archived": False, **fields}


def customer(**fields: Any) -> Json:
    return {"Id": "1", "SyncToken": "0", "DisplayName": "Kiosk Ltd", "Active": True, **fields}


@pytest.mark.parametrize(
    ("roles", "entities"),
    [
        (["tenant"], ("Customer",)),
        (["owner"], ("Customer",)),
        (["supplier"], ("Vendor",)),
        (["supplier", "tenant"], ("Customer", "Vendor")),
        (["owner", "tenant"], ("Customer",)),
        ([], ()),
    ],
)
def test_the_roles_say_what_a_contact_is_in_quickbooks(roles: list[str], entities: tuple[str, ...]) -> None:
    assert contacts.entities_of(contact() | {"roles": roles}) == entities


def test_both_names_of_a_contact_of_both_roles_differ_however_long_they_are() -> None:
    both = contact("tenant", "supplier", name="N" * 500)
    names = [contacts.display_name(both, entity) for entity in ("Customer", "Vendor")]
    assert len(set(names)) == 2 and max(map(len, names)) == 500
    assert names[1].endswith(contacts.SUPPLIER_SUFFIX)


def test_a_phone_number_is_cut_where_quickbooks_would_refuse_it() -> None:
    sent = contacts.to_quickbooks(contact(phone="0" * 31), "Customer", LOOKUP, FACTS)
    assert sent["PrimaryPhone"]["FreeFormNumber"] == "0" * 30


def test_the_currency_goes_out_only_where_quickbooks_knows_several() -> None:
    sent = [
        contacts.to_quickbooks(contact(currency="AUD"), "Customer", LOOKUP, replace(FACTS, multicurrency=several))
        for several in (False, True)
    ]
    assert "CurrencyRef" not in sent[0] and sent[1]["CurrencyRef"] == {"value": "AUD"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"roles": []}, "incomplete-record"),
        ({"name": "  "}, "incomplete-record"),
        ({"name": None}, "incomplete-record"),
        ({"name": "N" * 501}, "name-too-long"),
        ({"name": "Kiosk\tLtd"}, "name-forbidden-characters"),
        ({"name": "Kiosk\nLtd"}, "name-forbidden-characters"),
        ({"name": "Kiosk\rLtd"}, "name-forbidden-characters"),
        ({"currency": "AUD"}, "currency-not-enabled"),
    ],
)
def test_what_quickbooks_would_refuse_is_said_before(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as raised:
        contacts.check({**contact(), **change}, FACTS)
    assert raised.value.code == code


def sub_customer(**fields: Any) -> Json:
    below = {"DisplayName": "Unit 1", "FullyQualifiedName": "Kiosk Ltd:Unit 1", "ParentRef": {"value": "1"}}
    return customer(Id="2", Job=True, **{**below, **fields})


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("Unit 1", "Unit 1"),
        ("Kiosk Ltd:Unit 1", "Unit 1"),
        ("kiosk ltd : Unit 1", "Unit 1"),
        ("Kiosk Ltd:Unit 2", "Unit 2"),
        ("Kiosk Limited:Unit 1", "Unit 1"),
        ("Unit 3: Kiosk", ""),
    ],
)
def test_a_sub_customer_is_sent_its_own_name_and_no_other_colon_goes_out(name: str, sent: str) -> None:
    pair = {(RecordType.CONTACT, "kiosk", "Customer"): "2"}
    lookup = replace(LOOKUP, external=pair, bodies={("Customer", "2"): sub_customer()})
    if sent:
        assert contacts.to_quickbooks(contact(name=name), "Customer", lookup, FACTS)["DisplayName"] == sent
        return
    with pytest.raises(Problem, match="name-forbidden-characters"):
        contacts.to_quickbooks(contact(name=name), "Customer", lookup, FACTS)


def test_a_colon_is_refused_of_what_is_new_in_quickbooks() -> None:
    with pytest.raises(Problem, match="name-forbidden-characters"):
        contacts.to_quickbooks(contact(name="Unit 3: Kiosk"), "Customer", LOOKUP, FACTS)


@pytest.mark.parametrize("name", ["Unit 1", "Kiosk Ltd:Unit 1", "KIOSK ltd : unit 1 "])
def test_a_sub_customer_is_known_with_its_parent_and_without(name: str) -> None:
    assert contacts.same(contact(name=name), "Customer", sub_customer(), LOOKUP) == 3
    assert contacts.released_keys(contact(name=name)) & contacts.external_keys("Customer", sub_customer())
    assert contacts.same(contact(name=name), "Customer", customer(), LOOKUP) == 0


def test_an_inactive_name_stays_out_and_a_nameless_one_is_incomplete() -> None:
    with pytest.raises(Problem) as archived:
        contacts.check_external("Customer", customer(Active=False), FACTS, LOOKUP)
    assert (archived.value.code, archived.value.outcome) == ("not-imported", Outcome.SKIPPED)
    with pytest.raises(Problem) as nameless:
        contacts.check_external("Customer", {"Id": "1"}, FACTS, LOOKUP)
    assert nameless.value.code == "incomplete-record"


@pytest.mark.parametrize(
    ("ours", "theirs", "score"),
    [
        ({}, {}, 3),
        ({"name": "KIOSK  LTD"}, {}, 3),
        ({"name": "Ｋiosk Ltd"}, {}, 3),
        ({}, {"DisplayName": "Kiosk Ltd (deleted)"}, 3),
        ({"name": "Kiosk", "taxNumber": "12 345"}, {"ResaleNum": "12345"}, 2),
        ({"name": "Kiosk", "email": "A@x.nz "}, {"PrimaryEmailAddr": {"Address": "a@x.nz"}}, 1),
        ({"name": "Kiosk"}, {}, 0),
        ({"roles": ["supplier"]}, {}, 0),
    ],
)
def test_the_same_name_is_certain_and_a_shared_number_or_address_is_not(
    ours: dict[str, Any], theirs: dict[str, Any], score: int
) -> None:
    assert contacts.same({**contact(), **ours}, "Customer", {**customer(), **theirs}, LOOKUP) == score


def test_the_suffix_of_a_supplier_does_not_hide_who_it_is() -> None:
    vendor = {"Id": "4", "DisplayName": "Kiosk Ltd (Supplier)"}
    assert contacts.same(contact("tenant", "supplier"), "Vendor", vendor, LOOKUP) == 3
    assert contacts.external_keys("Vendor", vendor) & contacts.released_keys(contact())


def test_equal_keys_are_found_whenever_two_contacts_may_be_the_same() -> None:
    ours = contact(name="Kiosk", email="A@x.nz", taxNumber="12 345")
    for theirs in ({"ResaleNum": "12345"}, {"PrimaryEmailAddr": {"Address": "a@X.nz"}}, {"DisplayName": "KIOSK"}):
        assert contacts.released_keys(ours) & contacts.external_keys("Customer", customer(**theirs))


def test_names_compare_without_case_spacing_width_or_the_mark_of_the_inactive() -> None:
    assert normalised("  Ｋiosk\u00a0 LTD (deleted)") == normalised("kiosk ltd")
    assert normalised("Straße") == normalised("STRASSE")
    assert normalised("Kiosk Ltd") != normalised("Kiosk Ltd 2")
    assert normalised(None) == ""


def test_a_balance_or_a_token_is_no_change_of_a_contact_but_its_address_and_archiving_are() -> None:
    before = contacts.external_content("Customer", customer())
    assert before == contacts.external_content("Customer", customer(SyncToken="4", Balance=12))
    assert before != contacts.external_content("Customer", customer(Active=False))
    assert before != contacts.external_content("Customer", customer(BillAddr={"Line1": "1 Quay Street"}))


APART = replace(
    LOOKUP,
    external={**LOOKUP.external, (RecordType.CONTACT, "kiosk", "Customer"): "1"},
    suffixes={("kiosk", "Customer"): " (Tenant)"},
)


@pytest.mark.parametrize("name", ["Kiosk Ltd", "N" * 495, "N" * 500])
def test_a_name_that_people_chose_goes_out_and_comes_back_as_it_is_in_re_leased(name: str) -> None:
    ours = contact(name=name)
    sent = contacts.to_quickbooks(ours, "Customer", APART, FACTS)
    assert sent["DisplayName"].endswith(" (Tenant)") and len(sent["DisplayName"]) <= 500
    held = contacts.as_held(ours, "Customer", APART, FACTS)
    back = contacts.to_released("Customer", held, APART, FACTS)["name"]
    assert back == name[: 500 - len(" (Tenant)")]
    assert contacts.same(ours, "Customer", customer(DisplayName=sent["DisplayName"]), APART) == 3


def test_only_its_own_pair_loses_what_was_added() -> None:
    other = customer(Id="2", DisplayName="Somebody (Tenant)")
    assert contacts.to_released("Customer", other, APART, FACTS)["name"] == "Somebody (Tenant)"
    assert contacts.to_quickbooks(contact(id="other"), "Customer", APART, FACTS)["DisplayName"] == "Kiosk Ltd"
    assert contacts.same(contact(id="other"), "Customer", customer(DisplayName="Kiosk Ltd (Tenant)"), APART) == 0


def test_a_name_that_is_plain_there_again_stays_plain() -> None:
    sent = contacts.to_quickbooks(contact(), "Customer", APART, FACTS)
    kept = contacts.keep_external(dict(sent), contact(), "Customer", customer(), APART)
    assert kept["DisplayName"] == "Kiosk Ltd"
    other = contacts.keep_external(dict(sent), contact(), "Customer", customer(DisplayName="Kiosk Ltd (Tenant)"), APART)
    assert other["DisplayName"] == "Kiosk Ltd (Tenant)"


def test_what_was_chosen_is_found_by_the_name_of_either_side() -> None:
    assert contacts.apart_keys(contact(), "Customer", APART) == {"name:kiosk ltd (tenant)"}
    assert contacts.external_apart_keys("Customer", customer(DisplayName="Kiosk Ltd (Tenant)"), APART) == {
        "name:kiosk ltd"
    }
    assert contacts.apart_keys(contact(), "Vendor", APART) == contacts.external_apart_keys("Vendor", {}, APART) == set()
