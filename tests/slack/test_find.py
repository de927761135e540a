"""Find and look up: what is typed or what a message names, in the results of every company."""

from typing import Any

import pytest

from bot.core.runs import Flag
from bot.slack.find import mentioned
from tests.blocks import samples
from tests.slack.conftest import Bot, Start


def test_find_looks_through_all_companies_and_opens_the_rows(start: Start) -> None:
    bot = start(companies=2)
    bot.store.add(samples.company("Lakeside", Flag.BLUE, id="lakeside"), [samples.result(3, name="Kiosk Twin")])
    bot.slack.command("find KIOSK")
    message = bot.said("fit “KIOSK”")
    assert "🟥 Red · Harbour City Property · " in message["text"]
    assert "🔵 Blue · Lakeside · 1 record with “KIOSK”" in message["text"]
    bot.slack.click(message, "find.show.1")
    bot.said("“KIOSK” · 1 of 1")


def test_nothing_found_is_said_with_what_was_looked_for(bot: Bot) -> None:
    bot.slack.command("find <!channel> unheard-of")
    assert "No record of any company fits “&lt;!channel&gt; unheard-of”." in bot.said("No record")["text"]


def test_find_without_words_asks_for_them(bot: Bot) -> None:
    bot.slack.command("find")
    bot.said("What shall I look for?")


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("Why is INV-2041 red?", ["INV-2041"]),
        ("Kiosk Ltd says they paid 1,150.00 on 2026-11-03 at 9:14 for 20418", ["20418", "Kiosk Ltd"]),
        ("see <https://example.com/x|INV-7001> and <@U0ANA>", ["INV-7001"]),
        ("the tenant Ngaio &amp; Sons, unit 12", ["Ngaio & Sons"]),
        ("please ask Kauri about it", ["Kauri"]),
        ("Nothing to see", []),
        ("", []),
    ],
)
def test_numbers_and_names_of_a_message_are_looked_for(message: str, names: list[str]) -> None:
    assert mentioned(message) == names


def look_up(bot: Bot, message: dict[str, Any], user: str = "@ana") -> None:
    about = {"callback_id": "look_up", "channel": "#accounts", "ts": message["ts"]}
    answer = bot.slack.control("POST", "shortcut", user=user, **about)
    assert answer["ok"], answer


def test_a_message_is_looked_up_and_only_whoever_asked_sees_it(bot: Bot) -> None:
    bot.slack.control("POST", "command", user="@ben", channel="#accounts", text="What about Kiosk Ltd and INV-2050?")
    look_up(bot, bot.slack.last())
    message = bot.said("what this message names")
    assert "with “INV-2050”" in message["text"] and "with “Kiosk Ltd”" in message["text"]
    assert not any("what this message names" in one["text"] for one in bot.slack.seen("@ben"))


def test_a_message_that_names_nothing_says_so(bot: Bot) -> None:
    bot.slack.control("POST", "command", user="@ben", channel="#accounts", text="lunch?")
    look_up(bot, bot.slack.last())
    bot.said("No record of any company fits what this message names.")


def test_the_shortcut_opens_the_overview_anywhere_and_acts_from_there(bot: Bot) -> None:
    answer = bot.slack.control("POST", "shortcut", user="@ana", callback_id="overview")
    assert answer["ok"], answer
    bot.modal("🟥 Red · *Harbour City Property*")
    bot.slack.in_modal("company.more", value="sync|harbour")
    bot.said("waiting to start", channel="@qbo-sync")
    bot.slack.in_modal("company.more", value="results|harbour")
    bot.modal("*Messages* tab")
    bot.said("results.refresh", channel="@qbo-sync")


def test_without_companies_the_shortcut_shows_the_first_steps(start: Start) -> None:
    bot = start(companies=0)
    bot.slack.control("POST", "shortcut", user="@ana", callback_id="overview")
    bot.modal("No company is connected yet.")


def test_a_hundred_companies_fit(start: Start) -> None:
    bot = start()
    rows = [samples.result(1, name="Kiosk"), *samples.results(30, samples.LONG)]
    for place in range(1, 40):
        bot.store.add(samples.company(samples.LONG[:90], Flag.BLUE, id=f"lakeside-{place}"), rows)
    bot.slack.command("find kiosk")
    bot.said("more places: use more words")
