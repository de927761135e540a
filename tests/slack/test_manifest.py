"""The app manifest is one that Slack takes, and asks for no more than the code uses."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.slack.command import COMMAND

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT.parent / "shared" / "data" / "slack_manifest.schema.json"
USES = {
    "commands": COMMAND,
    "chat:write": "chat_postMessage",
    "users:read": "users_info",
    "channels:read": "conversations_info",
    "groups:read": "conversations_info",
    "usergroups:read": "usergroups_users_list",
    "im:write": "conversations_open",
    "files:write": "files_completeUploadExternal",
    "channels:history": "conversations_history",
    "groups:history": "conversations_history",
    "im:history": "conversations_replies",
}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "manifest.yml").read_text()))


@pytest.mark.skipif(not SCHEMA.exists(), reason=f"Slack's manifest schema is not at {SCHEMA}")
def test_it_is_valid(manifest: dict[str, Any]) -> None:
    jsonschema.Draft7Validator(json.loads(SCHEMA.read_text())).validate(manifest)


def test_it_names_the_command_that_the_code_answers(manifest: dict[str, Any]) -> None:
    assert [one["command"] for one in manifest["features"]["slash_commands"]] == [COMMAND]


def test_it_names_the_shortcuts_and_events_that_the_code_answers(manifest: dict[str, Any]) -> None:
    code = "".join(path.read_text() for path in (ROOT / "bot" / "slack").rglob("*.py"))
    for shortcut in manifest["features"]["shortcuts"]:
        assert f'app.shortcut("{shortcut["callback_id"]}")' in code
        assert len(shortcut["name"]) <= 24
    for event in manifest["settings"]["event_subscriptions"]["bot_events"]:
        assert f'app.event("{event}")' in code
    assert manifest["features"]["app_home"]["home_tab_enabled"]


def test_every_scope_is_used_by_the_code(manifest: dict[str, Any]) -> None:
    code = "".join(path.read_text() for path in (ROOT / "bot" / "slack").rglob("*.py"))
    for scope in manifest["oauth_config"]["scopes"]["bot"]:
        assert USES[scope] in code
