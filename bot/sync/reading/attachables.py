"""Attachables in the mirror: once for each document that they hang on, and gone where they hang no more."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from bot.core.answers.shape import marks_of
from bot.core.model import MirrorRecord, RecordRef, RecordType, Side
from bot.core.planning.steps import Operation, Verb
from bot.records import attachment
from bot.records.attachment import COLLECTION, ENTITY
from bot.store.mirror import records
from bot.store.mirror.records import NormalisedRecord
from bot.sync.reading import normalise


def split_into_parts(
    connection: Connection, company_id: str, normalised: Sequence[NormalisedRecord]
) -> list[NormalisedRecord]:
    """The records, with every whole Attachable replaced by its parts, those that it lost included."""
    whole = [one for one in normalised if _is_whole(one)]
    if not whole:
        return list(normalised)
    told: dict[str, NormalisedRecord] = {}
    for one in whole:
        present = [] if one.record.deleted else attachment.parts(one.record.body)
        told |= {str(part["Id"]): normalise.quickbooks(ENTITY, part) for part in present}
    gone = _known_parts(connection, company_id, [one.record.id for one in whole]) - set(told)
    before = records.get_mirror(connection, company_id, Side.QUICKBOOKS, [(ENTITY, id_) for id_ in gone])
    lost = [normalise.quickbooks(ENTITY, record.body, deleted=True) for record in before.values()]
    return [*(one for one in normalised if not _is_whole(one)), *told.values(), *lost]


def with_parts(connection: Connection, company_id: str, ids: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """(entity, id) of records, whole Attachables among them as the parts that the mirror has of them."""
    whole = [id_ for entity, id_ in ids if entity == ENTITY and ":" not in id_]
    kept = [(entity, id_) for entity, id_ in ids if entity != ENTITY or ":" in id_]
    return kept + [(ENTITY, id_) for id_ in sorted(_known_parts(connection, company_id, whole))]


def whole_id(entity: str, id_: str) -> str:
    """The id under which QuickBooks knows a record of the mirror."""
    return attachment.attachable_id(id_) if entity == ENTITY else id_


def answered_file(operation: Operation, answer: Mapping[str, Any]) -> tuple[str, Any]:
    """(id, synced content) of the part that an answer of QuickBooks is about."""
    whole = {**operation.body, **answer}
    owner = attachment.owner_of(whole if operation.external_id else operation.body)
    own_id = operation.external_id or attachment.part_id(str(answer["Id"]), *owner)
    return own_id, attachment.SPEC.external_content(ENTITY, whole)


def other_parts(
    connection: Connection, company_id: str, changed: Sequence[MirrorRecord], written_id: str
) -> list[RecordRef]:
    """The same file on other documents: a new name is theirs as well."""
    ids = [(ENTITY, record.id) for record in changed if record.entity == ENTITY and record.id != written_id]
    links = records.links_to(connection, company_id, ids)
    return [RecordRef(link.type, link.released_id) for link in links.values()]


def unpaired_files_of(connection: Connection, company_id: str, documents: Sequence[RecordRef]) -> list[RecordRef]:
    """Attachments without a partner of documents that have just come through: what stayed out with them goes along."""
    ours = records.dependents(connection, company_id, Side.RELEASED, [normalise.referring_to(ref) for ref in documents])
    links = records.links_of(connection, company_id, documents)
    keys = [normalise.referring_to_external(one.entity, one.external_id) for found in links.values() for one in found]
    theirs = [key for key in records.dependents(connection, company_id, Side.QUICKBOOKS, keys) if key[0] == ENTITY]
    mine = [RecordRef(RecordType.ATTACHMENT, id_) for collection, id_ in ours if collection == COLLECTION]
    linked, paired = records.links_of(connection, company_id, mine), records.links_to(connection, company_id, theirs)
    only_there = [RecordRef.in_quickbooks(RecordType.ATTACHMENT, *key) for key in theirs if key not in paired]
    return [*(ref for ref in mine if ref not in linked), *only_there]


def drop_links_of_deleted(connection: Connection, company_id: str, refs: Sequence[RecordRef]) -> None:
    """Files that were deleted in QuickBooks and are relinked: they go there once more, as new ones."""
    files = [ref for ref in refs if ref.type is RecordType.ATTACHMENT]
    links = records.links_of(connection, company_id, files)
    pairs = {(one.entity, one.external_id): one for found in links.values() for one in found}
    theirs = records.get_mirror(connection, company_id, Side.QUICKBOOKS, pairs)
    records.drop_links(connection, company_id, [pairs[key] for key, record in theirs.items() if record.deleted])


def _is_whole(normalised: NormalisedRecord) -> bool:
    """One that cannot be read stays as it came, and so do its parts: nobody knows what it hangs on."""
    if marks_of(normalised.record.body) and not normalised.record.deleted:
        return False
    return normalised.record.entity == ENTITY and ":" not in normalised.record.id


def _known_parts(connection: Connection, company_id: str, attachable_ids: Iterable[str]) -> set[str]:
    keys = {f"attachable:{id_}" for id_ in attachable_ids}
    found = records.find_by_keys(connection, company_id, Side.QUICKBOOKS, ENTITY, keys)
    return {id_ for some in found.values() for id_ in some}


def is_upload(operation: Operation) -> bool:
    return operation.entity == ENTITY and operation.verb is Verb.CREATE
