"""An HTTP answer as a plain value, and its JSON with money kept exact."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from bot.adapters.trimming import trimmed
from bot.core.faults import Fault

MOST_DIGITS = 40  # of an int; longer ones are read as a Decimal, which costs no time
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,200})", re.IGNORECASE)
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])|\xed")  # what may hold any of them, so that the rest need no look


@dataclass(frozen=True)
class HttpReply:
    """`headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def parse_json(body: bytes) -> Any:
    """JSON with Decimal for every number that is not an integer; ValueError for anything that is not JSON.

    A number that no Decimal can hold is infinite: it is the matter of the record that it stands in.
    """
    try:
        return json.loads(body, parse_float=_number, parse_int=_whole, parse_constant=_refuse_constant)
    except RecursionError as problem:
        raise ValueError("the JSON is nested too deeply") from problem


def parse_answer(body: bytes) -> Any:
    """As parse_json; halves of surrogate pairs and NULs, which no database takes, become the sign for "unknown", and
    what nobody sees is taken out of names, addresses and numbers.
    """
    value = parse_json(body)
    try:
        return trimmed(_storable(value) if _SUSPECT.search(body) else value)
    except RecursionError as problem:
        raise ValueError("the JSON is nested too deeply") from problem


def dump_json(value: Any) -> bytes:
    """ASCII JSON, a Decimal as a plain number; a float is a TypeError, since money must not pass through one."""
    return "".join(_pieces(value)).encode("ascii")


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds of the Retry-After header, which is a number or a date (RFC 9110 10.2.3); None without a usable one."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    until, now = _http_date(value), _http_date(headers.get("date", ""))
    return max(0.0, (until - now).total_seconds()) if until and now else None


def _pieces(value: Any) -> list[str]:
    match value:
        case None | bool() | int() | str():
            return [json.dumps(value)]
        case Decimal() if value.is_finite():
            return [format(value, "f")]
        case Mapping():
            return _joined("{", "}", [[json.dumps(key), ":", *_pieces(item)] for key, item in value.items()])
        case list() | tuple():
            return _joined("[", "]", [_pieces(item) for item in value])
    raise TypeError(f"not for JSON: {type(value).__name__}")


def _joined(opening: str, closing: str, members: list[list[str]]) -> list[str]:
    inner = [piece for member in members for piece in (",", *member)]
    return [opening, *inner[1:], closing]


def _storable(value: Any) -> Any:
    match value:
        case str():
            return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
        case dict():
            return {_storable(key): _storable(item) for key, item in value.items()}
        case list():
            return [_storable(item) for item in value]
    return value


def _whole(written: str) -> int | Decimal:
    """Python reads no int of more than 4,300 digits."""
    return int(written) if len(written) <= MOST_DIGITS else _number(written)


def _number(written: str) -> Decimal:
    try:
        return Decimal(written)
    except InvalidOperation:
        return Decimal("Infinity")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def fault_of_status(status: int, body: bytes, trace_id: str) -> Fault:
    """For a body that says nothing in a form we know; the title of a page is kept, as support asks for it."""
    title = _TITLE.search(body)
    words = title[1] if title else body[:200]
    message = " ".join(words.decode("utf-8", "replace").split())
    return Fault(f"http-{status}", message=message, http_status=status, trace_id=trace_id)
