"""Settings: sound without any, the environment's where given, and refused in words when they make no sense."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.settings import Settings

NAMES = [name.upper() for name in Settings.model_fields]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No setting from the machine that runs the tests, and no .env file."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    yield


def test_without_any_setting_there_is_a_file_in_the_users_data_folder(tmp_path: Path) -> None:
    settings = Settings()
    assert settings.database == f"sqlite:///{tmp_path / 'data' / 'qbo-sync' / 'qbo-sync.sqlite3'}"
    assert (settings.sync_schedule, settings.qbo_environment, settings.port) == ("0 * * * *", "production", 3000)
    assert settings.quickbooks_api == "https://quickbooks.api.intuit.com"
    assert settings.quickbooks_web == "https://qbo.intuit.com"
    assert settings.discovery == "production"


def test_the_sandbox_of_intuit_has_addresses_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QBO_ENVIRONMENT", "sandbox")
    settings = Settings()
    assert settings.quickbooks_api == "https://sandbox-quickbooks.api.intuit.com"
    assert settings.quickbooks_web == "https://sandbox.qbo.intuit.com"
    assert settings.discovery == "sandbox"


def test_every_address_can_be_put_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QBO_API_URL", "QBO_WEB_URL", "QBO_DISCOVERY_URL", "DATABASE_URL"):
        monkeypatch.setenv(name, f"http://127.0.0.1/{name}/")
    settings = Settings()
    assert settings.quickbooks_api == "http://127.0.0.1/QBO_API_URL"
    assert settings.quickbooks_web == "http://127.0.0.1/QBO_WEB_URL"
    assert settings.discovery == "http://127.0.0.1/QBO_DISCOVERY_URL/"
    assert settings.database == "http://127.0.0.1/DATABASE_URL/"


def test_an_env_file_counts_and_the_environment_counts_more(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("SLACK_CHANNEL=C1\nRELEASED_API_URL=http://file\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("RELEASED_API_URL", "http://environment")
    settings = Settings()
    assert (settings.slack_channel, settings.released_api_url) == ("C1", "http://environment")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QBO_ENVIRONMENT", "live"),
        ("RELEASED_PAGE_SIZE", "0"),
        ("RELEASED_PAGE_SIZE", "501"),
        ("RELEASED_PAGE_SIZE", "many"),
        ("QBO_BATCHES_PER_MINUTE", "0"),
        ("QBO_BATCHES_PER_MINUTE", "121"),
        ("PORT", "web"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as raised:
        Settings()
    assert [error["loc"] for error in raised.value.errors()] == [(name.lower(),)]


def test_secrets_do_not_show_when_the_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
    assert len(secret) >= 6
    for name in secret:
        monkeypatch.setenv(name.upper(), "hush-hush")
    settings = Settings()
    assert "hush-hush" not in repr(settings) + str(settings.model_dump())
    assert settings.qbo_client_secret.get_secret_value() == "hush-hush"


def test_settings_are_what_they_were_at_the_start() -> None:
    settings: Any = Settings()
    with pytest.raises(ValidationError):
        settings.port = 1
