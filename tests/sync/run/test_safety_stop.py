"""The stop before the first write: at 50 records lost that are more than 30 % of all linked ones, and not before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.core.runs import RedReason
from bot.store.tables import links
from tests.sync.world import World


@pytest.fixture(scope="module")
def full(first_synced: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A hundred linked records in all, most of them customers."""
    world = first_synced.twin(tmp_path_factory.mktemp("full"))
    fill(world, 100)
    world.app.close()
    return world


@pytest.fixture
def company(full: World, tmp_path: Path) -> Iterator[World]:
    world = full.twin(tmp_path)
    yield world
    world.app.close()


def linked(world: World) -> int:
    with world.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(links)).scalar_one())


def fill(world: World, number: int) -> None:
    """Customers until so many records are linked."""
    for place in range(linked(world), number):
        world.customer(f"Tenant {place}")
    world.sync_blue()
    assert linked(world) == number


def archive(world: World, number: int) -> None:
    """So many customers more are inactive in QuickBooks."""
    active = [id_ for id_, body in world.books.entity("Customer").items() if body["Active"]]
    for id_ in active[:number]:
        world.books.archive("Customer", id_)


def is_stopped(world: World) -> bool:
    before = world.writes()
    stopped = world.sync().red_reason is RedReason.SAFETY_STOP
    assert not stopped or world.writes() == before
    return stopped


@pytest.mark.parametrize(("lost", "stops"), [(49, False), (50, True)])
def test_fifty_records_lost_at_once_stop_a_run_and_forty_nine_do_not(company: World, lost: int, stops: bool) -> None:
    archive(company, lost)
    assert is_stopped(company) is stops


@pytest.mark.parametrize(("of", "stops"), [(167, False), (166, True)], ids=["29.9 %", "30.1 %"])
def test_thirty_percent_of_the_links_lost_at_once_do_not_stop_a_run_and_more_do(
    company: World, of: int, stops: bool
) -> None:
    fill(company, of)
    archive(company, 50)
    assert is_stopped(company) is stops
