"""results: the table as JSON and CSV, its filters and what they refuse; unlink and relink."""

import csv
import io

import pytest

from bot.core.model import RecordType
from bot.core.results import LinkStatus
from tests.cli.conftest import Shell
from tests.rarely import edge
from tests.sync.world import COMPANY

ROW = {"date", "type", "released_id", "external_id", "direction", "outcome", "code", "details", "linked", "more_detail"}


def results(shell: Shell, *words: str):  # type: ignore[no-untyped-def]
    said = shell.run("results", COMPANY, *words, "--json")
    assert said.code == 0, said.err
    return said.json


def test_there_is_one_row_a_record_with_all_its_columns(shell: Shell) -> None:
    found = results(shell, "--rows", "all")
    assert {"total", "page", "pages", "rows"} == set(found)
    assert found["total"] == len(found["rows"]) and found["pages"] == 1
    keys = [(row["type"], row["released_id"], row["external_id"]) for row in found["rows"]]
    assert len(keys) == len(set(keys))
    assert all(set(row) >= ROW for row in found["rows"])
    assert {row["direction"] for row in found["rows"]} == {"incoming", "outgoing"}
    assert all(row["linked"] is True for row in found["rows"])


def test_pages_of_25_50_and_100_show_every_row_once(shell: Shell) -> None:
    total = results(shell, "--rows", "all")["total"]
    assert total > 30
    first, second = results(shell), results(shell, "--page", "2")
    assert (first["page"], first["pages"], len(first["rows"])) == (1, 2, 25)
    ids = [(row["type"], row["released_id"]) for page in (first, second) for row in page["rows"]]
    assert len(ids) == len(set(ids)) == total
    assert results(shell, "--rows", "50")["pages"] == 1
    assert len(results(shell, "--rows", "100")["rows"]) == total


def test_filters_and_search(shell: Shell) -> None:
    assert {row["type"] for row in results(shell, "--type", "invoice", "--rows", "all")["rows"]} == {"invoice"}
    assert [row["name"] for row in results(shell, "--search", "KIOSK", "--type", "contact")["rows"]] == ["Kiosk Ltd"]
    assert results(shell, "--search", "nothing like it")["total"] == 0
    assert results(shell, "--since", "2100-01-01")["total"] == 0
    assert results(shell, "--since", "2020-01-01")["total"] == results(shell)["total"]
    assert results(shell, "--status", "unlinked")["total"] == 0
    assert results(shell, "--status", "linked")["total"] == results(shell, "--status", "all")["total"]


@pytest.mark.parametrize(
    "words,allowed",
    [
        (("--rows", "30"), ("25", "50", "100", "all")),
        (("--rows", ""), ("25", "50", "100", "all")),
        (("--status", "broken"), tuple(LinkStatus)),
        (("--type", "customer"), tuple(RecordType)),
        (("--page", "0"), ("1",)),
        (("--page", "-1"), ("1",)),
        (("--page", "two"), ("1",)),
        (("--page", "²"), ("1",)),
        (("--since", "yesterday"), ("2026-",)),
        (("--since", "2026-02-30"), ("2026-",)),
    ],
)
def test_what_is_not_allowed_ends_with_2_and_the_allowed_values(
    shell: Shell, words: tuple[str, ...], allowed: tuple[str, ...]
) -> None:
    said = shell.run("results", COMPANY, *words, "--json")
    assert said.code == 2
    assert all(value in said.err and value in said.json["error"] for value in allowed)


def test_a_page_beyond_the_last_is_the_last(shell: Shell) -> None:
    assert results(shell, "--page", "99")["page"] == 2


def test_an_incoming_failure_has_an_external_id_and_no_released_id(shell: Shell) -> None:
    world = shell.world
    discount = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 5}}
    invoice = world.qb_invoice(world.customer("Aroha"), "SI-1", Line=[world.sales_line(), discount])
    assert shell.run("sync", COMPANY).code == 1
    (row,) = results(shell, "--search", "SI-1")["rows"]
    assert (row["released_id"], row["external_id"], row["outcome"]) == (None, invoice["Id"], "failed")


@edge
def test_csv_keeps_formulas_from_running(shell: Shell) -> None:
    shell.world.contact("=cmd|'/c calc'!A0")
    shell.world.contact("Kiosk \x1b[31mLtd")
    assert shell.run("sync", COMPANY).code == 0
    said = shell.run("results", COMPANY, "--rows", "all", "--csv")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert len(rows) == results(shell, "--rows", "all")["total"] and set(rows[0]) >= ROW
    names = [row["name"] for row in rows if "calc" in row["name"]]
    assert names == ["'=cmd|'/c calc'!A0"]
    assert "\x1b" not in said.out and "None" not in {cell for row in rows for cell in row.values()}


