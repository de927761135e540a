"""Attachments: the files of invoices, bills and credit notes; in QuickBooks an Attachable, which may hang on several.

The mirror keeps an Attachable once for each such document, as `parts` takes it apart: the record 77 on Invoice 12 is
`77:I12`, and its `Owner` says so. Files never change once they are there; only their name does.
https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/attachable
"""

from collections.abc import Iterator
from typing import Any

from bot.core.invisible import HIDDEN
from bot.core.model import Direction, Outcome, RecordRef, RecordType
from bot.core.spec import Body, Facts, Lookup, Problem, RecordSpec, Reference
from bot.records.fields.file_names import kind_of, kind_taken, safe_name
from bot.records.fields.names import normalised

ENTITY = "Attachable"
COLLECTION = "attachments"
HELD_IN = {
    "invoice": (RecordType.INVOICE, ("Invoice", "Bill")),
    "creditNote": (RecordType.CREDIT_NOTE, ("CreditMemo", "VendorCredit")),
}
OWNER_TYPE = {entity: owner for owner, (_, entities) in HELD_IN.items() for entity in entities}
MARKS = {"Invoice": "I", "Bill": "B", "CreditMemo": "C", "VendorCredit": "V"}
SPELLED = {entity.casefold(): entity for entity in MARKS}
HASH = "sha256"  # of the file in QuickBooks, once it had to be compared
SIGNED_ADDRESSES = ("TempDownloadUri", "ThumbnailTempDownloadUri")  # good for minutes only, and for whoever has them
NOT_WRITTEN = frozenset(
    {"Id", "SyncToken", "MetaData", "domain", "sparse", "Size", "FileAccessUri", HASH, "Owner", HIDDEN}
)
NOT_WRITTEN |= {"ThumbnailFileAccessUri", *SIGNED_ADDRESSES}
MAX_FILE_BYTES = 100 * 2**20


def parts(body: Body) -> Iterator[dict[str, Any]]:
    """An Attachable once for each invoice, bill or credit note it hangs on; nothing for a mere note."""
    if not is_file(body):
        return
    kept = {name: value for name, value in body.items() if name not in SIGNED_ADDRESSES}
    seen = set()
    for entity, owner_id in _owners(body):
        if (entity, owner_id) not in seen:
            seen.add((entity, owner_id))
            yield {
                **kept,
                "Id": part_id(str(body["Id"]), entity, owner_id),
                "Owner": {"type": entity, "value": owner_id},
            }


def part_id(attachable_id: str, entity: str, owner_id: str) -> str:
    return f"{attachable_id}:{MARKS[entity]}{owner_id}"


def attachable_id(external_id: str) -> str:
    """The Attachable's own id."""
    return external_id.partition(":")[0]


def is_file(body: Body) -> bool:
    return bool(body.get("FileName") and (body.get("Size") or body.get("FileAccessUri") or body.get("TempDownloadUri")))


def owner_of(body: Body) -> tuple[str, str]:
    """(entity, id) of the document that a part hangs on, or the first of a whole Attachable; ("", "") if none."""
    owner = body.get("Owner")
    if owner:
        return str(owner["type"]), str(owner["value"])
    return next(_owners(body), ("", ""))


def check(body: Body, facts: Facts) -> None:
    if int(body.get("size") or 0) > MAX_FILE_BYTES:
        raise Problem("file-too-large")
    if not kind_taken(released_name(body), str(body.get("contentType") or "")):
        raise Problem("file-kind-not-taken", more=f"Its kind: {body.get('contentType') or 'not said'}.")


def check_external(entity: str, body: Body, facts: Facts, lookup: Lookup) -> None:
    """A document that was never read (older, or of no kind we sync) is none of our business, nor are its files."""
    owner = owner_of(body)
    if owner not in lookup.released and owner not in lookup.bodies:
        raise Problem("not-imported", outcome=Outcome.SKIPPED)


