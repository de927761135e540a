"""How answers are written: JSON or XML, amounts as exact JSON numbers, times with the Pacific offset."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from bot.sandbox.http.exchange import Response

PACIFIC = ZoneInfo("America/Los_Angeles")
NAMESPACE = "http://schema.intuit.com/finance/v3"
JSON_TYPE = "application/json;charset=UTF-8"
XML_TYPE = "application/xml;charset=UTF-8"
XML_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
XML_ATTRIBUTES = frozenset(
    [
        "bId",
        "domain",
        "sparse",
        "status",
        "startPosition",
        "maxResults",
        "totalCount",
        "type",
        "code",
        "element",
        "time",
    ]
)


class NotJson(ValueError):
    """The body is not JSON, or not UTF-8."""


def parse_json(body: bytes) -> Any:
    """JSON with numbers as Decimal where they have a fraction or an exponent."""
    try:
        return json.loads(body.decode("utf-8"), parse_float=Decimal)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as problem:
        raise NotJson(str(problem)) from None


def to_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=_number).encode()


def _number(value: Any) -> float | int:
    """At most 15 digits are stored, which a double gives back exactly as written."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is no JSON value")
    return int(value) if value == value.to_integral_value() else float(value)


def wants_json(accept: str | None) -> bool:
    """Without an Accept header that allows JSON, QuickBooks answers XML."""
    return accept is not None and ("json" in accept or "*/*" in accept)


def answer(status: int, value: Mapping[str, Any], as_json: bool) -> Response:
    if as_json:
        return Response(status, to_json(value), {"content-type": JSON_TYPE})
    return Response(status, to_xml(value), {"content-type": XML_TYPE})


def to_xml(value: Mapping[str, Any]) -> bytes:
    """`time` becomes an attribute of `IntuitResponse`, the rest its children."""
    inner = "".join(_element(key, item) for key, item in value.items() if key != "time")
    time = f" time={quoteattr(str(value['time']))}" if "time" in value else ""
    return f'{XML_HEAD}<IntuitResponse xmlns="{NAMESPACE}"{time}>{inner}</IntuitResponse>'.encode()


def _element(name: str, value: Any) -> str:
    match value:
        case list():
            return "".join(_element(name, item) for item in value)
        case {"value": text, **rest} if set(rest) <= {"name", "type"}:
            attributes = {str(key): item for key, item in rest.items()}
            return f"<{name}{_attributes(attributes)}>{_text(text)}</{name}>"
        case dict():
            attributes = {key: item for key, item in value.items() if key in XML_ATTRIBUTES}
            inner = "".join(_element(key, item) for key, item in value.items() if key not in XML_ATTRIBUTES)
            return f"<{name}{_attributes(attributes)}>{inner}</{name}>"
        case None:
            return ""
    return f"<{name}>{_text(value)}</{name}>"


def _attributes(values: Mapping[str, Any]) -> str:
    return "".join(f" {key}={quoteattr(_plain(value))}" for key, value in values.items() if value is not None)


def _text(value: Any) -> str:
    return escape(_plain(value))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def stamp(instant: datetime) -> str:
    """The `time` of an answer, such as 2026-05-28T09:17:31.892-07:00."""
    return instant.astimezone(PACIFIC).isoformat(timespec="milliseconds")


def seconds_stamp(instant: datetime) -> str:
    """The times in MetaData have no fraction of a second."""
    return instant.astimezone(PACIFIC).isoformat(timespec="seconds")


def pacific_date(instant: datetime) -> date:
    return instant.astimezone(PACIFIC).date()


def parse_moment(text: str) -> datetime:
    """An ISO 8601 time or date; without an offset it is Pacific time. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=PACIFIC)).astimezone(UTC)
