"""Which answers to a reading are the matter of one kind, which of one page, and which stop the whole run."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.core.model import Outcome
from bot.sync.reading.pull import CDC_ENTITIES, READ_SPECS
from tests.rarely import edge, rarely
from tests.sync.reading.unreadable import answering, complete_again, error_of, fault_of, mirror_of
from tests.sync.world import COMPANY, Json, World

WAITING = Outcome.WAITING
BAD_ADDRESS = "QueryProcessingError: To email address entered is invalid"


def test_a_kind_that_only_change_data_capture_does_not_give_is_read_by_its_pages(busy: World) -> None:
    broken = [True]

    def fault(request: Any) -> Json | None:
        is_meant = request.path.endswith("/cdc") and "Invoice" in request.query["entities"].split(",")
        return fault_of("4002", BAD_ADDRESS) if is_meant and broken else None

    answering(busy, fault)
    busy.sync_blue()
    assert busy.named("invoices", "SI-1")["status"] == "approved"
    first = busy.company().cursors["quickbooks_apart"]["Invoice"]
    gone = busy.partner("Invoice", busy.named("invoices", "INV-2"), "invoices")
    busy.books.delete("Invoice", gone["Id"])
    assert busy.sync_red().api_calls.quickbooks_reads == 4, "settings, all others, invoices refused, their one page"
    assert busy.row("INV-2").code == "deleted-in-quickbooks"
    assert busy.company().cursors["quickbooks_apart"]["Invoice"] > first
    broken.clear()
    busy.sync_red()
    assert not busy.company().cursors["quickbooks_apart"]


@edge
def test_a_page_of_a_kind_that_cannot_be_read_calls_nothing_gone(busy: World) -> None:
    busy.sync_blue()
    busy.clock.advance(days=40)  # too long for change data capture: all pages are read
    broken = [True]

    def fault(request: Any) -> Json | None:
        asked = request.query.get("query", "")
        if "FROM Invoice" not in asked or not broken:
            return None
        if not asked.endswith("MAXRESULTS 1"):
            return fault_of("10100")  # too much at once: page by page, one record each
        return fault_of("4002", BAD_ADDRESS) if "Id > " in asked else None

    answering(busy, fault)
    busy.contact("Tui Ltd")
    finished = busy.sync_red()
    assert "Invoices could not be read from QuickBooks" in error_of(busy, finished)
    assert busy.books.entity("Customer").find("DisplayName", "Tui Ltd") is not None
    assert not any(row.deleted for row in mirror_of(busy, "quickbooks", "Invoice"))
    broken.clear()
    complete_again(busy)


@edge
def test_an_answer_of_released_that_has_no_form_is_the_matter_of_its_collection(busy: World) -> None:
    effect = {"kind": "reply", "status": 200, "body": {"data": "?"}}
    rule = {"match": {"method": "GET", "path": "/payments"}, "times": None, "effect": effect}
    busy.released_knobs.add(rule)
    assert "Payments could not be read from Re-Leased" in error_of(busy, busy.sync_red())
    assert busy.row("INV-2").outcome is Outcome.CREATED
    busy.released_knobs.clear()
    complete_again(busy)


def outage(world: World) -> None:
    page = {"kind": "reply", "status": 503, "body": "<html><title>Service Unavailable</title></html>"}
    world.quickbooks_knobs.add({"match": {"path": "/cdc"}, "times": None, "effect": page})


def network(world: World) -> None:
    world.quickbooks_knobs.add({"match": {"path": "/cdc"}, "times": None, "effect": {"kind": "drop_before"}})


def all_of_quickbooks(world: World) -> None:
    for entity in CDC_ENTITIES:
        world.books.break_reading(entity)


def all_of_released(world: World) -> None:
    unreadable = dict.fromkeys((spec.collection for spec in READ_SPECS), 403)
    world.released.control("PUT", "settings", {"companies": {COMPANY: {"unreadable": unreadable}}})


def key(world: World) -> None:
    world.released.api_key = "another"


def settings(world: World) -> None:
    world.books.break_reading("Preferences")


@pytest.mark.parametrize("trouble", [outage, all_of_quickbooks, settings, *rarely(network, all_of_released, key)])
def test_what_is_no_matter_of_one_kind_stops_the_whole_run_as_before(
    busy: World, trouble: Callable[[World], None]
) -> None:
    marks = busy.company().cursors
    trouble(busy)
    with busy.nothing_written():
        said = busy.sync().could_not_run
    assert said
    if trouble is settings:
        assert "settings could not be read from QuickBooks" in said
    assert busy.company().cursors["quickbooks"] == marks["quickbooks"] or trouble in (all_of_released,)


@edge
def test_a_throttle_is_waited_for_and_no_kind_is_blamed(busy: World) -> None:
    body = {"fault": {"error": [{"code": "3001", "message": "ThrottleExceeded"}]}}
    rule = {"match": {"path": "/cdc"}, "times": 2, "effect": {"kind": "reply", "status": 429, "body": body}}
    busy.quickbooks_knobs.add(rule)
    busy.sync_blue()
