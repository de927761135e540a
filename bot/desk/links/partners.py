"""Pairs that people decide on: this record is that one, or it is none of those that it was taken for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from bot.core.content import content_hash
from bot.core.faults import UserError
from bot.core.model import Link, MirrorRecord, RecordRef, Side
from bot.core.one_sided import agree
from bot.core.planning.pairing import Suggestion, label
from bot.core.spec import RecordSpec, released_hash
from bot.records import BY_TYPE
from bot.records.fields.parties import PARTY, party_of
from bot.store.companies import Company
from bot.store.mirror import name_lists, records
from bot.store.runs import leases, ledger, runs
from bot.store.team import decisions, name_suffixes
from bot.store.team.decisions import RejectedPair
from bot.store.team.notes import Undo
from bot.sync.planning.suggestions import suggestions

LINK, CREATE, RENAME = "link", "create", "rename"
DECISIONS = (LINK, CREATE, RENAME)
INSTEAD = {
    LINK: "Unlink the record instead.",
    CREATE: "Unlink the record instead.",
    RENAME: "Change the name in QuickBooks instead: what you write there stays.",
}
"""What can still be done once a sync has built on a decision."""


@dataclass(frozen=True)
class Pair:
    """A Re-Leased record and the QuickBooks record that is to be its partner.

    `holder` is the link that gives way to it: of a record that nothing refers to. `is_of_one_contact` is False for two
    documents whose counterparties are not partners of each other.
    """

    spec: RecordSpec
    released: MirrorRecord
    external: MirrorRecord
    holder: Link | None = None
    is_of_one_contact: bool = True

    @property
    def ref(self) -> RecordRef:
        return RecordRef(self.spec.type, self.released.id)

    @property
    def alone(self) -> RecordRef:
        """The same record as QuickBooks had it by itself."""
        return RecordRef.in_quickbooks(self.spec.type, self.external.entity, self.external.id)

    @property
    def names(self) -> tuple[str, str]:
        return label(self.spec, self.released), label(self.spec, self.external)

    def link(self) -> Link:
        """As adopting makes it: both stay as they are, and from now on a change of one goes to the other.

        Of another contact's document Re-Leased's side counts as changed, so that the next sync brings it over.
        """
        ours, theirs = self.released.body, self.external.body
        hashes = (
            released_hash(self.spec, ours) if self.is_of_one_contact else "",
            content_hash(self.spec.external_content(self.external.entity, theirs)),
        )
        agreed = agree(self.spec.optional_fields, ours, theirs)
        return Link(self.spec.type, self.released.id, self.external.entity, self.external.id, *hashes, agreed)


def require_rest(connection: Connection, company: Company) -> None:
    """Raises UserError while a run could be writing the very records that are decided on."""
    leases.lock_company(connection, company.id)
    if leases.is_held(connection, company.id):
        raise UserError(f"{company.name} is being synced just now. Try again when that is done; nothing was changed.")
    if ledger.open_batches(connection, company.id) or ledger.open_released(connection, company.id):
        raise UserError("A sync was cut off and must be finished first. Sync once, then try again.")


def free_pair(
    connection: Connection, company_id: str, ref: RecordRef, entity: str, id_: str, instead: bool = False
) -> Pair:
    """Both records, as they are now. Raises UserError when one is gone or has another partner by now.

    `entity` and `id_` name the partner: in QuickBooks, or in Re-Leased for a record that QuickBooks alone has.
    `instead`: a partner that nothing in Re-Leased refers to gives way.
    """
    spec = _spec(ref)
    released_id, key = (id_, ref.external) if ref.external else (ref.key, (entity, id_))
    ours = records.get_mirror(connection, company_id, Side.RELEASED, [(spec.collection, released_id)])
    theirs = records.get_mirror(connection, company_id, Side.QUICKBOOKS, [key])
    released, external = ours.get((spec.collection, released_id)), theirs.get(key)
    if released is None or released.deleted or spec.released_gone(released.body):
        raise UserError("This record is not in Re-Leased any more. Nothing was changed.")
    if external is None or external.deleted:
        raise UserError("This record is not in QuickBooks any more. Nothing was changed.")
    pair = Pair(spec, released, external)
    if key[0] not in spec.entities_of(released.body):
        raise UserError(f"{pair.names[0]} cannot be linked to {pair.names[1]}: they are of different kinds.")
    holder = _require_free(connection, company_id, pair, instead)
    return replace(pair, holder=holder, is_of_one_contact=is_of_one_contact(connection, company_id, released, external))


def is_of_one_contact(connection: Connection, company_id: str, released: MirrorRecord, external: MirrorRecord) -> bool:
    """Whether the counterparties of two documents are partners; True for what has none."""
    if external.entity not in PARTY or not released.body.get("contactId"):
        return True
    party = party_of(external.entity, external.body)
    link = records.links_to(connection, company_id, [party]).get(party)
    return link is not None and link.released_id == str(released.body["contactId"])


def dead_links(connection: Connection, company_id: str, pair: Pair) -> list[Link]:
    """What linked the Re-Leased record before, to something that QuickBooks has no more."""
    found = records.links_of(connection, company_id, [pair.ref]).get(pair.ref, [])
    return [link for link in found if link.entity == pair.external.entity]


def apart(ref: RecordRef, candidates: Iterable[Suggestion]) -> list[RejectedPair]:
    """The pairs that are none, once somebody has said so."""
    there = ref.external
    if there is not None:
        return [(one.id, *there) for one in candidates if one.side is Side.RELEASED]
    return [(ref.key, one.entity, one.id) for one in candidates if one.side is Side.QUICKBOOKS]


def candidates(connection: Connection, company: Company, ref: RecordRef) -> Sequence[Suggestion]:
    """What it may be. Raises UserError when nobody takes it for anything, or it has its partner by now."""
    _spec(ref)
    found = suggestions(connection, company.id, ref)
    if not found:
        raise UserError("This record is not taken for another one any more, so there is nothing to decide.")
    return found


def take_back(connection: Connection, company: Company, undo: Undo, by: str) -> None:
    """Undo a link, a name or a decision. Raises UserError when a sync has built on it since."""
    require_rest(connection, company)
    last = runs.last(connection, company.id)
    if last is not None and (last.started_at or last.requested_at).timestamp() * 1000 > undo.at:
        raise UserError(f"A sync has worked with this since, so it cannot be undone here. {INSTEAD[undo.what]}")
    details: Mapping[str, Any] = undo.details
    type_ = undo.refs[0].type
    if undo.what == RENAME:
        named = undo.refs[0].key, details["entity"]
        name_suffixes.put(connection, company.id, type_, named, details["before"], by, undo.at)
        return
    if undo.what == CREATE:
        pairs = [(ours, entity, theirs) for ours, entity, theirs in details["apart"]]
        decisions.drop(connection, company.id, type_, pairs)
        return
    made, *before = [_link(row) for row in (details["link"], *details["before"])]
    records.drop_links(connection, company.id, [made])
    for link in before:
        records.put_link(connection, company.id, link)


def plain(link: Link) -> list[Any]:
    return [
        *(link.type, link.released_id, link.entity, link.external_id),
        *(link.released_hash, link.external_hash, link.agreed),
    ]


def _link(row: Sequence[Any]) -> Link:
    type_, *rest = row
    return Link(next(known for known in BY_TYPE if known == type_), *rest)


def _spec(ref: RecordRef) -> RecordSpec:
    spec = BY_TYPE.get(ref.type)
    if spec is None or spec.part_of:
        raise UserError("This is part of another record and is linked with it.")
    return spec


def _require_free(connection: Connection, company_id: str, pair: Pair, instead: bool) -> Link | None:
    """Raises UserError unless neither has a living partner, or one that gives way: that one is given."""
    key = (pair.external.entity, pair.external.id)
    holder = records.links_to(connection, company_id, [key]).get(key)
    if holder is not None and not (instead and _gives_way(connection, company_id, pair, holder)):
        other = _named(connection, company_id, pair, holder)
        raise UserError(f"{pair.names[1]} in QuickBooks is linked to {other} already. Nothing was changed.")
    for link in dead_links(connection, company_id, pair):
        key = (link.entity, link.external_id)
        there = records.get_mirror(connection, company_id, Side.QUICKBOOKS, [key]).get(key)
        if there is not None and not there.deleted:
            name = label(pair.spec, there)
            raise UserError(f"{pair.names[0]} is linked to {name} in QuickBooks already. Nothing was changed.")
    return holder


def _named(connection: Connection, company_id: str, pair: Pair, holder: Link) -> str:
    if holder.released_id == pair.released.id:
        return "this record"
    key = (pair.spec.collection, holder.released_id)
    held_by = records.get_mirror(connection, company_id, Side.RELEASED, [key]).get(key)
    return f"{label(pair.spec, held_by)} in Re-Leased" if held_by else "another record"


def _gives_way(connection: Connection, company_id: str, pair: Pair, holder: Link) -> bool:
    ref = RecordRef(holder.type, holder.released_id)
    return ref != pair.ref and not name_lists.used_among(connection, company_id, [ref])
