"""Pre-flight checks: each setting and each kind of report that would surprise an accountant is found, and only then."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.core.model import Direction, Outcome, RecordRef, RecordType
from bot.core.planning.preflight import (
    Finding,
    ReportGroups,
    Severity,
    hold_back,
    of_duplicates,
    of_numbers,
    of_reports,
    of_settings,
)
from bot.core.planning.steps import Operation, Report, Verb
from tests.records.samples import FACTS

TODAY = date(2026, 11, 3)


def settings(forms: dict[str, Any] | None = None, observe_only: bool = False, **facts: Any) -> list[Finding]:
    preferences = {"preferences": {"SalesFormsPrefs": forms or {}}}
    return of_settings(preferences, replace(FACTS, **facts), observe_only, TODAY)


def test_a_plain_company_has_nothing_to_say() -> None:
    assert settings({"AutoApplyCredit": False, "AutoApplyPayments": False, "CustomTxnNumbers": True}) == []
    assert of_settings({}, FACTS, False, TODAY) == []


@pytest.mark.parametrize(
    ("name", "code"), [("AutoApplyCredit", "auto-apply-credits"), ("AutoApplyPayments", "auto-apply-payments")]
)
def test_automation_is_found_and_its_switch_is_named(name: str, code: str) -> None:
    (found,) = settings({name: True})
    assert (found.code, found.severity) == (code, Severity.WARNS)
    assert "Automation" in found.how and "switch off" in found.how


def test_the_built_in_sync_stops_writing() -> None:
    (found,) = settings(observe_only=True)
    assert (found.code, found.severity) == ("built-in-sync", Severity.STOPS)


def test_a_start_after_today_is_found_and_today_is_not() -> None:
    assert [one.code for one in settings(sync_from=date(2026, 11, 4))] == ["sync-from-ahead"]
    assert settings(sync_from=TODAY) == []


def test_two_home_currencies_are_found_unless_quickbooks_keeps_several() -> None:
    (found,) = settings(released_currency="AUD", home_currency="NZD")
    assert found.code == "home-currency-differs" and "AUD" in found.what and "NZD" in found.what
    assert settings(released_currency="AUD", home_currency="NZD", multicurrency=True) == []


def test_numbers_that_quickbooks_gives_are_found_where_there_are_numbers() -> None:
    off = replace(FACTS, custom_numbers=False)
    assert [one.code for one in of_numbers(off, True)] == ["numbers-from-quickbooks"]
    assert of_numbers(off, False) == of_numbers(FACTS, True) == []


def test_several_of_one_name_are_counted_and_named() -> None:
    found = of_duplicates("QuickBooks", "accounts", ["Rent", "Fees", "Late", "Water"])
    assert found.count == 4 and "accounts in QuickBooks" in found.what and "Fees, Late, Rent …" in found.what


def report(code: str, number: int = 1, amount: str = "100.00", **more: Any) -> Report:
    context = more.pop("context", {})
    return Report(
        RecordRef(RecordType.INVOICE, f"inv-{number}"),
        Outcome.FAILED,
        Direction.OUTGOING,
        code,
        f"INV-{number}",
        context=context,
        amount=Decimal(amount),
        currency="NZD",
        **more,
    )


def found_of(*reports: Report, names: dict[str, str] | None = None, **facts: Any) -> list[Finding]:
    report_groups = ReportGroups()
    for one in reports:
        report_groups.add(one)
    return of_reports(report_groups, names or {}, replace(FACTS, **facts))


def test_documents_in_the_closed_period_are_counted_added_up_and_dated() -> None:
    dated = [report("closed-period", number, context={"date": f"2026-04-0{number}"}) for number in (1, 3, 2)]
    (found,) = found_of(*dated, close_date=date(2026, 4, 30))
    assert (found.count, found.amount, found.currency) == (3, Decimal("300.00"), "NZD")
    assert found.what == "3 documents dated up to 3 Apr 2026 lie in the closed period and cannot go out"
    assert "30 Apr 2026" in found.why and "NZD 300.00" in found.why and "INV-1, INV-3, INV-2" in found.why


def test_a_document_that_is_in_quickbooks_already_is_no_unsynced_one() -> None:
    assert found_of(report("closed-period", external_id="101")) == []


@pytest.mark.parametrize(
    ("code", "type_", "finding"),
    [
        ("account-missing", RecordType.ACCOUNT, "account-without-partner"),
        ("missing-parent", RecordType.ACCOUNT, "account-without-partner"),
        ("tax-missing", RecordType.TAX_TYPE, "tax-type-without-partner"),
        ("missing-parent", RecordType.TAX_TYPE, "tax-type-without-partner"),
    ],
)
def test_what_is_to_blame_is_found_once_and_by_its_name(code: str, type_: RecordType, finding: str) -> None:
    cause = RecordRef(type_, "x-1")
    (found,) = found_of(report(code, 1, cause=cause), report(code, 2, cause=cause), names={"x-1": "Old Rent"})
    assert (found.code, found.count, found.touches) == (finding, 2, "Old Rent")
    assert "Old Rent" in found.what and found.what.startswith("2 documents")


def test_a_missing_contact_is_a_matter_of_its_own_row() -> None:
    assert found_of(report("missing-parent", cause=RecordRef(RecordType.CONTACT, "kiosk"))) == []
    assert found_of(report("number-too-long")) == []


def test_currencies_are_told_apart() -> None:
    found = found_of(*(report("currency-not-enabled", context={"currency": name}) for name in ("AUD", "USD", "AUD")))
    assert [(one.what.split(",")[0], one.count) for one in found] == [
        ("2 documents in AUD", 2),
        ("1 document in USD", 1),
    ]


def test_what_is_kept_of_the_reports_is_bounded() -> None:
    """A company of a few hundred accounts is told of most; one with thousands does not fill the memory."""
    report_groups = ReportGroups()
    for number in range(5_000):
        report_groups.add(report("account-missing", cause=RecordRef(RecordType.ACCOUNT, f"a-{number}")))
    assert 100 <= len(report_groups.groups) <= 500


def operation(direction: Direction = Direction.OUTGOING, **detail: Any) -> Operation:
    body = {"Line": [{"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}]}
    ref = RecordRef(RecordType.INVOICE, "inv-1")
    return Operation(ref, Verb.CREATE, direction, "Invoice", Outcome.CREATED, "INV-1", body=body)


def test_a_line_with_a_class_stays_here_where_quickbooks_keeps_none() -> None:
    off, with_class = replace(FACTS, classes_on=False), operation(ClassRef={"value": "7"})
    held = hold_back(with_class, off)
    assert isinstance(held, Report) and (held.code, held.outcome) == ("classes-off", Outcome.FAILED)
    assert [one.code for one in found_of(held)] == ["classes-off-for-documents"]
    assert hold_back(with_class, FACTS) is with_class
    for other in (operation(), operation(Direction.INCOMING, ClassRef={"value": "7"}), held):
        assert hold_back(other, off) is other
