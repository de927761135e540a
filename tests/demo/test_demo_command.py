"""`qbo-sync demo` as a process: by itself, whatever the person's own settings are, and gone without a trace."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.patience import PATIENCE_S, eventually

QBO_SYNC = Path(sys.executable).with_name("qbo-sync")
NOWHERE = "http://127.0.0.1:9"
OWN_SETTINGS = {
    "QBO_API_URL": NOWHERE,
    "QBO_DISCOVERY_URL": NOWHERE,
    "RELEASED_API_URL": NOWHERE,
    "SLACK_API_URL": NOWHERE,
    "SLACK_CHANNEL": "C0SOMEWHERE",
    "SLACK_OPERATORS": "U0NOBODY",
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "theirs",
    "TOKEN_ENCRYPTION_KEY": "theirs",
    "SYNC_SCHEDULE": "no schedule",
    "HTTP_PROXY": NOWHERE,
    "http_proxy": NOWHERE,
}


@pytest.fixture
def surroundings(tmp_path) -> dict[str, str]:
    """An environment and a .env file full of settings that must not be looked at; the demo's folder lies in tmp."""
    own = {**OWN_SETTINGS, "DATABASE_URL": f"sqlite:///{tmp_path}/own.sqlite3"}
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in own.items()))
    (tmp_path / "tmp").mkdir()
    return {**os.environ, **own, "TMPDIR": str(tmp_path / "tmp"), "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}


@pytest.mark.long
def test_check_shows_both_flags_and_what_needs_attention_and_leaves_nothing(surroundings, tmp_path) -> None:
    answer = subprocess.run(
        [QBO_SYNC, "demo", "--check"],
        cwd=tmp_path,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    assert re.search(r"Red · Harbour City Property · .*26 need attention", answer.stdout)
    assert re.search(r"Red · All Faults Ltd · .*need attention", answer.stdout)
    assert answer.stdout.count("Kiosk Ltd is inactive in QuickBooks") == 23
    assert "The number 1042 is already used in QuickBooks" in answer.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == [".env", "tmp"]
    assert list((tmp_path / "tmp").iterdir()) == []


def test_it_is_ready_soon_answers_in_slack_and_ends_with_ctrl_c(surroundings, tmp_path) -> None:
    process = subprocess.Popen(
        [QBO_SYNC, "demo", "--port", "0"],
        cwd=tmp_path,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        page = process.stdout.readline().removeprefix("Open ").strip()
        http = requests.Session()
        http.trust_env = False
        assert "accounts" in http.get(page, timeout=PATIENCE_S).text
        order = {"user": "ana", "channel": "#accounts", "text": "/qbo-sync sync all faults"}
        http.post(f"{page}_control/command", json=order, timeout=PATIENCE_S).raise_for_status()
        assert _message_about(http, page, "Red", "All Faults Ltd")
        order["text"] = "/qbo-sync results all faults"
        http.post(f"{page}_control/command", json=order, timeout=PATIENCE_S).raise_for_status()
        assert _message_about(http, page, "All Faults Ltd", "results")
        assert http.get(f"{page}_control/notifications", timeout=PATIENCE_S).json() == [], (
            "a tenant named <!channel> calls nobody"
        )
        process.send_signal(signal.SIGINT)
        process.wait(timeout=PATIENCE_S)
        said, errors = process.stdout.read(), process.stderr.read()
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert "/qbo-sync sync harbour" in said
    assert list((tmp_path / "tmp").iterdir()) == []


def _message_about(http: requests.Session, page: str, *words: str) -> str:
    """The text of a message that holds all these words, as @ana sees it; waits for it."""

    def look() -> str:
        query = {"channel": "#accounts", "user": "ana"}
        answer = http.get(f"{page}_control/messages", params=query, timeout=PATIENCE_S).json()
        texts = (message["text"] for message in answer)
        return next((text for text in texts if all(word in text for word in words)), "")

    return str(eventually(look))
