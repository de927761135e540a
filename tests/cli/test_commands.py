"""Every command as a process of its own: its streams, its exit code, and what both sides have to say about it."""

import csv
import io
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.processes import CommandLine, Process, Said, forking
from tests.patience import PATIENCE_S, eventually, held
from tests.rarely import edge
from tests.sync.world import API_KEY, COMPANY, REALM, World, serving

COUNTS = {"created", "updated", "adopted", "voided", "failed", "skipped", "waiting", "unchanged"}
API_CALLS = {"quickbooks_reads", "quickbooks_writes", "released"}
ROW = {"date", "type", "released_id", "external_id", "direction", "outcome", "code", "details", "linked", "more_detail"}
TYPES = ["contact", "account", "tax-type", "tracking-option", "invoice", "credit-note", "payment", "attachment"]
TENANTS = 31
twice = pytest.mark.long
"""The neighbours of this file hold the same rule with commands that run in the tests' own process."""


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with forking(tmp_path_factory.mktemp("ready")) as process:
        yield process


@pytest.fixture(scope="module")
def both_sides() -> Iterator[Any]:
    with serving() as servers:
        yield servers


@pytest.fixture(scope="module")
def in_step(tmp_path_factory: pytest.TempPathFactory, both_sides: Any) -> World:
    """A company after its first sync, blue; its clock begins now, since a command looks at the real one."""
    world = World(tmp_path_factory.mktemp("in-step"), both_sides)
    world.clock.time = datetime.now(UTC)
    world.connect()
    world.rent(), world.repairs(), world.gst()
    kiosk, supplier = world.contact("Kiosk Ltd"), world.contact("Plumb Co", "supplier")
    for number in range(26):
        world.invoice(kiosk, f"INV-{number}")
    world.bill(supplier, "B-1")
    world.sync_blue()
    world.app.close()
    return world


@pytest.fixture
def qbo(in_step: World, tmp_path: Path, ready: Process) -> Iterator[CommandLine]:
    world = in_step.twin(tmp_path)
    yield CommandLine(world, tmp_path, ready)
    world.app.close()


@pytest.fixture
def new(tmp_path: Path, both_sides: Any, ready: Process) -> Iterator[CommandLine]:
    """In front of a company that is not connected yet."""
    world = World(tmp_path, both_sides)
    world.clock.time = datetime.now(UTC)
    world.rent(), world.repairs(), world.gst()
    yield CommandLine(world, tmp_path, ready)
    world.app.close()


def kiosk_ref(qbo: CommandLine) -> str:
    return f"contact:{qbo.world.named('contacts', 'Kiosk Ltd')['id']}"


# connect, companies, sync


def test_from_connect_to_a_quiet_second_sync(new: CommandLine) -> None:
    world = new.world
    assert new("companies", "--json").json == []
    connected = new.connect()
    assert connected.code == 0 and connected.json["observe_only"] is False, connected.err
    company = new.company()
    assert company["id"] == COMPANY and company["flag"] is None and company["last_run"] is None
    tenant = world.contact("Kiosk Ltd")
    world.invoice(tenant, "INV-1")
    world.customer("Aroha")

    with world.nothing_written():
        planned = new("sync", COMPANY, "--dry-run", "--json")
    assert planned.code == 0 and planned.json["counts"]["created"] >= 3, planned.err
    assert new.rows() == [] and new.company()["flag"] is None
    assert planned.json["api_calls"]["quickbooks_writes"] == 0

    first = new("sync", COMPANY, "--json")
    assert first.code == 0, first.out + first.err
    body = first.json
    assert body["flag"] == "blue" and body["company"] == COMPANY and body["run_id"] and body["results_failed"] == []
    assert set(body["counts"]) == COUNTS and set(body["api_calls"]) == API_CALLS
    assert body["counts"]["created"] == planned.json["counts"]["created"]
    assert not {"error", "red_reason"} & body.keys()
    assert world.partner("Invoice", world.named("invoices", "INV-1"), "invoices")["DocNumber"] == "INV-1"
    assert world.named("contacts", "Aroha")["externalId"]

    with world.nothing_written():
        second = new("sync", COMPANY, "--json")
    assert second.code == 0 and second.json["api_calls"]["quickbooks_writes"] == 0
    company = new.company()
    assert company["flag"] == "blue" and company["last_run"]["run_id"] == second.json["run_id"]


