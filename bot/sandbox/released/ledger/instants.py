"""Instants as the contract writes them: RFC 3339 in UTC, always with microseconds, so that text order is time order."""

import re
from datetime import UTC, datetime

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def to_text(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def from_text(text: str) -> datetime:
    """Reads any RFC 3339 instant; raises ValueError for everything else (a bare date, no offset, no such day)."""
    if not _RFC_3339.fullmatch(text):
        raise ValueError(f"not an RFC 3339 instant: {text!r}")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as overflow:
        raise ValueError(f"out of range: {text!r}") from overflow
