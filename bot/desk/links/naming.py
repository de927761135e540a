"""Names that people choose for QuickBooks: a contact whose name is taken there goes out with something added to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.core.faults import UserError
from bot.core.model import MirrorRecord, Outcome, RecordRef, RecordType, Result, Side
from bot.core.naming import NAME_TAKEN, NameChoice, NameHolder, first_free, proposals, suffix_of
from bot.core.spec import Body, Problem
from bot.records import BY_TYPE
from bot.records.contact import display_name
from bot.records.fields.names import check_name, is_active, normalised
from bot.store.companies import Company
from bot.store.mirror import records
from bot.store.results import results
from bot.store.team import name_suffixes

CONTACT = BY_TYPE[RecordType.CONTACT]
OVER = "This contact is not held up by its name any more. Nothing was changed."


@dataclass(frozen=True)
class Given:
    """A name that was chosen: as it is in Re-Leased, and in QuickBooks from now on; `was` it there, by this suffix."""

    entity: str
    own: str
    name: str
    was: str
    before: str


def is_about_a_name(cause_code: str, ref: RecordRef) -> bool:
    return ref.type is RecordType.CONTACT and ref.external is None and cause_code in NAME_TAKEN


def choice(connection: Connection, company: Company, ref: RecordRef) -> NameChoice:
    """Raises UserError when its name is not what holds it up any more."""
    row, body = _held_up(connection, company, ref)
    suffixes = name_suffixes.of_company(connection, company.id, ref.type)
    name = display_name(body, row.entity, suffixes.get((ref.key, row.entity), ""))
    ideas = [suffix for suffix in proposals(body, row.entity) if display_name(body, row.entity, suffix) != name]
    called = {suffix: display_name(body, row.entity, suffix) for suffix in ideas}
    held = holders(connection, company.id, [name, *called.values()], ref)
    is_free = {suffix: not held.get(normalised(other)) for suffix, other in called.items()}
    return NameChoice(row.entity, name, held.get(normalised(name), ()), first_free(ideas, is_free))


def give(connection: Connection, company: Company, ref: RecordRef, added: str, by: str, at: int) -> Given:
    """Its name in QuickBooks is from now on its own with this added. Raises UserError when that cannot be."""
    row, body = _held_up(connection, company, ref)
    suffix = suffix_of(added)
    name = display_name(body, row.entity, suffix)
    try:
        check_name(name)
    except Problem:
        raise UserError("QuickBooks does not take this name. Correct it in Re-Leased first.") from None
    taken = holders(connection, company.id, [name], ref).get(normalised(name))
    if taken:
        raise UserError(f"“{name}” is taken in QuickBooks as well. Choose something else to add.")
    named = ref.key, row.entity
    before = name_suffixes.of_company(connection, company.id, ref.type).get(named, "")
    if before == suffix:
        raise UserError(f"QuickBooks refused “{name}” already. Choose something else to add.")
    name_suffixes.put(connection, company.id, ref.type, named, suffix, by, at)
    return Given(row.entity, CONTACT.released_name(body), name, display_name(body, row.entity, before), before)


def holders(
    connection: Connection, company_id: str, names: Sequence[str], but: RecordRef
) -> dict[str, tuple[NameHolder, ...]]:
    """Who has each of these names in QuickBooks, by the name as it compares; not the partners of `but` itself."""
    wanted = {normalised(name) for name in names}
    keys = {f"name:{name}" for name in wanted} | {f"name:{_bare(name)}" for name in wanted}
    found: dict[str, tuple[NameHolder, ...]] = {}
    for entity in CONTACT.entities:
        ids = {id_ for some in _ids(connection, company_id, entity, keys) for id_ in some}
        there = records.get_mirror(connection, company_id, Side.QUICKBOOKS, [(entity, id_) for id_ in ids])
        links = records.links_to(connection, company_id, there)
        for key, record in sorted(there.items()):
            name, link = CONTACT.external_name(entity, record.body), links.get(key)
            mine = link is not None and link.released_id == but.key
            if normalised(name) in wanted and not record.deleted and not mine:
                partner = _name_of(connection, company_id, link.released_id) if link else ""
                holder = NameHolder(entity, record.id, name, is_active(record.body), partner)
                found[normalised(name)] = (*found.get(normalised(name), ()), holder)
    return found


def _held_up(connection: Connection, company: Company, ref: RecordRef) -> tuple[Result, Body]:
    row = next(iter(results.get(connection, company.id, [ref])), None)
    ours = _released(connection, company.id, ref.key)
    if row is None or row.outcome is not Outcome.FAILED or not is_about_a_name(row.code, ref):
        raise UserError(OVER)
    if ours is None or ours.deleted or row.entity not in CONTACT.entities_of(ours.body):
        raise UserError("This contact is not in Re-Leased any more. Nothing was changed.")
    return row, ours.body


def _ids(connection: Connection, company_id: str, entity: str, keys: Iterable[str]) -> Iterable[set[str]]:
    return records.find_by_keys(connection, company_id, Side.QUICKBOOKS, entity, keys).values()


def _released(connection: Connection, company_id: str, id_: str) -> MirrorRecord | None:
    key = (CONTACT.collection, id_)
    return records.get_mirror(connection, company_id, Side.RELEASED, [key]).get(key)


def _name_of(connection: Connection, company_id: str, released_id: str) -> str:
    record = _released(connection, company_id, released_id)
    return CONTACT.released_name(record.body) if record else released_id


def _bare(name: str) -> str:
    """The mirror finds suppliers by their name without the suffix of their role."""
    return name.removesuffix(" (supplier)")
