"""Unlinking with its cascade and back again, and a window that was confirmed after the data had changed."""

import pytest
from playwright.sync_api import Locator, expect

from bot.core.model import RecordRef
from bot.core.results import ResultsFilter
from tests.browser.chromium import MARKS
from tests.browser.conftest import Sit, Stage
from tests.browser.person import Person

pytestmark = [*MARKS, pytest.mark.long]  # tests/slack has the same without a browser in the fast set
HARBOUR, BEN = "harbour-city", "U0BEN"


def test_unlinking_a_tenant_with_all_that_refers_to_it_and_undoing_it(red_stage: Stage, sits_down: Sit) -> None:
    ana, red = red_message(red_stage, sits_down)
    unlink_kiosk(ana, red)
    expect(ana.modal).to_contain_text("29 records that refer to it wait until it is linked again: 26 invoices")
    expect(ana.modal).to_contain_text("open receivable")
    everything(ana)
    ana.modal.get_by_test_id("input").fill("moved out")
    ana.confirms("Unlink 30")
    thread = open_thread(ana, red)
    expect(thread).to_contain_text("30 records unlinked (“moved out”) by @ana")
    assert len(left_out(red_stage)) == 30
    ana.presses("Undo", thread)
    expect(thread).to_contain_text("Undone: 30 records linked again by @ana")
    assert left_out(red_stage) == []


def test_an_undo_that_came_too_late_says_who_was_there_first(red_stage: Stage, sits_down: Sit) -> None:
    ana, red = red_message(red_stage, sits_down)
    unlink_kiosk(ana, red)
    everything(ana)
    ana.confirms("Unlink 30")
    thread = open_thread(ana, red)
    expect(thread).to_contain_text("30 records unlinked by @ana")
    red_stage.demo.app.desk.linking.relink(HARBOUR, left_out(red_stage)[:1], BEN)
    ana.presses("Undo", thread)
    told = ana.page.get_by_text("This cannot be undone any more").first
    expect(told).to_contain_text("relinked by @ben since")
    assert len(left_out(red_stage)) == 29


def test_a_window_that_is_confirmed_after_the_data_changed_says_so_and_loses_nothing(
    red_stage: Stage, sits_down: Sit
) -> None:
    ana, red = red_message(red_stage, sits_down)
    unlink_kiosk(ana, red)
    everything(ana)
    ana.modal.get_by_test_id("input").fill("moved out")
    (cause,) = [one for one in red_stage.demo.app.desk.causes.of(HARBOUR) if one.name == "Kiosk Ltd"]
    red_stage.demo.app.desk.linking.unlink(HARBOUR, cause.refs[:2], BEN)
    ana.page.get_by_test_id("modal-submit").click()
    expect(ana.modal).to_contain_text("Look again")
    expect(ana.modal).to_contain_text("were unlinked by somebody else. Nothing was done yet.")
    expect(ana.modal.get_by_test_id("input")).to_have_value("moved out")
    assert len(left_out(red_stage)) == 2
    ana.confirms("Unlink 30")
    expect(open_thread(ana, red)).to_contain_text("28 records unlinked (“moved out”) by @ana")
    assert len(left_out(red_stage)) == 30


def red_message(stage: Stage, sits_down: Sit) -> tuple[Person, Locator]:
    """Harbour City after its first sync, with Kiosk Ltd holding up most of what is red."""
    ana = sits_down(stage)
    return ana, ana.reads("🟥 Red · Harbour City Property", "Kiosk Ltd")


def unlink_kiosk(ana: Person, red: Locator) -> None:
    ana.chooses("Unlink…", red, menu=0)
    expect(ana.modal).to_contain_text("Unlink Kiosk Ltd?")
    expect(ana.page.get_by_test_id("modal-submit")).to_have_text("Unlink 1")


def everything(ana: Person) -> None:
    ana.modal.get_by_text("all 30", exact=True).click()
    expect(ana.page.get_by_test_id("modal-submit")).to_have_text("Unlink 30")


def open_thread(ana: Person, red: Locator) -> Locator:
    red.get_by_test_id("replies").click()
    return ana.page.get_by_test_id("thread")


def left_out(stage: Stage) -> list[RecordRef]:
    rows = stage.demo.app.desk.results.every(ResultsFilter(HARBOUR))
    return [row.ref for row in rows if not row.linked]
