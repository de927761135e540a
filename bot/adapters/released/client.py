"""Re-Leased by the contract that we code to: companies, changes since an instant, single records, writes, files."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any
from urllib.parse import quote as url_quote

import requests

from bot.adapters.files import MAX_FILE_BYTES, Arrived, receive
from bot.adapters.http import Pause, is_throttle, retrying, send, stream_to
from bot.adapters.meter import Meter
from bot.adapters.released.changes import read_changes
from bot.adapters.released.faults import refusal, unexpected
from bot.adapters.replies import HttpReply, dump_json, parse_answer
from bot.core.answers.released import RECORD, record_of, records_of
from bot.core.answers.shape import is_nameless, marked, marks_of
from bot.core.faults import ApiError, Fault, Side

DEFAULT_PAGE_SIZE = 200
MAX_PAGE_SIZE = 500  # of the contract
MAX_THROTTLES = 5
THROTTLE_WAIT_S = 30.0  # after a 429 that does not say how long
MAX_THROTTLE_WAIT_S = 300.0

Page = list[dict[str, Any]]


class Released:
    """Money stays text here, as it comes. Every method may raise ApiError.

    Reads and `create` are repeated on what passes (its key makes that safe); `patch` only after a 429, since after any
    other trouble the version may have moved on: read the record again first.
    """

    def __init__(
        self,
        api_url: str,
        api_key: str,
        session: requests.Session,
        *,
        meter: Meter,
        pause: Pause,
        key_header: str = "X-Api-Key",
        page_size: int = DEFAULT_PAGE_SIZE,
    ) -> None:
        if not 1 <= page_size <= MAX_PAGE_SIZE:
            raise ValueError(f"a page of Re-Leased has 1 to {MAX_PAGE_SIZE} records, not {page_size}")
        self._api_url, self._session = api_url.rstrip("/"), session
        self._headers = {key_header: api_key, "Accept": "application/json"}
        self._meter, self._pause, self._page_size = meter, pause, page_size

    def companies(self) -> Page:
        return _rows("companies", self._read("companies"))

    def changed(
        self, company: str, collection: str, since: str | None, until: datetime | None = None
    ) -> Iterator[Page]:
        """What changed at `since` (an instant as Re-Leased wrote it) or later, in order of modifiedAt and id.

        None reads all. Inclusive, so what is known at `since` comes again: drop it by id and version. It is one call
        where nothing changed. What says to be later than `until` is not believed.
        """

        def page(modified_since: str | None, number: int, size: int) -> tuple[Page, bool]:
            params = {"page": str(number), "pageSize": str(size)}
            since_param = {"modifiedSince": modified_since} if modified_since else {}
            reply = self._read(self._path(company, collection), {**since_param, **params})
            return _rows(collection, reply), _has_more(reply, number)

        return read_changes(page, since, self._page_size, until)

    def get(self, company: str, collection: str, id: str) -> dict[str, Any] | None:
        """None where Re-Leased does not know it."""
        try:
            return _record(collection, self._read(self._path(company, collection, id)), id)
        except ApiError as error:
            if error.fault.http_status == 404:
                return None
            raise

    def create(self, company: str, collection: str, body: Mapping[str, Any], idempotency_key: str) -> dict[str, Any]:
        """The record; the same key gives the same record again, whatever the body."""
        headers = {"Idempotency-Key": idempotency_key, "Content-Type": "application/json"}
        path = self._path(company, collection)

        def call() -> dict[str, Any]:
            return _record(collection, self._call("POST", path, headers=headers, body=dump_json(body)))

        return retrying(call, self._pause)

    def patch(self, company: str, collection: str, id: str, body: Mapping[str, Any], version: int) -> dict[str, Any]:
        """The record after the change; "http-412" if it is not at `version` any more."""
        headers = {"If-Match": str(version), "Content-Type": "application/json"}
        path = self._path(company, collection, id)
        return _record(collection, self._call("PATCH", path, headers=headers, body=dump_json(body)), id)

    def download(self, company: str, attachment_id: str, sink: IO[bytes]) -> Arrived:
        """Writes the file into `sink` (which can be rewound) from where it stands."""
        url = self._url(self._path(company, "attachments", attachment_id, "content"))
        headers = {**self._headers, "Accept": "*/*"}

        def call() -> HttpReply:
            return stream_to(self._session, url, sink, side=Side.RELEASED, headers=headers, max_bytes=MAX_FILE_BYTES)

        return receive(lambda: self._patiently(call), sink, self._pause)

    def upload(self, company: str, attachment_id: str, source: IO[bytes]) -> None:
        """The bytes of an attachment that was created before; the same bytes may be sent again."""
        path, start = self._path(company, "attachments", attachment_id, "content"), source.tell()

        def call() -> HttpReply:
            source.seek(start)
            return self._send("PUT", path, headers={"Content-Type": "application/octet-stream"}, body=source)

        retrying(lambda: self._patiently(call), self._pause)

    def _read(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        return retrying(lambda: self._call("GET", path, params), self._pause)

    def _call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Any:
        reply = self._patiently(lambda: self._send(method, path, params, headers, body))
        try:
            return parse_answer(reply.body)
        except ValueError:
            raise unexpected(reply) from None

    def _patiently(self, call: Callable[[], HttpReply]) -> HttpReply:
        """A successful answer; after a 429, which changed nothing, the same request once more when Re-Leased allows."""
        for throttles in range(MAX_THROTTLES + 1):
            self._meter.count_released()
            reply = call()
            if 200 <= reply.status < 300:
                return reply
            error = refusal(reply)
            wait_s = THROTTLE_WAIT_S if error.retry_after_s is None else error.retry_after_s
            if not is_throttle(error) or throttles == MAX_THROTTLES or wait_s > MAX_THROTTLE_WAIT_S:
                raise error
            self._pause(wait_s)
        raise AssertionError("the last round returns or raises")

    def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | IO[bytes] | None = None,
    ) -> HttpReply:
        return send(
            self._session,
            method,
            self._url(path),
            side=Side.RELEASED,
            params=params,
            headers={**self._headers, **(headers or {})},
            body=body,
        )

    def _url(self, path: str) -> str:
        return f"{self._api_url}/{path}"

    def _path(self, company: str, *steps: str) -> str:
        return "/".join(["companies", *(url_quote(step, safe="") for step in (company, *steps))])


def _rows(collection: str, reply: Any) -> Page:
    rows = reply.get("data") if isinstance(reply, Mapping) else None
    if not isinstance(rows, list):
        raise unexpected(None)
    return records_of(collection, rows)


def _has_more(reply: Any, number: int) -> bool:
    """By what the answer says, so that a server that gives smaller pages than we asked for loses nothing."""
    pages = reply.get("totalPages")
    if not isinstance(pages, int):
        raise unexpected(None)
    return pages > number


def _record(collection: str, reply: Any, id: str = "") -> dict[str, Any]:
    """The record of an answer, sound; under the id that was asked for, where one was."""
    if not isinstance(reply, dict) or not reply.keys() & RECORD.keys():
        raise unexpected(None)
    found = record_of(collection, reply)
    if id and str(found["id"]) != id:
        mark = [] if is_nameless(found["id"]) else [f"id is “{found['id']}”, not the one that was asked for"]
        return marked({**found, "id": id}, mark)
    if is_nameless(found["id"]):
        raise ApiError(Fault("unreadable-record", detail=marks_of(found)[0], http_status=200, side=Side.RELEASED))
    return found
