"""sync: its JSON, its exit codes, and what it leaves alone."""

import pytest

from bot.sync import ending
from tests.cli.conftest import Said, Shell
from tests.patience import PATIENCE_S, eventually, held
from tests.rarely import edge
from tests.sync.world import COMPANY, IDLE_CALLS

COUNTS = {"created", "updated", "adopted", "voided", "failed", "skipped", "waiting", "unchanged"}
ROW = {"date", "type", "released_id", "external_id", "direction", "outcome", "code", "details", "linked", "more_detail"}


def test_a_blue_sync_ends_with_0_and_one_json_object(shell: Shell) -> None:
    shell.world.contact("New Tenant")
    said = shell.run("sync", COMPANY, "--json")
    assert said.code == 0, said.err
    body = said.json
    assert body["flag"] == "blue" and body["company"] == COMPANY and body["run_id"]
    assert set(body["counts"]) == COUNTS and body["counts"]["created"] == 1
    assert set(body["api_calls"]) == {"quickbooks_reads", "quickbooks_writes", "released"}
    assert body["results_failed"] == [] and not {"error", "red_reason"} & body.keys()
    again = shell.run("sync", COMPANY, "--json").json
    assert again["counts"]["created"] == again["counts"]["updated"] == 0
    assert again["api_calls"]["quickbooks_reads"] <= 2 and again["api_calls"]["quickbooks_writes"] == 0
    assert again["api_calls"]["released"] <= IDLE_CALLS


def test_a_red_sync_ends_with_1_and_says_what_failed(shell: Shell) -> None:
    tenant = shell.world.contact("Bad: name")
    shell.world.invoice(tenant, "NEW-1")
    said = shell.run("sync", COMPANY, "--json")
    assert said.code == 1
    body = said.json
    assert (body["flag"], body["counts"]["failed"], body["counts"]["waiting"]) == ("red", 2, 1)
    rows = {row["released_id"]: row for row in body["results_failed"]}
    assert all(set(row) >= ROW for row in rows.values())
    assert rows[tenant["id"]]["outcome"] == "failed" and rows[tenant["id"]]["linked"] is True
    (company,) = shell.run("companies", "--json").json
    assert (company["flag"], company["status"], company["needs_attention"]) == ("red", "has errors", 2)


@edge
def test_all_that_failed_is_told_even_where_a_run_keeps_only_the_newest(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "FAILURES_KEPT", 1)
    for name in ("Bad: name", "Worse: name", "Worst: name"):
        shell.world.contact(name)
    body = shell.run("sync", COMPANY, "--json").json
    assert body["counts"]["failed"] == len({row["released_id"] for row in body["results_failed"]}) == 3
    finished = shell.world.sync()
    assert (finished.counts.failed, len(finished.failures)) == (3, 1)


def test_for_people_it_says_the_flag_and_the_numbers(shell: Shell) -> None:
    shell.world.contact("New Tenant")
    said = shell.run("sync", COMPANY)
    assert said.code == 0 and "Blue" in said.out and "1 created" in said.out


@pytest.mark.parametrize("words", [("--json",), ("--dry-run", "--json"), ()])
def test_an_unknown_company_ends_with_2_and_the_known_ones(shell: Shell, words: tuple[str, ...]) -> None:
    said = shell.run("sync", "nobody", *words)
    assert said.code == 2 and "nobody" in said.err and "Harbour City Property" in said.err
    assert said.json["error"] if "--json" in words else not said.out


def test_a_wrong_key_ends_with_2_and_keeps_the_flag(shell: Shell) -> None:
    shell.world.released.api_key = "another"
    said = shell.run("sync", COMPANY, "--json")
    assert said.code == 2 and "key" in said.err
    assert said.json["error"] and said.json["flag"] == "blue"
    (company,) = shell.run("companies", "--json").json
    assert (company["flag"], company["status"]) == ("blue", "incomplete run")


