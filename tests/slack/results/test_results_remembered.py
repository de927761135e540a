"""How the results open: as this person left them in this channel, else from the last clean sync on."""

from datetime import UTC, datetime
from typing import Any

from bot.core.runs import Flag
from bot.slack.results.remembered_filters import KEPT_FILTER
from bot.store.database import to_ms
from tests.slack.conftest import Bot, Start, eventually


def narrowed(bot: Bot, user: str = "@ana") -> None:
    bot.slack.command("results", user=user)
    message = bot.said("results.refresh", user=user)
    bot.slack.click(message, "results.type", value="invoice", user=user)
    message = bot.after(message, "invoices · since 21 Nov 2026 · 33 of 120", user=user)
    bot.slack.click(message, "results.order", value="oldest", user=user)
    bot.after(message, "oldest first", user=user)


def opened(bot: Bot, text: str = "results", user: str = "@ana", channel: str = "#accounts") -> str:
    before = {one["ts"] for one in bot.slack.seen(user, channel)}
    bot.slack.command(text, user=user, channel=channel)
    while True:
        message = bot.said("results.refresh", user=user, channel=channel)
        if message["ts"] not in before:
            return message["text"] + str(message["blocks"])


def clean_on(bot: Bot, day: int) -> None:
    """The last sync that went well is that of this day of November."""
    bot.store.change_company(last_clean_at=to_ms(datetime(2026, 11, day, tzinfo=UTC)))


def test_a_filter_is_found_again_and_said_to_be_the_last_one(bot: Bot) -> None:
    narrowed(bot)
    said = opened(bot)
    assert "invoices · since 21 Nov 2026 · 33 of 120" in said and "oldest first" in said and KEPT_FILTER in said


def test_it_is_each_persons_own(bot: Bot) -> None:
    narrowed(bot)
    assert "since 21 Nov 2026 · 120 of 120" in opened(bot, user="@ben")


def test_it_is_each_channels_own(bot: Bot) -> None:
    narrowed(bot)
    assert "since 21 Nov 2026 · 120 of 120" in opened(bot, channel="#general")


def test_clear_forgets_it(bot: Bot) -> None:
    narrowed(bot)
    bot.slack.click(bot.said("results.clear"), "results.clear")
    bot.said("all records · 120 of 120")
    said = opened(bot)
    assert "since 21 Nov 2026 · 120 of 120" in said and KEPT_FILTER not in said and "oldest first" in said


