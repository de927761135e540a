"""Results as people look at them: a page, all rows, one record in depth with what both sides say."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from bot.core.model import RecordRef, Result
from bot.core.results import Attempt, FieldValue, ResultsFilter, ResultsOrder, ResultsPage
from bot.desk.companies.companies import company_of
from bot.desk.companies.web_links import WebLinks
from bot.desk.side_by_side import side_by_side
from bot.store.database import Database
from bot.store.results import results


@dataclass(frozen=True)
class Results:
    """Rows carry links to both sides. Raises UserError for a company that is not connected."""

    database: Database
    web_links: WebLinks

    def page(
        self,
        wanted: ResultsFilter,
        page: int = 1,
        rows: int | None = 25,
        order: ResultsOrder = ResultsOrder.NEWEST,
    ) -> ResultsPage:
        if rows is None:
            every = tuple(self.every(wanted, order))
            return ResultsPage(every, len(every), 1, 1)
        company = company_of(self.database, wanted.company_id)
        with self.database.read() as connection:
            found = results.find(connection, wanted, company.timezone, order, max(1, page), rows)
        return replace(found, rows=tuple(self.web_links.on(row, company.realm) for row in found.rows))

    def count(self, wanted: ResultsFilter) -> int:
        with self.database.read() as connection:
            return results.count(connection, wanted, company_of(self.database, wanted.company_id).timezone)

    def every(self, wanted: ResultsFilter, order: ResultsOrder = ResultsOrder.NEWEST) -> Generator[Result, None, None]:
        """All rows of the filter, streamed: any number of them takes little memory."""
        company = company_of(self.database, wanted.company_id)
        with self.database.read() as connection:
            for row in results.every(connection, wanted, company.timezone, order):
                yield self.web_links.on(row, company.realm)

    def one(self, company_id: str, ref: RecordRef) -> Result | None:
        return next(iter(self.several(company_id, [ref])), None)

    def several(self, company_id: str, refs: Sequence[RecordRef]) -> list[Result]:
        company = company_of(self.database, company_id)
        with self.database.read() as connection:
            return [self.web_links.on(row, company.realm) for row in results.get(connection, company_id, refs)]

    def attempts(self, company_id: str, ref: RecordRef) -> list[Attempt]:
        with self.database.read() as connection:
            return results.attempts_at(connection, company_id, ref)

    def both_sides(self, company_id: str, ref: RecordRef) -> list[tuple[str, FieldValue, FieldValue]]:
        """(field, what Re-Leased says, what QuickBooks says), as both last said it."""
        with self.database.read() as connection:
            return side_by_side(connection, company_id, ref)

    def compared(
        self, company_id: str, ref: RecordRef, partner: tuple[str, str]
    ) -> list[tuple[str, FieldValue, FieldValue]]:
        """The same of this record and one that may be its partner: (entity or collection, id)."""
        with self.database.read() as connection:
            return side_by_side(connection, company_id, ref, partner)
