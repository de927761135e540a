"""/qbo-sync from the person's side: overview, sync, results, help, and words that nobody knows."""

from tests.slack.conftest import Bot, Start, eventually


def test_without_a_word_all_companies_are_shown_to_the_asker_only(start: Start) -> None:
    bot = start(companies=3)
    bot.slack.command()
    message = bot.said("1 of 3 companies needs attention.")
    assert "🟥 Red · Harbour City Property · 29 records need attention" in message["text"]
    assert not any("companies" in one["text"] for one in bot.slack.seen("@ben"))


def test_an_unknown_word_gets_help_that_names_it(bot: Bot) -> None:
    bot.slack.command("snyc now")
    assert "I do not know “snyc”" in bot.said("/qbo-sync results")["text"]


def test_help_is_one_message(bot: Bot) -> None:
    bot.slack.command("HELP")
    assert "This is what you can ask" in bot.said("/qbo-sync sync")["text"]


def test_an_unknown_company_is_answered_with_the_known_ones(bot: Bot) -> None:
    bot.slack.command("results nowhere")
    assert "There are: Harbour City Property" in bot.said("There is no company “nowhere”")["text"]


def test_sync_posts_one_living_message_where_it_was_asked(bot: Bot) -> None:
    bot.slack.command("sync harb")
    message = bot.said("waiting to start", user="@ben")
    assert message["text"] == "Harbour City Property · waiting to start…"
    assert eventually(lambda: bot.desk.posts.get("run:run-1")).ts == message["ts"]


def test_sync_asks_which_company_when_there_are_several(start: Start) -> None:
    bot = start(companies=3)
    bot.slack.command("sync")
    asked = bot.said("Which company shall I sync?")
    bot.slack.click(asked, "sync.company.1")
    assert bot.said("waiting to start", user="@ben")["text"].startswith("Lakeside 1")
    eventually(lambda: asked["ts"] not in [one["ts"] for one in bot.slack.seen()])


def test_with_many_companies_the_choice_is_a_menu(start: Start) -> None:
    bot = start(companies=9)
    bot.slack.command("sync")
    bot.slack.click(bot.said("Which company shall I sync?"), "sync.company", value="lakeside-8")
    assert bot.said("waiting to start", user="@ben")["text"].startswith("Lakeside 8")


def test_a_second_sync_is_told_about_the_first(bot: Bot) -> None:
    bot.slack.command("sync")
    bot.said("waiting to start")
    bot.slack.command("sync")
    bot.said("One sync of a company goes at a time")
    assert len(bot.store.runs()) == 1


def test_results_without_a_name_show_the_worst_company_with_a_choice(start: Start) -> None:
    bot = start(companies=3)
    bot.slack.command("results")
    message = bot.said("results.company")
    assert "🟥 Red · Harbour City Property" in message["text"] and "119 of 119" not in message["text"]
    bot.slack.click(message, "results.company", value="lakeside-1")
    bot.after(message, "🔵 Blue · Lakeside 1")


def test_the_menu_of_a_company_opens_its_results(start: Start) -> None:
    bot = start(companies=2)
    bot.slack.command()
    overview = bot.said("companies")
    block = overview["blocks"][2]["block_id"]
    bot.slack.click(overview, "company.more", block_id=block, value="results|lakeside-1")
    assert "Lakeside 1" in bot.said("results.refresh")["text"]


def test_before_any_company_is_connected_the_first_steps_are_shown(start: Start) -> None:
    bot = start(companies=0)
    for asked, word in enumerate(("", "sync", "results"), start=1):
        bot.slack.command(word)
        eventually(lambda n=asked: len(bot.slack.seen()) == n)
    assert all(one["text"].startswith("No company is connected yet") for one in bot.slack.seen())


def test_where_the_bot_is_not_a_member_the_answer_still_arrives(bot: Bot) -> None:
    bot.slack.command("sync", channel="#general")
    told = bot.said("/invite @qbo-sync", channel="#general")
    assert "direct message" in told["text"]
    assert not any("invite" in one["text"] for one in bot.slack.seen("@ben", "#general"))
    direct = bot.said("waiting to start", channel="@qbo-sync")
    assert bot.store.posted()["run:run-1"].ts == direct["ts"]
    bot.slack.command("results", channel="#general")
    bot.said("results.refresh", channel="#general")
