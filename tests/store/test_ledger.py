"""The ledger: what is frozen is sent again to the letter, and what is closed is never sent again."""

from decimal import Decimal

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot.core.model import Direction, Outcome, RecordRef, RecordType
from bot.core.planning.steps import FieldChange, Operation, Verb
from bot.store.database import Database
from bot.store.runs import ledger
from bot.store.runs.ledger import DONE, REFUSED, Batch, Intent
from tests.store.conftest import COMPANY

OPERATION = Operation(
    ref=RecordRef(RecordType.INVOICE, "inv-1"),
    verb=Verb.UPDATE,
    direction=Direction.OUTGOING,
    entity="Invoice",
    outcome=Outcome.UPDATED,
    name="INV-1 “ö”",
    released_id="inv-1",
    external_id="101",
    version="7",
    body={"Line": [{"Amount": Decimal("100.00"), "Qty": Decimal("1E+2"), "Note": "Zoë · 100 %"}], "sparse": True},
    released_hash="a",
    external_hash="b",
    amount=Decimal("115.00"),
    currency="NZD",
    more="Both sides had changed.",
    changes=(FieldChange("amount", "92.00", "103.50", is_lost=True, weighs=True),),
)
TEXT = '{"BatchItemRequest":[{"bId":"1","Invoice":{"Amount":100.00,"Note":"Zo\\u00eb \U0001f600"}}]}'


def freeze(connection: Connection, batch_id: str = "b1", at: int = 5, *bids: str) -> Batch:
    intents = tuple(Intent(f"{batch_id}-{bid}", batch_id, bid, OPERATION) for bid in bids or ("1", "2"))
    batch = Batch(batch_id, f"request-{batch_id}", TEXT, at, intents)
    ledger.write_batch(connection, COMPANY, "run-1", batch)
    return batch


def test_a_frozen_batch_is_read_back_to_the_letter_and_to_the_digit(database: Database) -> None:
    with database.write() as connection:
        frozen = freeze(connection)
    with database.read() as connection:
        (batch,) = ledger.open_batches(connection, COMPANY)
        assert ledger.open_batches(connection, "other") == []
    assert batch == frozen and batch.body == TEXT
    line = batch.intents[0].operation.body["Line"][0]
    assert (str(line["Amount"]), str(line["Qty"])) == ("100.00", "1E+2")
    assert str(batch.intents[0].operation.amount) == "115.00"


def test_batches_come_back_oldest_first_with_the_intents_that_are_still_open(database: Database) -> None:
    with database.write() as connection:
        for batch_id, at in (("late", 9), ("early", 5), ("also-late", 9)):
            freeze(connection, batch_id, at)
        ledger.close_intents(connection, ["early-1"], DONE)
        found = ledger.open_batches(connection, COMPANY)
    assert [batch.id for batch in found] == ["early", "also-late", "late"]
    assert [intent.bid for intent in found[0].intents] == ["2"]


@pytest.mark.parametrize("state", [DONE, REFUSED])
def test_a_closed_batch_is_never_sent_again(database: Database, state: str) -> None:
    with database.write() as connection:
        freeze(connection)
        ledger.close_batch(connection, "b1", state)
        assert ledger.open_batches(connection, COMPANY) == []


def test_writes_to_released_are_kept_apart_from_batches(database: Database) -> None:
    write = Intent("w1", "", "", OPERATION)
    with database.write() as connection:
        freeze(connection)
        ledger.write_intents(connection, COMPANY, "run-1", [write], 6)
        assert ledger.open_released(connection, COMPANY) == (write,)
        ledger.close_intents(connection, ["w1"], DONE)
        ledger.close_intents(connection, [], DONE)
        assert ledger.open_released(connection, COMPANY) == ()
        assert len(ledger.open_batches(connection, COMPANY)) == 1


def test_one_request_id_is_never_used_for_two_batches(database: Database) -> None:
    with database.write() as connection:
        freeze(connection)
    with pytest.raises(IntegrityError), database.write() as connection:
        ledger.write_batch(connection, COMPANY, "run-1", Batch("b2", "request-b1", "{}", 6, ()))


def test_what_is_rolled_back_was_never_frozen(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as connection:
        freeze(connection)
        raise RuntimeError("crash before the commit")
    with database.read() as connection:
        assert ledger.open_batches(connection, COMPANY) == []
