"""Causes as people look at them: what holds up most first, and the fix that suits each."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.results import Cause
from bot.desk import fixes
from bot.desk.companies.companies import company_of
from bot.desk.companies.web_links import WebLinks
from bot.store.database import Database


@dataclass(frozen=True)
class Causes:
    """Raises UserError for a company that is not connected."""

    database: Database
    web_links: WebLinks

    def of(self, company_id: str) -> list[Cause]:
        """What holds up most comes first. What a click can do about one is looked for by `with_fixes`."""
        company = company_of(self.database, company_id)
        with self.database.read() as connection:
            return fixes.causes_of(connection, company, self.web_links)

    def with_fixes(self, company_id: str, shown: Sequence[Cause]) -> list[Cause]:
        """These causes with the fix that suits each as it stands now: asked for those that are drawn."""
        company = company_of(self.database, company_id)
        with self.database.read() as connection:
            return fixes.with_their_fixes(connection, company, self.web_links, shown)
