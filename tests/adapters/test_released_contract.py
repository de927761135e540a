"""The adapter and the Re-Leased stand-in, end to end."""

import hashlib
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests

from bot.adapters.meter import Meter
from bot.adapters.released.client import Released
from bot.core.faults import Action, ApiError
from bot.sandbox.http.knobs import Knobs
from bot.sandbox.http.serving import ServerThread
from bot.sandbox.released import ReleasedState, app, connection_details, numbered_ids, seed
from tests.adapters.conftest import FakeTime

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
COMPANY = "1"


@pytest.fixture
def state(fake_time: FakeTime) -> ReleasedState:
    state = ReleasedState(lambda: START + timedelta(seconds=fake_time.now), "key-1", numbered_ids())
    state.add_company(id=COMPANY, name="Harbour City Property")
    return state


@pytest.fixture
def released(state: ReleasedState, session: requests.Session, meter: Meter, fake_time: FakeTime) -> Iterator[Released]:
    with ServerThread(app(state, Knobs())) as server:
        details = connection_details(state, server.url)
        yield Released(details["url"], details["api_key"], session, meter=meter, pause=fake_time.pause, page_size=10)
        session.close()


def test_companies_and_records_are_written_and_read(released: Released) -> None:
    contact = released.create(COMPANY, "contacts", {"name": "Kiosk Ltd", "roles": ["tenant"]}, "k1")
    again = released.create(COMPANY, "contacts", {"name": "Other", "roles": ["tenant"]}, "k1")
    changed = released.patch(COMPANY, "contacts", contact["id"], {"externalId": "12"}, contact["version"])

    assert [company["id"] for company in released.companies()] == [COMPANY]
    assert again["id"] == contact["id"]
    assert released.get(COMPANY, "contacts", contact["id"]) == changed
    assert released.get(COMPANY, "contacts", "nobody") is None


def test_a_stale_patch_is_refused_with_412(released: Released) -> None:
    contact = released.create(COMPANY, "contacts", {"name": "Kiosk Ltd", "roles": ["tenant"]}, "k1")
    released.patch(COMPANY, "contacts", contact["id"], {"email": "a@example.com"}, contact["version"])

    with pytest.raises(ApiError) as caught:
        released.patch(COMPANY, "contacts", contact["id"], {"email": "b@example.com"}, contact["version"])

    assert (caught.value.fault.code, caught.value.action) == ("http-412", Action.RECORD)


def test_an_invalid_record_names_its_fields(released: Released) -> None:
    with pytest.raises(ApiError) as caught:
        released.create(COMPANY, "contacts", {"roles": ["landlord"]}, "k1")

    assert caught.value.fault.code == "http-422"
    assert "name" in {fault.element for fault in caught.value.faults}


def test_everything_is_read_once_and_a_second_read_is_one_call(
    state: ReleasedState, released: Released, meter: Meter
) -> None:
    seed(state, COMPANY, seed=3, size=80)

    rows = [row for page in released.changed(COMPANY, "invoices", None) for row in page]
    calls = meter.released
    again = [row for page in released.changed(COMPANY, "contacts", "2027-01-01T00:00:00Z") for row in page]

    assert sorted(row["id"] for row in rows) == sorted(row["id"] for row in state.rows(COMPANY, "invoices"))
    assert again == [] and meter.released == calls + 1


def test_edits_between_two_pages_hide_no_record(state: ReleasedState, released: Released, fake_time: FakeTime) -> None:
    for number in range(35):
        fake_time.now += number // 12  # a few instants, some of them crowded
        released.create(COMPANY, "contacts", {"name": f"Contact {number}", "roles": ["tenant"]}, f"k{number}")
    everybody = state.rows(COMPANY, "contacts")
    seen: dict[str, int] = {}
    for page, victim in zip(released.changed(COMPANY, "contacts", None), [*everybody, *everybody], strict=False):
        seen |= {row["id"]: row["version"] for row in page}
        if len(seen) < len(everybody):
            fake_time.now += 1
            state.patch(COMPANY, "contacts", victim["id"], {"phone": f"0{fake_time.now:.0f}"})

    assert seen.keys() == {row["id"] for row in everybody}


def test_a_throttle_is_waited_for(state: ReleasedState, released: Released, fake_time: FakeTime) -> None:
    state.control("PUT", "settings", {"callsPerMinute": 3})

    for _ in range(5):
        released.companies()

    assert sum(fake_time.pauses) > 0


@pytest.mark.parametrize("key", ["wrong", ""])
def test_a_wrong_key_stops_the_run(
    state: ReleasedState, session: requests.Session, fake_time: FakeTime, key: str
) -> None:
    with ServerThread(app(state, Knobs())) as server:
        url = connection_details(state, server.url)["url"]
        stranger = Released(url, key, session, meter=Meter(), pause=fake_time.pause)
        with pytest.raises(ApiError) as caught:
            stranger.companies()
        session.close()

    assert (caught.value.fault.code, caught.value.action) == ("http-401", Action.STOP)


def test_a_company_without_access_stops_the_run(state: ReleasedState, released: Released) -> None:
    state.control("PUT", "settings", {"companies": {COMPANY: {"access": False}}})

    with pytest.raises(ApiError) as caught:
        list(released.changed(COMPANY, "invoices", None))

    assert (caught.value.fault.code, caught.value.action) == ("http-403", Action.STOP)


def test_a_file_goes_up_and_comes_down(state: ReleasedState, released: Released) -> None:
    seed(state, COMPANY, seed=3, size=10)
    invoice = state.rows(COMPANY, "invoices")[0]
    content = bytes(range(256)) * 100
    digest = hashlib.sha256(content).hexdigest()
    file = {"fileName": "lease.pdf", "contentType": "application/pdf", "size": len(content), "sha256": digest}
    owner = {"ownerType": "invoice", "ownerId": invoice["id"]}
    attachment = released.create(COMPANY, "attachments", {**owner, **file}, "k1")
    sink = io.BytesIO()

    released.upload(COMPANY, attachment["id"], io.BytesIO(content))

    assert released.download(COMPANY, attachment["id"], sink).sha256 == digest
    assert sink.getvalue() == content
