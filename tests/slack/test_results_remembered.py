"""How the results open: as this person left them in this channel, else from the last clean sync on."""

from datetime import date

from bot.slack.remembering import KEPT_FILTER
from tests.slack.conftest import Bot, Start


def narrowed(bot: Bot, user: str = "@ana") -> None:
    bot.slack.command("results", user=user)
    message = bot.said("results.refresh", user=user)
    bot.slack.click(message, "results.type", value="invoice", user=user)
    message = bot.after(message, "invoices · 33 of 120", user=user)
    bot.slack.click(message, "results.order", value="oldest", user=user)
    bot.after(message, "oldest first", user=user)


def opened(bot: Bot, text: str = "results", user: str = "@ana", channel: str = "#accounts") -> str:
    before = {one["ts"] for one in bot.slack.seen(user, channel)}
    bot.slack.command(text, user=user, channel=channel)
    while True:
        message = bot.said("results.refresh", user=user, channel=channel)
        if message["ts"] not in before:
            return message["text"] + str(message["blocks"])


def test_a_filter_is_found_again_and_said_to_be_the_last_one(bot: Bot) -> None:
    narrowed(bot)
    said = opened(bot)
    assert "invoices · 33 of 120" in said and "oldest first" in said and KEPT_FILTER in said


def test_it_is_each_persons_own(bot: Bot) -> None:
    narrowed(bot)
    assert "all records · 120 of 120" in opened(bot, user="@ben")


def test_it_is_each_channels_own(bot: Bot) -> None:
    narrowed(bot)
    assert "all records · 120 of 120" in opened(bot, channel="#general")


def test_clear_forgets_it(bot: Bot) -> None:
    narrowed(bot)
    bot.slack.click(bot.said("results.clear"), "results.clear")
    bot.said("all records · 120 of 120")
    said = opened(bot)
    assert "all records · 120 of 120" in said and KEPT_FILTER not in said and "oldest first" in said


def test_pages_are_not_remembered_but_their_size_is(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.rows", value="50")
    bot.slack.click(bot.after(message, "page 1 of 3"), "results.next")
    bot.after(message, "page 2 of 3")
    assert "page 1 of 3 · rows 1 to 50 of 120" in opened(bot)


def test_the_last_clean_sync_moves_on_but_a_date_that_was_chosen_stays(bot: Bot) -> None:
    bot.desk.since = date(2026, 11, 3)
    message = bot.results()
    bot.slack.click(message, "results.type", value="invoice")
    bot.after(message, "since 3 Nov 2026")
    bot.desk.since = date(2026, 11, 10)
    assert "invoices · since 10 Nov 2026" in opened(bot)
    bot.slack.click(bot.said("results.since"), "results.since", value="2026-11-05")
    bot.said("invoices · since 5 Nov 2026")
    bot.desk.since = date(2026, 11, 12)
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
    bot.said("needs attention · held up by one cause · invoices · 23 of 120")
    said = opened(bot)
    assert "invoices · 33 of 120" in said and "held up by one cause" not in said


def test_a_company_that_nobody_named_is_said(start: Start) -> None:
    bot = start(companies=3)
    words = "Of 3 companies this is the one to look at first: Harbour City Property."
    assert words in opened(bot)
    bot.slack.command()
    bot.slack.click(bot.said("1 of 3 companies"), "open.worst")
    bot.said(words)


def test_with_one_company_nothing_needs_saying(bot: Bot) -> None:
    assert "look at first" not in opened(bot)
