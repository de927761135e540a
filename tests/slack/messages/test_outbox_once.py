"""A message whose answer was lost, or whose poster died, stands in Slack once, in its order, with what is true now."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from blocks.kit.kit import Message, section
from bot.core.runs import Flag, Trigger
from bot.desk.posts import Posts
from bot.sandbox.slack.workspace.messages import Message as Talk
from bot.slack.build import build_announcer, web_client
from bot.slack.messages.history import mark
from bot.slack.messages.outbox import CLAIM_PATIENCE, Outbox, Shown
from tests.rarely import rarely
from tests.slack.conftest import ACCOUNTS, Bot, Start

LOST = {"kind": "drop_after"}
TOO_LATE = {"kind": "drop_after", "ms": 2_000}
BROKEN = {"kind": "after_reply", "status": 502, "body": "<html>bad gateway</html>"}
UNREADABLE = {"kind": "after_reply", "status": 200, "body": "<html>proxy</html>"}
HALF = {"kind": "truncate", "bytes": 20}
NOT_DONE = {"kind": "reply", "status": 503, "body": "no"}
TAKEN = [LOST, TOO_LATE, BROKEN, UNREADABLE, HALF]


class Died(Exception):
    """The process ends here."""


@contextmanager
def dies_before(deed: str) -> Iterator[None]:
    """A process that does not come to this any more: to `note` where a message stands, to `release` its claim."""

    def dies(*_: object) -> None:
        raise Died

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Died):
        patch.setattr(Posts, deed, dies)
        yield


def strike(bot: Bot, effect: dict[str, Any], times: int = 1, path: str = "chat.postMessage") -> None:
    bot.slack.control("POST", "faults", match={"path": path}, times=times, effect=effect)


def words(text: str) -> Message:
    return Message(text, [section(text)])


def texts(bot: Bot, channel: str = "#accounts") -> list[str]:
    return [one["text"] for one in bot.slack.seen("@ben", channel)]


@pytest.fixture
def calm(start: Start) -> Bot:
    """Slack's clock goes with ours, nothing needs attention, and nobody waits long for an answer."""
    bot = start(is_calm=True)
    bot.slack.state.clock = bot.clock
    bot.slack.control("PUT", "rate_limits", enabled=False)
    return bot


def outbox(bot: Bot) -> Outbox:
    """Of a process of its own."""
    client = web_client(bot.settings)
    client.timeout = 0.5  # type: ignore[assignment]  # urllib takes fractions of a second
    return Outbox(bot.desk, client, bot.clock)


def until_shown(bot: Bot, box: Outbox, key: str, message: Message, thread_ts: str = "") -> int:
    """Asked again every second until it stands; gives how long that took."""
    for second in range(200):
        if box.show(key, ACCOUNTS, message, thread_ts) is Shown.YES:
            return second
        bot.clock.forward(1)
    raise AssertionError(f"{key} does not come")


@pytest.mark.parametrize("effect", TAKEN)
def test_a_message_that_slack_took_without_an_answer_is_not_posted_again(calm: Bot, effect: dict[str, Any]) -> None:
    strike(calm, effect)
    box = outbox(calm)
    assert box.show("one", ACCOUNTS, words("first words")) is Shown.LATER
    until_shown(calm, box, "one", words("first words"))
    assert texts(calm) == ["first words"]
    assert len(calm.slack.calls("chat.postMessage")) == 1


def test_what_changed_meanwhile_is_edited_in(calm: Bot) -> None:
    strike(calm, LOST)
    box = outbox(calm)
    box.show("one", ACCOUNTS, words("syncing"))
    until_shown(calm, box, "one", words("done"))
    assert texts(calm) == ["done"]


@pytest.mark.parametrize("effect", [NOT_DONE, {"kind": "drop_before"}])
def test_what_slack_did_not_take_is_posted_once_that_is_sure(calm: Bot, effect: dict[str, Any]) -> None:
    strike(calm, effect)
    box = outbox(calm)
    assert 5 < until_shown(calm, box, "one", words("first words")) < 15
    assert texts(calm) == ["first words"]


def test_a_message_that_comes_late_is_found(calm: Bot) -> None:
    """Slack was still at it when the answer was lost: nobody believes so soon that it is not there."""
    strike(calm, NOT_DONE)
    box = outbox(calm)
    for second in range(9):
        assert box.show("one", ACCOUNTS, words("first words")) is Shown.LATER
        calm.clock.forward(1)
        if second == 5:
            calm.client.chat_postMessage(channel=ACCOUNTS, text="first words", metadata=mark("one"))
    until_shown(calm, box, "one", words("first words"))
    assert texts(calm) == ["first words"]