def test_for_people_there_is_a_table_and_markup_in_names_is_text(shell: Shell) -> None:
    shell.world.contact("[red]Kiosk[/red] \x1b[31mLtd")
    shell.run("sync", COMPANY)
    said = shell.run("results", COMPANY, "--search", "[red]Kiosk")
    assert "[red]Kiosk[/red]" in said.out and "\x1b[31m" not in said.out


def test_unlinking_blocks_by_default_and_relinking_brings_back(shell: Shell) -> None:
    world = shell.world
    kiosk = f"contact:{world.named('contacts', 'Kiosk Ltd')['id']}"
    said = shell.run("unlink", COMPANY, kiosk, "--yes", "--json")
    assert said.code == 0, said.err
    change = said.json
    assert set(change) >= {"changed", "blocked", "cascade", "undo_token"} and change["undo_token"]
    assert change["changed"] == [kiosk] and set(change["blocked"]) == set(change["cascade"])
    assert len([ref for ref in change["blocked"] if ref.startswith("invoice:")]) == 30
    assert [row["name"] for row in results(shell, "--status", "unlinked")["rows"]] == ["Kiosk Ltd"]
    world.change("invoices", world.named("invoices", "INV-1"), reference="changed")
    red = shell.run("sync", COMPANY, "--json")
    assert red.code == 1 and kiosk.partition(":")[2] in red.json["results_failed"][0]["details"]
    back = shell.run("relink", COMPANY, kiosk, "--yes", "--json").json
    assert back["changed"] == [kiosk] and back["blocked"] == []
    assert shell.run("sync", COMPANY).code == 0
    assert results(shell, "--status", "unlinked")["total"] == 0


@edge
def test_propagating_takes_everything_along_and_back(shell: Shell) -> None:
    kiosk = f"contact:{shell.world.named('contacts', 'Kiosk Ltd')['id']}"
    change = shell.run("unlink", COMPANY, kiosk, "--propagate", "--yes", "--json").json
    assert set(change["changed"]) == {kiosk, *change["cascade"]} and change["blocked"] == []
    assert {ref.partition(":")[0] for ref in change["cascade"]} == {"invoice", "payment"}
    assert results(shell, "--status", "unlinked")["total"] == len(change["changed"])
    with shell.world.nothing_written():
        assert shell.run("sync", COMPANY).code == 0
    back = shell.run("relink", COMPANY, kiosk, "--propagate", "--yes", "--json").json
    assert set(back["changed"]) == set(change["changed"])
    assert shell.run("sync", COMPANY).code == 0


@pytest.mark.parametrize("what", ["unlink", "relink"])
def test_a_dry_run_fills_the_lists_and_changes_nothing(shell: Shell, what: str) -> None:
    kiosk = f"contact:{shell.world.named('contacts', 'Kiosk Ltd')['id']}"
    if what == "relink":
        shell.run("unlink", COMPANY, kiosk, "--propagate", "--yes")
    before = results(shell, "--status", "unlinked")["total"]
    preview = shell.run(what, COMPANY, kiosk, "--dry-run", "--json").json
    assert results(shell, "--status", "unlinked")["total"] == before
    done = shell.run(what, COMPANY, kiosk, "--yes", "--json").json
    assert preview == {**done, "undo_token": ""}
    assert len(preview["cascade"]) == 31


@pytest.mark.parametrize("what", ["unlink", "relink"])
@pytest.mark.parametrize("ref", ["contact:nobody", "customer:1", "contact:", "nonsense"])
def test_records_that_are_none_end_with_2(shell: Shell, what: str, ref: str) -> None:
    said = shell.run(what, COMPANY, ref, "--yes", "--json")
    assert said.code == 2 and said.json["error"]
    assert "contact" in said.err if ref != "contact:nobody" else "nobody" in said.err


def test_a_program_must_say_yes(shell: Shell) -> None:
    kiosk = f"contact:{shell.world.named('contacts', 'Kiosk Ltd')['id']}"
    said = shell.run("unlink", COMPANY, kiosk, "--json")
    assert said.code == 2 and "--yes" in said.err
    assert results(shell, "--status", "unlinked")["total"] == 0


def test_a_company_may_be_named_in_any_case(shell: Shell) -> None:
    assert shell.run("results", "harbour city", "--json").code == 0
