"""Select rows, unlink and relink with the cascade said first, who did it, undo; and More detail."""

from typing import Any

from blocks.linking.links import ALL_MATCHING
from bot.core.model import Link, Outcome, RecordRef, RecordType
from bot.store.team.tables import undos
from tests.blocks import samples
from tests.rarely import edge
from tests.slack import mirrored
from tests.slack.conftest import ACCOUNTS, ANA, BEN, Bot, eventually
from tests.slack.scenes import DOUBLE, NAME_TAKEN, alike
from tests.slack.seeding import KIOSK, kiosk_row, put_right


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
    bot.slack.submit(text={"text": "waits for"}, show={"show": "everything"})
    bot.after(message, "“waits for” · 28 of 120")
    bot.slack.click(message, "results.select")
    bot.modal("All 28 rows")
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
    assert "28 records that refer to it wait until it is linked again: 23 invoices and 5 payments" in said
    assert "INV-2042" in said and view["submit"]["text"] == "Unlink 1"
    bot.slack.in_modal("extent", value="everything")
    bot.modal("Unlink 29")
    assert bot.slack.submit(note={"note": "moved <b>"}, extent={"extent": "everything"})["ok"]
    done = bot.after(message, "29 records unlinked (“moved &lt;b&gt;”) by <@U0ANA>")
    (deed,) = bot.deeds()
    assert (deed.what, deed.by, deed.count, deed.note) == ("unlink", ANA, 29, "moved <b>")
    assert bot.slack.modal() is None
    bot.slack.click(done, "links.undo")
    bot.after(message, "Undone: 29 records linked again by <@U0ANA>")
    assert all(row.linked for row in bot.store.rows())


def test_the_submit_button_counts_what_the_choice_means(bot: Bot) -> None:
    message = bot.results()
    choose(bot, "kiosk ltd", str(KIOSK))
    bot.slack.in_modal("select.unlink")
    bot.modal("Unlink 1")
    bot.slack.in_modal("extent", value="everything", form={"note|note": ["keep me"]})
    assert bot.modal("Unlink 29")["state"]["values"]["note"]["note"]["value"] == "keep me"
    bot.slack.in_modal("extent", value="only", form={"note|note": ["keep me"]})
    bot.modal("Unlink 1")
    assert bot.slack.submit()["ok"]
    bot.after(message, "1 record unlinked, 28 records now wait for it (“keep me”) by <@U0ANA>")
    (deed,) = bot.deeds()
    assert (deed.what, deed.by, deed.count, deed.note) == ("unlink", ANA, 1, "keep me")


