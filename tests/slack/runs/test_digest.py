"""The weekly digest: in the company's channel, at its hour, once; with Slack's chart, a picture of it, or words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageColor

from bot.core.causes import grouping
from bot.core.model import RecordRef, RecordType, Result
from bot.core.results import Cause
from bot.core.runs import Flag, RunState, Verified
from bot.core.team.week import CauseSpan, DayOfCauses, week
from bot.slack.runs.digest import Digests
from bot.slack.runs.picture import CLOSED, OPENED, bars
from bot.store.database import to_ms
from bot.store.results import cause_spans
from bot.store.tables import cause_spans as spans
from bot.store.team import settings
from tests.blocks import samples
from tests.patience import PATIENCE_S
from tests.slack.conftest import Bot, Start
from tests.slack.seeding import put_right

MONDAY_NINE = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)  # in Auckland


def switch_on(bot: Bot) -> None:
    with bot.store.database.write() as connection:
        settings.put(connection, "harbour", {"digest": "on"})


def happened(bot: Bot, opened: timedelta, closed: timedelta | None, rows: list[Result]) -> None:
    """A cause that came and went so long before now."""
    now = bot.clock()
    with bot.store.database.write() as connection:
        cause_spans.note(connection, "harbour", to_ms(now - opened), rows)
        if closed is not None:
            cause_spans.note(connection, "harbour", to_ms(now - closed), [])


def digests(bot: Bot) -> list[dict[str, Any]]:
    return [one for one in bot.slack.seen("@ben") if "the week to" in one["text"]]


@pytest.fixture
def monday(start: Start) -> Bot:
    bot = start(at=MONDAY_NINE - timedelta(minutes=1))
    switch_on(bot)
    bot.store.forget(spans)
    happened(bot, timedelta(days=3), timedelta(days=2, hours=20), [bot.store.rows()[0]])
    happened(bot, timedelta(days=1), None, bot.store.rows()[:20])
    return bot


def test_it_comes_on_its_day_at_its_hour_and_once(monday: Bot) -> None:
    bot = monday
    bot.tick(seconds=1)
    assert digests(bot) == []
    bot.tick(seconds=70)
    (message,) = digests(bot)
    assert message["text"].startswith(
        "🟥 Red · Harbour City Property · the week to 23 Nov 2026 · 2 causes opened, 1 closed"
    )
    assert "fixed in 4 h (median)" in message["text"] and "29 records need attention" in message["text"]
    for _ in range(3):
        bot.tick(seconds=3600)
    assert len(digests(bot)) == 1
    bot.tick(seconds=7 * 24 * 3600)
    assert len(digests(bot)) == 2


def test_it_holds_the_chart_the_top_and_the_oldest_cause(monday: Bot) -> None:
    monday.tick(seconds=70)
    blocks = digests(monday)[0]["blocks"]
    (chart,) = [block for block in blocks if block["type"] == "data_visualization"]
    assert [sum(point["value"] for point in one["data"]) for one in chart["chart"]["series"]] == [2, 1]
    assert "What held up most" in str(blocks) and "Open longest" in str(blocks)


@pytest.fixture
def chartless(monday: Bot) -> Bot:
    """Slack takes no chart here, and there is no red message."""
    refusal = {"kind": "reply", "status": 200, "body": {"ok": False, "error": "invalid_blocks"}}
    monday.store.change_company(flag=Flag.BLUE)
    monday.store.put([put_right(row) for row in monday.store.rows()])
    match = {"path": "chat.postMessage", "body": "data_visualization"}
    monday.slack.control("POST", "faults", match=match, times=None, effect=refusal)
    return monday


def test_where_slack_takes_no_chart_a_picture_of_it_comes_at_once(chartless: Bot) -> None:
    chartless.tick(seconds=70)
    (message,) = digests(chartless)
    (image,) = [block for block in message["blocks"] if block["type"] == "image"]
    file = chartless.slack.state.files[image["slack_file"]["id"]]
    assert file.content.startswith(b"\x89PNG") and file.is_complete
    assert "Fri 20 Nov 1 opened, 1 closed; Sun 22 Nov 1 opened, 0 closed" in image["alt_text"]
    assert not any(one.get("files") for one in chartless.slack.seen("@ben"))
    for _ in range(3):
        chartless.tick(seconds=3600)
    assert len(digests(chartless)) == 1 and len(chartless.slack.state.files) == 1


def test_a_picture_that_slack_still_looks_at_is_shown_a_little_later(chartless: Bot) -> None:
    chartless.slack.state.clock = chartless.clock
    chartless.slack.state.settings.file_ready_after_s = 40
    chartless.tick(seconds=70)
    assert digests(chartless) == []
    chartless.slack.http.delete(f"{chartless.slack.url}/_control/faults", timeout=PATIENCE_S).raise_for_status()
    for _ in range(3):
        chartless.tick(seconds=31)
    (message,) = digests(chartless)
    assert "image" in [block["type"] for block in message["blocks"]]
    assert len(chartless.slack.state.files) == 1


def test_a_picture_whose_message_has_to_wait_is_not_uploaded_again(chartless: Bot) -> None:
    limited = {"kind": "reply", "status": 429, "headers": {"Retry-After": "5"}, "body": {"ok": False}}
    match = {"path": "chat.postMessage", "body": "slack_file"}
    chartless.slack.control("POST", "faults", match=match, times=1, effect=limited)
    for _ in range(3):
        chartless.tick(seconds=70)
    (message,) = digests(chartless)
    assert "image" in [block["type"] for block in message["blocks"]] and len(chartless.slack.state.files) == 1


@pytest.mark.parametrize("refused", ["files.getUploadURLExternal", "files.completeUploadExternal", "/upload/"])
def test_where_no_picture_is_taken_the_figures_stand_in_words_at_once(chartless: Bot, refused: str) -> None:
    failing = {"kind": "reply", "status": 200, "body": {"ok": False, "error": "missing_scope"}}
    effect = {**failing, "status": 500} if refused == "/upload/" else failing
    chartless.slack.control("POST", "faults", match={"path": refused}, times=None, effect=effect)
    chartless.tick(seconds=70)
    (message,) = digests(chartless)
    kinds = [block["type"] for block in message["blocks"]]
    assert "1 opened, 0 closed" in str(message["blocks"])
    assert "data_visualization" not in kinds and "image" not in kinds


def test_a_picture_that_is_never_taken_gives_way_to_words(chartless: Bot) -> None:
    chartless.slack.state.settings.file_ready_after_s = 10**6
    for _ in range(4):
        chartless.tick(seconds=70)
    (message,) = digests(chartless)
    assert "1 opened, 0 closed" in str(message["blocks"])
    assert "image" not in [block["type"] for block in message["blocks"]]


def test_a_digest_whose_answer_was_lost_comes_once(monday: Bot) -> None:
    monday.slack.state.clock = monday.clock
    match = {"path": "chat.postMessage", "body": "week to"}
    monday.slack.control("POST", "faults", match=match, times=1, effect={"kind": "drop_after"})
    monday.tick(seconds=70)
    for _ in range(5):
        monday.tick(seconds=31)
    assert len(digests(monday)) == 1 and "digest:harbour:2026-11-23" in monday.store.posted()


def test_the_drift_of_the_last_verification_is_told(monday: Bot) -> None:
    monday.store.was_verified(Verified(monday.clock(), False, {"NZD": Decimal("12.5")}, 3))
    monday.tick(seconds=70)
    (message,) = digests(monday)
    assert "3 linked pairs no longer agree · NZD 12.50 unexplained" in message["text"]
    assert "*Drift* · 3 linked pairs no longer agree" in str(message["blocks"])


def test_the_hours_before_a_digest_are_in_that_one_only(monday: Bot) -> None:
    """A cause that came and went in the morning of the day, before its hour."""
    happened(monday, timedelta(hours=3), timedelta(hours=2), [replace(monday.store.rows()[1], cause=None)])
    first = monday.desk.team.week("harbour", MONDAY_NINE)
    second = monday.desk.team.week("harbour", MONDAY_NINE + timedelta(days=7))
    assert (first.opened, second.opened, second.closed) == (3, 0, 0)


def test_the_picture_has_a_bar_for_each_figure() -> None:
    days = [DayOfCauses(date(2026, 11, 16) + timedelta(days=place), place, 12 - place) for place in range(8)]
    image = Image.open(BytesIO(bars(days)))
    assert (image.size, image.format) == ((1200, 520), "PNG")
    row = [image.getpixel((x, 455)) for x in range(image.width)]
    dark, light = (row.count(ImageColor.getrgb(colour)) for colour in (OPENED, CLOSED))
    assert dark > 7 * 40 and light > 8 * 30
    assert bars([]) and bars([DayOfCauses(date(2026, 11, 16), 0, 0)]) and bars(days * 40)


def test_switched_off_it_does_not_come(monday: Bot) -> None:
    seen = monday.desk.team.settings("harbour")
    monday.desk.team.change_settings(replace(seen, has_digest=False), seen, "U0ANA")
    monday.tick(seconds=70)
    assert digests(monday) == []


def test_after_a_long_outage_the_old_one_is_left_out(monday: Bot) -> None:
    monday.clock.forward(25 * 3600)
    monday.tick(seconds=70)
    assert digests(monday) == []


def test_two_processes_post_it_once(monday: Bot) -> None:
    monday.clock.forward(70)
    companies = [(monday.desk.companies.named("harbour"), "C0ACCOUNTS")]
    for _ in range(2):
        Digests(monday.desk, monday.announcer.outbox, monday.clock, monday.announcer.digests.operators).keep(companies)
    assert len(digests(monday)) == 1


def cause_rows(*names: str) -> list[Result]:
    refs = [RecordRef(RecordType.CONTACT, name) for name in names]
    return [samples.result(0, ref=ref, cause=ref, name=ref.key, details=f"{ref.key} is archived.") for ref in refs]


def test_a_cause_is_written_down_when_it_comes_and_when_it_goes(bot: Bot) -> None:
    bot.store.forget(spans)
    with bot.store.database.write() as connection:
        for minute, names in enumerate((("a",), ("a", "b"), ("b",), (), ("a",))):
            cause_spans.note(connection, "harbour", minute, cause_rows(*names))
        found = [
            (span.headline[0], span.opened_at, span.closed_at) for span in cause_spans.since(connection, "harbour", 0)
        ]
    assert found == [("a", 0, 2), ("b", 1, 3), ("a", 4, None)]


def test_days_are_the_companys_own_and_an_incomplete_run_is_neither_blue_nor_red() -> None:
    opened = datetime(2026, 11, 15, 11, 30, tzinfo=UTC)  # 0:30 on the 16th in Auckland
    runs = [samples.run(flag=Flag.BLUE), samples.run(flag=None, state=RunState.INCOMPLETE)]
    made = week(samples.NOW + timedelta(minutes=1), "Pacific/Auckland", [CauseSpan("x", 1, opened)], runs)
    assert [day.opened for day in made.days if day.opened] == [1]
    assert next(day for day in made.days if day.opened).day.isoformat() == "2026-11-16"
    assert (made.blue, made.red, made.incomplete) == (1, 0, 1)
    assert made.oldest is not None and made.fixed_in_s is None


def test_a_cause_without_a_record_has_a_key_too() -> None:
    cause: Cause = samples.cause(0, ref=None)
    assert len(grouping.key(cause)) < 160
