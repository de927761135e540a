"""Attachables: notes and files that hang on records, and the multipart form in which files come."""

import base64
import binascii
import re
from typing import Any

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.schema import BY_PATH, EntityType, Record

CATEGORIES = ("Contact Photo", "Document", "Image", "Receipt", "Signature", "Sound", "Other")
LARGEST_FILE_BYTES = 100 * 2**20
READ_ONLY = ("Size", "FileAccessUri", "TempDownloadUri")
PART_NAME = re.compile(rb'name="(file_(metadata|content)_\w+)"')
FILE_NAME = re.compile(rb'filename="([^"]*)"')


def next_attachable(books: Books, entity: EntityType, record: Record, current: Record | None) -> Record:
    """Needs a file name or a note; every record it hangs on must exist. Raises Refusal 2020, 2170 or 2500."""
    if not record.get("FileName") and not record.get("Note"):
        raise faults.missing("Note")
    if record.get("Category") not in (None, *CATEGORIES):
        raise faults.refuse("2170", f"Invalid Enumeration : {record['Category']}", "Category")
    for link in record.get("AttachableRef", ()):
        _check_target(books, link)
    kept = {name: current[name] for name in READ_ONLY if current and name in current}
    links = [{"IncludeOnSend": False, **link} for link in record.get("AttachableRef", ())]
    return {**record, **({"AttachableRef": links} if links else {}), **kept}


def _check_target(books: Books, link: Record) -> None:
    target = link.get("EntityRef") or {}
    entity = BY_PATH.get(str(target.get("type", "")).lower())
    if entity is None or str(target.get("value")) not in books.tables[entity.name]:
        raise faults.invalid_reference(f"AttachableRef.EntityRef {target.get('type')} {target.get('value')}")


class BadForm(ValueError):
    """The body of an upload is no multipart form with file_metadata and file_content parts."""


def upload_parts(content_type: str, body: bytes) -> list[tuple[bytes, str, bytes]]:
    """The files of an upload as (metadata JSON, file name, content), in pairs by their number."""
    match = re.search(r"boundary=\"?([^\";]+)", content_type)
    if match is None:
        raise BadForm("no boundary")
    found: dict[str, dict[str, Any]] = {}
    for part in body.split(b"--" + match.group(1).strip().encode()):
        head, _, content = _split_head(part.lstrip(b"\r\n"))
        name = PART_NAME.search(head)
        if name is None:
            continue
        kind, number = name.group(2).decode(), name.group(1).decode().rsplit("_", 1)[-1]
        file_name = FILE_NAME.search(head)
        pair = found.setdefault(number, {"metadata": b"", "content": b"", "name": ""})
        pair[kind] = _decoded(head, content)
        if kind == "content" and file_name:
            pair["name"] = file_name.group(1).decode()
    if not found:
        raise BadForm("no file")
    return [(pair["metadata"], pair["name"], pair["content"]) for _, pair in sorted(found.items())]


def _split_head(part: bytes) -> tuple[bytes, bytes, bytes]:
    """Clients end lines with CRLF or, against the standard, with LF alone."""
    separator = b"\r\n\r\n" if b"\r\n\r\n" in part else b"\n\n"
    head, found, content = part.partition(separator)
    return head, found, content.removesuffix(b"\n").removesuffix(b"\r")


def _decoded(head: bytes, content: bytes) -> bytes:
    if b"base64" not in head.lower():
        return content
    try:
        return base64.b64decode(content, validate=False)
    except binascii.Error:
        raise BadForm("bad base64") from None
