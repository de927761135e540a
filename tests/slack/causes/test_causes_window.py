"""All causes in one window: opened from messages and App Home, its cards act as in the red message, and it follows."""

from typing import Any

import pytest

from bot.core.causes.grouping import key
from bot.core.causes.work import Snooze, Work
from bot.core.model import RecordRef, RecordType
from bot.core.runs import Flag
from bot.slack.build import build_announcer
from tests.blocks import samples
from tests.rarely import edge
from tests.slack import mirrored
from tests.slack.conftest import ANA, Bot, eventually
from tests.slack.scenes import alone, kiosk_is_unlinked
from tests.slack.seeding import KIOSK

LAST = RecordRef(RecordType.INVOICE, "alone-12")


def is_taken_for_another(bot: Bot) -> None:
    """What has the number of the last invoice in QuickBooks may be the same one."""
    bot.store.hear(mirrored.quickbooks_invoice("12", "INV-12"))


@pytest.fixture
def many(bot: Bot) -> Bot:
    """Thirteen causes: Kiosk Ltd first, and twelve invoices by themselves."""
    bot.store.add_rows(*(alone(place) for place in range(1, 13)))
    return bot


def red(bot: Bot) -> dict[str, Any]:
    bot.tick()
    return bot.said("red.harbour", user="@ben")


def opened(bot: Bot, page: int = 1, user: str = "@ana") -> dict[str, Any]:
    """From the red message."""
    message = red(bot)
    bot.slack.click(message, "causes.open", user=user)
    view = bot.modal("Causes", user=user)
    for number in range(2, page + 1):
        bot.slack.in_modal("causes.next", user=user)
        view = bot.modal(f"page {number} of", user=user)
    return view


def windows(bot: Bot, user: str = "@ana") -> list[dict[str, Any]]:
    return list(bot.slack.control("GET", "views", user=user)["modals"])


def click(bot: Bot, action_id: str, place: int, user: str = "@ana", **more: Any) -> None:
    bot.slack.in_modal(action_id, user=user, block_id=f"cause.{place}.harbour", **more)


def test_causes_that_the_red_message_leaves_out_have_their_cards_in_the_window(many: Bot) -> None:
    message = red(many)
    assert "All 13 causes…" in str(message["blocks"]) and "and 5 more causes" in str(message["blocks"])
    first = str(opened(many))
    assert "causes 1 to 12 of 13" in first and "*1  Kiosk Ltd is inactive" in first and "cause.13" not in first
    many.slack.in_modal("causes.next")
    second = many.modal("page 2 of")
    assert "*13  The number INV-12 is already used" in str(second) and "cause.retry" in str(second)
    assert second["private_metadata"].startswith("v") and len(second["private_metadata"]) == 26


def test_who_turns_the_page_before_it_is_written_down_where_the_window_is_sees_the_next_one(many: Bot) -> None:
    name = opened(many)["private_metadata"]
    many.desk.views.update(name, {**many.desk.views.get(name), "shown_in": ""})
    many.slack.in_modal("causes.next")
    many.modal("page 2 of")


def test_a_retry_in_the_window_starts_a_sync_and_the_window_says_so(many: Bot) -> None:
    opened(many, page=2)
    click(many, "cause.retry", 13)
    view = many.modal("A sync has started.")
    assert "cause.retry" not in str(view) and "page 2 of 2" in str(view)
    assert [run.requested_by for run in many.store.runs()] == [ANA]
    many.said("waiting to start", user="@ben")


def test_relinking_in_the_window_is_told_in_the_thread_of_the_red_message(many: Bot) -> None:
    kiosk_is_unlinked(many.store)
    message = red(many)
    opened(many)
    click(many, "cause.relink", 1)
    told = many.said("1 record relinked", user="@ben")
    assert told["thread_ts"] == message["ts"] and many.deeds()[0].source == f"C0ACCOUNTS {message['ts']}"
    many.modal("A sync has started.")


def test_a_viewer_may_look_and_is_refused_at_every_act(many: Bot) -> None:
    opened(many, user="@ben")
    for action, more in (("cause.retry", {}), ("cause.more", {"value": f"work|harbour|{KIOSK}"})):
        click(many, action, 1, user="@ben", **more)
        many.modal("only workspace admins can", user="@ben")
        many.slack.control("POST", "close", user="@ben")
    assert many.store.runs() == []
    click(many, "cause.more", 1, user="@ben", value=f"detail|harbour|{KIOSK}")
    many.modal("How to fix it", user="@ben")
    assert len(windows(many, "@ben")) == 2


@edge
def test_what_is_decided_over_the_window_leads_back_to_it(many: Bot) -> None:
    is_taken_for_another(many)
    opened(many, page=2)
    click(many, "cause.adopt", 13)
    many.modal("Which record in QuickBooks is")
    assert many.slack.submit(retry={"retry": []})["ok"]
    (view,) = eventually(lambda: [one for one in windows(many) if "linked to INV-12" in str(one)])
    assert view["callback_id"] == "causes.page" and len(windows(many)) == 1
    assert [(deed.what, deed.by) for deed in many.deeds()] == [("link", ANA)] and "Invoice 12" in many.deeds()[0].after


def test_unlinking_over_the_window_leads_back_to_it(many: Bot) -> None:
    opened(many)
    click(many, "cause.more", 1, value=f"unlink|harbour|{KIOSK}")
    many.modal("Unlink Kiosk Ltd?")
    assert many.slack.submit(extent={"extent": "only"})["ok"]
    many.modal("1 record unlinked")
    assert [one["callback_id"] for one in windows(many)] == ["causes.page"]


