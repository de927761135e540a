"""What goes before the documents: reversals, and what is allocated less; never anything that adds money to one."""

from decimal import Decimal
from typing import Any

import pytest

from bot.core.model import Direction, RecordRef, RecordType
from bot.core.planning.steps import ParentState, Verb
from bot.core.planning.unapplying import Unapplication, unapplications
from bot.records import BY_TYPE
from tests.core.planning.situations import PAYMENT, linked, only_ours, parent, payment, receipt
from tests.records.samples import FACTS, Json

INV_1, INV_2 = RecordRef(RecordType.INVOICE, "inv-1"), RecordRef(RecordType.INVOICE, "inv-2")


def applied(*parts: tuple[str, str], **fields: Any) -> Json:
    lines = [{"Amount": Decimal(part), "LinkedTxn": [{"TxnId": id_, "TxnType": "Invoice"}]} for id_, part in parts]
    return payment(Line=lines, **fields)


def allocated(*parts: tuple[str, str], **fields: Any) -> Json:
    return receipt(allocations=[{"invoiceId": id_, "amount": part} for id_, part in parts], **fields)


def unapplied_by(situation: Any) -> list[Unapplication]:
    return unapplications(BY_TYPE[PAYMENT], situation, FACTS)


def test_a_void_in_quickbooks_goes_first_and_whole() -> None:
    voided = payment(TotalAmt=Decimal(0), Line=[], PrivateNote="Voided")
    (found,) = unapplied_by(linked(PAYMENT, "Payment", receipt(), voided, external_was=payment()))
    assert found.is_whole and found.operation.verb is Verb.VOID


def test_what_only_takes_off_goes_first_and_whole() -> None:
    (found,) = unapplied_by(linked(PAYMENT, "Payment", receipt(), applied(), external_was=payment()))
    assert found.is_whole and found.operation.body["allocations"] == []


def test_of_a_move_only_the_taking_off_goes_first_and_the_rest_stays_to_be_done() -> None:
    situation = linked(PAYMENT, "Payment", receipt(), applied(("102", "115.00")), external_was=payment())
    (found,) = unapplied_by(situation)
    assert not found.is_whole and found.operation.body == {"allocations": []}
    assert found.operation.external_hash == situation.slots[0].link.external_hash  # type: ignore[union-attr]


def test_a_move_of_re_leased_is_taken_off_in_quickbooks_first() -> None:
    situation = linked(PAYMENT, "Payment", allocated(("inv-2", "115.00")), payment(), was=receipt())
    (found,) = unapplied_by(situation)
    operation = found.operation
    assert (found.is_whole, operation.direction, operation.body["Line"]) == (False, Direction.OUTGOING, [])
    assert operation.released_hash == situation.slots[0].link.released_hash  # type: ignore[union-attr]


def test_a_smaller_part_is_freed_down_to_it() -> None:
    theirs = applied(("101", "40.00"), ("102", "75.00"))
    (found,) = unapplied_by(linked(PAYMENT, "Payment", receipt(), theirs, external_was=payment()))
    assert found.operation.body == {"allocations": [{"invoiceId": "inv-1", "amount": "40.00"}]}


def test_what_adds_money_to_a_document_waits_for_the_documents() -> None:
    before = receipt(allocations=[])
    assert unapplied_by(linked(PAYMENT, "Payment", before, payment(), external_was=applied())) == []
    assert unapplied_by(linked(PAYMENT, "Payment", receipt(), payment(), external_was=payment(PaymentRefNum="x"))) == []


def test_nothing_goes_first_of_what_is_unlinked_unpaired_or_has_an_unlinked_parent() -> None:
    gone = applied()
    assert unapplied_by(only_ours(PAYMENT, "Payment", receipt())) == []
    assert unapplied_by(linked(PAYMENT, "Payment", receipt(), gone, external_was=payment(), unlinked=True)) == []
    held = parent(ParentState.UNLINKED, INV_1)
    assert unapplied_by(linked(PAYMENT, "Payment", receipt(), gone, external_was=payment(), parents=(held,))) == []


def test_a_move_to_a_document_that_is_still_to_go_out_frees_the_other_one() -> None:
    (found,) = unapplied_by(linked(PAYMENT, "Payment", allocated(("inv-9", "115.00")), payment(), was=receipt()))
    assert not found.is_whole and found.operation.body["Line"] == []


@pytest.mark.parametrize("state", [ParentState.FAILING, ParentState.ABSENT])
def test_a_move_to_a_document_that_still_fails_or_is_to_come_frees_the_other_one(state: ParentState) -> None:
    waiting = parent(state, INV_2)
    theirs = applied(("102", "115.00"))
    situation = linked(PAYMENT, "Payment", receipt(), theirs, external_was=payment(), external_parents=(waiting,))
    (found,) = unapplied_by(situation)
    assert not found.is_whole and found.operation.body == {"allocations": []}
