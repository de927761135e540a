"""What a side says about a record, made ready for the mirror: its synced content, and the keys it can be found by."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.core.answers import required
from bot.core.answers.shape import is_nameless, marks_of
from bot.core.balance.control_totals import external_figures, released_figures
from bot.core.model import MirrorRecord, RecordRef, Side
from bot.core.money import NotMoney
from bot.core.spec import Problem, RecordSpec
from bot.records import BY_ENTITY
from bot.store.mirror.records import NormalisedRecord

UNREADABLE_KEY = "unreadable"
READ_AGAIN_KEY = "read-again"  # of every record that the next run is to ask for once more
NAMELESS_KEY = "nameless"  # of those that cannot even be asked for


def released(spec: RecordSpec, body: Mapping[str, Any]) -> NormalisedRecord:
    body = required.of_released(spec.collection, spec.completed(body))
    record = MirrorRecord(Side.RELEASED, spec.collection, str(body["id"]), str(body.get("version") or ""), body)
    keys = _keys(spec.released_keys(body) if _is_sound(spec, body) else ())
    refs = {f"ref:{reference.ref}" for reference in spec.references(body)}
    stored = {stored_as(entity, id_) for entity in spec.entities_of(body) if (id_ := stored_id(body, entity))}
    figures = released_figures(spec, body, record.deleted or bool(marks_of(body)))
    keys = keys | refs | stored | _unreadable_keys(record)
    return NormalisedRecord(record, spec.released_content(body), frozenset(keys), figures)


def quickbooks(entity: str, body: Mapping[str, Any], deleted: bool = False) -> NormalisedRecord:
    spec = BY_ENTITY[entity]
    body = required.of_quickbooks(entity, body)
    record = MirrorRecord(Side.QUICKBOOKS, entity, str(body["Id"]), str(body.get("SyncToken", "")), body, deleted)
    try:
        content: Any = spec.external_content(entity, body)
        refs = {f"ref:{kind}:{id_}" for kind, id_ in spec.external_references(entity, body) if id_}
    except (Problem, NotMoney):
        content, refs = dict(body), set()  # incomplete: planning says what is wrong with it
    figures = external_figures(spec, entity, body, deleted or bool(marks_of(body)))
    keys = _keys(spec.external_keys(entity, body)) | refs | _unreadable_keys(record)
    return NormalisedRecord(record, content, frozenset(keys), figures)


def _unreadable_keys(record: MirrorRecord) -> set[str]:
    if is_nameless(record.id):
        return {NAMELESS_KEY}
    if marks_of(record.body):
        return {UNREADABLE_KEY, READ_AGAIN_KEY}
    return {READ_AGAIN_KEY} if required.is_worth_another_look(record.entity, record.body) else set()


def external_references(spec: RecordSpec, entity: str, body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a QuickBooks record refers to; an incomplete one may not even say that, and planning then says so."""
    try:
        return [named for named in spec.external_references(entity, body) if named[1]]
    except (Problem, NotMoney):
        return []


def also_named(spec: RecordSpec, entity: str, body: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What translating a QuickBooks record looks at besides what it refers to."""
    try:
        return spec.also_named(entity, body)
    except (Problem, NotMoney):
        return set()


def stored_id(body: Mapping[str, Any], entity: str) -> str:
    """The QuickBooks id that Re-Leased keeps for this entity: "12", or "customer:12 vendor:34" for both roles."""
    stored = str(body.get("externalId") or "")
    if ":" not in stored:
        return stored
    parts = dict(part.split(":", 1) for part in stored.split() if ":" in part)
    return parts.get(entity.casefold(), "")


def stored_as(entity: str, external_id: str) -> str:
    """The key of the Re-Leased record that keeps this QuickBooks id."""
    return f"stored:{entity}:{external_id}"


def referring_to(ref: RecordRef) -> str:
    """The key of Re-Leased records that refer to this one."""
    return f"ref:{ref}"


def referring_to_external(entity: str, external_id: str) -> str:
    """The key of QuickBooks records that refer to this one."""
    return f"ref:{entity}:{external_id}"


def _keys(keys: Iterable[str]) -> set[str]:
    return {key for key in keys if not key.endswith((":", ":none"))}


def _is_sound(spec: RecordSpec, body: Mapping[str, Any]) -> bool:
    try:
        spec.released_keys(body)
    except NotMoney:
        return False
    return True
