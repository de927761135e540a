"""The fixes over the real desk, store and engine: each cause is mended from its card, and what waited follows."""

import pytest

from bot.core.runs import RunView, Trigger
from bot.jobs.worker import carry_out_one
from bot.store.runs import runs
from tests.rarely import edge
from tests.slack.conftest import ACCOUNTS, ANA, Bot, Host, eventually, put_up
from tests.sync.planning.test_choosing import item, parking
from tests.sync.planning.test_names_apart import refused
from tests.sync.planning.test_partners import alike
from tests.sync.world import COMPANY, World
from tests.sync.writing.test_payments_out import paid_by


@pytest.fixture
def bot(world: World, hosts: tuple[Host, Host]) -> Bot:
    bot = put_up(hosts, world.app.desk, world.clock)
    bot.slack.state.rate_limits.enabled = False
    return bot


def tick(bot: Bot, world: World) -> None:
    world.clock.advance(seconds=12)
    bot.announcer.tick()


def test_a_name_that_is_taken_is_put_apart_from_the_card(bot: Bot, world: World) -> None:
    tenant = refused(world)
    tick(bot, world)
    message = bot.said("Name it apart…", user="@ben")
    bot.slack.click(message, "cause.rename")
    bot.modal("“Dup Name” is taken there by somebody who is not synced")
    assert bot.slack.submit(name={"name": "0"})["ok"]
    told = "Dup Name goes to QuickBooks as “Dup Name (Tenant)” with the next sync; retry of 2 records started by @ana"
    bot.said(told, user="@ben")
    tick(bot, world)
    world.sync_blue()
    tick(bot, world)
    closed = bot.after(message, "~The name Dup Name is already taken in QuickBooks~")
    assert "button" not in str(closed["blocks"]) and world.partner("Customer", tenant, "contacts")


def test_an_account_without_a_partner_is_chosen_from_the_card_and_its_invoices_are_retried(
    bot: Bot, world: World
) -> None:
    item(world, "Car park")
    world.sync_blue()
    parking(world)
    tick(bot, world)
    message = bot.said("Choose account…", user="@ben")
    bot.slack.click(message, "cause.choose")
    bot.modal("Which one in QuickBooks is the account Parking?")
    (found,) = bot.slack.suggest("choose.entry", "car")
    assert "which nothing in Re-Leased uses" in found["description"]["text"]
    assert bot.slack.submit(entry={"choose.entry": found["value"]}, retry={"retry": []})["ok"]
    bot.said("Parking linked to Car park in QuickBooks", user="@ben")
    tick(bot, world)
    bot.after(message, "cause.retry")
    world.sync_blue()
    tick(bot, world)
    bot.after(message, "~🟥 Red")


@edge
def test_a_record_that_is_there_already_is_linked_from_the_card_with_both_sides_compared(
    bot: Bot, world: World
) -> None:
    ours, there = alike(world)
    tick(bot, world)
    message = bot.said("Link to it…", user="@ben")
    assert "It may be INV-1 of 5 Oct 2026, 138.00 in QuickBooks: same number, contact and date" in str(message)
    bot.slack.click(message, "cause.adopt")
    view = bot.modal("Which record in QuickBooks is invoice INV-1?")
    assert "Total ≠" in str(view) and "Contact" in str(view)
    assert bot.slack.submit()["ok"]
    bot.said("invoice INV-1 linked to INV-1 of 5 Oct 2026, 138.00", user="@ben")
    world.books.update("Invoice", there["Id"], {"Line": [world.sales_line("100.00")]})
    world.sync_blue()
    assert world.now("invoices", ours)["externalId"] == there["Id"]


def written(world: World, since: int) -> list[str]:
    """What was created in QuickBooks since then, in the order of the calls."""
    made = [row for row in world.books.write_log[since:] if row["operation"] == "create"]
    return [str(row["entity"]) for row in made]


@edge
def test_a_name_put_apart_from_the_card_retries_the_chain_that_waited_parents_first(bot: Bot, world: World) -> None:
    """Contact, invoice and payment go out in this order by one click, without anybody starting a sync by hand."""
    world.books.create("Employee", {"DisplayName": "Dup Name"})
    tenant = world.contact("Dup Name")
    invoice = world.invoice(tenant, "INV-1")
    paid_by(world, tenant, "115.00", (invoice, "115.00"), kind="receipt")
    world.sync_red()
    tick(bot, world)
    message = bot.said("Name it apart…", user="@ben")
    bot.slack.click(message, "cause.rename")
    bot.modal("Retry now: 3 records")
    since = len(world.books.write_log)
    assert bot.slack.submit(name={"name": "0"})["ok"]
    bot.said("; retry of 3 records started by @ana", user="@ben")
    (asked,) = eventually(lambda: requested(world))
    assert (asked.requested_by, asked.trigger) == (ANA, Trigger.PERSON)
    carry_out_one(world.engine(), asked)
    assert written(world, since) == ["Customer", "Invoice", "Payment"]
    tick(bot, world)
    bot.after(message, "~The name Dup Name is already taken in QuickBooks~")
    sync = next(one for one in world.app.desk.team.audit(COMPANY, 5) if one.what == "sync")
    assert (sync.by, sync.after, sync.source) == (ANA, "blue", f"{ACCOUNTS} {message['ts']}")


def requested(world: World) -> list[RunView]:
    with world.database.read() as connection:
        return runs.requested(connection)


@edge
def test_an_undo_after_the_sync_says_what_can_be_done_instead(bot: Bot, world: World) -> None:
    refused(world)
    tick(bot, world)
    bot.slack.click(bot.said("Name it apart…", user="@ben"), "cause.rename")
    bot.modal("Retry now: 2 records")
    assert bot.slack.submit(name={"name": "0"}, retry={"retry": []})["ok"]
    said = bot.said("links.undo", user="@ben")
    tick(bot, world)
    world.sync_blue()
    bot.slack.click(said, "links.undo")
    bot.said("A sync has worked with this since, so it cannot be undone here. Change the name in QuickBooks instead")