def test_a_red_sync_ends_with_1_and_names_the_code_and_its_cause(qbo: CommandLine) -> None:
    taken = qbo.world.contact("Taken")
    qbo.world.vendor("Taken")
    invoice = qbo.world.invoice(taken, "WAITS-1")
    said = qbo("sync", COMPANY, "--json")
    assert said.code == 1, said.out + said.err
    body = said.json
    assert (body["flag"], body["counts"]["failed"], body["counts"]["waiting"]) == ("red", 2, 1)
    failed = {row["released_id"]: row for row in body["results_failed"]}
    assert set(failed) == {taken["id"], invoice["id"]} and all(set(row) >= ROW for row in failed.values())
    assert failed[taken["id"]]["outcome"] == "failed" and failed[invoice["id"]]["outcome"] == "waiting"
    row = failed[taken["id"]]
    assert "6240" in f"{row['code']} {row['details']} {row['more_detail']}" and row["direction"] == "outgoing"
    assert qbo.company()["flag"] == "red"

    qbo.world.change("contacts", taken, name="Taken No More")
    assert qbo("sync", COMPANY, "--json").code == 0
    assert {row["outcome"] for row in qbo.rows("--search", "taken")} == {"created"}


@twice
def test_without_json_people_read_the_flag(qbo: CommandLine) -> None:
    qbo.world.contact("Newcomer")
    said = qbo("sync", COMPANY)
    assert said.code == 0 and "Blue" in said.out and "1 created" in said.out and said.err == ""


@twice
def test_an_observe_only_company_says_what_it_would_do_and_writes_nothing(new: CommandLine) -> None:
    new.world.released.control("PUT", "settings", {"companies": {COMPANY: {"builtInSync": True}}})
    assert new.connect().json["observe_only"] is True
    new.world.contact("Kiosk Ltd"), new.world.customer("Aroha")
    with new.world.nothing_written():
        said = new("sync", COMPANY, "--json")
    assert said.code in (0, 1) and said.json["flag"] in ("blue", "red"), said.err
    rows = {row["direction"]: row["outcome"] for row in new.rows("--type", "contact")}
    assert rows == {"outgoing": "planned", "incoming": "planned"}
    assert new.company()["observe_only"] is True


# What cannot run


@twice
@pytest.mark.parametrize("words", [("sync",), ("sync", "--dry-run"), ("results",)], ids=" ".join)
def test_an_unknown_company_ends_with_2(qbo: CommandLine, words: tuple[str, ...]) -> None:
    said = qbo(words[0], "nobody", *words[1:], "--json")
    assert said.code == 2 and "nobody" in said.err and "nobody" in said.json["error"]


@twice
def test_a_wrong_key_ends_with_2_and_keeps_the_flag(qbo: CommandLine) -> None:
    qbo.told["RELEASED_API_KEY"] = f"not-{API_KEY}"
    with qbo.world.nothing_written():
        said = qbo("sync", COMPANY, "--json")
    assert said.code == 2 and "key" in said.err.casefold() and said.json["error"]
    assert API_KEY not in said.out + said.err
    assert (qbo.company()["flag"], qbo.company()["status"]) == ("blue", "incomplete run")


