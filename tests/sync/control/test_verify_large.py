"""A verification of many pages: it holds none of them longer than it needs it."""

import tracemalloc
from decimal import Decimal
from typing import Any

import pytest

from bot.core.model import Side
from tests.sync.control.test_verify import agrees, totals_of


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_company_of_many_pages_is_read_whole_in_bounded_memory(make_world: Any) -> None:
    world = make_world()
    world.rent(), world.repairs(), world.gst()
    tenant = world.contact("Kiosk Ltd")
    for number in range(1_500):
        world.invoice(tenant, f"INV-{number}", "10.00")
    world.sync_blue()
    tracemalloc.start()
    found = agrees(world)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert totals_of(found, "Invoice").quickbooks.gross == Decimal("17250.00")
    assert found.checked[Side.QUICKBOOKS] >= 1_500 and found.api_calls.quickbooks_writes == 0
    assert peak < 30 * 2**20