def test_pages_are_not_remembered_but_their_size_is(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.rows", value="50")
    bot.slack.click(bot.after(message, "page 1 of 3"), "results.next")
    bot.after(message, "page 2 of 3")
    assert "page 1 of 3 · rows 1 to 50 of 120" in opened(bot)


def test_the_last_clean_sync_moves_on_but_a_date_that_was_chosen_stays(bot: Bot) -> None:
    clean_on(bot, 3)
    message = bot.results()
    bot.slack.click(message, "results.type", value="invoice")
    bot.after(message, "since 3 Nov 2026")
    clean_on(bot, 10)
    assert "invoices · since 10 Nov 2026" in opened(bot)
    bot.slack.click(bot.said("results.since"), "results.since", value="2026-11-05")
    bot.said("invoices · since 5 Nov 2026")
    clean_on(bot, 12)
    assert "invoices · since 5 Nov 2026" in opened(bot)


def test_a_company_that_is_named_is_opened_with_the_same_filter(start: Start) -> None:
    bot = start(companies=2)
    narrowed(bot)
    assert "Lakeside 1 · invoices · 0 of 0" not in opened(bot)
    assert "Blue · Lakeside 1" in opened(bot, "results lakeside")
    assert "Blue · Lakeside 1" in opened(bot, "lakeside")


def test_a_cause_is_not_remembered(bot: Bot) -> None:
    bot.slack.click(bot.results(), "results.filter")
    bot.modal("Search")
    found = bot.slack.suggest("filter.cause", "kiosk")
    bot.slack.submit(cause={"filter.cause": found[1]["value"]}, type={"type": "invoice"})
    bot.said("needs attention · held up by one cause · invoices · since 21 Nov 2026 · 23 of 120")
    said = opened(bot)
    assert "invoices · since 21 Nov 2026 · 33 of 120" in said and "held up by one cause" not in said


def test_a_company_that_nobody_named_is_said(start: Start) -> None:
    bot = start(companies=3)
    words = "Of 3 companies this is the one to look at first: Harbour City Property."
    assert words in opened(bot)
    bot.slack.command()
    bot.slack.click(bot.said("1 of 3 companies"), "open.worst")
    bot.said(words)


def test_with_one_company_nothing_needs_saying(bot: Bot) -> None:
    assert "look at first" not in opened(bot)


def reopened(bot: Bot, action_id: str, words: str) -> str:
    """What opens when somebody clicks this button of the newest message with these words."""
    before = {one["ts"] for one in bot.slack.seen()}
    bot.slack.click(bot.said(words), action_id)

    def new() -> str:
        fresh = [one for one in bot.slack.seen() if one["ts"] not in before and "results.refresh" in str(one)]
        return fresh[-1]["text"] + str(fresh[-1]["blocks"]) if fresh else ""

    return str(eventually(new))


def test_view_results_of_the_overview_opens_them_as_they_were_left_here(bot: Bot) -> None:
    narrowed(bot)
    bot.slack.command()
    said = reopened(bot, "open.company", "open.company")
    assert "invoices · since 21 Nov 2026 · 33 of 120" in said and "oldest first" in said and KEPT_FILTER in said


def test_of_several_companies_both_is_said_which_one_and_that_the_filter_is_the_last_one(start: Start) -> None:
    bot = start(companies=3)
    narrowed(bot)
    bot.slack.command()
    said = reopened(bot, "open.worst", "open.worst")
    assert "this is the one to look at first" in said and KEPT_FILTER in said
    assert "invoices · since 21 Nov 2026 · 33 of 120" in said


def test_view_results_of_a_sync_opens_them_as_they_were_left_here(bot: Bot) -> None:
    narrowed(bot)
    bot.slack.command("sync")
    bot.said("waiting to start")
    (run,) = bot.store.runs()
    bot.store.finish(run.run_id, Flag.RED)
    bot.tick()
    said = reopened(bot, "open.run", "open.run")
    assert "invoices · since 21 Nov 2026 · 33 of 120" in said and KEPT_FILTER in said


def test_all_results_of_a_red_message_are_those_that_need_attention_and_clear_shows_the_rest(bot: Bot) -> None:
    """It is about what is wrong: a filter from yesterday would hide some of it. Order and rows stay as one likes."""
    narrowed(bot)
    bot.tick()
    said = reopened(bot, "open.red", "open.red")
    assert "needs attention · 29 of 120" in said and "oldest first" in said and "invoices" not in said.split("·")[2]
    bot.slack.click(bot.said("needs attention · 29 of 120"), "results.clear")
    bot.said("all records · 120 of 120")


def test_from_the_home_they_open_as_they_were_left_in_the_direct_messages(bot: Bot) -> None:
    def from_home() -> dict[str, Any]:
        before = len(bot.slack.seen(channel="@qbo-sync"))
        bot.slack.control("POST", "click", user="@ana", view_id="home", action_id="home.results")
        return eventually(lambda: bot.slack.seen(channel="@qbo-sync")[before:])[-1]

    bot.slack.control("POST", "home", user="@ana")
    eventually(lambda: bot.slack.control("GET", "views", user="@ana")["home"])
    message = from_home()
    bot.slack.click(message, "results.rows", value="50", channel="@qbo-sync")
    bot.said("page 1 of 3", channel="@qbo-sync")
    bot.slack.click(message, "results.type", value="invoice", channel="@qbo-sync")
    bot.said("invoices · since 21 Nov 2026 · 33 of 120", channel="@qbo-sync")
    again = from_home()
    assert again["ts"] != message["ts"] and "invoices · since 21 Nov 2026 · 33 of 120" in again["text"]
    assert KEPT_FILTER in str(again["blocks"]) and "rows 1 to 33" in str(again["blocks"])
