"""Plans in the store: their order, what they pair, what would fail, and how two of them differ."""

import pytest
from sqlalchemy import func, select

from bot.core.model import Direction, Outcome, RecordRef, RecordType
from bot.core.planning.plan_summary import plan_hash
from bot.store.database import Database
from bot.store.runs import plans
from bot.store.runs.plans import Pair, PlannedStep
from bot.store.tables import planned_steps
from tests.store.conftest import COMPANY

INVOICE, CONTACT = RecordType.INVOICE, RecordType.CONTACT


def step(number: int, outcome: Outcome = Outcome.CREATED, digest: str = "", **more: str) -> PlannedStep:
    ref = RecordRef(INVOICE, more.pop("key", f"inv-{number}"))
    digest = "" if outcome is Outcome.WAITING else digest or f"d{number}"
    ids = {"released_id": f"inv-{number}", "external_id": "", **more}
    return PlannedStep(
        ref, "Invoice", Direction.OUTGOING, outcome, f"INV-{number}", digest=digest, contents="a|b", **ids
    )


def keep(database: Database, plan_id: str, *steps: PlannedStep, at: int = 1) -> str:
    with database.write() as connection:
        plans.start(connection, plan_id, COMPANY, at)
        plans.add(connection, plan_id, 0, steps)
        hash_ = plan_hash(plans.digests(connection, plan_id))
        plans.finish(connection, plan_id, COMPANY, hash_)
    return hash_


def test_operations_are_read_in_their_order_however_many(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "ROWS_AT_ONCE", 2)
    keep(database, "a", *(step(number) for number in (5, 3, 4, 1, 2)), step(9, Outcome.WAITING))
    with database.read() as connection:
        assert list(plans.digests(connection, "a")) == ["d5", "d3", "d4", "d1", "d2"]


def test_what_a_plan_pairs_is_found_from_both_sides(database: Database) -> None:
    match = step(2, Outcome.ADOPTED, external_id="102")
    coming = step(3, key="@Invoice:103", released_id="", external_id="103")
    keep(database, "a", step(1), match, coming, step(4, Outcome.UPDATED, external_id="104"), step(5, Outcome.WAITING))
    every = [RecordRef(INVOICE, f"inv-{number}") for number in range(9)]
    with database.read() as connection:
        assert plans.pairs_of(connection, "a", every) == [
            Pair(every[1], "inv-1", "Invoice", ""),
            Pair(every[2], "inv-2", "Invoice", "102"),
        ]
        ids = [("Invoice", str(number)) for number in range(100, 106)]
        assert {pair.external_id: pair.released_id for pair in plans.pairs_to(connection, "a", ids)} == {
            "102": "inv-2",
            "103": "",
        }
        assert plans.pairs_of(connection, "", every) == plans.pairs_to(connection, "b", ids) == []
        assert set(plans.planned_attempts(connection, "a", every)) == {every[5]}


def test_two_plans_differ_by_what_is_more_gone_and_changed(database: Database) -> None:
    keep(database, "a", step(1), step(2), step(3, Outcome.UPDATED))
    keep(database, "b", step(1), step(2, digest="other"), step(4), step(5), step(6), step(7), step(3, Outcome.VOIDED))
    with database.read() as connection:
        found = plans.difference(connection, "a", "b")
        assert found.counts == {
            ("more", "create"): 4,
            ("more", "void"): 1,
            ("gone", "update"): 1,
            ("changed", "create"): 1,
        }
        assert found.names["more", "create"] == ("invoice INV-4", "invoice INV-5", "invoice INV-6")
        assert plans.difference(connection, "a", "a").counts == {}


def test_a_plan_made_twice_is_kept_once(database: Database) -> None:
    hash_ = keep(database, "a", step(1))
    assert keep(database, "b", step(1), at=2) == hash_
    with database.read() as connection:
        assert plans.named(connection, COMPANY, hash_) == "b" and plans.named(connection, "another", hash_) is None
        assert connection.execute(select(func.count()).select_from(planned_steps)).scalar_one() == 1


def test_a_plan_whose_process_died_while_it_was_made_is_made_anew(database: Database) -> None:
    with database.write() as connection:
        plans.start(connection, "a", COMPANY, 1)
        plans.add(connection, "a", 0, [step(1), step(2)])
    hash_ = keep(database, "a", step(3), at=2)
    with database.read() as connection:
        assert list(plans.digests(connection, "a")) == ["d3"]
        assert plans.named(connection, COMPANY, hash_) == "a"


def test_what_was_approved_is_known_by_record_kind_and_content(database: Database) -> None:
    keep(database, "a", step(1), step(2, Outcome.WAITING))
    refs = [RecordRef(INVOICE, "inv-1"), RecordRef(INVOICE, "inv-2"), RecordRef(CONTACT, "inv-1")]
    with database.read() as connection:
        assert plans.approved(connection, "a", refs) == {(refs[0], "Invoice", "created", "a|b")}
