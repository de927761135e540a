"""Which records are the same: suggested, decided by people, named apart, chosen from QuickBooks' lists."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.choosing import ListEntry
from bot.core.model import LinkChange, RecordRef
from bot.core.naming import NameChoice
from bot.core.planning.pairing import Suggestion
from bot.desk.companies.companies import company_of
from bot.desk.companies.web_links import WebLinks
from bot.desk.links import choosing, naming, partners
from bot.desk.links.deeds import decided, undoable
from bot.desk.links.linkable import bodies_of, name_of
from bot.desk.links.partners import CREATE, LINK, RENAME
from bot.store.database import Database, to_ms
from bot.store.mirror import records
from bot.store.results import results
from bot.store.team import decisions
from bot.store.team.notes import Deed
from bot.sync.planning.suggestions import suggestions


@dataclass(frozen=True)
class Matching:
    """Raises UserError where there is nothing to decide any more, and for a partner that is not free."""

    database: Database
    web_links: WebLinks
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def suggestions(self, company_id: str, ref: RecordRef) -> tuple[Suggestion, ...]:
        """Which records of the other side this one may be, the likeliest first, with what speaks for and against."""
        with self.database.read() as connection:
            return suggestions(connection, company_id, ref)

    def link_to(
        self,
        company_id: str,
        ref: RecordRef,
        entity: str,
        external_id: str,
        by: str,
        note: str = "",
        source: str = "",
        listed: bool = False,
    ) -> LinkChange:
        """These two are the same record. Nothing is written on either side: both stay as they are.

        For a record that QuickBooks alone has, `entity` and `external_id` name the one in Re-Leased (its collection).
        `listed`: of an account, a tax type or a tracking option, whose partner gives way if nothing refers to it.
        Raises UserError unless both are there and free.
        """
        company = company_of(self.database, company_id)
        at, token = self.clock(), self.new_id()
        now = to_ms(at)
        with self.database.write() as connection:
            partners.require_rest(connection, company)
            pair = partners.free_pair(connection, company.id, ref, entity, external_id, listed)
            if listed:
                choosing.require_fit(company, pair)
            before = partners.dead_links(connection, company.id, pair) + ([pair.holder] if pair.holder else [])
            unlinked = records.unlinked_among(connection, company.id, [pair.ref, pair.alone])
            records.drop_links(connection, company.id, before)
            records.put_link(connection, company.id, pair.link())
            results.forget(connection, company.id, [pair.alone])
            records.drop_todo(connection, company.id, [pair.alone])
            words = f"Linked to {pair.names[1]} in QuickBooks by hand: comes along with the next sync."
            decided(connection, company.id, pair.ref, sorted(unlinked), words, at)
            was = ", ".join(f"{link.entity} {link.external_id}" for link in before if link != pair.holder)
            said = Deed(
                *(company.id, now, by, LINK, (str(pair.ref),), note),
                *(was, f"{pair.names[1]} ({entity} {external_id})", source),
            )
            details = {
                "link": partners.plain(pair.link()),
                "before": [partners.plain(link) for link in before],
                "left_out": [[one.type, one.key] for one in unlinked],
                "alone": pair.alone.key,
            }
            undoable(connection, token, said, [pair.ref], details)
        return LinkChange((pair.ref,), (), (), token, {pair.ref: pair.names[0], ref: pair.names[ref.external is None]})

    def create_anyway(
        self,
        company_id: str,
        ref: RecordRef,
        by: str,
        note: str = "",
        source: str = "",
    ) -> LinkChange:
        """It is none of those that it is taken for, so it comes into being on the other side.

        Raises UserError when there is nothing to decide any more.
        """
        company = company_of(self.database, company_id)
        at, token = self.clock(), self.new_id()
        now = to_ms(at)
        with self.database.write() as connection:
            partners.require_rest(connection, company)
            found = partners.candidates(connection, company, ref)
            pairs = partners.apart(ref, found)
            decisions.add(connection, company.id, ref.type, pairs, by, now)
            unlinked = records.unlinked_among(connection, company.id, [ref])
            others = [_other(ref, pair) for pair in pairs]
            records.add_todo(connection, company.id, others)
            words = "Kept apart from what it looked like: comes into being on the other side with the next sync."
            decided(connection, company.id, ref, sorted(unlinked), words, at)
            named = ", ".join(one.name for one in found)
            said = Deed(*(company.id, now, by, CREATE, (str(ref),), note), "", f"not {named}", source)
            details = {"apart": pairs, "left_out": [[one.type, one.key] for one in unlinked]}
            undoable(connection, token, said, [ref], details)
            names = {one: name_of(one, body) for one, body in bodies_of(connection, company.id, [ref]).items()}
        return LinkChange((ref,), (), (), token, names)

    def name_choice(self, company_id: str, ref: RecordRef) -> NameChoice:
        company = company_of(self.database, company_id)
        with self.database.read() as connection:
            found = naming.choice(connection, company, ref)
        linked = self.web_links.to_quickbooks
        held = [replace(one, url=linked(company.realm, one.entity, one.id)) for one in found.holders]
        return replace(found, holders=tuple(held))

    def name_apart(
        self,
        company_id: str,
        ref: RecordRef,
        added: str,
        by: str,
        note: str = "",
        source: str = "",
    ) -> LinkChange:
        """In QuickBooks a contact is called by its name with this added, in Re-Leased as before.

        Raises UserError when its name is not what holds it up any more, or when that one is taken too.
        """
        company = company_of(self.database, company_id)
        at, token = self.clock(), self.new_id()
        now = to_ms(at)
        with self.database.write() as connection:
            partners.require_rest(connection, company)
            given = naming.give(connection, company, ref, added, by, now)
            words = f"Goes to QuickBooks as “{given.name}” with the next sync; in Re-Leased its name stays."
            decided(connection, company.id, ref, [], words, at)
            about = (company.id, now, by, RENAME, (str(ref),), note)
            said = Deed(*about, given.was, given.name, source)
            undoable(connection, token, said, [ref], {"entity": given.entity, "before": given.before})
        return LinkChange((ref,), (), (), token, {ref: given.own})

    def list_entries(self, company_id: str, ref: RecordRef, query: str, most: int) -> list[ListEntry]:
        with self.database.read() as connection:
            return choosing.offered(connection, company_of(self.database, company_id), ref, query, most)

    def choose(
        self,
        company_id: str,
        ref: RecordRef,
        entity: str,
        external_id: str,
        by: str,
        note: str = "",
        source: str = "",
    ) -> LinkChange:
        """An entry of QuickBooks' lists stands for this account, tax type or tracking option."""
        return self.link_to(company_id, ref, entity, external_id, by, note, source, listed=True)


def _other(ref: RecordRef, pair: tuple[str, str, str]) -> RecordRef:
    """The record that this one was kept apart from."""
    released_id, entity, external_id = pair
    if ref.external is not None:
        return RecordRef(ref.type, released_id)
    return RecordRef.in_quickbooks(ref.type, entity, external_id)