def test_a_clear_refusal_is_tried_again_without_looking(calm: Bot) -> None:
    limited = {"kind": "reply", "status": 429, "headers": {"Retry-After": "3"}, "body": {"ok": False}}
    strike(calm, limited)
    assert until_shown(calm, outbox(calm), "one", words("first words")) == 3
    assert calm.slack.calls("conversations.history") == []


def test_nothing_is_in_doubt_where_nobody_listened(calm: Bot) -> None:
    nowhere = web_client(calm.settings)
    nowhere.base_url = "http://127.0.0.1:9/api/"
    box = outbox(calm)
    box.client = nowhere
    assert box.show("one", ACCOUNTS, words("first words")) is Shown.LATER
    assert calm.store.claims() == {}


def test_what_is_said_after_it_waits_so_that_the_order_holds(calm: Bot) -> None:
    strike(calm, NOT_DONE)
    box, said = outbox(calm), ["one", "two", "three"]
    for _ in range(40):
        done = [box.show(key, ACCOUNTS, words(key)) is Shown.YES for key in said]
        calm.clock.forward(1)
    assert done == [True, True, True]
    assert texts(calm) == said


def test_it_waits_also_when_it_is_asked_for_first(calm: Bot) -> None:
    strike(calm, NOT_DONE)
    box = outbox(calm)
    assert box.show("one", ACCOUNTS, words("one")) is Shown.LATER
    calm.clock.forward(7)
    assert box.show("two", ACCOUNTS, words("two")) is Shown.LATER


def test_another_channel_does_not_wait(calm: Bot) -> None:
    calm.slack.control("PUT", "membership", channel="#general", is_member=True)
    strike(calm, LOST)
    box = outbox(calm)
    assert box.show("one", ACCOUNTS, words("one")) is Shown.LATER
    assert box.show("two", "C0GENERAL", words("two")) is Shown.YES


@pytest.mark.parametrize("effect", [LOST, NOT_DONE])
def test_replies_in_a_thread_are_told_apart_and_kept_in_order(calm: Bot, effect: dict[str, Any]) -> None:
    box = outbox(calm)
    box.show("top", ACCOUNTS, words("top"))
    thread = calm.store.posted()["top"].ts
    strike(calm, effect)
    for _ in range(40):
        done = [box.show(key, ACCOUNTS, words(key), thread) is Shown.YES for key in ("one", "two")]
        calm.clock.forward(1)
    assert done == [True, True]
    assert [(one["text"], one.get("thread_ts", "")) for one in calm.slack.seen("@ben")[1:]] == [
        ("one", thread),
        ("two", thread),
    ]


def test_a_reply_is_posted_when_the_first_message_of_its_thread_is_gone(calm: Bot) -> None:
    box = outbox(calm)
    box.show("top", ACCOUNTS, words("top"))
    thread = calm.store.posted()["top"].ts
    strike(calm, NOT_DONE)
    box.show("one", ACCOUNTS, words("one"), thread)
    calm.client.chat_delete(channel=ACCOUNTS, ts=thread)
    until_shown(calm, box, "one", words("one"), thread)
    assert texts(calm) == ["one"]


def test_a_process_that_dies_between_posting_and_noting_has_posted_once(calm: Bot) -> None:
    with dies_before("note"):
        outbox(calm).show("one", ACCOUNTS, words("first words"))
    box = outbox(calm)
    assert 55 < until_shown(calm, box, "one", words("other words")) < 65
    assert texts(calm) == ["other words"]
    assert len(calm.slack.calls("chat.postMessage")) == 1


def test_a_process_that_dies_before_posting_is_taken_over_by_one(calm: Bot) -> None:
    calm.desk.posts.claim("one")
    calm.clock.forward(61)
    boxes = [outbox(calm) for _ in range(3)]
    assert [box.show("one", ACCOUNTS, words("first words")) for box in boxes] == [Shown.YES] * 3
    assert texts(calm) == ["first words"]


def test_an_old_claim_is_taken_over_by_whoever_is_quicker(calm: Bot) -> None:
    calm.desk.posts.claim("one")
    seen = calm.desk.posts.claimed("one")
    assert seen is not None
    calm.clock.forward(61)
    assert calm.desk.posts.change("one", seen, replace(seen, tried_at=calm.clock()))
    assert not calm.desk.posts.change("one", seen, replace(seen, tried_at=calm.clock()))
    assert outbox(calm).show("one", ACCOUNTS, words("first words")) is Shown.LATER