@edge
def test_what_is_settled_over_the_window_is_seen_in_it_and_what_rests_comes_last(many: Bot) -> None:
    opened(many)
    click(many, "cause.more", 1, value=f"work|harbour|{KIOSK}")
    many.modal("Who looks after it")
    assert many.slack.submit(rest={"rest": "muted"}, note={"note": {"note": "the owner is told"}["note"]})["ok"]
    view = many.modal("Saved.")
    assert "1 muted, last" in str(view) and "Kiosk Ltd" not in str(view)
    many.slack.in_modal("causes.next")
    last = str(many.modal("*13  Kiosk Ltd"))
    assert "muted · “the owner is told”" in last and "cause.retry" in last and "Saved." not in last


@edge
def test_a_cause_that_is_gone_is_said_and_no_longer_stands_in_the_window(many: Bot) -> None:
    opened(many, page=2)
    many.store.put([row for row in many.store.rows() if row.ref != LAST])
    click(many, "cause.retry", 13)
    many.modal("This has been dealt with already.")
    many.slack.control("POST", "close", user="@ana")
    assert "of 12" in str(many.modal("Causes")) and "cause.13" not in str(windows(many))
    assert many.store.runs() == []


def test_show_says_where_the_records_are(many: Bot) -> None:
    opened(many)
    click(many, "cause.show", 1)
    many.modal("in the channel behind this window")
    assert "held up by one cause · 29 of 132" in many.said("results.refresh")["text"]


def test_a_click_in_a_window_that_was_closed_meanwhile_is_harmless(many: Bot) -> None:
    opened(many)
    kept = {view_id: many.desk.views.get(view_id) for view_id in many.store.views()}
    view_id = next(view_id for view_id, state in kept.items() if "causes_of" in state)
    many.desk.views.update(view_id, {**kept[view_id], "shown_in": "V0GONE"})
    click(many, "cause.retry", 1)
    eventually(lambda: len(many.store.runs()) == 1)
    many.said("waiting to start", user="@ben")


def test_the_menu_of_the_results_opens_it_too(many: Bot) -> None:
    message = many.results()
    many.slack.click(message, "results.more", value="causes")
    many.modal("causes 1 to 12 of 13")


def home(bot: Bot, action_id: str, **more: Any) -> None:
    bot.slack.control("POST", "home", user="@ana")
    eventually(lambda: bot.slack.control("GET", "views", user="@ana")["home"])
    answer = bot.slack.control("POST", "click", user="@ana", view_id="home", action_id=action_id, **more)
    assert answer["ok"], answer


def test_a_company_without_a_channel_has_its_cards_in_the_app_home_and_answers_in_the_messages_tab(many: Bot) -> None:
    home(many, "home.causes")
    many.modal("causes 1 to 12 of 13")
    click(many, "cause.show", 1)
    many.modal("in the Messages tab of this app")
    many.said("held up by one cause", channel="@qbo-sync")
    many.slack.in_modal("causes.refresh")
    click(many, "cause.retry", 2)
    many.modal("A sync has started.")
    many.said("waiting to start", channel="@qbo-sync")


def test_an_item_of_ones_own_opens_the_page_with_its_card(many: Bot) -> None:
    many.desk.team.work.settle(Work("harbour", str(LAST), many.clock(), ANA, ANA), None)
    home(many, "home.settle")
    assert "*13  The number INV-12" in str(many.modal("page 2 of 2"))


def test_show_of_an_item_leaves_exactly_what_it_holds_up(many: Bot) -> None:
    many.desk.team.work.settle(Work("harbour", str(LAST), many.clock(), ANA, ANA), None)
    home(many, "home.item")
    assert "1 of 132" in many.said("held up by one cause", channel="@qbo-sync")["text"]


def test_the_fix_is_looked_for_of_the_causes_that_are_drawn_whichever_rest(many: Bot) -> None:
    """Of the first eight awake ones, not of the first eight."""
    is_taken_for_another(many)
    for cause in many.desk.causes.of("harbour")[:8]:
        many.desk.team.work.settle(Work("harbour", key(cause), many.clock(), ANA, rest=Snooze.MUTED), None)
    message = red(many)
    assert "INV-12" in str(message["blocks"]) and "Link to it…" in str(message["blocks"])
    many.slack.click(message, "cause.adopt")
    many.modal("Which record in QuickBooks is")


def test_it_survives_a_restart(many: Bot) -> None:
    opened(many)
    build_announcer(many.desk, many.settings, many.client, many.clock).tick()
    many.slack.in_modal("causes.next")
    many.modal("page 2 of 2")


def test_the_menu_of_a_company_in_the_overview_opens_it_where_something_is_wrong(bot: Bot) -> None:
    bot.store.add(samples.company("Lakeside", Flag.BLUE, id="lakeside"))
    bot.slack.command()
    overview = bot.said("companies")
    worst, calm = (block for block in overview["blocks"] if "company.more" in str(block))
    assert "causes|harbour" in str(worst) and "causes|" not in str(calm)
    bot.slack.click(overview, "company.more", block_id=worst["block_id"], value="causes|harbour")
    assert "Kiosk Ltd is inactive" in str(bot.modal("Causes"))
