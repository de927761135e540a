"""Ranked suggestions: what is adopted, what waits for a person, and in which words it is put to them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.core.model import RecordRef, RecordType
from bot.core.planning.pairing import BY_STORED_ID, CERTAIN, choose, label, listed, rank, reasons, suggestion
from bot.core.planning.steps import Candidate
from bot.core.spec import Problem
from bot.records import BY_TYPE
from tests.core.planning.situations import CONTACT, INVOICE, PAYMENT, customer, ours, payment, receipt, tenant, theirs
from tests.records.samples import Json, invoice, quickbooks_invoice


def why(type_: RecordType, entity: str, released: Json, external: Json) -> tuple[str, ...]:
    return reasons(BY_TYPE[type_], entity, released, external)


def test_a_record_is_called_as_people_know_it() -> None:
    assert label(BY_TYPE[INVOICE], ours(INVOICE, invoice(issueDate="2026-11-03"))) == "INV-1 of 3 Nov 2026, 115.00"
    assert label(BY_TYPE[INVOICE], theirs("Invoice", quickbooks_invoice(TxnDate="2026-11-03"))).startswith("INV-1 of 3")
    assert label(BY_TYPE[CONTACT], theirs("Customer", customer())) == "Kiosk Ltd"
    assert label(BY_TYPE[PAYMENT], ours(PAYMENT, receipt())) == "EFT 9 of 20 Oct 2026, 115.00"


def test_what_agrees_is_said_in_one_phrase_and_each_difference_with_both_values() -> None:
    there = quickbooks_invoice(TotalAmt=Decimal("120.00"), TxnDate=invoice()["issueDate"])
    assert why(INVOICE, "Invoice", invoice(), there) == (
        "same number, contact and date",
        "total differs: 115.00 in Re-Leased, 120.00 in QuickBooks",
    )


def test_payments_are_told_apart_by_days_and_reference() -> None:
    here = receipt(reference=None)
    assert why(PAYMENT, "Payment", here, payment(TxnDate="2026-10-23", PaymentRefNum="")) == (
        "same total and contact",
        "no reference on either side",
        "3 days apart",
    )
    assert "1 day apart" in why(PAYMENT, "Payment", here, payment(TxnDate="2026-10-21"))
    assert "no reference in Re-Leased" in why(PAYMENT, "Payment", here, payment())
    other = why(PAYMENT, "Payment", receipt(), payment(PaymentRefNum="X"))
    assert "other reference: EFT 9 in Re-Leased, X in QuickBooks" in other


def test_contacts_are_told_apart_by_name_and_address() -> None:
    assert why(CONTACT, "Customer", tenant(), customer(DisplayName="Kiosk Trading")) == (
        "same e-mail address",
        "other name: Kiosk Ltd in Re-Leased, Kiosk Trading in QuickBooks",
    )
    assert why(CONTACT, "Customer", tenant(), customer()) == ("same name and e-mail address",)


def test_an_amount_that_is_none_is_no_crash() -> None:
    assert "one of the totals is no amount" in why(INVOICE, "Invoice", invoice(total="abc"), quickbooks_invoice())


def candidate(id_: str, score: int, *words: str, **more: tuple[str, ...]) -> Candidate:
    return Candidate(theirs("Invoice", quickbooks_invoice(Id=id_)), score, f"INV of {id_}", words, **more)


def test_the_likeliest_comes_first_then_what_differs_least_then_the_id() -> None:
    found = [candidate("9", 1, "a", "b"), candidate("7", 1, "a"), candidate("8", 3, "a", "b"), candidate("6", 1, "a")]
    assert [one.record.id for one in rank(found)] == ["8", "6", "7", "9"]
    assert rank(reversed(found)) == rank(found)  # type: ignore[arg-type]


def test_at_most_five_are_listed_with_their_reasons_and_places() -> None:
    lines = listed([candidate(str(number), 1, "same contact") for number in range(7)]).splitlines()
    assert lines[1] == "1. INV of 0 (0 in QuickBooks): same contact"
    assert len(lines) == 1 + 5 + 1 and lines[-1] == "and 2 more"


def test_a_suggested_match_names_its_record_in_words() -> None:
    with pytest.raises(Problem) as raised:
        choose(
            INVOICE, [candidate("9", 1, "same number and contact", "total differs: 1 in Re-Leased, 2 in QuickBooks")]
        )
    problem = raised.value
    assert problem.context["other"] == "INV of 9" and problem.cause is None
    assert "total differs" in problem.more and "(9 in QuickBooks)" in problem.more


@pytest.mark.parametrize("score", [1, 2])
def test_a_document_that_agrees_in_part_only_is_never_adopted(score: int) -> None:
    with pytest.raises(Problem) as raised:
        choose(INVOICE, [candidate("9", score)])
    assert raised.value.code == "suggested-match"


def test_of_copies_of_one_file_on_one_document_any_will_do_and_of_documents_none() -> None:
    copies = [candidate("8", CERTAIN), candidate("9", CERTAIN)]
    assert choose(RecordType.ATTACHMENT, copies) == copies[0].record
    with pytest.raises(Problem) as raised:
        choose(INVOICE, copies)
    assert raised.value.code == "ambiguous-match"


def test_a_suggested_pair_has_one_cause_the_released_record() -> None:
    with pytest.raises(Problem) as raised:
        choose(INVOICE, [Candidate(ours(INVOICE, invoice()), 1, "INV-1")])
    assert raised.value.cause == RecordRef(INVOICE, "inv-1")


def test_what_agrees_as_well_with_another_is_not_adopted_by_whoever_comes_first() -> None:
    here = Candidate(ours(INVOICE, invoice()), CERTAIN, "INV-1", rivals=("INV-1 of 3 Nov (102)",))
    with pytest.raises(Problem) as raised:
        choose(INVOICE, [here])
    assert (raised.value.code, raised.value.cause) == ("ambiguous-match", RecordRef(INVOICE, "inv-1"))
    assert "INV-1 of 3 Nov (102)" in raised.value.more
    assert choose(INVOICE, [replace(here, score=BY_STORED_ID)]) == here.record


def test_a_suggestion_is_a_value_for_whoever_shows_it() -> None:
    made = suggestion(candidate("9", 1, "same contact"))
    assert (made.entity, made.id, made.name, made.reasons) == ("Invoice", "9", "INV of 9", ("same contact",))