def test_what_one_process_left_in_doubt_another_looks_up(calm: Bot) -> None:
    strike(calm, LOST)
    outbox(calm).show("one", ACCOUNTS, words("first words"))
    assert until_shown(calm, outbox(calm), "one", words("first words")) < 15
    assert texts(calm) == ["first words"]


def test_while_it_cannot_be_looked_up_for_now_it_waits(calm: Bot) -> None:
    strike(calm, LOST)
    strike(calm, {"kind": "reply", "status": 503, "body": "no"}, times=8, path="conversations.history")
    box = outbox(calm)
    assert until_shown(calm, box, "one", words("first words")) > CLAIM_PATIENCE.total_seconds()
    assert texts(calm) == ["first words"]


def test_without_the_scope_a_message_in_doubt_waits_a_minute_and_comes(calm: Bot) -> None:
    """It may stand there twice then, which is what the documents say; it is never lost."""
    calm.slack.state.settings.scopes = frozenset()
    strike(calm, NOT_DONE)
    assert 59 <= until_shown(calm, outbox(calm), "one", words("first words")) <= 71
    assert texts(calm) == ["first words"]


def test_without_the_scope_all_else_goes_as_ever(calm: Bot) -> None:
    calm.slack.state.settings.scopes = frozenset()
    assert outbox(calm).show("one", ACCOUNTS, words("first words")) is Shown.YES


def test_among_much_talk_it_is_found(calm: Bot) -> None:
    strike(calm, LOST)
    box = outbox(calm)
    box.show("one", ACCOUNTS, words("first words"))
    for place in range(450):
        calm.slack.state.post(Talk(calm.slack.state.new_ts(), ACCOUNTS, "U0BEN", f"talk {place}"))
    until_shown(calm, box, "one", words("first words"))
    assert texts(calm).count("first words") == 1


def test_direct_messages_are_looked_up_too(calm: Bot) -> None:
    strike(calm, LOST)
    box = outbox(calm)
    for _ in range(20):
        box.show("one", "D0BEN", words("for you"))
        calm.clock.forward(1)
    assert texts(calm, "@qbo-sync") == ["for you"]


def test_the_mark_says_nothing_to_others(calm: Bot) -> None:
    outbox(calm).show("red:harbour", ACCOUNTS, words("first words"))
    ts = calm.store.posted()["red:harbour"].ts
    message = calm.slack.state.messages.get(ACCOUNTS, ts)
    assert message is not None and set(message.metadata) == {"event_type", "event_payload"}
    assert "harbour" not in str(message.metadata)


def test_a_red_message_whose_answer_was_lost_comes_once_and_shows_what_is_true(start: Start) -> None:
    bot = start()
    bot.slack.state.clock = bot.clock
    strike(bot, LOST)
    bot.tick()
    bot.store.go_through(5)
    for _ in range(10):
        bot.tick(seconds=6)
    (red,) = texts(bot)
    assert "24 records need attention" in red
    bot.announcer = build_announcer(bot.desk, bot.settings, bot.client, bot.clock)
    bot.tick(seconds=120)
    assert len(texts(bot)) == 1


def test_a_process_that_dies_before_it_noted_the_red_message_has_posted_it_once(start: Start) -> None:
    bot = start()
    bot.slack.state.clock = bot.clock
    with dies_before("note"):
        bot.tick()
    bot.announcer = build_announcer(bot.desk, bot.settings, bot.client, bot.clock)
    for _ in range(15):
        bot.look(seconds=6)
    assert len(texts(bot)) == 1 and "red:harbour" in bot.store.posted()


@pytest.mark.parametrize("seed", [0, 1, *rarely(2, 3, 4, 5)])
def test_runs_told_through_lost_answers_stand_once_each_in_order(calm: Bot, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(12):
        run, _ = calm.desk.runs.request("harbour", "", Trigger.SCHEDULE)
        calm.store.finish(run.run_id, Flag.BLUE)
        if chance.random() < 0.6:
            strike(calm, chance.choice([LOST, BROKEN, HALF, NOT_DONE]), path=chance.choice(["chat.post", "chat."]))
        calm.tick(seconds=chance.choice([2, 7, 20]))
        if chance.random() < 0.2:
            calm.announcer = build_announcer(calm.desk, calm.settings, calm.client, calm.clock)
    for _ in range(40):
        calm.tick(seconds=6)
    thread = [one for one in calm.slack.seen("@ben") if one.get("thread_ts") not in (None, one["ts"])]
    noted = [calm.store.posted()[f"entry:run-{number}"].ts for number in range(1, 13)]
    assert [one["ts"] for one in thread] == noted == sorted(noted)
    assert len(calm.slack.seen("@ben")) == 13
