"""Plans that people ask for: made by the worker, approved once by whoever may, carried out exactly or not at all."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.faults import UserError
from bot.core.model import Outcome
from bot.core.runs import Flag, RunView, Trigger
from bot.core.team.requested_plan import PlanState, RequestedPlan
from bot.desk.plans import Approved, Approving, SamePerson
from bot.jobs import planner
from bot.jobs.worker import carry_out_one
from bot.store import companies
from bot.store.database import to_ms
from bot.store.runs import leases
from bot.store.team import requested_plans
from tests.rarely import edge
from tests.sync.world import COMPANY, World

ANA, BEN = "U0ANA", "U0BEN"


def desk(world: World) -> Approving:
    return world.app.desk.plans


def needs_approval(world: World) -> None:
    team = world.app.desk.team
    now = team.settings(COMPANY)
    team.change_settings(replace(now, needs_approval=True), now, ANA)


def make(world: World) -> None:
    """As the worker does at every look."""
    for asked in planner.wanted(world.engine()):
        planner.make(world.engine(), asked)


def made(world: World) -> RequestedPlan:
    asked, is_new = desk(world).request(COMPANY, ANA, "C1", "C1 12.5")
    assert is_new
    make(world)
    return desk(world).get(asked.id)


def carried_out(world: World, run: RunView) -> Flag | None:
    finished = carry_out_one(world.engine(), run)
    if finished.plan_changed:
        planner.make_anew(world.engine(), run.run_id)
    return finished.flag


@pytest.fixture
def busy(paired: World) -> World:
    tenant = paired.contact("Kiosk Ltd")
    paired.invoice(tenant, "INV-1")
    paired.invoice(tenant, "INV-2")
    return paired


def test_a_plan_is_made_approved_and_carried_out_exactly(busy: World) -> None:
    with busy.nothing_written():
        asked = made(busy)
    assert (asked.state, asked.requested_by, asked.company_name) == (PlanState.READY, ANA, "Harbour City Property")
    assert asked.plan is not None and asked.plan.operations == 3
    assert {(group.outcome, group.count, group.names) for group in desk(busy).contents(asked.id)} == {
        (Outcome.CREATED, 1, ("Kiosk Ltd",)),
        (Outcome.CREATED, 2, ("INV-1", "INV-2")),
    }
    run = desk(busy).approve(asked.id, ANA)
    assert run.plan == asked.plan.hash and carried_out(busy, run) is Flag.BLUE
    after = desk(busy).get(asked.id)
    assert (after.state, after.approved_by) == (PlanState.APPROVED, ANA) and after.run and after.run.counts.created == 3
    deeds = [(entry.what, entry.by) for entry in busy.app.desk.team.audit(COMPANY, 10)]
    assert ("plan", ANA) in deeds and ("approve", ANA) in deeds


def test_two_people_who_approve_at_once_begin_one_run(busy: World) -> None:
    asked = made(busy)
    run = desk(busy).approve(asked.id, ANA)
    with pytest.raises(Approved) as second:
        desk(busy).approve(asked.id, BEN)
    assert second.value.by == ANA and desk(busy).get(asked.id).run == run


def test_by_setting_whoever_asked_may_not_approve(busy: World) -> None:
    needs_approval(busy)
    asked = made(busy)
    with pytest.raises(SamePerson):
        desk(busy).approve(asked.id, ANA)
    assert desk(busy).get(asked.id).run is None
    desk(busy).approve(asked.id, BEN)
    assert desk(busy).get(asked.id).approved_by == BEN


def test_what_changed_after_the_approval_is_said_and_the_new_plan_is_offered(busy: World) -> None:
    asked = made(busy)
    before = busy.app.desk.companies.named(COMPANY)
    run = desk(busy).approve(asked.id, BEN)
    busy.invoice(busy.named("contacts", "Kiosk Ltd"), "INV-9")
    with busy.nothing_written():
        carried_out(busy, run)
        make(busy)
    after = busy.app.desk.companies.named(COMPANY)
    assert (after.status, after.last_run) == (before.status, before.last_run), (
        "a refused plan says nothing of the company"
    )
    anew = desk(busy).get(asked.id)
    assert anew.state is PlanState.READY and anew.plan and anew.plan.operations == 4
    assert (anew.overtaken, anew.approved_by, anew.requested_by) == (BEN, "", ANA)
    assert anew.changes == "1 more to create (invoice INV-9)"
    assert carried_out(busy, desk(busy).approve(asked.id, BEN)) is Flag.BLUE


@edge
def test_a_refreshed_plan_says_what_differs_and_belongs_to_who_refreshed_it(busy: World) -> None:
    needs_approval(busy)
    asked = made(busy)
    busy.invoice(busy.named("contacts", "Kiosk Ltd"), "INV-9")
    desk(busy).refresh(asked.id, BEN)
    with pytest.raises(UserError, match="planned already"):
        desk(busy).refresh(asked.id, BEN)
    make(busy)
    anew = desk(busy).get(asked.id)
    assert (anew.requested_by, anew.changes) == (BEN, "1 more to create (invoice INV-9)")
    with pytest.raises(SamePerson):
        desk(busy).approve(asked.id, BEN)


def test_a_second_request_while_one_is_being_made_gives_that_one(busy: World) -> None:
    first, _ = desk(busy).request(COMPANY, ANA)
    second, is_new = desk(busy).request(COMPANY, BEN)
    assert (second.id, is_new) == (first.id, False)


def test_a_plan_waits_while_its_company_is_being_synced(busy: World) -> None:
    desk(busy).request(COMPANY, ANA)
    with busy.database.write() as connection:
        assert leases.claim(connection, COMPANY, "somebody", 60_000)
    assert planner.wanted(busy.engine()) == []


@edge
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda world: world.app.desk.runs.request(COMPANY, BEN, Trigger.PERSON), "is being synced just now"),
    ],
)
def test_a_plan_that_cannot_be_begun_says_why_and_stays_to_be_refreshed(
    busy: World, spoil: Callable[[World], object], words: str
) -> None:
    asked = made(busy)
    spoil(busy)
    with pytest.raises(UserError, match=words):
        desk(busy).approve(asked.id, BEN)
    assert desk(busy).get(asked.id).state is PlanState.READY


@pytest.mark.parametrize("state", [PlanState.READY, PlanState.FAILED, PlanState.APPROVED])
def test_a_plan_that_is_settled_in_whatever_way_is_made_anew(busy: World, state: PlanState) -> None:
    asked = made(busy)
    if state is PlanState.APPROVED:
        carried_out(busy, desk(busy).approve(asked.id, BEN))
    if state is PlanState.FAILED:
        with busy.database.write() as connection:
            assert requested_plans.transition(connection, asked.id, (PlanState.READY,), state, to_ms(busy.clock()))
    assert desk(busy).get(asked.id).state is state
    assert desk(busy).refresh(asked.id, BEN).state is PlanState.REQUESTED


def test_a_plan_is_good_for_a_day(busy: World) -> None:
    asked = made(busy)
    busy.clock.advance(hours=24, minutes=1)
    with pytest.raises(UserError, match="more than a day old"):
        desk(busy).approve(asked.id, BEN)
    busy.clock.advance(minutes=-2)
    desk(busy).approve(asked.id, BEN)
    assert desk(busy).get(asked.id).state is PlanState.APPROVED


def test_an_observed_company_is_planned_and_never_written(busy: World) -> None:
    busy.released.control("PUT", "settings", {"companies": {COMPANY: {"builtInSync": True}}})
    with busy.database.write() as connection:
        companies.change(connection, COMPANY, observe_only=True)
    asked = made(busy)
    with pytest.raises(UserError, match="as long as something stops it"):
        desk(busy).approve(asked.id, BEN)


def test_a_plan_whose_maker_died_is_made_by_another(busy: World) -> None:
    asked, _ = desk(busy).request(COMPANY, ANA)
    with busy.database.write() as connection:
        began = (PlanState.REQUESTED,), PlanState.PLANNING, int(busy.clock().timestamp() * 1000)
        assert requested_plans.transition(connection, asked.id, *began)
    assert planner.wanted(busy.engine()) == []
    busy.clock.advance(minutes=1)
    make(busy)
    assert desk(busy).get(asked.id).state is PlanState.READY


def test_a_plan_that_cannot_be_made_says_why(busy: World) -> None:
    asked, _ = desk(busy).request(COMPANY, ANA)
    for grant in busy.state.oauth.grants:
        grant.revoked = True
    make(busy)
    failed = desk(busy).get(asked.id)
    assert failed.state is PlanState.FAILED and "reconnect" in failed.error.casefold()
    with pytest.raises(UserError, match="made anew"):
        desk(busy).approve(asked.id, BEN)
