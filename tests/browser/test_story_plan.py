"""A plan, approved by another person, carried out; and two people who click the same button."""

from dataclasses import replace

import pytest
from playwright.sync_api import Locator, expect

from bot.core.team.roles import Role, Roles
from tests.browser.chromium import MARKS
from tests.browser.conftest import Sit, Stage, eventually
from tests.browser.person import Person

pytestmark = [*MARKS, pytest.mark.long]  # tests/slack has the same without a browser in the fast set
HARBOUR, ANA, BEN = "harbour-city", "U0ANA", "U0BEN"


def test_a_plan_is_approved_by_another_person_and_carried_out(one_stage: Stage, sits_down: Sit) -> None:
    two_operators(one_stage, needs_approval=True)
    ana, ben = sits_down(one_stage), sits_down(one_stage, BEN)
    plan = planned(ana)
    expect(plan).to_contain_text("To QuickBooks")
    expect(plan).to_contain_text("Totals now → afterwards")
    expect(plan).to_contain_text("asked by @ana · somebody else has to approve it")
    ana.presses("Show what", plan)
    expect(ana.modal).to_contain_text("Create in QuickBooks")
    ana.page.get_by_test_id("modal-x").click()

    apply(ana, plan)
    ana.reads("You asked for this plan of Harbour City Property", "@ben")
    apply(ben, planned_for(ben))
    ana.reads("asked by @ana · approved by @ben", "carried out")
    ana.reads("🟥 Red · Harbour City Property · 26 records need attention", "started by @ben")


def test_two_people_who_click_the_same_button_start_one_sync(one_stage: Stage, sits_down: Sit) -> None:
    two_operators(one_stage)
    ana, ben = sits_down(one_stage), sits_down(one_stage, BEN)
    planned(ana)
    theirs = planned_for(ben)
    ours = planned_for(ana)
    for one in (ours, theirs):
        button = one.get_by_test_id("button").filter(has_text="Apply")
        button.evaluate("button => { new BroadcastChannel('go').onmessage = () => button.click(); }")
    ana.page.evaluate("new BroadcastChannel('go').postMessage('')")
    ana.reads("approved by @", "carried out")
    since = one_stage.demo.app.engine.clock().replace(hour=0, minute=0, second=0, microsecond=0)
    runs = one_stage.demo.app.desk.runs.changed_since(since)
    assert len([run for run in runs if run.plan]) == 1
    told = [one.message("nothing was done twice") for one in (ana, ben)]
    eventually(lambda: sum(one.count() for one in told) == 1)


def test_what_changed_between_the_plan_and_its_approval_is_said(one_stage: Stage, sits_down: Sit) -> None:
    two_operators(one_stage)
    ana = sits_down(one_stage)
    plan = planned(ana)
    ana.types("/qbo-sync sync harbour")
    ana.reads("🟥 Red · Harbour City Property · 26 records", "started by @ana")
    apply(ana, plan)
    expect(plan).to_contain_text("It changed after @ana had approved it")
    expect(plan).to_contain_text("Nothing was written.")


def two_operators(stage: Stage, needs_approval: bool = False) -> None:
    team = stage.demo.app.desk.team
    team.name_for_roles({ANA: Role.ADMIN, BEN: Role.OPERATOR}, Roles(), ANA)
    now = team.settings(HARBOUR)
    team.change_settings(replace(now, needs_approval=needs_approval), now, ANA)


def planned(person: Person) -> Locator:
    person.types("/qbo-sync plan harbour")
    return planned_for(person)


def planned_for(person: Person) -> Locator:
    return person.reads("Harbour City Property · plan:", "Refresh plan")


def apply(person: Person, plan: Locator) -> None:
    plan.get_by_test_id("button").filter(has_text="Apply").click()
