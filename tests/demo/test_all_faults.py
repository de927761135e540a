"""All Faults Ltd: every trouble has its record, its code and its explanation; hostile names do no harm."""

import pytest
import requests

from bot.core.model import Outcome, RecordRef, RecordType
from bot.core.runs import Flag
from bot.sandbox import all_faults
from tests.patience import PATIENCE_S
from tests.rarely import edge

FAILED, WAITING = Outcome.FAILED, Outcome.WAITING


@pytest.mark.parametrize(
    ("name", "outcome", "codes", "said"),
    [
        (all_faults.TAKEN_BY_A_VENDOR, FAILED, {"6240"}, "is already taken in QuickBooks"),
        (all_faults.TAKEN_BY_AN_EMPLOYEE, FAILED, {"6240"}, "is already taken in QuickBooks"),
        ("AF-ARCHIVED-1", FAILED, {"archived-contact"}, "Closed Cafe Ltd is inactive in QuickBooks"),
        ("AF-ARCHIVED-2", FAILED, {"archived-contact"}, "Closed Cafe Ltd is inactive in QuickBooks"),
        ("AF-CLOSED", FAILED, {"6200", "6210"}, "The books are closed up to"),
        ("7001", FAILED, {"6140"}, "The number 7001 is already used in QuickBooks"),
        ("7002", WAITING, {"suggested-match"}, "7002 looks like"),
        ("AF-NO-TAX", FAILED, {"tax-missing"}, "has a line without a tax type that both sides know"),
        ("AF-OLD-TAX", WAITING, {"tax-missing", "missing-parent"}, "AF-OLD-TAX"),
        ("AF-ACCOUNT", WAITING, {"account-missing", "missing-parent"}, "AF-ACCOUNT"),
        ("AF-PAUSED", WAITING, {"unlinked-parent"}, "waits for contact Paused Tenant Ltd"),
        ("AF-NAME-1", WAITING, {"failing-parent"}, "waits for contact Metro Glass Ltd"),
        ("AF-TOO-LONG", WAITING, {"failing-parent"}, "waits for contact Trustees of"),
        (all_faults.TOO_LONG, FAILED, {"name-too-long", "2050"}, "is too long for QuickBooks"),
        (all_faults.WITH_COLON, FAILED, {"name-forbidden-characters"}, "characters that QuickBooks does not take"),
        (all_faults.HOSTILE_AND_REFUSED, FAILED, {"name-forbidden-characters"}, "QuickBooks does not take"),
        (all_faults.LONG_NUMBER, FAILED, {"number-too-long", "2050"}, "is too long for QuickBooks"),
        ("AF-USD", FAILED, {"currency-not-enabled"}, "QuickBooks does not keep USD"),
    ],
)
def test_each_trouble_has_its_code_and_says_how_to_fix_it(faults, name, outcome, codes, said) -> None:
    found = faults.result(name)
    assert found.outcome is outcome
    assert found.code in codes
    assert said in found.details
    assert "How to fix it: " in found.more_detail
    assert "{" not in found.details + found.more_detail, "a placeholder is left"


def test_an_invoice_that_cannot_come_in_names_its_quickbooks_id_and_no_released_one(faults) -> None:
    found = faults.result("AF-DISCOUNT")
    assert (found.outcome, found.code) == (FAILED, "discount-line")
    assert (found.released_id, bool(found.external_id)) == ("", True)
    assert "discount" in found.more_detail or "517.50" in found.more_detail, "it says what cannot be held"


def test_who_waits_names_the_record_that_is_to_blame(faults) -> None:
    contacts = {row["name"]: row["id"] for row in faults.demo.released.rows(faults.company.id, "contacts")}
    for invoice, contact in (("AF-PAUSED", all_faults.UNLINKED), ("AF-COLON", all_faults.WITH_COLON)):
        assert faults.result(invoice).cause == RecordRef(RecordType.CONTACT, contacts[contact])


def test_the_unlinked_tenant_was_unlinked_by_a_person_and_is_left_out(faults) -> None:
    found = faults.result(all_faults.UNLINKED)
    assert (found.outcome, found.linked) == (Outcome.SKIPPED, False)


@pytest.mark.parametrize("name", [*all_faults.HOSTILE, all_faults.STEADY])
def test_hostile_names_that_quickbooks_takes_sync_unchanged(faults, name) -> None:
    company = faults.demo.quickbooks.companies[faults.company.realm]
    assert company.entity("Customer").find("DisplayName", name)["DisplayName"] == name
    assert not faults.result(name).code


def test_hostile_names_are_shown_as_they_are_on_the_pages(faults) -> None:
    company = {"company": faults.company.id, "search": "channel"}
    for address, query in (
        (f"{faults.demo.released_url}/contacts", company),
        (f"{faults.demo.quickbooks_url}/company/{faults.company.realm}/Customer", {"search": "channel"}),
    ):
        page = requests.get(address, query, timeout=PATIENCE_S)
        assert (page.status_code, "&lt;!channel&gt;" in page.text) == (200, True)


@edge
def test_a_second_sync_writes_nothing_and_finds_the_same(faults) -> None:
    before, causes = faults.writes(), faults.causes().keys()

    again = faults.sync()

    assert faults.writes() == before
    assert (again.flag, again.counts.created, again.counts.updated) == (Flag.RED, 0, 0)
    assert faults.causes().keys() == causes
