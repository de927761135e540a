"""The causes of a company, each with what a person can do about it as it stands now: link, rename, choose, retry."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection

from bot.core.causes import grouping
from bot.core.faults import NUMBER_TAKEN, Fault, Fix, duplicate_of
from bot.core.model import MirrorRecord, RecordRef, Side
from bot.core.planning.pairing import Suggestion, label
from bot.core.results import Cause
from bot.desk.companies.web_links import WebLinks
from bot.desk.links import choosing, naming
from bot.desk.links.linkable import bodies_of, name_of
from bot.records import BY_ENTITY, BY_TYPE
from bot.store.companies import Company
from bot.store.mirror import records
from bot.store.results import results
from bot.sync.planning.suggestions import suggestions
from bot.sync.reading.lookup import entity_of

DECIDED = (Fix.ADOPT, Fix.RENAME, Fix.CHOOSE)
ANOTHER_DOCUMENT = "That one is linked already, so this is another one: change the number of one of them, then retry."


def causes_of(connection: Connection, company: Company, web_links: WebLinks) -> list[Cause]:
    """What holds up most comes first. The fix of each is that of its kind: see `with_their_fixes`."""
    rows = [web_links.on(row, company.realm) for row in results.needing_attention(connection, company.id)]
    return [_as_itself(connection, company, web_links, cause) for cause in grouping.group(rows)]


def with_their_fixes(
    connection: Connection, company: Company, web_links: WebLinks, shown: Iterable[Cause]
) -> list[Cause]:
    """The same as they are to be drawn: what a click can do about each is looked for, which costs a moment each."""
    return [_opening(connection, company, web_links, cause) for cause in shown]


def with_its_fix(connection: Connection, company: Company, cause: Cause) -> Cause:
    """The button that suits it now. Where there is nothing to decide, what is put right elsewhere is retried."""
    company_id = company.id
    if cause.fix == Fix.RELINK:
        return cause
    if cause.ref is not None and choosing.can_choose(connection, company, cause.ref):
        return replace(cause, fix=Fix.CHOOSE)
    if cause.fix not in DECIDED:
        return cause
    found = suggestions(connection, company_id, cause.ref) if cause.ref else ()
    if found:
        return replace(cause, fix=Fix.ADOPT, partners=len(found), partner=_words(found[0]))
    if cause.ref is not None and naming.is_about_a_name(cause.code, cause.ref):
        return replace(cause, fix=Fix.RENAME)
    words, is_linked = _holder_words(connection, company_id, cause)
    other = replace(cause, how=ANOTHER_DOCUMENT) if is_linked else cause
    return replace(other, fix=Fix.RETRY, partner=words)


def holder_of(connection: Connection, company_id: str, cause: Cause) -> tuple[str, str]:
    """(entity, QuickBooks id) of the document that has the number which this one was refused for; "" = not said."""
    if cause.ref is None or cause.code != NUMBER_TAKEN:
        return "", ""
    row = next(iter(results.get(connection, company_id, [cause.ref])), None)
    named = duplicate_of(Fault(NUMBER_TAKEN, detail=row.more_detail)) if row else None
    return (entity_of(named[0]), named[1]) if named else ("", "")


def _opening(connection: Connection, company: Company, web_links: WebLinks, cause: Cause) -> Cause:
    """With its fix; where it is not in QuickBooks itself, what holds its number there is opened."""
    found = with_its_fix(connection, company, cause)
    if found.external_url:
        return found
    return replace(
        found, external_url=web_links.to_quickbooks(company.realm, *holder_of(connection, company.id, cause))
    )


def _as_itself(connection: Connection, company: Company, web_links: WebLinks, cause: Cause) -> Cause:
    """A cause that has no failing row of its own (an inactive or unlinked contact) is named and can be opened."""
    ref = cause.ref
    if ref is None or cause.external_url or cause.released_url:
        return cause
    body = bodies_of(connection, company.id, [ref]).get(ref)
    links = records.links_of(connection, company.id, [ref]).get(ref, [])
    partner = ref.external or ((links[0].entity, links[0].external_id) if links else ("", ""))
    return replace(
        cause,
        name=(name_of(ref, body) if body else "") or cause.name,
        released_url="" if ref.external else web_links.to_released(ref.type, ref.key),
        external_url=web_links.to_quickbooks(company.realm, *partner),
    )


def _words(found: Suggestion) -> str:
    why = f": {'; '.join(found.reasons)}" if found.reasons else ""
    return f"It may be {found.name} in {'QuickBooks' if found.side is Side.QUICKBOOKS else 'Re-Leased'}{why}."


def _holder_words(connection: Connection, company_id: str, cause: Cause) -> tuple[str, bool]:
    """Whose the number is, and whether that is linked to another document already."""
    key = holder_of(connection, company_id, cause)
    record = records.get_mirror(connection, company_id, Side.QUICKBOOKS, [key]).get(key)
    if record is None or record.deleted:
        return "", False
    spec = BY_ENTITY[record.entity]
    party = _party(connection, company_id, record)
    link = records.links_to(connection, company_id, [key]).get(key)
    partner = _in_released(connection, company_id, RecordRef(link.type, link.released_id)) if link else ""
    linked = f"; it is linked to {partner} in Re-Leased" if partner else ""
    said = f"QuickBooks has it on {label(spec, record)}{f', of {party}' if party else ''}{linked}."
    return said, bool(partner)


def _party(connection: Connection, company_id: str, record: MirrorRecord) -> str:
    """The customer or supplier that the document names first."""
    named = BY_ENTITY[record.entity].external_references(record.entity, record.body)[:1]
    there = records.get_mirror(connection, company_id, Side.QUICKBOOKS, named)
    return next((BY_ENTITY[entity].external_name(entity, one.body) for (entity, _), one in there.items()), "")


def _in_released(connection: Connection, company_id: str, ref: RecordRef) -> str:
    key = (BY_TYPE[ref.type].collection, ref.key)
    ours = records.get_mirror(connection, company_id, Side.RELEASED, [key]).get(key)
    return label(BY_TYPE[ref.type], ours) if ours else ""
