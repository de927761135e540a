"""What the rules judge: both sides at one moment, what our results say, what was written, and what people did."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from bot.core.model import Outcome, RecordRef
from bot.store.tables import results
from tests.simulation.pairs import Picture
from tests.simulation.stage import Stage

SYNC_FROM = "2026-04-01"
SAYS_WHY = (Outcome.FAILED, Outcome.WAITING, Outcome.SKIPPED)
ATTENTION = (Outcome.FAILED, Outcome.WAITING)
DATES = {"invoices": "issueDate", "credit-notes": "issueDate", "payments": "date"}


@dataclass(frozen=True)
class Row:
    """One row of the results table."""

    outcome: str
    code: str
    details: str
    more: str
    external_id: str
    linked: bool


@dataclass(frozen=True)
class Case:
    """`rows` by type and key, `dates` that people gave by (collection or entity, id)."""

    stage: Stage
    picture: Picture
    rows: dict[tuple[str, str], Row]
    dates: dict[tuple[str, str], set[str]]

    def row_of(self, ref: RecordRef) -> Row | None:
        return self.rows.get((str(ref.type), ref.key))

    def told(self) -> set[str]:
        """The QuickBooks ids of which a result says why they are not in step."""
        return {row.external_id for row in self.rows.values() if row.outcome in SAYS_WHY}


def rows_of(connection: Connection) -> dict[tuple[str, str], Row]:
    columns = ("outcome", "code", "details", "more_detail", "external_id", "linked")
    found = connection.execute(select(results))
    return {(row.type, row.key): Row(*(getattr(row, name) for name in columns)) for row in found}
