"""Files on their way: kept on disk, known by their size and hash, and sent as a form without being held in memory."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from urllib3.filepost import encode_multipart_formdata

from bot.adapters.http import Pause, retrying
from bot.adapters.replies import HttpReply, dump_json

MAX_FILE_BYTES = 100 * 2**20  # QuickBooks takes no larger one (6030)
IN_MEMORY_BYTES = 2**18  # of one file; what is larger waits on the disk
CHUNK_BYTES = 64 * 2**10


@dataclass(frozen=True)
class Arrived:
    """What came: `size` in bytes, `sha256` in lower-case hexadecimal digits."""

    size: int
    sha256: str


def room() -> IO[bytes]:
    """A place for one file, which is gone when it is closed or the process ends."""
    return SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)


def receive(call: Callable[[], HttpReply], sink: IO[bytes], pause: Pause) -> Arrived:
    """Runs a call that writes a file into `sink`, again from its beginning where it broke off; leaves it rewound."""
    start = sink.tell()

    def from_the_start() -> HttpReply:
        sink.seek(start)
        sink.truncate()
        return call()

    retrying(from_the_start, pause)
    size = sink.tell() - start
    sink.seek(start)
    digest = hashlib.sha256()
    while chunk := sink.read(CHUNK_BYTES):
        digest.update(chunk)
    sink.seek(start)
    return Arrived(size, digest.hexdigest())


class UploadForm:
    """A file and its description as multipart/form-data: the same bytes each time it is gone through.

    The boundary comes from the request id, so that a request that is sent again is the same to the last byte.
    """

    def __init__(self, attachable: Mapping[str, Any], content: IO[bytes], requestid: str) -> None:
        name, kind = str(attachable["FileName"]), str(attachable["ContentType"])
        parts: dict[str, tuple[str, bytes, str]] = {
            "file_metadata_01": ("metadata.json", dump_json(attachable), "application/json"),
            "file_content_01": (name, b"", kind),
        }
        boundary = hashlib.sha256(requestid.encode()).hexdigest()[:40]
        body, self.content_type = encode_multipart_formdata(parts, boundary)
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._head = body.removesuffix(self._tail)
        self._content = content
        self._size = content.seek(0, 2)

    def __len__(self) -> int:
        return len(self._head) + self._size + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        self._content.seek(0)
        while chunk := self._content.read(CHUNK_BYTES):
            yield chunk
        yield self._tail
