"""How far back each question for QuickBooks' changes reaches: never too little, and as much as it answers."""

import pytest

from tests.sync.world import World


def asked_of(world: World) -> list[str]:
    """The last part of the path of every read of QuickBooks from now on."""
    asked: list[str] = []
    handle = world.state.handle

    def heard(request):  # type: ignore[no-untyped-def]
        asked.append(request.path.rpartition("/")[2])
        return handle(request)

    world.state.handle = heard  # type: ignore[method-assign]
    return asked


@pytest.mark.parametrize("late_s", [5, 100])
def test_a_change_that_shows_a_little_after_the_time_it_carries_is_not_missed(paired: World, late_s: int) -> None:
    """QuickBooks' change data comes from copies of its books, which lag behind."""
    paired.contact("Kiosk Ltd")
    paired.sync_blue()
    paired.clock.advance(seconds=-late_s)
    paired.customer("Aroha")
    paired.clock.advance(seconds=late_s)
    paired.sync_blue()
    assert paired.named("contacts", "Aroha")["externalId"]


@pytest.mark.parametrize(("days", "is_whole"), [(20, False), (29.5, True), (31, True)])
def test_after_a_month_all_of_quickbooks_is_read_and_before_that_only_what_changed(
    paired: World, days: float, is_whole: bool
) -> None:
    """It looks 30 days back, by its own clock, when the question reaches it:
    https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/change-data-capture
    """
    paired.customer("Aroha")
    paired.clock.advance(days=days)
    asked = asked_of(paired)
    paired.sync_blue()
    assert ("cdc" in asked) is not is_whole and ("query" in asked) is is_whole
    assert paired.named("contacts", "Aroha")["externalId"]


def test_what_is_inactive_is_not_called_deleted_when_all_is_read(paired: World) -> None:
    """A query shows only what is active unless it asks for both."""
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    paired.books.archive("Customer", paired.partner("Customer", tenant, "contacts")["Id"])
    paired.sync_blue()
    paired.clock.advance(days=45)
    paired.sync_blue()
    assert paired.now("contacts", tenant)["archived"] and paired.row("Kiosk Ltd").code == ""
