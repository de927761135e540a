"""The Slack side over the real desk, store and engine: an archived contact and an unlinked one, from red to blue."""

from datetime import timedelta

import pytest

from bot.core.model import RecordType
from bot.core.runs import Flag, RunView, Trigger
from bot.jobs import verifier
from bot.sync.engine import run_sync
from tests.rarely import edge
from tests.slack.conftest import ANA, Bot, Host, eventually, put_up
from tests.sync.world import COMPANY, World, contact_ref


@pytest.fixture
def bot(world: World, hosts: tuple[Host, Host]) -> Bot:
    bot = put_up(hosts, world.app.desk, world.clock)
    bot.slack.state.rate_limits.enabled = False
    return bot


def tick(bot: Bot, world: World) -> None:
    world.clock.advance(seconds=12)
    bot.announcer.tick()


def run_of_ana(bot: Bot, world: World) -> Flag | None:
    """As the worker does with the run that was asked for in Slack."""

    def asked_for() -> list[RunView]:
        lately = world.clock() - timedelta(hours=1)
        return [run for run in world.app.desk.runs.changed_since(lately) if run.finished_at is None]

    return run_sync(world.engine(), COMPANY, eventually(asked_for)[0].run_id).flag


def test_from_blue_to_red_to_blue(bot: Bot, world: World) -> None:
    kiosk = world.contact("Kiosk <!channel> Ltd")
    for number in range(3):
        world.invoice(kiosk, f"INV-{number}")
    bot.slack.command("sync harbour")
    living = bot.said("waiting to start", user="@ben")
    assert run_of_ana(bot, world) is Flag.BLUE
    tick(bot, world)
    bot.after(living, "🔵 Blue · Harbour City Property · in sync · 4 created")

    bot.desk.linking.unlink(COMPANY, [contact_ref(kiosk)], ANA)
    for number in range(3):
        world.change("invoices", world.named("invoices", f"INV-{number}"), dueDate="2026-12-24")
    world.sync_red()
    tick(bot, world)
    red = bot.said("cause.relink", user="@ben")
    assert "3 records need attention, 1 cause" in red["text"]
    bot.slack.click(red, "cause.show", user="@ben")
    assert "3 of" in bot.said("results.refresh", user="@ben")["text"]

    bot.slack.click(red, "cause.relink")
    bot.said("1 record relinked", user="@ben")
    assert run_of_ana(bot, world) is Flag.BLUE
    tick(bot, world)
    tick(bot, world)
    bot.after(red, "~🟥 Red")
    bot.said("back in sync after", user="@ben")
    targets = {one["target"] for one in bot.slack.control("GET", "notifications")}
    assert not targets & {"channel", "here", "everyone"}


def test_unlinking_with_the_cascade_and_undo(bot: Bot, world: World) -> None:
    kiosk = world.contact("Kiosk Ltd")
    invoice = world.invoice(kiosk, "INV-1")
    world.sync_blue()
    bot.slack.command("results")
    message = bot.said("results.refresh")
    bot.slack.click(message, "results.select")
    bot.modal("Which rows?")
    found = bot.slack.suggest("pick.rows", "kiosk")
    bot.slack.in_modal("pick.rows", value=[next(one["value"] for one in found if one["value"].startswith("contact"))])
    bot.slack.in_modal("select.unlink")
    assert "1 invoice, NZD 115.00 open" in str(bot.modal("Unlink Kiosk Ltd?"))
    assert bot.slack.submit(extent={"extent": "everything"})["ok"]
    done = bot.after(message, "2 records unlinked by <@U0ANA>")
    assert not world.row("INV-1").linked
    bot.slack.click(done, "links.undo")
    bot.after(message, "Undone: 2 records linked again")
    assert world.row(invoice["id"]).linked
    bot.slack.click(message, "results.type", value=RecordType.INVOICE.value)
    bot.after(message, "invoices · ")


def test_more_detail_shows_both_sides(bot: Bot, world: World) -> None:
    world.invoice(world.contact("Kiosk Ltd"), "INV-1")
    world.sync_blue()
    bot.slack.command("results")
    message = bot.said("results.refresh")
    bot.slack.click(message, "results.more", value="detail")
    bot.modal("Which record?")
    found = bot.slack.suggest("detail.choose", "inv-1")
    bot.slack.in_modal("detail.choose", value=found[0]["value"])
    said = str(bot.modal("*Invoice INV-1*"))
    assert "Re-Leased says" in said and "115" in said


@edge
def test_runs_of_the_command_line_share_the_message_of_the_day(bot: Bot, world: World) -> None:
    world.sync_blue()
    tick(bot, world)
    run, _ = bot.desk.runs.request(COMPANY, "", Trigger.SCHEDULE)
    run_sync(world.engine(), COMPANY, run.run_id)
    tick(bot, world)
    assert "3 syncs today: 3 blue" in bot.said("syncs today", user="@ben")["text"]


def test_causes_are_written_down_for_the_digest_as_they_come_and_go(bot: Bot, world: World) -> None:
    kiosk = world.contact("Kiosk Ltd")
    world.invoice(kiosk, "INV-1")
    world.sync_blue()
    bot.desk.linking.unlink(COMPANY, [contact_ref(kiosk)], ANA)
    world.change("invoices", world.named("invoices", "INV-1"), dueDate="2026-12-24")
    world.sync_red()
    world.clock.advance(seconds=3600)
    lasting = bot.desk.team.week(COMPANY, world.clock()).lasting
    assert [(span.headline, span.closed_at) for span in lasting] == [("contact Kiosk Ltd is unlinked", None)]
    bot.desk.linking.relink(COMPANY, [contact_ref(kiosk)], ANA)
    world.sync_blue()
    week = bot.desk.team.week(COMPANY, world.clock())
    assert (week.opened, week.closed, week.lasting) == (1, 1, ())
    assert week.blue >= 2 and week.red == 1
    assert [entry.what for entry in bot.desk.team.audit(COMPANY, 2)] == ["relink", "unlink"]


@edge
def test_the_home_of_a_real_company(bot: Bot, world: World) -> None:
    world.sync_blue()
    bot.slack.control("POST", "home", user="@ben")
    shown = eventually(lambda: bot.slack.control("GET", "views", user="@ben")["home"])
    assert "🔵 Blue · *Harbour City Property* · in sync" in str(shown)
    assert "in balance" in str(shown) and "next sync <!date^" in str(shown)


@edge
def test_a_verification_of_a_real_company(bot: Bot, world: World) -> None:
    world.invoice(world.contact("Kiosk Ltd"), "INV-1")
    world.sync_blue()
    bot.slack.command("verify harbour")
    message = bot.said("waiting to verify…", user="@ben")
    for asked in verifier.wanted(world.engine()):
        verifier.make(world.engine(), asked)
    tick(bot, world)
    said = str(bot.after(message, "verified: both sides agree")["blocks"])
    assert "✓ Invoices NZD: 1 · 115.00 (tax 15.00) · open 115.00 on both sides" in said
    assert "✓ Receivable NZD: 115.00 on both sides" in said and "Unexplained difference: *NZD 0.00*" in said
    bot.slack.control("POST", "home", user="@ben")
    eventually(lambda: ": both sides agree" in str(bot.slack.control("GET", "views", user="@ben")["home"]))
