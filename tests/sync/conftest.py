"""A world for each test, on two servers that all of them share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sync.world import Servers, World, serving


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with serving() as both:
        yield both


@pytest.fixture
def make_world(tmp_path: Path, servers: Servers) -> Iterator[Callable[..., World]]:
    """Makes a connected world; keywords are those of World."""
    made: list[World] = []

    def make(connected: bool = True, **settings: Any) -> World:
        world = World(tmp_path, servers, **settings)
        made.append(world)
        if connected:
            world.connect()
        return world

    yield make
    for world in made:
        world.app.close()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


@pytest.fixture(scope="session")
def first_synced(tmp_path_factory: pytest.TempPathFactory, servers: Servers) -> World:
    world = World(tmp_path_factory.mktemp("first"), servers)
    world.connect()
    world.rent(), world.repairs(), world.gst()
    world.sync_blue()
    world.app.close()
    return world


@pytest.fixture
def paired(first_synced: World, tmp_path: Path) -> Iterator[World]:
    """A world after its first sync: accounts, items and tax codes are paired, and nothing else is there."""
    world = first_synced.twin(tmp_path)
    yield world
    world.app.close()


@pytest.fixture(scope="session")
def leased(first_synced: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    world = first_synced.twin(tmp_path_factory.mktemp("leased"))
    world.invoice(world.contact("Kiosk Ltd"), "INV-1")
    world.sync_blue()
    world.app.close()
    return world


@pytest.fixture
def lease(leased: World, tmp_path: Path) -> Iterator[tuple[World, dict[str, Any], dict[str, Any]]]:
    """A world with one synced invoice, and that invoice on both sides."""
    world = leased.twin(tmp_path)
    invoice = world.named("invoices", "INV-1")
    yield world, invoice, world.partner("Invoice", invoice, "invoices")
    world.app.close()


@pytest.fixture
def busy(paired: World) -> World:
    """An invoice and a bill are linked, and then both sides change in every way."""
    tenant, supplier = paired.contact("Kiosk Ltd"), paired.contact("Plumb Ltd", "supplier")
    paired.invoice(tenant, "INV-1")
    paired.bill(supplier, "B-1")
    paired.sync_blue()
    paired.contact("Aroha Ltd")
    paired.invoice(tenant, "INV-2")
    paired.change("invoices", paired.named("invoices", "INV-1"), dueDate="2026-12-01")
    paired.qb_bill(paired.partner("Vendor", supplier, "contacts"), "SB-1")
    paired.qb_invoice(paired.partner("Customer", tenant, "contacts"), "SI-1")
    return paired