def test_a_dead_grant_ends_with_2_and_the_word_reconnect_until_connected_again(shell: Shell) -> None:
    shell.world.state.control("POST", "revoke", {"realm": "9341"})
    calls = shell.world.token_calls()
    said = shell.run("sync", COMPANY, "--json")
    assert said.code == 2 and "reconnect" in said.err.casefold() and "reconnect" in said.json["error"].casefold()
    assert calls() <= 2
    assert shell.run("companies", "--json").json[0]["status"] == "needs reconnecting"
    before = calls()
    assert "reconnect" in shell.run("sync", COMPANY).err.casefold()
    assert calls() - before <= 1
    assert shell.connect().code == 0
    assert shell.run("sync", COMPANY).code == 0
    assert shell.run("companies", "--json").json[0]["status"] == "synced"


def test_a_dry_run_writes_nothing_anywhere(shell: Shell) -> None:
    shell.world.contact("New Tenant"), shell.world.customer("Aroha"), shell.world.contact("Bad: name")
    before = shell.run("results", COMPANY, "--rows", "all", "--json").json
    with shell.world.nothing_written():
        said = shell.run("sync", COMPANY, "--dry-run", "--json")
    assert said.code == 1 and said.json["counts"]["created"] == 2
    assert [row["code"] for row in said.json["results_failed"]] == ["name-forbidden-characters"]
    assert shell.run("results", COMPANY, "--rows", "all", "--json").json == before


@edge
def test_a_safety_stop_is_gone_on_from_only_with_the_run_that_stopped(shell: Shell) -> None:
    world = shell.world
    tenant = world.named("contacts", "Kiosk Ltd")
    more = [world.invoice(tenant, f"MORE-{number}") for number in range(30)]
    assert shell.run("sync", COMPANY).code == 0
    for invoice in [*more, *(world.named("invoices", f"INV-{number}") for number in range(1, 26))]:
        world.change("invoices", invoice, status="voided")
    with world.nothing_written():
        said = shell.run("sync", COMPANY, "--json")
    assert (said.code, said.json["red_reason"], said.json["flag"]) == (1, "safety_stop", "red")
    with world.nothing_written():
        assert shell.run("sync", COMPANY, "--accept-stop", "another").code == 2
    done = shell.run("sync", COMPANY, "--accept-stop", said.json["run_id"], "--json")
    assert done.code == 0 and done.json["counts"]["voided"] == 55


@pytest.mark.long  # test_commands.py has one like it
def test_two_at_once_one_runs_and_the_other_ends_with_2(shell: Shell) -> None:
    shell.world.contact("New Tenant")
    with held(shell.world.released, path="/contacts") as gate:
        first = shell.start("sync", COMPANY, "--json")
        gate.wait()
        second = shell.run("sync", COMPANY, "--json")
        gate.opened.set()
        _, err = first.communicate(timeout=PATIENCE_S)
    assert (first.returncode, second.code) == (0, 2), (err, second)
    assert "already" in second.err and second.json["error"]
    assert shell.world.count("Customer") == 2


@pytest.mark.long  # test_commands.py has one like it
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/batch"), ("PATCH", "/contacts")],
    ids=["sending to QuickBooks", "writing back to Re-Leased"],
)
def test_killed_in_the_middle_the_next_run_starts_soon_and_doubles_and_loses_nothing(
    shell: Shell, method: str, path: str
) -> None:
    """What was on its way arrives after the process is gone."""
    world = shell.world
    for number in range(70):
        world.contact(f"Tenant {number}")
    with held(world.state if path == "/batch" else world.released, method, path, skip=1) as gate:
        started = shell.start("sync", COMPANY)
        gate.wait()
        started.kill()
        started.communicate()
    said = eventually(lambda: _taken_up(shell))
    assert said.code == 0
    names = [row["DisplayName"] for row in world.books.entity("Customer").values()]
    assert len(names) == len(set(names)) == 1 + 70
    assert all(row["externalId"] for row in world.all("contacts"))


def _taken_up(shell: Shell) -> Said | None:
    """A sync, unless the lease of one that was killed still runs; tests/store/test_leases.py holds for how long."""
    said = shell.run("sync", COMPANY, "--json")
    assert said.code != 2 or "already" in said.err
    return said if said.code != 2 else None