@pytest.mark.long  # each waits as long as a side may take to come back
def test_a_side_that_is_down_or_answers_with_a_page_ends_with_2(qbo: CommandLine) -> None:
    """All at once, each with a copy of the store, because each waits for the side to come back before it gives up."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/api/v1"
    page = {"kind": "reply", "status": 200, "body": "<html><body>Maintenance</body></html>"}
    qbo.world.quickbooks_knobs.add({"match": {"path": "/v3"}, "times": None, "effect": page})
    html = f"{qbo.world.servers.quickbooks.url}/v3"
    troubles = {"Re-Leased": [{"RELEASED_API_URL": nobody}, {"RELEASED_API_URL": html}], "QuickBooks": [{}]}
    started = [(side, qbo.copy(told).start("sync", COMPANY, "--json")) for side in troubles for told in troubles[side]]
    for side, process in started:
        out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 2 and side in err and "Traceback" not in err, err
        assert side in json.loads(out)["error"] and json.loads(out)["flag"] == "blue"
    qbo.world.quickbooks_knobs.clear()
    assert qbo("sync", COMPANY, "--json").code == 0


@twice
def test_a_dead_grant_asks_to_reconnect_and_connecting_repairs_it(qbo: CommandLine) -> None:
    qbo.world.state.control("POST", "revoke", {"realm": REALM})
    calls = qbo.world.token_calls()
    said = qbo("sync", COMPANY, "--json")
    assert said.code == 2 and calls() <= 2
    assert "reconnect" in said.err.casefold() and "reconnect" in said.json["error"].casefold()
    assert "reconnect" in qbo.company()["status"] and qbo.company()["flag"] == "blue"
    before = calls()
    assert qbo("sync", COMPANY, "--json").code == 2 and calls() - before <= 1
    assert qbo.connect().code == 0
    assert qbo("sync", COMPANY, "--json").code == 0
    assert "reconnect" not in qbo.company()["status"]


@twice
def test_another_realm_for_a_connected_company_is_refused(qbo: CommandLine) -> None:
    qbo.world.state.add_company("777", "Other Books", "NZ")
    said = qbo.connect("777")
    assert said.code == 2 and REALM in said.err and said.json["error"]
    assert qbo.company()["realm"] == REALM and qbo("sync", COMPANY, "--json").code == 0


# results


@twice
def test_results_give_one_row_a_record_in_pages(qbo: CommandLine) -> None:
    whole = qbo("results", COMPANY, "--rows", "all", "--json").json
    assert set(whole) == {"total", "page", "pages", "rows"} and whole["total"] == len(whole["rows"]) > 25
    assert all(set(row) >= ROW and row["linked"] is True for row in whole["rows"])
    ids = [(row["type"], row["released_id"]) for row in whole["rows"]]
    pages = [qbo("results", COMPANY, "--page", page, "--rows", "25", "--json").json for page in ("1", "2")]
    assert [page["page"] for page in pages] == [1, 2] and {page["pages"] for page in pages} == {2}
    assert sorted(ids) == sorted({(row["type"], row["released_id"]) for page in pages for row in page["rows"]})
    assert qbo("results", COMPANY, "--json").json == pages[0]
    assert {qbo("results", COMPANY, "--rows", rows, "--json").json["pages"] for rows in ("50", "100")} == {1}


@twice
def test_results_are_filtered_by_type_search_status_and_date(qbo: CommandLine) -> None:
    total = len(qbo.rows())
    assert {row["type"] for row in qbo.rows("--type", "invoice")} == {"invoice"}
    assert [row["name"] for row in qbo.rows("--type", "contact", "--search", "kIOSK")] == ["Kiosk Ltd"]
    assert len(qbo.rows("--status", "linked")) == len(qbo.rows("--status", "all")) == total
    assert qbo.rows("--status", "unlinked") == qbo.rows("--since", "2100-01-01") == []
    assert len(qbo.rows("--since", "2026-01-01")) == total


@twice
def test_results_as_csv_are_the_same_rows(qbo: CommandLine) -> None:
    said = qbo("results", COMPANY, "--rows", "all", "--csv")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert said.code == 0 and set(rows[0]) >= ROW
    assert [row["external_id"] for row in rows] == [row["external_id"] for row in qbo.rows()]


@twice
@pytest.mark.parametrize(
    "option,value,allowed",
    [
        ("--rows", "30", ["25", "50", "100", "all"]),
        ("--status", "broken", ["linked", "unlinked", "all"]),
        ("--type", "customer", TYPES),
        ("--page", "0", ["1"]),
        ("--page", "two", ["1"]),
        ("--since", "yesterday", ["2026-11-03"]),
    ],
)
def test_a_value_that_is_not_allowed_ends_with_2_and_those_that_are(
    qbo: CommandLine, option: str, value: str, allowed: list[str]
) -> None:
    said = qbo("results", COMPANY, option, value, "--json")
    assert said.code == 2 and option in said.err
    assert all(one in said.err and one in said.json["error"] for one in allowed)


# unlink and relink


@twice
def test_unlinking_blocks_what_refers_to_it_and_relinking_frees_it(qbo: CommandLine) -> None:
    kiosk = kiosk_ref(qbo)
    preview = qbo("unlink", COMPANY, kiosk, "--dry-run", "--json")
    assert preview.code == 0 and qbo.rows("--status", "unlinked") == []
    done = qbo("unlink", COMPANY, kiosk, "--yes", "--json")
    assert done.code == 0 and set(done.json) == {"changed", "blocked", "cascade", "undo_token"}
    assert done.json["changed"] == [kiosk] and done.json["undo_token"]
    assert len(done.json["blocked"]) == 26 and set(done.json["blocked"]) == set(done.json["cascade"])
    assert {**preview.json, "undo_token": done.json["undo_token"]} == done.json
    assert [row["name"] for row in qbo.rows("--status", "unlinked")] == ["Kiosk Ltd"]
    qbo.world.change("invoices", qbo.world.named("invoices", "INV-1"), reference="changed")
    red = qbo("sync", COMPANY, "--json")
    assert red.code == 1 and red.json["counts"]["waiting"] == red.json["counts"]["failed"] >= 1
    assert any("Kiosk Ltd" in f"{row['details']} {row['more_detail']}" for row in red.json["results_failed"])
    assert qbo("relink", COMPANY, kiosk, "--yes", "--json").json["changed"] == [kiosk]
    assert qbo("sync", COMPANY, "--json").code == 0


@twice
def test_propagating_takes_the_cascade_along_and_brings_it_back(qbo: CommandLine) -> None:
    kiosk = kiosk_ref(qbo)
    preview = qbo("unlink", COMPANY, kiosk, "--propagate", "--dry-run", "--json").json
    gone = qbo("unlink", COMPANY, kiosk, "--propagate", "--yes", "--json").json
    assert set(gone["changed"]) == set(preview["changed"]) == {kiosk, *gone["cascade"]}
    assert gone["blocked"] == preview["blocked"] == [] and len(gone["changed"]) == 27
    qbo.world.change("invoices", qbo.world.named("invoices", "INV-1"), reference="changed")
    with qbo.world.nothing_written():
        assert qbo("sync", COMPANY, "--json").code == 0
    back = qbo("relink", COMPANY, kiosk, "--propagate", "--yes", "--json").json
    assert set(back["changed"]) == set(gone["changed"])
    assert qbo("sync", COMPANY, "--json").code == 0 and qbo.rows("--status", "unlinked") == []


@twice
def test_a_dry_run_of_relink_gives_the_lists_of_the_deed(qbo: CommandLine) -> None:
    kiosk = kiosk_ref(qbo)
    qbo("unlink", COMPANY, kiosk, "--propagate", "--yes", "--json")
    preview = qbo("relink", COMPANY, kiosk, "--dry-run", "--json").json
    assert len(qbo.rows("--status", "unlinked")) == 27
    done = qbo("relink", COMPANY, kiosk, "--yes", "--json").json
    assert {**preview, "undo_token": done["undo_token"]} == done


def test_undo_takes_back_what_unlink_did_once(qbo: CommandLine) -> None:
    kiosk = kiosk_ref(qbo)
    token = qbo("unlink", COMPANY, kiosk, "--propagate", "--yes", "--json").json["undo_token"]
    assert len(qbo("undo", token, "--json").json["undone"]) == 27 and qbo.rows("--status", "unlinked") == []
    again = qbo("undo", token)
    assert again.code == 2 and "Kiosk Ltd was put back by command line since" in again.err


@pytest.mark.parametrize(
    ("partner", "words"), [("146", "Write ENTITY:ID"), ("Customer:none", "not in QuickBooks any more")]
)
def test_a_link_that_cannot_be_made_ends_with_2_and_says_why(qbo: CommandLine, partner: str, words: str) -> None:
    said = qbo("link", COMPANY, kiosk_ref(qbo), partner)
    assert said.code == 2 and words in said.err


@twice
@pytest.mark.parametrize("words", [("contact:nobody", "--yes"), ("customer:1", "--yes"), ("KIOSK",)])
def test_an_unlink_that_names_nothing_or_lacks_a_yes_ends_with_2(qbo: CommandLine, words: tuple[str, ...]) -> None:
    named = tuple(kiosk_ref(qbo) if word == "KIOSK" else word for word in words)
    said = qbo("unlink", COMPANY, *named, "--json")
    assert said.code == 2 and said.json["error"] and qbo.rows("--status", "unlinked") == []


# Two at once, and killed


@edge
def test_while_one_sync_runs_a_second_ends_with_2(qbo: CommandLine) -> None:
    qbo.world.contact("Newcomer")
    with held(qbo.world.released, path="/contacts") as gate, qbo.start("sync", COMPANY, "--json") as first:
        gate.wait()
        second = qbo("sync", COMPANY, "--json")
        gate.opened.set()
        out, err = first.communicate(timeout=PATIENCE_S)
    assert second.code == 2 and "already" in second.err and second.json["error"]
    assert first.returncode == 0 and json.loads(out)["counts"]["created"] == 1, err
    assert qbo.world.count("Customer") == 2


def taken_up(qbo: CommandLine) -> Said | None:
    """A sync, unless the lease of one that was killed still runs; tests/store/test_leases.py holds for how long."""
    said = qbo("sync", COMPANY, "--json")
    assert said.code != 2 or "already" in said.err, said.err
    return said if said.code != 2 else None


@pytest.mark.long
def test_after_a_kill_the_next_sync_is_clean_and_nothing_is_there_twice(qbo: CommandLine) -> None:
    world = qbo.world
    for number in range(TENANTS):
        world.invoice(world.contact(f"Tenant {number}"), f"NEW-{number}")
    with held(world.state, "POST", "/batch", skip=2) as gate, qbo.start("sync", COMPANY, "--json") as victim:
        gate.wait()
        victim.kill()
    said = eventually(lambda: taken_up(qbo))
    assert said.code == 0 and said.json["flag"] == "blue", said.out + said.err
    names = [row["DisplayName"] for row in world.books.entity("Customer").values()]
    assert sorted(names) == sorted(["Kiosk Ltd", *(f"Tenant {number}" for number in range(TENANTS))])
    numbers = [row["DocNumber"] for row in world.books.entity("Invoice").values()]
    wanted = [*(f"INV-{number}" for number in range(26)), *(f"NEW-{number}" for number in range(TENANTS))]
    assert sorted(numbers) == sorted(wanted)
    assert all(row["externalId"] for collection in ("contacts", "invoices") for row in world.all(collection))
    with world.nothing_written():
        assert qbo("sync", COMPANY, "--json").code == 0
