"""What mends a cause with a few clicks: a name apart, a choice from a list, a link; re-checked when it is submitted."""

from typing import Any

import pytest

from blocks.linking import choosing, naming
from blocks.linking.retrying import Retry
from bot.core.choosing import ListEntry
from bot.core.faults import Fix
from bot.core.model import Link, RecordRef, RecordType
from bot.core.naming import NameChoice, NameHolder
from bot.core.team.roles import Role, Roles
from tests.blocks import samples
from tests.blocks.checks import check_blocks, check_modal
from tests.slack import mirrored
from tests.slack.conftest import ACCOUNTS, ANA, BEN, Bot
from tests.slack.scenes import PARKING, account_without_partner, may_be_another, name_is_taken, number_is_taken

SCENES = {Fix.RENAME: name_is_taken, Fix.CHOOSE: account_without_partner, Fix.ADOPT: may_be_another}


def red(bot: Bot, fix: Fix) -> dict[str, Any]:
    """The red message about something that is mended so."""
    SCENES[fix](bot.store)
    return red_message(bot)


def red_message(bot: Bot) -> dict[str, Any]:
    bot.tick()
    return bot.said("cause.1.harbour", user="@ben")


def naming_it(bot: Bot) -> dict[str, Any]:
    message = red(bot, Fix.RENAME)
    bot.slack.click(message, "cause.rename")
    bot.modal("Which name shall contact Kiosk Ltd have")
    return message


def choosing_it(bot: Bot) -> dict[str, Any]:
    message = red(bot, Fix.CHOOSE)
    bot.slack.click(message, "cause.choose")
    bot.modal("Which one in QuickBooks is the account Parking?")
    return message


def save(bot: Bot, **values: Any) -> Any:
    return bot.slack.submit(**{name: {name: value} for name, value in values.items()})


def found(bot: Bot, query: str) -> str:
    """What a search of the list finds."""
    (entry,) = bot.slack.suggest("choose.entry", query)
    return str(entry["value"])


def pick(bot: Bot, entry: str, note: str = "") -> Any:
    return bot.slack.submit(entry={"choose.entry": entry}, note={"note": note}, retry={"retry": []})


def test_the_window_says_who_has_the_name_and_offers_names_that_are_free(bot: Bot) -> None:
    naming_it(bot)
    said = str(bot.slack.modal())
    assert "“Kiosk Ltd” is taken there by the supplier <https://app.qbo.intuit.com/" in said
    assert "nameId%3D58|Kiosk Ltd> (the partner of Kiosk Ltd)" in said
    assert all(f"Kiosk Ltd{suffix}" in said for suffix in (" (Tenant)", " (Wellington)", " (2)"))


def test_the_name_that_is_chosen_is_said_in_the_thread_with_its_undo(bot: Bot) -> None:
    message = naming_it(bot)
    assert save(bot, name="1", note="as in the lease", retry=[])["ok"]
    said = bot.said("Kiosk Ltd goes to QuickBooks as “Kiosk Ltd (Wellington)” with the next sync", user="@ben")
    assert said["thread_ts"] == message["ts"] and "(“as in the lease”) by @ana" in said["text"]
    (deed,) = bot.deeds()
    assert (deed.what, deed.by, deed.note) == ("rename", ANA, "as in the lease")
    assert (deed.before, deed.after) == ("Kiosk Ltd", "Kiosk Ltd (Wellington)")
    assert deed.source == f"{ACCOUNTS} {message['ts']}"
    bot.slack.click(said, "links.undo")
    bot.after(said, "Undone: Kiosk Ltd goes to QuickBooks by the name that it had by @ana")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "own"}, "Write what is added"),
        ({"name": "own", "written": "a: b"}, "no colons"),
        ({"name": "0", "written": "Unit 4"}, "Choose “With what is written below”"),
    ],
)
def test_what_cannot_be_a_name_is_said_at_the_field(bot: Bot, values: dict[str, str], words: str) -> None:
    naming_it(bot)
    assert words in save(bot, **values)["errors"]["written"]
    assert bot.deeds() == []


def test_a_name_that_was_taken_meanwhile_is_said_and_what_was_entered_stays(bot: Bot) -> None:
    naming_it(bot)
    bot.store.hear(mirrored.party("Customer", "59", "Kiosk Ltd (Unit 4)"))
    assert save(bot, name="own", written="Unit 4", note="mine")["ok"]
    view = bot.modal("is taken in QuickBooks as well")
    assert "Unit 4" in str(view) and "mine" in str(view) and bot.deeds() == []


