"""Who did what, from which message: syncs that people start, plans that are carried out, safety stops let pass."""

import pytest

from bot.core.faults import UserError
from bot.core.runs import Trigger
from bot.core.team.company_settings import AuditEntry
from bot.store.runs import runs
from bot.store.team.tables import views
from tests.rarely import edge
from tests.sync.run.test_runs import many_invoices
from tests.sync.world import COMPANY, World

ANA = "U0ANA"
HERE = "C0ACCOUNTS 1790000000.000100"


def deeds(world: World, what: str) -> list[AuditEntry]:
    return [entry for entry in world.app.desk.team.audit(COMPANY, 50) if entry.what == what]


def test_a_sync_that_a_person_starts_carries_the_message_that_was_clicked(paired: World) -> None:
    paired.app.desk.runs.request(COMPANY, ANA, Trigger.PERSON, source=HERE)
    paired.sync_blue()
    (entry,) = deeds(paired, "sync")
    assert (entry.by, entry.after, entry.source) == (ANA, "blue", HERE)


def test_a_plan_and_its_run_carry_it_too(paired: World) -> None:
    asked, _ = paired.app.desk.plans.request(COMPANY, ANA, source=HERE)
    (entry,) = deeds(paired, "plan")
    assert (asked.requested_by, entry.source) == (ANA, HERE)


def stopped(world: World) -> str:
    """The run that stopped before 55 of 60 invoices were voided."""
    for id_ in many_invoices(world, 60)[:55]:
        world.released.patch(COMPANY, "invoices", id_, {"status": "voided"})
    return world.sync().run_id


@edge
def test_letting_a_safety_stop_pass_is_a_deed_with_who_how_many_and_from_where(paired: World) -> None:
    run_id = stopped(paired)
    again, is_new = paired.app.desk.runs.accept_stop(run_id, ANA, Trigger.PERSON, HERE)
    assert is_new and again.accepts_stop
    (entry,) = deeds(paired, "override")
    assert (entry.by, entry.source) == (ANA, HERE)
    assert entry.after.startswith("55 of ") and entry.after.endswith("would be voided, archived or lost at once")
    paired.app.desk.runs.accept_stop(run_id, "U0BEN", Trigger.PERSON)
    assert len(deeds(paired, "override")) == 1, "whoever clicks second finds it under way"


@edge
def test_a_run_that_does_not_let_it_pass_is_not_said_to(paired: World) -> None:
    run_id = stopped(paired)
    paired.app.desk.runs.request(COMPANY, ANA, Trigger.PERSON)
    _, is_new = paired.app.desk.runs.accept_stop(run_id, ANA, Trigger.PERSON, HERE)
    assert not is_new and deeds(paired, "override") == []
    with paired.database.read() as connection:
        assert [run.accepts_stop for run in runs.requested(connection)] == [False]


@edge
def test_a_stop_that_others_came_after_is_not_let_pass(paired: World) -> None:
    run_id = stopped(paired)
    paired.sync()
    with pytest.raises(UserError, match="no safety stop"):
        paired.app.desk.runs.accept_stop(run_id, ANA, Trigger.PERSON)
    assert deeds(paired, "override") == []


@edge
def test_at_the_terminal_somebody_is_named_as_well(paired: World) -> None:
    paired.app.desk.runs.accept_stop(stopped(paired), "", Trigger.COMMAND)
    assert [entry.by for entry in deeds(paired, "override")] == ["somebody at the terminal"]


def test_what_a_message_shows_is_remembered_under_a_name_of_its_own_that_fits_its_column(paired: World) -> None:
    names = {paired.app.desk.views.remember({"page": page}) for page in range(100)}
    assert len(names) == 100 and all(10 <= len(name) <= views.c.id.type.length for name in names)
