"""Verifications that people ask for: made by the worker once no sync is under way, and what they found is kept."""

import pytest

from bot.core.team.requested_verification import RequestedVerification, VerificationState
from bot.jobs import verifier
from bot.sandbox.http.knobs import Knobs
from bot.store.database import to_ms
from bot.store.runs import leases
from bot.store.team import requested_verifications
from tests.rarely import edge
from tests.sync.world import COMPANY, World

ANA = "U0ANA"


def make(world: World) -> None:
    """As the worker does at every look."""
    for asked in verifier.wanted(world.engine()):
        verifier.make(world.engine(), asked)


def asked(world: World) -> RequestedVerification:
    made, is_new = world.app.desk.verifications.request(COMPANY, ANA, "C1", "C1 12.5")
    assert is_new and made.state is VerificationState.REQUESTED
    return made


def now(world: World, one: RequestedVerification) -> RequestedVerification:
    return world.app.desk.verifications.get(one.id)


def test_it_is_made_kept_and_written_down(paired: World) -> None:
    paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.sync_blue()
    one = asked(paired)
    with paired.nothing_written():
        make(paired)
    done = now(paired, one)
    assert done.state is VerificationState.DONE and done.found is not None
    assert done.found.agrees and done.found.at == paired.app.desk.companies.all()[0].verified.at  # type: ignore[union-attr]
    (invoices,) = [line for line in done.found.totals if line.kind == "Invoice"]
    assert invoices.released.count == invoices.quickbooks.count == 1
    entry = paired.app.desk.team.audit(COMPANY, 1)[0]
    assert (entry.by, entry.what, entry.source) == (ANA, "verify", "C1 12.5")
    make(paired)
    assert now(paired, one) == done


def test_a_pair_that_drifted_is_told_with_which_side_moved(paired: World) -> None:
    paired.invoice(paired.contact("Kiosk Ltd"), "INV-1")
    paired.sync_blue()
    there = paired.partner("Invoice", paired.named("invoices", "INV-1"), "invoices")
    paired.books.update("Invoice", there["Id"], {"Line": [paired.sales_line("120.00")]})
    one = asked(paired)
    make(paired)
    found = now(paired, one).found
    assert found is not None and found.drift_count == 1
    assert (found.drift[0].name, found.drift[0].moved) == ("INV-1", "QuickBooks")


def test_one_whose_maker_died_is_made_by_another_and_not_before_it_must_be_dead(paired: World) -> None:
    one = asked(paired)
    with paired.database.write() as connection:
        began = (VerificationState.REQUESTED,), VerificationState.VERIFYING, to_ms(paired.clock())
        assert requested_verifications.transition(connection, one.id, *began)
    paired.clock.advance(seconds=10)
    assert verifier.wanted(paired.engine()) == []
    paired.clock.advance(minutes=1)
    make(paired)
    assert now(paired, one).state is VerificationState.DONE


@edge
def test_while_the_company_is_being_synced_it_waits(paired: World) -> None:
    one = asked(paired)
    with paired.database.write() as connection:
        fence = leases.claim(connection, COMPANY, "somebody", 60_000)
    assert verifier.wanted(paired.engine()) == []
    verifier.make(paired.engine(), one)
    assert now(paired, one).state is VerificationState.REQUESTED
    with paired.database.write() as connection:
        leases.release(connection, COMPANY, "somebody", fence or 0)
    make(paired)
    assert now(paired, one).state is VerificationState.DONE


def test_what_cannot_be_read_ends_it_with_words(paired: World) -> None:
    knobs: Knobs = paired.released_knobs
    knobs.add({"match": {"path": "/api"}, "effect": {"kind": "reply", "status": 401, "body": "{}"}, "times": None})
    one = asked(paired)
    make(paired)
    failed = now(paired, one)
    assert failed.state is VerificationState.FAILED and "key" in failed.error
    again, is_new = paired.app.desk.verifications.request(COMPANY, ANA)
    assert is_new and again.id != one.id


@edge
def test_one_that_a_process_left_lying_is_made_by_another(paired: World) -> None:
    one = asked(paired)
    with paired.database.write() as connection:
        before = (VerificationState.REQUESTED,)
        at = int(paired.clock().timestamp() * 1000)
        assert requested_verifications.transition(connection, one.id, before, VerificationState.VERIFYING, at)
    assert verifier.wanted(paired.engine()) == []
    paired.clock.advance(seconds=30)
    make(paired)
    assert now(paired, one).state is VerificationState.DONE


@pytest.mark.parametrize("state", [VerificationState.DONE, VerificationState.FAILED])
def test_what_is_over_is_not_made_again(paired: World, state: VerificationState) -> None:
    one = asked(paired)
    with paired.database.write() as connection:
        requested_verifications.transition(connection, one.id, (VerificationState.REQUESTED,), state, 1)
    verifier.make(paired.engine(), now(paired, one))
    assert now(paired, one).state is state