def test_a_contact_that_was_put_right_while_the_window_was_open_is_not_renamed(bot: Bot) -> None:
    naming_it(bot)
    bot.store.calm()
    save(bot, name="0")
    bot.modal("not held up by its name any more")
    assert bot.deeds() == []


def test_the_list_is_searched_and_what_is_chosen_is_linked(bot: Bot) -> None:
    choosing_it(bot)
    assert [one["text"]["text"] for one in bot.slack.suggest("choose.entry")] == ["Car park", "Garage"]
    assert pick(bot, found(bot, "gar"), "same thing")["ok"]
    said = bot.said("Parking linked to Garage in QuickBooks", user="@ben")
    assert "what waits for it goes out with the next sync (“same thing”) by @ana" in said["text"]
    (deed,) = bot.deeds()
    assert (deed.what, deed.by, deed.note, deed.after) == ("link", ANA, "same thing", "Garage (Item 13)")
    bot.slack.click(said, "links.undo")
    bot.after(said, "Undone: Parking is linked as it was before by @ana")


def test_what_somebody_else_linked_meanwhile_is_said_at_the_field(bot: Bot) -> None:
    choosing_it(bot)
    entry = found(bot, "gar")
    bot.store.put_link(Link(PARKING.type, PARKING.key, "Item", "12"))
    assert "Parking is linked to Car park in QuickBooks already" in pick(bot, entry)["errors"]["entry"]
    assert bot.deeds() == []


def test_an_empty_list_is_no_window(bot: Bot) -> None:
    message = red(bot, Fix.CHOOSE)
    bot.store.hear(*(mirrored.item(id_, name, Active=False) for id_, name in (("12", "Car park"), ("13", "Garage"))))
    bot.slack.click(message, "cause.choose")
    bot.said("QuickBooks has nothing that could stand for it.")


@pytest.mark.parametrize("fix", [Fix.RENAME, Fix.CHOOSE])
def test_a_viewer_may_not_and_is_told_who_may(bot: Bot, fix: Fix) -> None:
    bot.slack.click(red(bot, fix), f"cause.{fix.value}", user="@ben")
    bot.said("workspace admin", user="@ben")
    assert bot.slack.modal("@ben") is None


def test_who_lost_the_right_while_the_window_was_open_is_refused_at_submit(bot: Bot) -> None:
    naming_it(bot)
    bot.desk.team.name_for_roles({BEN: Role.OPERATOR}, Roles(), BEN)
    save(bot, name="0")
    bot.modal("only operators can choose names for QuickBooks")
    assert [deed.what for deed in bot.deeds()] == ["roles"]


@pytest.mark.parametrize("count", [1, 2])
def test_one_that_it_may_be_is_linked_to_and_several_are_asked_about(bot: Bot, count: int) -> None:
    may_be_another(bot.store, count)
    said = str(red_message(bot)["blocks"])
    assert ("Link to it…" in said) is (count == 1) and ("Which is it?…" in said) is (count == 2)


def test_a_document_whose_number_is_taken_is_not_said_to_be_created_after_all(bot: Bot) -> None:
    number_is_taken(bot.store)
    message = red_message(bot)
    bot.slack.click(message, "cause.adopt")
    bot.modal("Not this one: keep them apart")
    bot.slack.in_modal("partner", value="none")
    view = bot.modal("QuickBooks takes each number once")
    assert view["submit"]["text"] == "Keep apart"
    assert bot.slack.submit()["ok"]
    bot.said("INV-01 kept apart from what it looks like, which has its number by @ana", user="@ben")


@pytest.mark.parametrize("text", [samples.LONG, *samples.HOSTILE])
@pytest.mark.parametrize("count", [0, 1, 9])
def test_any_name_and_any_list_fits(count: int, text: str) -> None:
    held = tuple(NameHolder("Vendor", "58", text, place % 2 == 0, text, "https://x.example") for place in range(count))
    choice = NameChoice("Customer", text, held, (" (Tenant)",) * min(count, 1))
    for chosen in ("0", naming.OWN):
        for retry in (None, Retry(0), Retry(10**9, is_chosen=False)):
            check_modal(naming.question(choice, text, "v1", chosen, text[:40], text, text, retry))
    for kind in (RecordType.ACCOUNT, RecordType.TAX_TYPE, RecordType.TRACKING_OPTION):
        check_modal(choosing.question(samples.cause(0, text, ref=RecordRef(kind, "a")), "v1", Retry(23)))
    check_blocks(choosing.entries([ListEntry("Item", str(place), text, text) for place in range(count)]))
