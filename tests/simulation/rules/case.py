"""What the rules judge: both sides at one moment, what our results say, what was written, and what people did."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from bot.core.model import Outcome, RecordRef
from bot.store.tables import results
from tests.simulation.rules.pairs import NAMES, Pair, Picture, email_of
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
    """`rows` by type and key; by (collection or entity, id) the `dates` that people gave, and the e-mail address that
    a contact had as long as it was `alone`, without a partner.
    """

    stage: Stage
    picture: Picture
    rows: dict[tuple[str, str], Row]
    dates: dict[tuple[str, str], set[str]]
    alone: dict[tuple[str, str], str]

    def row_of(self, ref: RecordRef) -> Row | None:
        return self.rows.get((str(ref.type), ref.key))

    def told(self) -> set[str]:
        """The QuickBooks ids of which a result says why they are not in step."""
        return {row.external_id for row in self.rows.values() if row.outcome in SAYS_WHY}

    def came_with_one_email(self, pair: Pair) -> bool:
        """Two that people had entered, one without an address, and nobody gave another since: adopting erases nothing,
        and fills in nothing either.
        """
        if pair.entity not in NAMES or pair.external is None:
            return False
        ours, theirs = email_of(pair.released), email_of(pair.external)
        before = (
            self.alone.get((pair.collection, pair.released["id"])),
            self.alone.get((pair.entity, pair.external["Id"])),
        )
        return not (ours and theirs) and before == (ours, theirs)


def rows_of(connection: Connection) -> dict[tuple[str, str], Row]:
    columns = ("outcome", "code", "details", "more_detail", "external_id", "linked")
    found = connection.execute(select(results))
    return {(row.type, row.key): Row(*(getattr(row, name) for name in columns)) for row in found}
