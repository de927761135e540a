"""A company with a great many results, put into the store at one go."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.core.model import Direction, Outcome, RecordRef, RecordType, Result
from bot.store.database import Database
from bot.store.results import results

MANY = 100_000
AT_ONCE = 5_000
KINDS = (*[RecordType.INVOICE] * 5, *[RecordType.PAYMENT] * 3, RecordType.CONTACT, RecordType.CREDIT_NOTE)
WHY = "QuickBooks takes no documents for an inactive customer.\nHow to fix it: make it active again."
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def many_results(count: int = MANY) -> Iterator[Result]:
    """Half of them invoices; one in fifty waits for one of three hundred contacts; one in twelve is unlinked."""
    for place in range(count):
        waits = place % 50 == 0
        said = "waits for contact Kiosk Ltd, which is inactive in QuickBooks" if waits else "created in QuickBooks"
        yield Result(
            at=FIRST + timedelta(seconds=place // 30),
            ref=RecordRef(KINDS[place % 10], f"{place:08d}-aaaa-bbbb-cccc-0123456789ab"),
            name=f"INV-{place}",
            released_id=f"{place:08d}-aaaa-bbbb-cccc-0123456789ab",
            entity="Invoice",
            external_id="" if waits else str(place),
            direction=Direction.OUTGOING,
            outcome=Outcome.WAITING if waits else Outcome.CREATED,
            code="unlinked-parent" if waits else "",
            details=f"Invoice INV-{place} {said}.",
            more_detail=WHY if waits else "",
            linked=place % 12 != 0,
            cause=RecordRef(RecordType.CONTACT, f"kiosk-{place % 300}") if waits else None,
            currency="NZD",
        )


def fill(database: Database, company_id: str, count: int = MANY) -> None:
    group: list[Result] = []
    for result in many_results(count):
        group.append(result)
        if len(group) == AT_ONCE:
            _write(database, company_id, group)
            group = []
    _write(database, company_id, group)


def _write(database: Database, company_id: str, group: list[Result]) -> None:
    with database.write() as connection:
        results.record(connection, company_id, "many", group)
