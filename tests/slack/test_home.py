"""The App Home: every company, worst first, drawn when it is opened and after a run; its buttons act from there."""

from typing import Any

from blocks.home import MyItem
from bot.core.runs import Flag, RedReason, RunState, Trigger
from bot.slack import home
from tests.blocks import samples
from tests.rarely import edge
from tests.slack.conftest import ANA, Bot, Start, eventually


def shown(bot: Bot, user: str = "@ana") -> dict[str, Any]:
    return dict(bot.slack.control("GET", "views", user=user)["home"] or {})


def opened(bot: Bot, words: str = "My items", user: str = "@ana") -> str:
    bot.slack.control("POST", "home", user=user)
    return str(eventually(lambda: shown(bot, user) if words in str(shown(bot, user)) else None))


def click(bot: Bot, action_id: str, user: str = "@ana") -> None:
    answer = bot.slack.control("POST", "click", user=user, view_id="home", action_id=action_id)
    assert answer["ok"], answer


def test_it_says_of_every_company_how_it_is(bot: Bot) -> None:
    bot.store.change_run("earlier-harbour", red_reason=RedReason.OUT_OF_BALANCE)
    view = opened(bot)
    assert "🟥 Red · *Harbour City Property* · 29 records need attention" in view
    for words in ("last clean sync <!date^", "next sync <!date^", "1 open cause", "out of balance for 3 days"):
        assert words in view
    assert "Nothing waits for you." in view


def test_the_worst_company_comes_first_and_pages_are_turned(start: Start) -> None:
    bot = start(companies=30)
    view = opened(bot)
    assert view.index("Harbour City") < view.index("Lakeside 1*")
    assert "page 1 of 2 · companies 1 to 20 of 30" in view
    click(bot, "home.next")
    eventually(lambda: "companies 21 to 30 of 30" in str(shown(bot)))
    bot.tick(seconds=6)
    assert "companies 21 to 30 of 30" in str(shown(bot))


def test_at_first_use_three_steps_are_shown_with_what_is_done_ticked(start: Start) -> None:
    bot = start(companies=0)
    view = opened(bot)
    assert view.count("☑") == 1 and view.count("☐") == 2
    bot.store.add(samples.company(flag=None, last_run=None))
    view = opened(bot, "1 company connected")
    assert view.count("☑") == 2 and view.count("☐") == 1


def test_a_run_changes_the_homes_of_those_who_looked_lately(bot: Bot) -> None:
    opened(bot)
    bot.slack.command("sync")
    bot.said("waiting to start")
    bot.tick(seconds=6)
    assert "home.sync" not in str(shown(bot))
    bot.store.finish("run-1", Flag.BLUE)
    bot.tick(seconds=6)
    assert "🔵 Blue · *Harbour City Property* · in sync" in str(shown(bot))
    calls = len(bot.slack.calls("views.publish"))
    bot.tick(seconds=6)
    assert len(bot.slack.calls("views.publish")) == calls
    bot.clock.forward(home.LATELY.total_seconds())
    bot.desk.runs.request("harbour", "", Trigger.SCHEDULE)
    bot.tick(seconds=6)
    assert len(bot.slack.calls("views.publish")) == calls


@edge
def test_an_outage_of_slack_only_delays_the_home(bot: Bot) -> None:
    opened(bot)
    bot.slack.control("PUT", "outage", on=True)
    bot.store.go_through(5)
    bot.tick(seconds=6)
    bot.slack.control("PUT", "outage", on=False)
    bot.tick(seconds=15)
    assert "24 records need attention" in str(shown(bot))


def test_sync_now_starts_a_run_that_is_told_in_the_messages_tab(bot: Bot) -> None:
    opened(bot)
    click(bot, "home.sync")
    assert "waiting to start" in bot.said("waiting to start", channel="@qbo-sync")["text"]
    eventually(lambda: "home.sync" not in str(shown(bot)))
    assert bot.store.runs()[0].requested_by == ANA


def test_a_viewer_is_refused_in_a_window_and_told_whom_to_ask(bot: Bot) -> None:
    opened(bot, user="@ben")
    click(bot, "home.sync", user="@ben")
    bot.modal("only workspace admins can start a sync", user="@ben")
    assert bot.store.runs() == []


def test_results_open_in_the_messages_tab_and_a_window_says_where(bot: Bot) -> None:
    opened(bot)
    click(bot, "home.results")
    bot.modal("are in the *Messages* tab")
    bot.said("results.refresh", channel="@qbo-sync")


def test_a_company_to_be_reconnected_says_how(bot: Bot) -> None:
    bot.store.change_company(needs_reconnect=True)
    assert "needs reconnecting to QuickBooks" in opened(bot)
    assert "home.sync" not in str(shown(bot))
    click(bot, "home.reconnect")
    assert "qbo-sync connect harbour" in str(bot.modal("must be reconnected"))


def test_while_a_run_is_under_way_no_other_can_be_started(bot: Bot) -> None:
    run, _ = bot.desk.runs.request("harbour", ANA, Trigger.PERSON)
    bot.store.change_run(run.run_id, state=RunState.RUNNING)
    assert "home.sync" not in opened(bot)


class Assigned:
    """What the next person's work gives."""

    def of(self, user_id: str) -> list[MyItem]:
        return [MyItem("Harbour City", "Kiosk Ltd is inactive", "until Friday", "harbour|contact:kiosk")]


def test_what_was_given_to_somebody_stands_in_their_home(bot: Bot) -> None:
    drawn = str(
        home.HomePages(bot.desk, bot.announcer.outbox, bot.clock, Assigned(), bot.announcer.homes.troubles).drawn(ANA)
    )
    assert "*Kiosk Ltd is inactive*" in drawn and "until Friday" in drawn
    assert "Nothing waits for you" not in drawn
