"""sync --dry-run and --plan: the table for people, the JSON, the exit codes, and what is refused with words."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.cli.conftest import Shell
from tests.sync.world import COMPANY


def test_a_dry_run_ends_with_its_plan_and_how_to_carry_it_out(shell: Shell) -> None:
    shell.world.contact("New Tenant"), shell.world.customer("Aroha")
    said = shell.run("sync", COMPANY, "--dry-run")
    assert said.code == 0, said.err
    hash_ = shell.run("sync", COMPANY, "--dry-run", "--json").json["plan"]["hash"]
    assert f"qbo-sync sync {COMPANY} --plan {hash_}" in said.out
    table = {
        line.split()[0] + " " + line.split()[1]: line.split()[2:]
        for line in said.out.splitlines()
        if "going" in line or "coming" in line
    }
    assert table["contact outgoing"] == table["contact incoming"] == ["1", "–", "–", "–", "–", "–", "–", "–"]
    assert "invoices" in said.out and "QuickBooks 1 to write" in said.out


def test_the_json_of_a_dry_run_keeps_its_keys_and_adds_the_plan(shell: Shell) -> None:
    shell.world.contact("New Tenant")
    body = shell.run("sync", COMPANY, "--dry-run", "--json").json
    assert {"run_id", "company", "flag", "counts", "api_calls", "results_failed"} <= body.keys()
    plan = body["plan"]
    keys = {"hash", "operations", "by_type", "totals", "calls", "preflight", "updates", "conflicts"}
    assert set(plan) == keys and plan["updates"] == [] and plan["conflicts"] == 0
    assert plan["by_type"] == [
        {"type": "contact", "direction": "outgoing", "create": 1}
        | dict.fromkeys(("match", "update", "void", "attach", "skip", "wait", "fail"), 0)
    ]
    assert plan["calls"]["quickbooks_batches"] == 1 and plan["preflight"] == []
    total = next(one for one in plan["totals"] if (one["entity"], one["side"]) == ("Invoice", "quickbooks"))
    assert (total["count_before"], total["amount_before"], total["currency"]) == (30, "3450.00", "NZD")
    assert (total["count_after"], total["amount_after"]) == (30, "3450.00")


@pytest.mark.parametrize("option", ["--plan", "--accept-stop"])
def test_an_empty_variable_of_a_script_is_no_order_to_sync(shell: Shell, option: str) -> None:
    shell.world.contact("New Tenant")
    with shell.world.nothing_written():
        said = shell.run("sync", COMPANY, option, "")
    assert said.code == 2 and f"{option} was given without a value" in said.err


def test_a_plan_is_carried_out_by_its_hash(shell: Shell) -> None:
    tenant = shell.world.contact("New Tenant")
    hash_ = shell.run("sync", COMPANY, "--dry-run", "--json").json["plan"]["hash"]
    said = shell.run("sync", COMPANY, "--plan", hash_, "--json")
    assert said.code == 0, said.err
    assert said.json["counts"]["created"] == 1 and "plan" not in said.json
    assert shell.world.now("contacts", tenant)["externalId"]


def test_a_plan_that_changed_is_refused_with_what_changed(shell: Shell) -> None:
    shell.world.contact("New Tenant")
    hash_ = shell.run("sync", COMPANY, "--dry-run", "--json").json["plan"]["hash"]
    shell.world.contact("Another")
    with shell.world.nothing_written():
        said = shell.run("sync", COMPANY, "--plan", hash_, "--json")
    assert said.code == 2 and said.json["error"] == said.err.strip() == said.json["error"]
    assert "1 more to create (contact Another)" in said.err and "Make a new plan" in said.err
    assert shell.run("sync", COMPANY).code == 0


@pytest.mark.parametrize("hash_", ["latest", "12345", "0123456789ABCDEF", "0123456789abcdef0"])
def test_what_is_no_hash_is_refused_before_anything_is_read(shell: Shell, hash_: str) -> None:
    before = shell.world.released.meter.calls if hasattr(shell.world.released.meter, "calls") else None
    said = shell.run("sync", COMPANY, "--plan", hash_)
    assert said.code == 2 and hash_ in said.err and "plan" in said.err
    assert before is None or shell.world.released.meter.calls == before


@pytest.mark.parametrize("other", [("--dry-run",), ("--accept-stop", "x")])
def test_a_plan_and_another_way_to_run_do_not_go_together(shell: Shell, other: tuple[str, ...]) -> None:
    with shell.world.nothing_written():
        said = shell.run("sync", COMPANY, "--plan", "0123456789abcdef", *other)
    assert said.code == 2 and other[0] in said.err


def test_connecting_shows_what_was_found(new_shell: Callable[..., Shell]) -> None:
    shell = new_shell()
    shell.world.books.set_preference("SalesFormsPrefs", "AutoApplyCredit", True)
    said = shell.connect()
    (found,) = said.json["preflight"]
    assert (found["code"], found["severity"]) == ("auto-apply-credits", "warns") and "Automation" in found["how"]
    token = shell.world.state.refresh_token("9341")
    words = shell.run("connect", COMPANY, "--realm", "9341", "--refresh-token", token).out
    assert "Check: QuickBooks applies credit notes by itself." in words


def test_a_dry_run_shows_what_would_surprise(shell: Shell) -> None:
    shell.world.books.close_books(date(2026, 10, 31))
    shell.world.invoice(shell.world.named("contacts", "Kiosk Ltd"), "OLD-1")
    said = shell.run("sync", COMPANY, "--dry-run")
    assert said.code == 1 and "1 document dated up to 5 Oct 2026" in said.out.replace("\n", " ")
