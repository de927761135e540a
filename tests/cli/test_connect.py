"""connect, companies and migrate."""

from collections.abc import Callable

from tests.cli.conftest import Shell
from tests.rarely import edge
from tests.sync.world import COMPANY, REALM

OTHER_REALM = "777"


def test_connecting_tells_what_it_found(new_shell: Callable[..., Shell]) -> None:
    shell = new_shell()
    said = shell.connect()
    assert said.code == 0, said.err
    assert said.json["company"] == COMPANY and said.json["realm"] == REALM
    assert said.json["quickbooks"] == "Harbour Books" and said.json["observe_only"] is False
    assert any("2026-04-01" in note for note in said.json["notes"])
    (company,) = shell.run("companies", "--json").json
    assert (company["id"], company["name"], company["status"]) == (
        COMPANY,
        "Harbour City Property",
        "incomplete set-up",
    )
    assert company["flag"] is None and company["last_run"] is None


@edge
def test_connecting_again_keeps_everything(shell: Shell) -> None:
    before = shell.run("results", COMPANY, "--rows", "all", "--json").json["total"]
    assert shell.connect().code == 0
    assert shell.run("results", COMPANY, "--rows", "all", "--json").json["total"] == before
    with shell.world.nothing_written():
        assert shell.run("sync", COMPANY).code == 0


@edge
def test_another_realm_for_a_connected_company_is_refused(shell: Shell) -> None:
    shell.world.state.add_company(OTHER_REALM, "Other Books", "NZ")
    said = shell.connect(OTHER_REALM)
    assert said.code == 2 and REALM in said.err and "error" in said.json
    assert shell.world.company().realm == REALM


def test_one_realm_for_two_companies_is_refused(shell: Shell) -> None:
    shell.world.released.add_company(id="second", name="Second")
    said = shell.connect(REALM, "second")
    assert said.code == 2 and "Harbour City Property" in said.err


def test_a_company_that_released_does_not_know_is_refused_with_those_it_knows(new_shell: Callable[..., Shell]) -> None:
    said = new_shell().connect(company="nobody")
    assert said.code == 2 and "nobody" in said.err and COMPANY in said.err


def test_a_wrong_refresh_token_is_refused_and_nothing_is_connected(new_shell: Callable[..., Shell]) -> None:
    shell = new_shell()
    said = shell.run("connect", COMPANY, "--realm", REALM, "--refresh-token", "RT1-nonsense", "--json")
    assert said.code == 2 and "nonsense" not in said.err + said.out
    assert shell.run("companies", "--json").json == []


def test_a_wrong_refresh_token_does_not_break_a_connection_that_works(shell: Shell) -> None:
    assert shell.run("connect", COMPANY, "--realm", REALM, "--refresh-token", "RT1-nonsense").code == 2
    assert shell.run("sync", COMPANY).code == 0


def test_a_company_with_the_built_in_sync_is_observed_only_without_asking(new_shell: Callable[..., Shell]) -> None:
    shell = new_shell()
    shell.world.released.control("PUT", "settings", {"companies": {COMPANY: {"builtInSync": True}}})
    said = shell.connect()
    assert said.json["observe_only"] is True and any("observes" in note for note in said.json["notes"])
    shell.world.contact("Kiosk Ltd")
    with shell.world.nothing_written():
        shell.run("sync", COMPANY, "--json")
    rows = shell.run("results", COMPANY, "--search", "kiosk", "--json").json["rows"]
    assert [row["outcome"] for row in rows] == ["planned"]


def test_the_tokens_are_nowhere_in_plain_text(shell: Shell) -> None:
    secrets = [grant.current for grant in shell.world.state.oauth.grants] + list(shell.world.state.oauth.access)
    stored = b"".join(file.read_bytes() for file in shell.folder.glob("store.sqlite3*"))
    assert secrets and not any(secret.encode() in stored for secret in secrets)


def test_migrating_twice_is_fine(new_shell: Callable[..., Shell]) -> None:
    shell = new_shell()
    assert shell.run("migrate").code == 0
    assert shell.run("migrate").code == 0


def test_missing_settings_are_named(shell: Shell, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    environment = {**shell.environment(), "RELEASED_API_KEY": ""}
    monkeypatch.setattr(shell, "environment", lambda: environment)
    said = shell.run("sync", COMPANY)
    assert said.code == 2 and "RELEASED_API_KEY" in said.err


def test_settings_that_are_no_settings_are_named(shell: Shell, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    environment = {**shell.environment(), "QBO_ENVIRONMENT": "moon"}
    monkeypatch.setattr(shell, "environment", lambda: environment)
    said = shell.run("companies")
    assert said.code == 2 and "QBO_ENVIRONMENT" in said.err
