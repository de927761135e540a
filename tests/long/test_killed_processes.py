"""Real processes, killed at moments nobody chose: afterwards nothing is doubled and nothing is lost."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.store.leases import LEASE_MS
from tests.sync.world import COMPANY

pytestmark = [pytest.mark.long, pytest.mark.timeout(540)]

INVOICES, TENANTS, KILLS = 150, 12, 12
LATENCY_MS = 40
QBO_SYNC = Path(sys.executable).with_name("qbo-sync")


def start(world: Any) -> subprocess.Popen[str]:
    environment = {**os.environ, **world.environment(), "NO_PROXY": "127.0.0.1"}
    command = [QBO_SYNC, "sync", COMPANY, "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=environment, cwd=world.folder, text=True, **pipes)  # type: ignore[call-overload]


def finished(world: Any) -> dict[str, Any]:
    process = start(world)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, (out, err)
    answer: dict[str, Any] = json.loads(out)
    return answer


@pytest.mark.parametrize("seed", [1])
def test_a_sync_killed_again_and_again_doubles_nothing_and_loses_nothing(world: Any, seed: int) -> None:
    chance = random.Random(seed)
    world.rent(), world.gst()
    tenants = [world.contact(f"Tenant {number}") for number in range(TENANTS)]
    for number in range(INVOICES):
        world.invoice(tenants[number % TENANTS], f"INV-{number}")
    world.quickbooks_knobs.latency_ms = world.released_knobs.latency_ms = LATENCY_MS
    died = 0
    for _ in range(KILLS):
        process = start(world)
        time.sleep(chance.uniform(0.8, 3.0))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        died += process.returncode == -signal.SIGKILL
        time.sleep(LEASE_MS / 1000 + 0.3)
    assert died >= KILLS // 4, "the kills came too late to say anything"
    assert finished(world)["flag"] == "blue"
    numbers = Counter(row["DocNumber"] for row in world.books.entity("Invoice").values())
    assert numbers == Counter(f"INV-{number}" for number in range(INVOICES))
    names = Counter(row["DisplayName"] for row in world.books.entity("Customer").values())
    assert names == Counter(f"Tenant {number}" for number in range(TENANTS))
    invoices = world.released.rows(COMPANY, "invoices")
    assert len(invoices) == INVOICES
    partners = {row["Id"]: row["DocNumber"] for row in world.books.entity("Invoice").values()}
    assert all(partners[row["externalId"]] == row["number"] for row in invoices)
    with world.nothing_written():
        again = finished(world)
    assert {name: count for name, count in again["counts"].items() if count} == {}
