"""Slack away for ten minutes while runs go on: nothing waits, and afterwards everything is told once, in order.

Whoever waited for a Retry-After just once in each step would be an hour at it: pytest ends such a test.
"""

from collections.abc import Callable
from typing import Any

import pytest

from bot.core.runs import Flag, RunState, Trigger
from tests.patience import PATIENCE_S, eventually
from tests.rarely import edge
from tests.slack.conftest import Bot, Start
from tests.slack.runs.test_runs import texts

TEN_MINUTES_S = 600
STEP_S = 5
LIMITED = {
    "kind": "reply",
    "status": 429,
    "headers": {"Retry-After": "30"},
    "body": {"ok": False, "error": "ratelimited"},
}


def go_away(bot: Bot) -> Callable[[], Any]:
    bot.slack.control("PUT", "outage", on=True)
    return lambda: bot.slack.control("PUT", "outage", on=False)


def limit(bot: Bot) -> Callable[[], Any]:
    for method in ("chat.postMessage", "chat.update", "views.publish"):
        bot.slack.control("POST", "faults", match={"path": method}, times=None, effect=LIMITED)
    return lambda: bot.slack.http.delete(f"{bot.slack.url}/_control/faults", timeout=PATIENCE_S).raise_for_status()


@edge
@pytest.mark.parametrize("trouble", [go_away, limit])
def test_ten_minutes_without_slack_lose_and_double_nothing(start: Start, trouble: Callable[[Bot], Any]) -> None:
    bot = start(companies=2, is_calm=True)
    bot.slack.command("sync harbour")
    eventually(lambda: bot.store.runs())
    bot.said("waiting to start")
    over = trouble(bot)
    for step in range(TEN_MINUTES_S // STEP_S):
        if step == 20:
            bot.store.finish("run-1", Flag.BLUE)
        if step in (30, 60, 90):
            run, _ = bot.desk.runs.request("lakeside-1", "", Trigger.SCHEDULE)
            assert run.state is RunState.REQUESTED
            bot.store.finish(run.run_id, Flag.BLUE)
        bot.tick(seconds=STEP_S)
    told = len(texts(bot))
    over()
    for _ in range(60):
        bot.tick(seconds=STEP_S)
    assert told == 1
    seen = texts(bot)
    assert sum("🔵 Blue · Harbour City Property · in sync" in text for text in seen) == 1
    entries = [
        message for message in bot.slack.seen("@ben") if message.get("thread_ts") and "by schedule" in message["text"]
    ]
    assert len([one for one in entries if one["ts"] != one["thread_ts"]]) == 3
    assert [one["ts"] for one in entries] == sorted(one["ts"] for one in entries)
    assert len(seen) == len(set(bot.store.posted())) + sum("started a sync" in text for text in seen)
