"""Accounts, tax types and tracking options without a partner: people choose one from the lists of QuickBooks."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from bot.core.choosing import LISTS, ListEntry
from bot.core.faults import UserError
from bot.core.model import Link, MirrorRecord, RecordRef, RecordType, Side
from bot.core.money import NotMoney, decimal
from bot.core.spec import Facts, Lookup, Problem, RecordSpec
from bot.desk.links.partners import Pair
from bot.records import BY_TYPE
from bot.records.fields.names import normalised
from bot.records.fields.rates import percent
from bot.store.companies import Company
from bot.store.mirror import name_lists, records
from bot.sync.reading import pull

OVER = "This has its partner in QuickBooks by now. Retry what waits for it."


def can_choose(connection: Connection, company: Company, ref: RecordRef) -> bool:
    """Whether this is an entry of a list in Re-Leased without a living partner, and there are some to choose from."""
    return _alone(connection, company.id, ref) is not None and bool(offered(connection, company, ref, "", 1))


def offered(connection: Connection, company: Company, ref: RecordRef, query: str, most: int) -> list[ListEntry]:
    """What can be linked to it, by name: every word of `query` must be in it. What is in use elsewhere is left out.

    Raises UserError when it has its partner by now, or is gone.
    """
    ours = _alone(connection, company.id, ref)
    if ours is None:
        raise UserError(OVER)
    spec, facts = BY_TYPE[ref.type], pull.facts_of(company, company.preferences)
    words = query.casefold().split()
    found = [
        record
        for entity in spec.entities_of(ours.body)
        for record in name_lists.of_entity(connection, company.id, entity)
        if all(word in spec.external_name(entity, record.body).casefold() for word in words)
        and not _misfit(spec, facts, ours, record)
    ]
    alike = normalised(spec.released_name(ours.body))
    found.sort(key=lambda record: _place(spec, record, alike))
    return _entries(connection, company.id, ref, found)[:most]


def require_fit(company: Company, pair: Pair) -> None:
    """Raises UserError for two that would not stand for each other."""
    if pair.spec.type not in LISTS:
        raise UserError("Only accounts, tax types and tracking options are chosen from a list.")
    why = _misfit(pair.spec, pull.facts_of(company, company.preferences), pair.released, pair.external)
    if why:
        raise UserError(f"{pair.names[1]} cannot be chosen for {pair.names[0]}: {why}. Nothing was changed.")


def _alone(connection: Connection, company_id: str, ref: RecordRef) -> MirrorRecord | None:
    """The Re-Leased record, if it is an entry of a list and has no living partner."""
    if ref.type not in LISTS or ref.external is not None:
        return None
    key = (BY_TYPE[ref.type].collection, ref.key)
    ours = records.get_mirror(connection, company_id, Side.RELEASED, [key]).get(key)
    links = records.links_of(connection, company_id, [ref]).get(ref, [])
    partners = [(link.entity, link.external_id) for link in links]
    living = records.get_mirror(connection, company_id, Side.QUICKBOOKS, partners).values()
    return ours if ours and not ours.deleted and all(record.deleted for record in living) else None


def _misfit(spec: RecordSpec, facts: Facts, ours: MirrorRecord, record: MirrorRecord) -> str:
    """Why this cannot stand for that, "" = it can. The US sales tax codes have no rates of their own."""
    try:
        spec.check_external(record.entity, record.body, facts, Lookup())
    except Problem:
        return "it is inactive, or of a kind that is not synced"
    if spec.type is not RecordType.TAX_TYPE or facts.country == "US":
        return ""
    try:
        rates = decimal(ours.body.get("rate")), percent(record.body)
    except NotMoney:
        return "its rate is no number"
    return "" if rates[0] == rates[1] else f"its rate is {rates[1]:f} %, that of Re-Leased {rates[0]:f} %"


def _place(spec: RecordSpec, record: MirrorRecord, alike: str) -> tuple[bool, str]:
    """What is called alike first, then by name."""
    name = normalised(spec.external_name(record.entity, record.body))
    return alike not in name and name not in alike, name


def _entries(connection: Connection, company_id: str, ref: RecordRef, found: Sequence[MirrorRecord]) -> list[ListEntry]:
    spec = BY_TYPE[ref.type]
    links = records.links_to(connection, company_id, [(record.entity, record.id) for record in found])
    holders = {key: RecordRef(link.type, link.released_id) for key, link in links.items()}
    used = name_lists.used_among(connection, company_id, holders.values())
    names = _names(connection, company_id, spec, links.values())
    return [
        ListEntry(record.entity, record.id, spec.external_name(record.entity, record.body), _why(names, holder))
        for record in found
        if (holder := holders.get((record.entity, record.id))) not in used and holder != ref
    ]


def _names(connection: Connection, company_id: str, spec: RecordSpec, links: Iterable[Link]) -> dict[str, str]:
    keys = [(spec.collection, link.released_id) for link in links]
    known = records.get_mirror(connection, company_id, Side.RELEASED, keys)
    return {id_: spec.released_name(record.body) for (_, id_), record in known.items()}


def _why(names: dict[str, str], holder: RecordRef | None) -> str:
    if holder is None:
        return "Linked to nothing yet"
    return f"In place of {names.get(holder.key, holder.key)}, which nothing in Re-Leased uses"
