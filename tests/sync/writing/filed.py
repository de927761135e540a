"""Files for tests: attached in Re-Leased, or by a bookkeeper in QuickBooks, and counted."""

from hashlib import sha256
from typing import Any

from bot.core.model import RecordRef, RecordType
from tests.sync.world import COMPANY, Json, World

PDF = b"%PDF-1.7 lease\r\n\x00\xff"


def announced(world: World, owner: Json, name: str = "lease.pdf", content: bytes = PDF, **more: Any) -> Json:
    """An attachment of Re-Leased whose file has not come yet."""
    file = {"contentType": "application/pdf", "size": len(content), "sha256": sha256(content).hexdigest()}
    return world.create(
        "attachments", **{"ownerType": "invoice", "ownerId": owner["id"], "fileName": name, **file, **more}
    )


def ours(world: World, owner: Json, name: str = "lease.pdf", content: bytes = PDF, **more: Any) -> Json:
    attachment = announced(world, owner, name, content, **more)
    world.released.put_content(COMPANY, attachment["id"], content)
    return attachment


def theirs(world: World, *owners: tuple[str, Json], name: str = "lease.pdf", content: bytes = PDF) -> Json:
    """A file that a bookkeeper attached to documents of QuickBooks."""
    links = [{"EntityRef": {"type": entity, "value": record["Id"]}} for entity, record in owners]
    body = {"FileName": name, "ContentType": "application/pdf", "AttachableRef": links}
    return world.books.attach(body, content)


def attachables(world: World) -> list[Json]:
    return [row for row in world.books.entity("Attachable").in_id_order(None, None, False)]


def ref(attachment: Json) -> RecordRef:
    return RecordRef(RecordType.ATTACHMENT, attachment["id"])


def content_of(world: World, attachment: Json) -> bytes:
    return world.released.content(COMPANY, attachment["id"])


def copies(world: World) -> tuple[int, int]:
    return len(attachables(world)), len(world.all("attachments"))
