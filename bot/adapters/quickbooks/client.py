"""QuickBooks Online as the sync uses it: query, read changes, read, batch, write, void, attach.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/most-commonly-used/account
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import IO, Any
from urllib.parse import quote as url_quote

import requests

from bot.adapters.files import Arrived, UploadForm, receive
from bot.adapters.http import Pause
from bot.adapters.meter import Meter
from bot.adapters.quickbooks.connection import QuickBooksConnection
from bot.adapters.quickbooks.rate_limits import MAX_REQUESTID_CHARS, MAX_ROWS, RealmLimits, Room
from bot.adapters.quickbooks.wire import (
    BatchItem,
    BatchReply,
    CdcReply,
    QueryReply,
    batch_body,
    batch_reply,
    cdc_reply,
    entity_of,
    query_reply,
    quote,
    written_record,
)
from bot.adapters.replies import dump_json
from bot.core.answers.shape import is_nameless
from bot.core.faults import Action, ApiError, Fault

MAX_QUERY_CHARS_IN_URL = 1_800
MAX_PAGES = 10_000

# Bill, CreditMemo and VendorCredit have no void; JournalEntry answers 200 to one and changes nothing.
_VOIDS: Mapping[str, Mapping[str, str]] = {
    "Invoice": {"operation": "void"},
    "Payment": {"operation": "update", "include": "void"},
    "SalesReceipt": {"operation": "update", "include": "void"},
    "BillPayment": {"operation": "update", "include": "void"},
}


class QuickBooks:
    """One company. Every method may raise ApiError; entities are named as in the JSON ("BillPayment").

    Writes are not repeated here (only after a 401 or a 429): on RETRY send the same body with the same `requestid`.
    """

    def __init__(
        self,
        realm: str,
        api_url: str,
        access_token: Callable[[str], str],
        session: requests.Session,
        limits: RealmLimits,
        meter: Meter,
        pause: Pause,
    ) -> None:
        self.realm, self._pause = realm, pause
        self._connection = QuickBooksConnection(realm, api_url, access_token, session, limits, meter, pause)

    def room(self) -> Room:
        """What may be sent at this moment without waiting for a minute to pass."""
        return self._connection.room()

    def query(self, statement: str) -> QueryReply:
        """At most 1,000 rows, 100 unless MAXRESULTS says more. Give an ORDERBY: the default order is not documented."""
        if len(url_quote(statement)) > MAX_QUERY_CHARS_IN_URL:
            return query_reply(self._connection.read_by_post("query", statement.encode(), "application/text"))
        return query_reply(self._connection.read("query", {"query": statement}))

    def pages(self, entity: str, where: str = "", page_size: int = MAX_ROWS) -> Iterator[QueryReply]:
        """All records of an entity that fit `where` (no WHERE, no OR), in order of Id.

        By Id and not by STARTPOSITION, which skips a record for each one that is deleted between two pages.
        """
        last_ids: set[str] = set()
        last_id = ""
        for _ in range(MAX_PAGES):
            reply, page_size = self._page(entity, where, last_id, page_size)
            if reply.rows:
                yield reply
            if len(reply.rows) < page_size:
                return
            readable = [str(row["Id"]) for row in reply.rows if not is_nameless(row["Id"])]
            last_id = readable[-1] if readable else last_id
            if last_id in last_ids or not readable:
                break
            last_ids.add(last_id)
        raise ApiError(Fault("endless-paging", message=f"{entity} after Id {last_id}"))

    def cdc(self, entities: Sequence[str], since: datetime) -> CdcReply:
        """What changed since an aware instant, at most 30 days back, in one call. Look at `.full` before trusting it.

        Not for TaxCode, TaxRate and TaxAgency, which QuickBooks leaves out of it.
        """
        instant = since.astimezone(UTC).isoformat(timespec="seconds")
        return cdc_reply(self._connection.read("cdc", {"entities": ",".join(entities), "changedSince": instant}))

    def read(self, entity: str, id: str) -> dict[str, Any] | None:
        """None where QuickBooks does not have it (any more)."""
        try:
            return entity_of(self._connection.read(f"{entity.lower()}/{url_quote(id, safe='')}"), entity)
        except ApiError as error:
            if error.fault.code == "610":
                return None
            raise

    def company_info(self) -> dict[str, Any]:
        return entity_of(self._connection.read(f"companyinfo/{self.realm}"), "CompanyInfo")

    def preferences(self) -> dict[str, Any]:
        return entity_of(self._connection.read("preferences"), "Preferences")

    def batch(self, items: Sequence[BatchItem], requestid: str) -> BatchReply:
        return self.send_batch(batch_body(items), items, requestid)

    def send_batch(self, body: bytes, items: Sequence[BatchItem], requestid: str) -> BatchReply:
        """Sends exactly `body`, made by `batch_body(items)` before. Items stand or fall each by itself.

        A batch of queries alone is a read: it is counted and repeated as one.
        """
        if all(item.operation == "query" for item in items):
            return batch_reply(self._connection.read_by_post("batch", body, "application/json"), items)
        longest = max(len(item.bid) for item in items)
        return batch_reply(self._connection.write("batch", _once(requestid, longest), body), items)

    def create(self, entity: str, body: Mapping[str, Any], requestid: str) -> dict[str, Any]:
        return self._post(entity, body, {}, requestid)

    def update(self, entity: str, body: Mapping[str, Any], requestid: str) -> dict[str, Any]:
        """`body` has Id and SyncToken, and "sparse": True unless everything is in it; its Line array replaces all."""
        return self._post(entity, body, {}, requestid)

    def void(self, entity: str, body: Mapping[str, Any], requestid: str) -> dict[str, Any]:
        """`body` is {Id, SyncToken}. ValueError for what the API cannot void."""
        if entity not in _VOIDS:
            raise ValueError(f"QuickBooks has no void for {entity}")
        return self._post(entity, {**body, "sparse": True}, _VOIDS[entity], requestid)

    def delete(self, entity: str, body: Mapping[str, Any], requestid: str) -> dict[str, Any]:
        """`body` is {Id, SyncToken} and nothing else: an echo of a read body may be refused."""
        return self._post(entity, body, {"operation": "delete"}, requestid)

    def upload(self, attachable: Mapping[str, Any], content: IO[bytes], requestid: str) -> dict[str, Any]:
        """A file and its Attachable (FileName, ContentType, AttachableRef), at most 100 MB; gives back the Attachable.

        `content` is sent from its beginning, a little at a time, and can be sent again.

        https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/attachable
        """
        form = UploadForm(attachable, content, requestid)
        try:
            reply = self._connection.write("upload", _once(requestid), form, form.content_type)
        except ApiError as error:
            raise _as_refusal(error) from error
        answers = reply.get("AttachableResponse")
        return written_record(answers[0] if isinstance(answers, list) and answers else {}, "Attachable")

    def download(self, attachable_id: str, sink: IO[bytes]) -> Arrived:
        """Writes the file of an Attachable into `sink` (which can be rewound) from where it stands.

        What its server does not hand out, even when asked again, is the matter of this file alone (RECORD).
        """
        address = self._connection.file_address(f"download/{url_quote(attachable_id, safe='')}")
        try:
            return receive(lambda: self._connection.fetch(address, sink), sink, self._pause)
        except ApiError as error:
            raise ApiError(error.faults, action=Action.RECORD) from error

    def _page(self, entity: str, where: str, last_id: str, page_size: int) -> tuple[QueryReply, int]:
        """The page after `last_id`, smaller if QuickBooks finds it too large (10100), and the size that worked."""
        conditions = " AND ".join(part for part in (where, last_id and f"Id > {quote(last_id)}") if part)
        clause = f" WHERE {conditions}" if conditions else ""
        while True:
            try:
                return self.query(f"SELECT * FROM {entity}{clause} ORDERBY Id MAXRESULTS {page_size}"), page_size
            except ApiError as error:
                if error.fault.code != "10100" or page_size == 1:
                    raise
            page_size = page_size // 2

    def _post(self, entity: str, body: Mapping[str, Any], params: Mapping[str, str], requestid: str) -> dict[str, Any]:
        reply = self._connection.write(entity.lower(), {**params, **_once(requestid)}, dump_json(body))
        return written_record(reply, entity)


def _as_refusal(error: ApiError) -> ApiError:
    """A fault inside an answer of success is about the one file that was sent, and it was not taken."""
    if error.action is not Action.RECORD or error.fault.http_status != 200:
        return error
    return ApiError([replace(fault, http_status=400) for fault in error.faults])


def _once(requestid: str, bid_chars: int = 0) -> dict[str, str]:
    """QuickBooks answers a request id that it has seen with its first answer, whatever the body says now."""
    if not requestid or len(requestid) + bid_chars > MAX_REQUESTID_CHARS:
        raise ValueError(f"a requestid (with its longest bId) has 1 to {MAX_REQUESTID_CHARS} characters: {requestid!r}")
    return {"requestid": requestid}
