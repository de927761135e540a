"""`qbo-sync sandbox`: one stand-in alone, as a process that a test or a person starts and stops."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from typer.testing import CliRunner

from bot.adapters.quickbooks.oauth import IntuitApp, refresh
from bot.sandbox import standins
from bot.sandbox.commands import cli
from bot.sandbox.standins import Filling, StandIn
from tests.patience import PATIENCE_S

QBO_SYNC = Path(sys.executable).with_name("qbo-sync")
KEYS = {
    "quickbooks": {"url", "discovery_url", "realm", "client_id", "client_secret", "refresh_token"},
    "released": {"url", "api_key", "company"},
    "slack": {"url", "api_url", "page_url", "bot_token", "app_token", "signing_secret"},
}
Make = Callable[[int, Filling, int], StandIn]


@pytest.fixture(scope="module")
def processes() -> Iterator[dict[str, subprocess.Popen]]:
    """All three at once: starting them takes longer than anything they are asked here."""
    started = {
        kind: subprocess.Popen([QBO_SYNC, "sandbox", kind], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for kind in KEYS
    }
    yield started
    for process in started.values():
        process.kill()
        process.communicate()


@pytest.fixture
def alone() -> Iterator[Callable[..., dict[str, str]]]:
    made: list[StandIn] = []

    def make(how: Make, seed: int | None = None, size: int = 12, latency_ms: int = 0) -> dict[str, str]:
        made.append(how(0, Filling(seed, size), latency_ms))
        return made[-1].details

    yield make
    for one in made:
        one.server.stop()


def released_rows(details: dict[str, str], collection: str) -> list[dict]:
    address = f"{details['url']}/companies/{details['company']}/{collection}"
    return requests.get(address, headers={"X-Api-Key": details["api_key"]}, timeout=PATIENCE_S).json()["data"]


def quickbooks_count(details: dict[str, str], entity: str) -> int:
    app = IntuitApp(details["client_id"], details["client_secret"], "", details["discovery_url"])
    token = refresh(app, details["refresh_token"], standins.utc_now).access_token
    address = f"{details['url']}/v3/company/{details['realm']}/query"
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    answer = requests.get(address, {"query": f"select count(*) from {entity}"}, headers=headers, timeout=PATIENCE_S)
    return answer.json()["QueryResponse"]["totalCount"]


@pytest.mark.parametrize("kind", KEYS)
def test_it_prints_one_json_line_serves_and_ends_cleanly_when_told(processes, kind) -> None:
    process = processes[kind]
    details = json.loads(process.stdout.readline())
    assert details.keys() >= KEYS[kind]
    assert requests.get(details.get("page_url") or details.get("web_url") or details["url"], timeout=PATIENCE_S).ok

    process.send_signal(signal.SIGTERM if kind != "slack" else signal.SIGINT)
    rest, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, rest, errors) == (0, "", "")


def test_without_a_seed_there_is_a_company_and_nothing_in_it(alone) -> None:
    released = alone(standins.released_alone)
    assert {name: released_rows(released, name) for name in ("contacts", "accounts", "invoices")} == {
        "contacts": [],
        "accounts": [],
        "invoices": [],
    }
    quickbooks = alone(standins.quickbooks_alone)
    assert quickbooks_count(quickbooks, "Customer") == quickbooks_count(quickbooks, "Invoice") == 0
    assert quickbooks_count(quickbooks, "Account") > 10, "a new company has a chart of accounts"


def test_a_seed_fills_it_with_so_many_records_the_same_each_time(alone) -> None:
    assert quickbooks_count(alone(standins.quickbooks_alone, seed=7), "Invoice") == 12
    first, second = (released_rows(alone(standins.released_alone, seed=7), "invoices") for _ in range(2))
    assert len(first) == 12
    assert [(row["id"], row["number"], row["total"]) for row in first] == [
        (row["id"], row["number"], row["total"]) for row in second
    ]
    other = released_rows(alone(standins.released_alone, seed=8), "invoices")
    assert [row["total"] for row in other] != [row["total"] for row in first]


def test_the_sample_is_a_company_with_its_trade() -> None:
    with subprocess.Popen(
        [QBO_SYNC, "sandbox", "quickbooks", "--sample"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        details = json.loads(process.stdout.readline())
        counts = quickbooks_count(details, "Invoice"), quickbooks_count(details, "Payment")
        page = requests.get(details["url"], timeout=PATIENCE_S).text
        process.terminate()
    assert counts > (20, 5) and "Northgate Property Care" in page


@pytest.mark.parametrize("how", [standins.quickbooks_alone, standins.released_alone, standins.slack_alone])
def test_latency_holds_up_every_answer_of_the_api(alone, how) -> None:
    details = alone(how, latency_ms=120)
    address = f"{details['api_url']}auth.test" if "api_url" in details else details["url"]
    path = "/v3/company/1/preferences" if "realm" in details else "/companies" if "company" in details else ""
    begun = time.monotonic()
    requests.get(f"{address}{path}", timeout=PATIENCE_S)
    assert time.monotonic() - begun >= 0.12


@pytest.mark.parametrize(
    "arguments",
    [
        ["xero"],
        ["released", "--port", "70000"],
        ["released", "--port", "a"],
        ["quickbooks", "--seed", "x"],
        ["quickbooks", "--size", "5"],
        ["quickbooks", "--sample", "--seed", "5"],
        ["slack", "--latency-ms", "-1"],
        ["slack", "--size", "-3"],
    ],
    ids=" ".join,
)
def test_bad_options_are_refused_in_words_with_exit_2(arguments) -> None:
    answer = CliRunner().invoke(cli, arguments)
    assert answer.exit_code == 2
    assert arguments[0] in answer.output or arguments[-2] in answer.output
    assert "Traceback" not in answer.output


def test_a_port_in_use_is_said_so_with_exit_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        answer = subprocess.run(
            [QBO_SYNC, "sandbox", "released", "--port", port],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            env={**os.environ, "COLUMNS": "200"},
        )
    assert (answer.returncode, answer.stdout) == (2, "")
    assert f"Port {port} cannot be used (address already in use)" in answer.stderr
    assert "--port" in answer.stderr
