"""The results: one row a record, found by page, filter and words; a failure is never hidden by another success."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.core.model import Direction, Outcome, RecordRef, RecordType, Result
from bot.core.results import LinkStatus, ResultsFilter
from bot.store.database import Database
from bot.store.results import results
from tests.rarely import edge
from tests.store.conftest import COMPANY

INVOICE, CONTACT = RecordType.INVOICE, RecordType.CONTACT
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ALL = ResultsFilter(COMPANY)
UTC_ZONE = "UTC"


def row(key: str, outcome: Outcome = Outcome.CREATED, type_: RecordType = INVOICE, **fields: Any) -> Result:
    usual = Result(
        at=START,
        ref=RecordRef(type_, key),
        name=f"INV-{key}",
        released_id=key,
        entity="Invoice",
        external_id=f"10{key}",
        direction=Direction.OUTGOING,
        outcome=outcome,
        code="",
        details="Created in QuickBooks.",
        more_detail="",
        linked=True,
    )
    return replace(usual, **fields)


def put(connection: Connection, *rows: Result, run_id: str = "run-1", company: str = COMPANY) -> None:
    results.record(connection, company, run_id, rows)


def keys(connection: Connection, wanted: ResultsFilter, zone: str = UTC_ZONE) -> list[str]:
    found = [result.ref.key for result in results.page(connection, wanted, zone, 0, None)]
    assert results.count(connection, wanted, zone) == len(found)
    return found


def test_a_row_comes_back_as_it_was_written(database: Database) -> None:
    full = row(
        "1",
        Outcome.WAITING,
        code="unlinked-parent",
        details="INV-1 wartet · “ö” 100 %",
        more_detail="Why.\nHow to fix it: relink.",
        linked=False,
        cause=RecordRef(CONTACT, "kiosk"),
        amount=Decimal("115.00"),
        currency="NZD",
    )
    with database.write() as connection:
        put(connection, full, row("2"))
        assert results.get(connection, COMPANY, [full.ref]) == [full]
        assert str(results.get(connection, COMPANY, [full.ref])[0].amount) == "115.00"
        last_attempt = results.last_attempts(connection, COMPANY, [full.ref])[full.ref]
    assert (last_attempt.outcome, last_attempt.code, last_attempt.cause) == (
        Outcome.WAITING,
        "unlinked-parent",
        full.cause,
    )


def test_the_last_attempt_is_the_row_and_those_before_are_its_history(database: Database) -> None:
    with database.write() as connection:
        for number in range(12):
            put(connection, row("1", details=f"Attempt {number}.", at=START + timedelta(minutes=number)))
        assert [result.details for result in results.get(connection, COMPANY, [row("1").ref])] == ["Attempt 11."]
        history = [result.details for result in results.history(connection, COMPANY, row("1").ref)]
        assert history == [f"Attempt {number}." for number in range(11, 1, -1)]
        assert results.history(connection, COMPANY, row("2").ref) == []


def test_pages_are_newest_first_and_hold_every_row_once(database: Database) -> None:
    rows = [row(str(number), at=START + timedelta(seconds=number // 3)) for number in range(20)]
    with database.write() as connection:
        put(connection, *rows)
        everything = keys(connection, ALL)
        pages = [results.page(connection, ALL, UTC_ZONE, offset, 7) for offset in range(0, 21, 7)]
    assert [result.ref.key for page in pages for result in page] == everything
    assert set(everything) == {str(number) for number in range(20)} and everything[0] in ("18", "19")


def test_filters_can_be_put_together(database: Database) -> None:
    kiosk = RecordRef(CONTACT, "kiosk")
    with database.write() as connection:
        put(
            connection,
            row("1"),
            row("2", Outcome.FAILED),
            row("3", Outcome.WAITING, cause=kiosk),
            row("4", Outcome.SKIPPED, linked=False),
            row("kiosk", Outcome.FAILED, CONTACT),
        )
        put(connection, row("9", Outcome.FAILED), company="other")
        assert set(keys(connection, ALL)) == {"1", "2", "3", "4", "kiosk"}
        assert keys(connection, replace(ALL, status=LinkStatus.UNLINKED)) == ["4"]
        assert set(keys(connection, replace(ALL, status=LinkStatus.LINKED, type=INVOICE))) == {"1", "2", "3"}
        assert set(keys(connection, replace(ALL, needs_attention=True))) == {"2", "3", "kiosk"}
        assert set(keys(connection, replace(ALL, cause=str(kiosk)))) == {"3", "kiosk"}
        assert keys(connection, replace(ALL, cause=str(kiosk), type=INVOICE, needs_attention=True)) == ["3"]
        assert results.count_needing_attention(connection, COMPANY) == (3, 1)
        assert {one.ref.key for one in results.needing_attention(connection, COMPANY)} == {"2", "3", "kiosk"}


def test_what_needs_attention_comes_newest_first_as_often_as_it_is_gone_through(database: Database) -> None:
    first, minutes = datetime(2026, 11, 20, tzinfo=UTC), {"1": 3, "2": 1, "3": 2, "4": 3, "5": 0}
    outcomes = {"2": Outcome.WAITING, "4": Outcome.WAITING, "5": Outcome.CREATED}
    with database.write() as connection:
        put(
            connection,
            *(
                row(key, outcomes.get(key, Outcome.FAILED), at=first + timedelta(minutes=later))
                for key, later in minutes.items()
            ),
        )
        found = results.NeedingAttention(connection, COMPANY)
        assert [one.ref.key for one in found] == [one.ref.key for one in found] == ["1", "4", "3", "2"]
        assert [one.ref.key for one in results.NeedingAttention(connection, COMPANY, 2)] == ["1", "4"]
        put(connection, row("9", Outcome.FAILED, at=first + timedelta(minutes=9)))
        assert next(iter(found)).ref.key == "9"


def test_what_is_left_out_needs_no_attention(database: Database) -> None:
    with database.write() as connection:
        put(connection, row("1", Outcome.FAILED, linked=False))
        assert results.count_needing_attention(connection, COMPANY) == (0, 0)
        assert results.needing_attention(connection, COMPANY) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kiosk", {"1"}),
        ("KIOSK ltd", {"1"}),
        ("ltd kiosk", {"1"}),
        ("50%", {"2"}),
        ("%", {"2"}),
        ("a_b", {"3"}),
        ("_", {"3"}),
        ("back\\slash", {"4"}),
        ("'", {"5"}),
        ("straße", {"6"}),
        ("STRASSE", {"6"}),
        ("failed", {"1"}),
        ("6140", {"1"}),
        ("103", {"3"}),
        ("nowhere", set()),
        ("", {"1", "2", "3", "4", "5", "6"}),
    ],
)
def test_words_are_found_in_any_case_and_order_and_wildcards_are_just_characters(
    database: Database, text: str, found: set[str]
) -> None:
    with database.write() as connection:
        put(
            connection,
            row("1", Outcome.FAILED, name="Kiosk Ltd", code="6140"),
            row("2", details="Up by 50%."),
            row("3", more_detail="a_b"),
            row("4", name="back\\slash"),
            row("5", name="O'Brien"),
            row("6", name="Straße"),
        )
        assert set(keys(connection, replace(ALL, text=text))) == found


def test_a_day_begins_where_the_company_is(database: Database) -> None:
    midnight = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)  # in Auckland it is the 23rd from here on
    with database.write() as connection:
        put(connection, row("before", at=midnight - timedelta(milliseconds=1)), row("after", at=midnight))
        wanted = replace(ALL, since=date(2026, 11, 23))
        assert keys(connection, wanted, "Pacific/Auckland") == ["after"]
        assert keys(connection, wanted, UTC_ZONE) == []
        assert set(keys(connection, replace(ALL, since=date(2026, 11, 22)), "Pacific/Auckland")) == {"before", "after"}


CUSTOMER_FAILED = row("both", Outcome.FAILED, CONTACT, entity="Customer", details="The name is taken.")
VENDOR_DONE = row("both", Outcome.CREATED, CONTACT, entity="Vendor")
VENDOR_FAILED = replace(VENDOR_DONE, outcome=Outcome.FAILED, details="No such currency.")
CUSTOMER_DONE = replace(CUSTOMER_FAILED, outcome=Outcome.UPDATED, details="Updated.")


@pytest.mark.parametrize(
    "writes",
    [
        [[CUSTOMER_FAILED, VENDOR_DONE]],
        [[VENDOR_DONE, CUSTOMER_FAILED]],
        [[CUSTOMER_FAILED], [VENDOR_DONE]],
        [[VENDOR_DONE], [CUSTOMER_FAILED]],
    ],
    ids=["together", "together, turned round", "one by one", "one by one, turned round"],
)
def test_the_failure_of_one_role_is_not_hidden_by_the_success_of_the_other(
    database: Database, writes: list[list[Result]]
) -> None:
    with database.write() as connection:
        for some in writes:
            put(connection, *some)
        (shown,) = results.get(connection, COMPANY, [CUSTOMER_FAILED.ref])
        assert shown == CUSTOMER_FAILED
        assert len(results.history(connection, COMPANY, shown.ref)) == 2


def test_the_same_role_or_the_next_run_clears_a_failure(database: Database) -> None:
    with database.write() as connection:
        put(connection, CUSTOMER_FAILED)
        put(connection, CUSTOMER_DONE)
        assert results.get(connection, COMPANY, [CUSTOMER_DONE.ref]) == [CUSTOMER_DONE]
        put(connection, VENDOR_FAILED, run_id="run-2")
        put(connection, CUSTOMER_DONE, run_id="run-3")
        assert results.get(connection, COMPANY, [CUSTOMER_DONE.ref]) == [CUSTOMER_DONE]


def test_a_row_can_be_forgotten(database: Database) -> None:
    with database.write() as connection:
        put(connection, row("1"), row("2"))
        results.forget(connection, COMPANY, [row("1").ref])
        results.forget(connection, COMPANY, [])
        assert keys(connection, ALL) == ["2"]


@edge
def test_tens_of_thousands_of_records_can_be_asked_for_at_once(database: Database) -> None:
    refs = [RecordRef(INVOICE, str(number)) for number in range(33_000)]
    with database.write() as connection:
        put(connection, *(row(str(number)) for number in range(500)))
        assert len(results.get(connection, COMPANY, refs)) == 500
        results.forget(connection, COMPANY, refs)
        assert results.count(connection, ALL, UTC_ZONE) == 0