def to_quickbooks(body: Body, entity: str, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    """A new Attachable and what its file must be; or the one that is there, whole but for its name, for an update."""
    name = released_name(body)
    own_id = lookup.external.get((RecordType.ATTACHMENT, str(body.get("id")), entity), "")
    if present := lookup.bodies.get((entity, own_id)):
        kept = {field: value for field, value in present.items() if field not in NOT_WRITTEN}
        return {**kept, "FileName": name if safe_name(str(present.get("FileName"))) != name else present["FileName"]}
    type_, entities = HELD_IN[str(body.get("ownerType"))]
    owner = lookup.any_entity(type_, str(body.get("ownerId")), entities)
    if owner is None:
        raise Problem("incomplete-record", more="The document that it is attached to is not in QuickBooks.")
    return {
        "FileName": name,
        "ContentType": kind_taken(name, str(body.get("contentType") or "")),
        "AttachableRef": [{"EntityRef": {"type": owner[0], "value": owner[1]}}],
        "Size": None if body.get("size") is None else int(body["size"]),
        HASH: str(body.get("sha256") or "").lower(),
    }


def to_released(entity: str, body: Body, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    """All but the hash, which only the file itself can tell."""
    owner = owner_of(body)
    if owner not in lookup.released:
        raise Problem("incomplete-record", more="The document that it is attached to is not in Re-Leased.")
    name = external_name(entity, body)
    return {
        "ownerType": OWNER_TYPE[owner[0]],
        "ownerId": lookup.released[owner],
        "fileName": name,
        "contentType": kind_of(name, str(body.get("ContentType") or "")),
        "size": _size(body) if body.get("Size") is not None else None,
    }


def as_held(body: Body, entity: str, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    return to_quickbooks(body, entity, lookup, facts)


def references(body: Body) -> tuple[Reference, ...]:
    held = HELD_IN.get(str(body.get("ownerType")))
    return (Reference(RecordRef(held[0], str(body.get("ownerId") or ""))),) if held else ()


def external_references(entity: str, body: Body) -> tuple[tuple[str, str], ...]:
    return (owner_of(body),)


def alike(released: Body, entity: str, external: Body, lookup: Lookup) -> int:
    """3 when they may be one file, which only their hashes can tell: same document, and same name and size."""
    held = HELD_IN.get(str(released.get("ownerType")))
    owner = owner_of(external)
    if held is None or owner[0] not in held[1] or lookup.released.get(owner) != str(released.get("ownerId")):
        return 0
    if str(released.get("externalId") or "") == attachable_id(str(external.get("Id"))):
        return 3
    names = normalised(released_name(released)) == normalised(external_name(entity, external))
    return 3 if names and (released.get("size") is None or int(released["size"]) == _size(external)) else 0


def same(released: Body, entity: str, external: Body, lookup: Lookup) -> int:
    """3 = the same bytes on the same document under the same name; anything less is another file."""
    equal = bool(external.get(HASH)) and external.get(HASH) == str(released.get("sha256") or "").lower()
    return alike(released, entity, external, lookup) if equal else 0


def released_name(body: Body) -> str:
    return safe_name(str(body.get("fileName") or ""))


def external_name(entity: str, body: Body) -> str:
    return safe_name(str(body.get("FileName") or ""))


def released_keys(body: Body) -> set[str]:
    stored = f"attachable:{body.get('externalId') or ''}"
    return {f"file:{int(body.get('size') or 0)}|{normalised(released_name(body))}", stored}


def external_keys(entity: str, body: Body) -> set[str]:
    stored = f"attachable:{attachable_id(str(body.get('Id')))}"
    return {f"file:{_size(body)}|{normalised(external_name(entity, body))}", stored}


def _size(body: Body) -> int:
    return int(body.get("Size") or 0)


def _owners(body: Body) -> Iterator[tuple[str, str]]:
    for reference in body.get("AttachableRef") or []:
        target = reference.get("EntityRef") or {}
        entity = SPELLED.get(str(target.get("type") or "").casefold())
        if entity and target.get("value"):
            yield entity, str(target["value"])


SPEC = RecordSpec(
    type=RecordType.ATTACHMENT,
    collection=COLLECTION,
    entities=(ENTITY,),
    directions=frozenset({Direction.INCOMING, Direction.OUTGOING}),
    entities_of=lambda body: (ENTITY,),
    released_name=released_name,
    external_name=external_name,
    released_content=lambda body: {"fileName": body.get("fileName")},
    external_content=lambda entity, body: {"FileName": body.get("FileName")},
    released_keys=released_keys,
    external_keys=external_keys,
    references=references,
    external_references=external_references,
    same=same,
    check=check,
    must_say={"ownerType": "what kind of document it belongs to", "ownerId": "which document it belongs to"},
    check_external=check_external,
    to_quickbooks=to_quickbooks,
    to_released=to_released,
    released_gone=lambda body: False,
    external_gone=lambda entity, body: False,
    amount=lambda body: None,
    external_amount=lambda entity, body: None,
    as_held=as_held,
    created=Outcome.ATTACHED,
    stays_out_with=frozenset({RecordType.INVOICE, RecordType.CREDIT_NOTE}),
    side_by_side=(
        ("File name", "fileName", "FileName"),
        ("Kind", "contentType", "ContentType"),
        ("Size in bytes", "size", "Size"),
    ),
)
