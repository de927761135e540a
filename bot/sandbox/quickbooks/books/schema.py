"""Reads `entities.toml` and checks what a client sent: unknown properties, lengths, numbers, dates, e-mails."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from typing import Any

from bot.sandbox.quickbooks.books import faults

Record = dict[str, Any]

COMMON = frozenset({"Id", "SyncToken", "MetaData", "domain", "sparse", "status"})
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(T[\d:.]+)?(Z|[+-]\d{2}:?\d{2})?")
MAX_DIGITS = 15
"""Amounts have at most 15 digits: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice"""


@dataclass(frozen=True)
class Property:
    """`argument` is the longest length of a text, the entities of a reference, the type of an object or list."""

    kind: str
    argument: str = ""
    readonly: bool = False

    @classmethod
    def parse(cls, words: str) -> "Property":
        parts = words.split()
        readonly = parts[0] == "readonly"
        kind, argument = ([*parts[readonly:], ""])[:2]
        return cls(kind, argument, readonly)


@dataclass(frozen=True)
class EntityType:
    name: str
    group: str
    fields: Mapping[str, Property]
    name_field: str = ""
    party: str = ""
    lines: tuple[str, ...] = ()
    sparse_needs: tuple[str, ...] = ()
    """What a sparse update must name besides Id and SyncToken, as far as the record has it."""
    unqueryable: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()

    @property
    def deletable(self) -> bool:
        return self.group in ("transaction", "attachable")

    @property
    def party_type(self) -> str:
        return self.party.removesuffix("Ref")

    @property
    def writable(self) -> frozenset[str]:
        return frozenset(name for name, field in self.fields.items() if not field.readonly)


def _load() -> tuple[dict[str, EntityType], dict[str, dict[str, Property]]]:
    tables = tomllib.loads(files(__package__).joinpath("entities.toml").read_text(encoding="utf-8"))
    types = {
        name: {key: Property.parse(words) for key, words in fields.items()}
        for name, fields in tables.pop("type").items()
    }
    ignored = {group: frozenset(names) for group, names in tables.pop("ignored").items()}
    entities = {
        name: EntityType(
            name,
            table["group"],
            {key: Property.parse(words) for key, words in table["fields"].items()},
            table.get("name", ""),
            table.get("party", ""),
            tuple(table.get("lines", ())),
            tuple(table.get("sparse", ())),
            frozenset(table.get("unqueryable", ())),
            ignored[table["group"]] - table["fields"].keys(),
        )
        for name, table in tables.items()
    }
    return entities, types


ENTITIES, TYPES = _load()
BY_PATH = {name.lower(): entity for name, entity in ENTITIES.items()}


def checked(entity: EntityType, body: object) -> Record:
    """The body with normal values (Decimal, text, references); empty values become None, which means *cleared*.

    Raises Refusal 2010, 2050, 2060, 2080, 2170 or 2210.
    """
    if not isinstance(body, dict):
        raise faults.unknown_property(f"Can not instantiate value of type {entity.name}")
    return _object(entity.fields, body, "", COMMON | entity.ignored)


def _object(fields: Mapping[str, Property], body: Mapping[str, Any], path: str, extra: frozenset[str]) -> Record:
    result: Record = {}
    for key, value in body.items():
        field = fields.get(key)
        if field is not None:
            result[key] = _value(field, value, f"{path}{key}")
        elif key in extra:
            result[key] = value
        elif not key.endswith("Ex"):
            raise faults.unknown_property(key)
    return result


def _value(field: Property, value: Any, path: str) -> Any:
    if is_empty(value):
        return [] if field.kind == "list" and value == [] else None
    match field.kind:
        case "text":
            return _text(value, int(field.argument), path)
        case "money" | "number":
            return _number(value, path)
        case "date":
            return _date(value, path)
        case "flag":
            return _flag(value, path)
        case "enum":
            if value not in field.argument.split("|"):
                raise faults.refuse("2170", f"Invalid Enumeration : {value}", path)
            return value
        case "ref":
            return _reference(value, path, several="|" in field.argument)
        case "email":
            return _email(value, int(field.argument), path)
        case "web":
            return {"URI": _text(_part(value, "URI", path), int(field.argument), path)}
        case "type":
            inner = _object(TYPES[field.argument], _mapping(value, path), f"{path}.", frozenset())
            return {key: item for key, item in inner.items() if item is not None} or None
        case "list":
            return [_row(field.argument, row, path) for row in _rows(value, path)]
    return value


def is_empty(value: Any) -> bool:
    """An empty text, object or list clears a property; so does `{"value": ""}`, as the SDKs send."""
    if isinstance(value, dict) and "value" in value:
        return value["value"] in (None, "")
    return value is None or value in ("", {}, [])


def _row(type_name: str, row: Any, path: str) -> Record:
    inner = _object(TYPES[type_name], _mapping(row, path), f"{path}.", frozenset())
    return {key: item for key, item in inner.items() if item is not None}


def _text(value: Any, limit: int, path: str) -> str:
    if isinstance(value, dict | list | bool):
        raise _cannot_read(path)
    text = str(value)
    if len(text) > limit:
        raise faults.wrong_length(path, limit, len(text))
    return text


def _number(value: Any, path: str) -> Decimal:
    try:
        if isinstance(value, bool | dict | list):
            raise InvalidOperation
        number = Decimal(str(value))
    except InvalidOperation:
        raise faults.refuse("2080", f"Invalid Number. Supplied value:{value}", path) from None
    if not number.is_finite() or len(number.normalize().as_tuple().digits) > MAX_DIGITS or abs(number) >= 10**10:
        raise faults.refuse("2080", f"Invalid Number. Supplied value:{value}", path)
    return number


def _date(value: Any, path: str) -> str:
    match = DATE.fullmatch(value) if isinstance(value, str) else None
    try:
        return date.fromisoformat(match.group(1) if match else "").isoformat()
    except ValueError:
        raise faults.refuse("2060", f"Invalid date format. Supplied value:{value}", path) from None


def _flag(value: Any, path: str) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise _cannot_read(path)


def _reference(value: Any, path: str, *, several: bool) -> Record:
    """The id, and the type where the reference may be to several; the name is QuickBooks' own business."""
    if not isinstance(value, dict):
        raise _cannot_read(path)
    unknown = set(value) - {"value", "name", "type"}
    if unknown:
        raise faults.unknown_property(sorted(unknown)[0])
    if is_empty(value.get("value")):
        raise faults.missing(f"{path}.value")
    return {"value": str(value["value"]), **({"type": str(value["type"])} if several and value.get("type") else {})}


def _email(value: Any, limit: int, path: str) -> Record | None:
    address = _text(_part(value, "Address", path), limit, path)
    if not address:
        return None
    if not all(EMAIL.fullmatch(part.strip()) for part in address.split(",")):
        detail = f"Email Address does not conform to the syntax rules of RFC 822. Supplied value:{address}"
        raise faults.refuse("2210", detail, path)
    return {"Address": address}


def _part(value: Any, key: str, path: str) -> Any:
    unknown = set(_mapping(value, path)) - {key, "Id", "Default", "Tag"}
    if unknown:
        raise faults.unknown_property(sorted(unknown)[0])
    return value.get(key, "")


def _mapping(value: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _cannot_read(path)
    return value


def _rows(value: Any, path: str) -> Iterator[Any]:
    if not isinstance(value, list):
        raise _cannot_read(path)
    return iter(value)


def _cannot_read(path: str) -> faults.Refusal:
    return faults.unknown_property(f"Can not deserialize instance of {path}")