def test_all_rows_of_the_filter_can_be_changed_at_once(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.type", value="payment")
    bot.after(message, "payments · since 21 Nov 2026 · 15 of 120")
    choose(bot, "", ALL_MATCHING)
    bot.slack.in_modal("select.unlink")
    bot.modal("Unlink 15 records?")
    assert bot.slack.submit()["ok"]
    bot.after(message, "15 records unlinked by <@U0ANA>")
    bot.slack.click(message, "results.status", value="unlinked")
    bot.after(message, "unlinked · payments · since 21 Nov 2026 · 15 of 120")
    choose(bot, "", ALL_MATCHING)
    bot.slack.in_modal("select.relink")
    bot.modal("Relink 15 records?")
    assert bot.slack.submit()["ok"]
    bot.after(message, "15 records relinked by <@U0ANA>")


def unlinked(bot: Bot) -> dict[str, Any]:
    """The results once Kiosk Ltd and all that refers to it are unlinked."""
    message = bot.results()
    choose(bot, "kiosk ltd", str(KIOSK))
    bot.slack.in_modal("select.unlink")
    bot.modal("Unlink 1")
    assert bot.slack.submit(extent={"extent": "everything"})["ok"]
    return bot.after(message, "29 records unlinked")


def test_an_undo_that_came_too_late_is_refused_in_words(bot: Bot) -> None:
    done = unlinked(bot)
    bot.store.forget(undos)
    bot.slack.click(done, "links.undo")
    bot.said("nothing is known of it any more")


@edge
def test_an_undo_that_came_too_late_names_what_was_changed_and_by_whom(bot: Bot) -> None:
    done = unlinked(bot)
    bot.desk.linking.relink("harbour", [RecordRef(RecordType.INVOICE, "held-7")], BEN)
    bot.slack.click(done, "links.undo")
    told = bot.said("cannot be undone any more")
    assert f"invoice INV-2048 was relinked by <@{BEN}> since" in told["text"]
    assert sum(not row.linked for row in bot.store.rows()) == 28


def test_what_changed_while_the_window_was_open_is_said_and_nothing_is_lost(bot: Bot) -> None:
    message = bot.results()
    choose(bot, "kiosk ltd", str(KIOSK))
    bot.slack.in_modal("select.unlink")
    bot.modal("Unlink 1")
    late = samples.result(1, ref=RecordRef(RecordType.INVOICE, "late"), name="INV-9 <!here>", linked=True)
    bot.store.add_rows(late, contact_id=KIOSK.key)
    bot.desk.linking.unlink("harbour", [RecordRef(RecordType.PAYMENT, "held-1")], BEN)
    assert bot.slack.submit(note={"note": "moved"}, extent={"extent": "everything"})["ok"]
    view = bot.modal("Look again")
    said = str(view["blocks"])
    assert "1 more record refers to what you chose by now: INV-9 &lt;!here&gt;" in said
    assert "INV-2042 was unlinked by somebody else; NZD 2,760.00 open receivable by now" in said
    assert "Nothing was done yet." in said
    assert view["submit"]["text"] == "Unlink 30" and "moved" in str(view)
    assert [deed.by for deed in bot.deeds()] == [BEN]
    assert bot.slack.submit(note={"note": "moved"}, extent={"extent": "everything"})["ok"]
    bot.after(message, "29 records unlinked (“moved”) by <@U0ANA>")


def test_an_open_amount_that_changed_while_the_window_was_open_is_said_and_nothing_done(bot: Bot) -> None:
    message = bot.results()
    choose(bot, "kiosk ltd", str(KIOSK))
    bot.slack.in_modal("select.unlink")
    bot.modal("NZD 2,645.00 open receivable")
    bot.store.hear(mirrored.invoice("held-7", "INV-2048", balance="15.00"))
    assert bot.slack.submit(note={"note": "moved"})["ok"]
    bot.modal("NZD 2,545.00 open receivable by now, where it was NZD 2,645.00 open receivable. Nothing was done yet")
    assert bot.deeds() == []
    assert bot.slack.submit(note={"note": "moved"})["ok"]
    bot.after(message, "1 record unlinked, 28 records now wait for it (“moved”) by <@U0ANA>")


def needing_attention(bot: Bot, *picked: str) -> dict[str, Any]:
    """Some rows of those that need attention, in the window that asks before they are unlinked."""
    message = bot.results()
    bot.slack.click(message, "results.filter")
    bot.modal("Search")
    bot.slack.submit(show={"show": "attention"})
    bot.after(message, "needs attention · since 21 Nov 2026 · 29 of 120")
    choose(bot, "", *picked)
    bot.slack.in_modal("select.unlink")
    bot.modal("links.unlink")
    return message


def turn_good(bot: Bot, count: int) -> None:
    held = {row.ref for row in bot.store.rows() if row.outcome is Outcome.WAITING}
    good = sorted(held)[:count]
    bot.store.put([put_right(row) if row.ref in good else row for row in bot.store.rows()])


@edge
def test_rows_that_turned_good_meanwhile_are_left_out_of_all_that_match(bot: Bot) -> None:
    message = needing_attention(bot, ALL_MATCHING)
    assert "Unlink 29 records?" in str(bot.slack.modal())
    turn_good(bot, 4)
    assert bot.slack.submit(note={"note": "old ones"})["ok"]
    view = bot.modal("4 records do not match your filter any more and will stay as they are: INV-2")
    assert "Unlink 25 records?" in str(view) and "old ones" in str(view) and bot.deeds() == []
    assert bot.slack.submit(note={"note": "old ones"})["ok"]
    bot.after(message, "25 records unlinked, 4 records now wait for them (“old ones”) by <@U0ANA>")
    assert sum(not row.linked for row in bot.store.rows()) == 25


@edge
def test_when_none_of_all_that_match_does_any_more_there_is_nothing_to_do(bot: Bot) -> None:
    needing_attention(bot, ALL_MATCHING)
    bot.store.calm()
    bot.slack.submit()
    bot.modal("None of these rows matches your filter any more, so there is nothing to unlink.")
    assert bot.deeds() == []


@edge
def test_a_row_that_was_chosen_by_name_stays_chosen_and_what_it_is_now_is_said(bot: Bot) -> None:
    message = needing_attention(bot, "payment:held-1")
    turn_good(bot, 28)
    assert bot.slack.submit()["ok"]
    bot.modal("1 record does not match your filter any more but stands below all the same")
    assert bot.slack.submit()["ok"]
    bot.after(message, "1 record unlinked by <@U0ANA>")


def test_the_message_that_was_clicked_is_kept_with_the_deed(bot: Bot) -> None:
    done = unlinked(bot)
    assert [deed.source for deed in bot.deeds()] == [f"{ACCOUNTS} {done['ts']}"]


def ask_which(bot: Bot) -> dict[str, Any]:
    alike(bot.store)
    message = bot.results()
    choose(bot, "inv-1", str(DOUBLE))
    bot.slack.in_modal("select.relink")
    view = bot.modal("Which record in QuickBooks is invoice INV-1?")
    assert "Total ≠" in str(view) and view["submit"]["text"] == "Link to it"
    return message


def test_a_record_without_its_partner_is_linked_to_the_one_that_a_person_chooses(bot: Bot) -> None:
    message = ask_which(bot)
    bot.slack.in_modal("partner", value="1", form={"note|note": ["seen it"]})
    bot.modal("3 days apart")
    assert bot.slack.submit()["ok"]
    done = bot.after(message, "INV-1 linked to INV-1 of 8 Oct 2026, 115.00 (“seen it”) by <@U0ANA>")
    (deed,) = bot.deeds()
    assert (deed.what, deed.by, deed.note) == ("link", ANA, "seen it")
    assert deed.after == "INV-1 of 8 Oct 2026, 115.00 (Invoice 147)"
    bot.slack.click(done, "links.undo")
    bot.after(message, "Undone: invoice INV-1 is to be decided on again by <@U0ANA>")


@edge
def test_none_of_them_says_what_follows_before_it_is_confirmed(bot: Bot) -> None:
    message = ask_which(bot)
    bot.slack.in_modal("partner", value="none")
    view = bot.modal("Then they are different records")
    assert view["submit"]["text"] == "Create it"
    assert bot.slack.submit()["ok"]
    bot.after(message, "INV-1 kept apart from what it looks like, to be created with the next sync by <@U0ANA>")
    assert [(deed.what, deed.by) for deed in bot.deeds()] == [("create", ANA)]


def test_a_partner_that_somebody_else_took_meanwhile_is_said_and_nothing_is_lost(bot: Bot) -> None:
    ask_which(bot)
    bot.store.put_link(Link(RecordType.INVOICE, "held-7", "Invoice", "146"))
    assert bot.slack.submit(note={"note": "mine"})["ok"]
    bot.modal("is linked to INV-2048 of 5 Oct 2026, 115.00 in Re-Leased already. Nothing was changed.")
    assert bot.deeds() == []


def test_more_detail_is_searched_and_shown_in_one_window(bot: Bot) -> None:
    bot.store.put([kiosk_row("6240", NAME_TAKEN), *bot.store.rows()[1:]])
    message = bot.results()
    bot.slack.click(message, "results.more", value="detail")
    bot.modal("Which record?")
    bot.slack.suggest("detail.choose", "kiosk ltd")
    bot.slack.in_modal("detail.choose", value=str(KIOSK))
    said = str(bot.modal("Attempts")["blocks"])
    assert "Name ≠" in said and "QuickBooks trace id 1-abc" in said and "answered code 6240" not in said
    bot.slack.in_modal("detail.unfold", value=str(KIOSK))
    bot.modal("answered code 6240")
    bot.slack.in_modal("detail.fold", value=str(KIOSK))
    assert "answered code 6240" not in str(bot.modal("Show raw answer"))
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
    bot.store.put(bot.store.rows()[1:])
    bot.slack.in_modal("detail.choose", value=str(KIOSK))
    bot.modal("not among the results any more")


def test_a_worn_out_answer_url_is_no_dead_end(bot: Bot) -> None:
    message = bot.results()
    choose(bot, "kiosk ltd", str(KIOSK))
    bot.slack.in_modal("select.unlink")
    bot.modal("Unlink 1")
    bot.slack.state.tickets._response_urls.clear()
    assert bot.slack.submit(extent={"extent": "everything"})["ok"]
    told = bot.said("29 records unlinked")
    assert told["ts"] != message["ts"]
    eventually(lambda: "29 records" in str(bot.slack.seen()[-1]))
