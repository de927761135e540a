"""The fixes over the real desk, store and engine: each cause is mended from its card, and what waited follows."""

import pytest

from tests.slack.conftest import Bot, Host, put_up
from tests.sync.test_choosing import item, parking
from tests.sync.test_names_apart import refused
from tests.sync.test_partners import alike
from tests.sync.world import World


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
    bot.said("Dup Name goes to QuickBooks as “Dup Name (Tenant)” with the next sync by @ana", user="@ben")
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
    assert bot.slack.submit(entry={"choose.entry": found["value"]})["ok"]
    bot.said("Parking linked to Car park in QuickBooks", user="@ben")
    tick(bot, world)
    bot.after(message, "cause.retry")
    world.sync_blue()
    tick(bot, world)
    bot.after(message, "~🟥 Red")


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
