"""`verify` for people and programs: its exit code, the statement, the JSON, and what it says when it cannot."""

from collections.abc import Callable

from bot.store.runs import leases
from tests.cli.conftest import Shell
from tests.rarely import edge
from tests.sync.world import COMPANY


def test_a_company_in_step_gives_a_statement_and_exit_0(shell: Shell) -> None:
    with shell.world.nothing_written():
        said = shell.run("verify", COMPANY)
    assert said.code == 0, said.out + said.err
    assert said.out.startswith("Control totals of Harbour City Property on ")
    assert "Unexplained difference: NZD 0.00. Both sides agree." in said.out
    assert "Nothing was written on either side." in said.out
    assert "Receivable from contacts NZD" in said.out and "Invoices NZD" in said.out


def test_json_is_one_object_with_everything_and_amounts_as_text(shell: Shell) -> None:
    said = shell.run("verify", COMPANY, "--json")
    assert said.code == 0
    found = said.json
    assert found["agrees"] is True and found["unexplained_difference"] == {"NZD": "0.00"}
    (invoices,) = [one for one in found["totals"] if one["kind"] == "Invoice"]
    assert invoices["released"] == invoices["quickbooks"] and invoices["released"]["count"] == 30
    assert invoices["released"]["gross"] == "3450.00" and invoices["released"]["open"] == "3435.00"
    assert found["api_calls"]["quickbooks_writes"] == 0 < found["api_calls"]["quickbooks_reads"]
    assert found["drift"] == {"count": 0, "pairs": []} and found["contacts"] == {"count": 0, "differing": []}


def test_something_to_look_at_is_exit_1_and_is_named(shell: Shell) -> None:
    world = shell.world
    tenant = world.named("contacts", "Kiosk Ltd")
    world.change("invoices", world.named("invoices", "INV-3"), reference="moved")
    world.invoice(tenant, "INV-NEW", "40.00")
    said = shell.run("verify", COMPANY)
    assert said.code == 1 and "There is something to look at." in said.out
    assert "1 linked pair does not agree any more:" in said.out and "INV-3: Re-Leased moved." in said.out
    assert "INV-NEW" in said.out and "the next sync takes it" in said.out
    found = shell.run("verify", COMPANY, "--json").json
    assert found["drift"]["pairs"][0]["name"] == "INV-3"
    assert found["reconciling_items"][0]["gross"] == "46.00" and found["unexplained_difference"] == {"NZD": "0.00"}


@edge
def test_the_overview_keeps_what_was_found(shell: Shell) -> None:
    (before,) = shell.run("companies", "--json").json
    assert before["last_verified"] is None
    shell.run("verify", COMPANY)
    (company,) = shell.run("companies", "--json").json
    assert company["last_verified"]["agrees"] is True and company["last_verified"]["drift"] == 0


def test_it_is_refused_while_a_sync_runs_with_exit_2(shell: Shell) -> None:
    with shell.world.database.write() as connection:
        leases.claim(connection, COMPANY, "somebody")
    said = shell.run("verify", COMPANY, "--json")
    assert said.code == 2 and "being synced already" in said.json["error"] and "synced already" in said.err


def test_a_side_that_is_down_is_exit_2_in_words(shell: Shell) -> None:
    shell.world.released_knobs.add({"effect": {"kind": "reply", "status": 403, "body": "{}"}, "times": None})
    said = shell.run("verify", COMPANY)
    assert said.code == 2 and "Re-Leased" in said.err and not said.out


def test_a_company_that_nobody_knows_is_exit_2(new_shell: Callable[..., Shell]) -> None:
    said = new_shell().run("verify", "nobody")
    assert said.code == 2 and "No company is connected yet" in said.err


def test_a_sync_ends_with_the_statement_about_duplicates(shell: Shell) -> None:
    shell.world.invoice(shell.world.named("contacts", "Kiosk Ltd"), "INV-X", "40.00")
    said = shell.run("sync", COMPANY)
    assert said.code == 0 and "No duplicates: 1 new or changed document or payment" in said.out
    again = shell.run("sync", COMPANY, "--json").json
    assert again["control"]["duplicates"] == [] and again["control"]["out_of_balance"] == {"count": 0, "pairs": []}
