"""How requests come in: signed HTTP, Socket Mode, a burst of commands, errors that are nobody's fault."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
import requests
from sqlalchemy import update

from bot.core.runs import Progress, RunState, Trigger
from bot.desk.companies.companies import Companies
from bot.sandbox.slack.person.delivery import sign
from bot.slack.build import build_app
from bot.slack.plumbing.socket import NotConnected, start_socket, stop_socket
from bot.store.team.tables import views
from tests.patience import PATIENCE_S, eventually
from tests.slack.conftest import Bot, Host


def post(bot: Bot, body: str, **headers: str) -> requests.Response:
    given = {"content-type": "application/x-www-form-urlencoded", **headers}
    return requests.post(bot.slack.state.request_url, body.encode(), headers=given, timeout=PATIENCE_S)


def signed(bot: Bot, body: str, timestamp: int, secret: str = "") -> dict[str, str]:
    signature = sign(secret or bot.settings.signing_secret, timestamp, body)
    return {"x-slack-request-timestamp": str(timestamp), "x-slack-signature": signature}


BODY = "command=%2Fqbo-sync&text=help&user_id=U0ANA&team_id=T0HARBOUR&channel_id=C0ACCOUNTS"


def test_only_requests_signed_by_slack_and_fresh_are_answered(bot: Bot) -> None:
    now = int(time.time())
    good = signed(bot, BODY, now)
    assert post(bot, BODY, **good).status_code == 200
    assert post(bot, BODY).status_code == 401
    assert post(bot, BODY + "&text=sync", **good).status_code == 401
    assert post(bot, BODY, **signed(bot, BODY, now, "another-secret")).status_code == 401
    assert post(bot, BODY, **signed(bot, BODY, now - 360)).status_code == 401


@pytest.mark.parametrize("timestamp", ["yesterday", "", "１２３", "-5", "1e9", "9" * 5000])
def test_a_timestamp_that_is_no_number_is_refused(bot: Bot, timestamp: str) -> None:
    headers = {**signed(bot, BODY, int(time.time())), "x-slack-request-timestamp": timestamp.encode().decode("latin-1")}
    assert post(bot, BODY, **headers).status_code == 401


def test_a_body_that_is_no_text_is_refused(bot: Bot) -> None:
    headers = {"x-slack-request-timestamp": str(int(time.time())), "x-slack-signature": "v0=x"}
    answer = requests.post(bot.slack.state.request_url, b"\xff\xfe", headers=headers, timeout=PATIENCE_S)
    assert answer.status_code == 400


UNREADABLE = ["payload=%7Bnot", "payload=" + "[" * 250_000, "payload=[1]", "payload=null"]


@pytest.mark.parametrize("body", UNREADABLE, ids=["cut off", "deep", "a list", "null"])
def test_what_cannot_be_read_is_refused_and_unsigned_it_is_not_even_looked_at(bot: Bot, body: str) -> None:
    now = int(time.time())
    assert post(bot, body, **signed(bot, body, now, "another-secret")).status_code == 401
    assert post(bot, body, **signed(bot, body, now)).status_code == 400


def test_nothing_is_sent_anywhere_for_a_request_that_is_not_signed(bot: Bot, hosts: tuple[Host, Host]) -> None:
    """An error in the middle of checking must not be answered to whom the unchecked request names."""
    before = len(bot.slack.calls(""))
    body = f"{BODY}&text=sync+nobody&response_url={quote(hosts[0].server.url, safe='')}%2Fanywhere"
    for timestamp in (str(int(time.time())), "9" * 5000, "yesterday"):
        headers = {"x-slack-request-timestamp": timestamp, "x-slack-signature": "v0=bad"}
        assert post(bot, body, **headers).status_code == 401
    assert len(bot.slack.calls("")) == before


def test_a_body_beyond_what_slack_sends_is_not_read_to_its_end(bot: Bot) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"a" * 1_000_000

    headers = {"x-slack-request-timestamp": "1", "x-slack-signature": "v0=x"}
    try:
        answer = requests.post(bot.slack.state.request_url, endless(), headers=headers, timeout=PATIENCE_S)
        assert answer.status_code == 413
    except requests.ConnectionError:
        pass  # the door was closed while we were still sending


def overviews(bot: Bot) -> int:
    return sum("Your company needs attention." in str(message) for message in bot.slack.seen())


@pytest.mark.parametrize("commands", [60, pytest.param(200, marks=pytest.mark.long)])
def test_a_burst_of_commands_is_acknowledged_before_any_of_them_is_answered(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, commands: int
) -> None:
    """While a run goes on; how soon that is: `python -m benchmarks acknowledging`."""
    all_companies, go_on = Companies.all, threading.Event()

    def slowly(companies: Companies) -> Any:
        assert go_on.wait(PATIENCE_S)
        return all_companies(companies)

    monkeypatch.setattr(Companies, "all", slowly)
    bot.desk.runs.request("harbour", "", Trigger.SCHEDULE)
    bot.store.change_run("run-1", state=RunState.RUNNING, progress=Progress("invoices", 1, 9))
    bot.announcer.start()
    with ThreadPoolExecutor(commands) as people:
        answers = list(people.map(lambda _person: bot.slack.command(), range(commands)))
    assert all(answer["ok"] for answer in answers)
    assert overviews(bot) == 0
    go_on.set()
    eventually(lambda: overviews(bot) == commands)
    bot.announcer.stop()


def test_a_bug_is_logged_with_the_reference_that_the_person_sees(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    bot.store.change_company(flag="purple")  # which no company can be
    answer = bot.slack.command()
    assert answer["ok"]
    told = bot.said("finds the cause under this reference")
    reference = str(told["text"]).split("*")[-2]
    assert f"reference {reference}" in caplog.text and "'purple' is not a valid Flag" in caplog.text


def test_a_bug_in_a_window_is_shown_in_a_window(bot: Bot) -> None:
    bot.slack.click(bot.results(), "results.filter")
    bot.modal("Search")
    with bot.store.database.write() as connection:
        connection.execute(update(views).values(state="{"))
    bot.slack.submit(text={"text": "x"})
    bot.modal("finds the cause under this reference")


def test_a_link_button_is_only_acknowledged(bot: Bot) -> None:
    bot.tick()
    message: dict[str, Any] = bot.said("cause.1.harbour")
    block = next(block for block in message["blocks"] if block.get("block_id") == "cause.1.harbour")
    links = [element["action_id"] for element in block["elements"] if element["action_id"].startswith("link.")]
    for action_id in links:
        assert bot.slack.click(message, action_id)["ok"]


def test_over_socket_mode_it_works_the_same(bot: Bot) -> None:
    bot.slack.control("PUT", "request_url", url="")
    handler = start_socket(build_app(bot.desk, bot.settings, bot.client, bot.clock), bot.settings.app_token)
    try:
        eventually(lambda: bot.slack.control("GET", "connection")["socket"])
        message = bot.results()
        bot.slack.click(message, "results.next")
        bot.after(message, "page 2 of 5")
        bot.slack.click(message, "results.filter")
        bot.modal("Search")
        assert bot.slack.submit(text={"text": "kiosk"})["ok"]
        bot.after(message, "“kiosk” · 29 of 120")
    finally:
        stop_socket(handler)


def test_a_wrong_app_token_is_said_at_the_start(bot: Bot) -> None:
    with pytest.raises(NotConnected):
        start_socket(build_app(bot.desk, bot.settings, bot.client, bot.clock), "xapp-wrong")


def test_tokens_stay_out_of_the_settings_repr(bot: Bot) -> None:
    assert bot.settings.bot_token not in repr(bot.settings)
    assert bot.settings.signing_secret not in repr(bot.settings)
