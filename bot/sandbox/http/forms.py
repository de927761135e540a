"""Multipart forms as clients send files in: their parts with names, file names and bytes.

Source: https://www.rfc-editor.org/rfc/rfc7578
"""

import re
from dataclasses import dataclass

BOUNDARY = re.compile(r'boundary="?([^";]+)', re.IGNORECASE)
NAME = re.compile(rb'[;\s]name="([^"]*)"', re.IGNORECASE)
FILE_NAME = re.compile(rb'[;\s]filename="([^"]*)"', re.IGNORECASE)


class BadForm(ValueError):
    """The body is no multipart form."""


@dataclass(frozen=True)
class Part:
    """`file_name` is None for a plain field."""

    name: str
    file_name: str | None
    content: bytes


def is_multipart(content_type: str) -> bool:
    return content_type.strip().lower().startswith("multipart/form-data")


def parts_of(content_type: str, body: bytes) -> list[Part]:
    """Every part in its order, its bytes as they came. Raises BadForm."""
    boundary = BOUNDARY.search(content_type)
    if boundary is None:
        raise BadForm("no boundary")
    _, *found, end = (b"\r\n" + body).split(b"\r\n--" + boundary.group(1).strip().encode())
    if not end.startswith(b"--"):
        raise BadForm("the form breaks off")
    return [_part(raw) for raw in found]


def _part(raw: bytes) -> Part:
    head, blank_line, content = raw.partition(b"\r\n\r\n")
    name, file_name = NAME.search(head), FILE_NAME.search(head)
    if not blank_line or name is None:
        raise BadForm("a part without a name")
    return Part(name.group(1).decode(), file_name.group(1).decode() if file_name else None, content)
