"""Select rows, unlink and relink with the cascade said first, who did it, undo; and More detail."""

from blocks.links import ALL_MATCHING
from tests.slack.conftest import ANA, KIOSK, Bot, eventually


def choose(bot: Bot, query: str, *values: str) -> None:
    message = bot.said("results.refresh")
    bot.slack.click(message, "results.select")
    bot.modal("Which rows?")
    bot.slack.suggest("pick.rows", query)
    answer = bot.slack.in_modal("pick.rows", value=list(values))
    assert answer["ok"]


def test_the_search_covers_all_rows_of_the_filter_not_only_the_page(bot: Bot) -> None:
    bot.slack.click(bot.results(), "results.select")
    bot.modal("All 120 rows of your filter can be chosen")
    found = bot.slack.suggest("pick.rows", "INV-2155")
    assert [option["text"]["text"] for option in found] == ["Credit note INV-2155"] or len(found) == 1
    everything = bot.slack.suggest("pick.rows", "")
    assert everything[0]["value"] == ALL_MATCHING and len(everything) == 100


def test_a_search_within_a_searched_filter_keeps_to_the_filter(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.filter")
    bot.modal("Search")
    bot.slack.submit(text={"text": "archived"}, show={"show": "everything"})
    bot.after(message, "10 of 120")
    bot.slack.click(message, "results.select")
    bot.modal("All 10 rows")
    assert len(bot.slack.suggest("pick.rows", "inv-2044")) == 1
    assert bot.slack.suggest("pick.rows", "inv-2155") == []


def test_choosing_nothing_is_said_in_the_modal(bot: Bot) -> None:
    bot.slack.click(bot.results(), "results.select")
    bot.modal("Which rows?")
    bot.slack.in_modal("select.unlink")
    bot.modal("Choose at least one row first.")


def test_unlinking_names_the_cascade_and_undo_brings_all_back(bot: Bot) -> None:
    message = bot.results()
    choose(bot, "kiosk ltd", str(KIOSK))
    bot.slack.in_modal("select.unlink")
    view = bot.modal("Unlink Kiosk Ltd?")
    said = str(view["blocks"])
    assert "It and 28 records that refer to it stop syncing: 23 invoices and 5 payments" in said
    assert "INV-2042" in said and view["submit"]["text"] == "Unlink 29"
    assert bot.slack.submit(note={"note": "moved <b>"}, extent={"extent": "everything"})["ok"]
    done = bot.after(message, "29 records unlinked (“moved &lt;b&gt;”) by <@U0ANA>")
    assert ("unlink", ANA, 29, True, "moved <b>") in bot.desk.log
    assert bot.slack.modal() is None
    bot.slack.click(done, "links.undo")
    bot.after(message, "Undone: 29 records linked again by <@U0ANA>")
    assert all(row.linked for row in bot.desk.rows["harbour"])


def test_the_submit_button_counts_what_the_choice_means(bot: Bot) -> None:
    message = bot.results()
    choose(bot, "kiosk ltd", str(KIOSK))
    bot.slack.in_modal("select.unlink")
    bot.modal("Unlink 29")
    bot.slack.in_modal("extent", value="only", form={"note|note": ["keep me"]})
    assert bot.modal("Unlink 1")["state"]["values"]["note"]["note"]["value"] == "keep me"
    assert bot.slack.submit()["ok"]
    bot.after(message, "1 record unlinked, 28 records now wait for it (“keep me”) by <@U0ANA>")
    assert ("unlink", ANA, 1, False, "keep me") in bot.desk.log


def test_all_rows_of_the_filter_can_be_changed_at_once(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.type", value="payment")
    bot.after(message, "payments · 17 of 120")
    choose(bot, "", ALL_MATCHING)
    bot.slack.in_modal("select.unlink")
    bot.modal("Unlink 17 records?")
    assert bot.slack.submit()["ok"]
    bot.after(message, "17 records unlinked by <@U0ANA>")
    bot.slack.click(message, "results.status", value="unlinked")
    bot.after(message, "unlinked · payments · 17 of 120")
    choose(bot, "", ALL_MATCHING)
    bot.slack.in_modal("select.relink")
    bot.modal("Relink 17 records?")
    assert bot.slack.submit()["ok"]
    bot.after(message, "17 records relinked by <@U0ANA>")


def test_an_undo_that_came_too_late_is_refused_in_words(bot: Bot) -> None:
    message = bot.results()
    choose(bot, "kiosk ltd", str(KIOSK))
    bot.slack.in_modal("select.unlink")
    bot.modal("Unlink 29")
    assert bot.slack.submit()["ok"]
    done = bot.after(message, "29 records unlinked")
    bot.desk.undos.clear()
    bot.slack.click(done, "links.undo")
    bot.said("Something else has changed since")


def test_more_detail_is_searched_and_shown_in_one_window(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.more", value="detail")
    bot.modal("Which record?")
    bot.slack.suggest("detail.choose", "kiosk ltd")
    bot.slack.in_modal("detail.choose", value=str(KIOSK))
    view = bot.modal("Kiosk Ltd is archived in QuickBooks")
    said = str(view["blocks"])
    assert "Total ≠" in said and "Attempts" in said and "intuit_tid: 1-abc" in said
    bot.slack.suggest("detail.choose", "inv-2155")
    bot.slack.in_modal("detail.choose", value=bot.slack.suggest("detail.choose", "inv-2155")[0]["value"])
    bot.modal("INV-2155")


def test_more_detail_of_a_single_row_needs_no_choice(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.filter")
    bot.modal("Search")
    bot.slack.submit(text={"text": "INV-2155"}, show={"show": "everything"})
    bot.after(message, "1 of 120")
    bot.slack.click(message, "results.more", value="detail")
    bot.modal("INV-2155*")


def test_a_record_that_is_gone_is_said_in_the_window(bot: Bot) -> None:
    bot.slack.click(bot.results(), "results.more", value="detail")
    bot.modal("Which record?")
    bot.slack.suggest("detail.choose", "kiosk ltd")
    bot.desk.rows["harbour"] = bot.desk.rows["harbour"][1:]
    bot.slack.in_modal("detail.choose", value=str(KIOSK))
    bot.modal("not among the results any more")


def test_a_worn_out_answer_url_is_no_dead_end(bot: Bot) -> None:
    message = bot.results()
    choose(bot, "kiosk ltd", str(KIOSK))
    bot.slack.in_modal("select.unlink")
    bot.modal("Unlink 29")
    bot.slack.state.tickets._response_urls.clear()
    assert bot.slack.submit()["ok"]
    told = bot.said("29 records unlinked")
    assert told["ts"] != message["ts"]
    eventually(lambda: "29 records" in str(bot.slack.seen()[-1]))
