"""What is sent to QuickBooks and what comes back, as values: no network here, and HTTP 200 is not yet success."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from bot.adapters.quickbooks.faults import faults_in, from_xml
from bot.adapters.quickbooks.rate_limits import MAX_BATCH_ITEMS, MAX_CDC_OBJECTS
from bot.adapters.replies import dump_json, fault_of_status, parse_answer, retry_after_s
from bot.core.answers.quickbooks import record_of, records_of
from bot.core.answers.shape import is_nameless, marks_of
from bot.core.faults import ApiError, Fault


@dataclass(frozen=True)
class BatchItem:
    """One operation of a batch; `bid` comes back with its answer.

    `operation` is create, update, delete or query; a query has a `statement`, the others have a `body`.
    `options` becomes optionsData ("void").
    """

    bid: str
    operation: str
    entity: str
    body: Mapping[str, Any] | None = None
    statement: str = ""
    options: str = ""


@dataclass(frozen=True)
class QueryReply:
    """`time` is QuickBooks' clock; `total` is set for a count(*)."""

    rows: list[dict[str, Any]]
    time: datetime | None
    total: int | None = None


@dataclass(frozen=True)
class CdcReply:
    """`objects` by entity; `deleted` as (entity, id); `count` is everything that came."""

    objects: dict[str, list[dict[str, Any]]]
    deleted: list[tuple[str, str]]
    time: datetime | None
    count: int

    @property
    def full(self) -> bool:
        """A full answer leaves out the rest without a word, so it must not move a cursor.

        https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/change-data-capture
        """
        return self.count >= MAX_CDC_OBJECTS


@dataclass(frozen=True)
class BatchReply:
    """By bId: the record as QuickBooks has it now ({"rows": [...]} for a query), or why not.

    The outcome of `unanswered` items is unknown: send the same batch again.
    """

    items: dict[str, dict[str, Any] | ApiError]
    time: datetime | None
    unanswered: tuple[str, ...]


def decipher(status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The JSON object of a successful answer, numbers with decimals as Decimal; anything else is an ApiError.

    `headers` have lower-case names. The faults of single batch items are left to `batch_items`.
    """
    trace_id = headers.get("intuit_tid", "")
    value = _parsed(body)
    faults = faults_in(value, status, trace_id)
    if not faults and not 200 <= status < 300:
        faults = (fault_of_status(status, body, trace_id),)
    if faults:
        raise ApiError(faults, retry_after_s=retry_after_s(headers))
    if value is None:
        raise ApiError(_unreadable(status, body, trace_id))
    return value


def signed_address(status: int, headers: Mapping[str, str], body: bytes) -> str:
    """/download answers with an address as plain text, not with JSON."""
    address = body.decode("utf-8", "replace").strip()
    if 200 <= status < 300 and urlsplit(address).scheme in ("http", "https"):
        return address
    if 200 <= status < 300 and not body.lstrip().startswith((b"{", b"<")):
        raise ApiError(Fault("unsafe-file-address", message=address[:80], http_status=status))
    decipher(status, headers, body)
    raise ApiError(Fault("unexpected-answer", message="the answer holds no address of a file", http_status=status))


def batch_body(items: Sequence[BatchItem]) -> bytes:
    """The bytes of a batch request; keep these, since a request id stands for one content only."""
    if not 1 <= len(items) <= MAX_BATCH_ITEMS:
        raise ValueError(f"a batch has 1 to {MAX_BATCH_ITEMS} items, not {len(items)}")
    if len({item.bid for item in items}) < len(items):
        raise ValueError("two items of a batch have the same bId")
    return dump_json({"BatchItemRequest": [_request_item(item) for item in items]})


def batch_reply(reply: Mapping[str, Any], items: Sequence[BatchItem]) -> BatchReply:
    answers = batch_items(reply, items)
    return BatchReply(answers, reply_time(reply), unanswered(items, answers))


def batch_items(reply: Mapping[str, Any], items: Sequence[BatchItem]) -> dict[str, dict[str, Any] | ApiError]:
    """Answers by bId, because QuickBooks does not keep the order; bIds that nobody asked for are left out."""
    asked = {item.bid: item for item in items}
    answers: dict[str, dict[str, Any] | ApiError] = {}
    for answer in _dicts(reply.get("BatchItemResponse")):
        item = asked.get(str(answer.get("bId")))
        if item and item.bid not in answers:
            answers[item.bid] = _answer(answer, item)
    return answers


def unanswered(items: Sequence[BatchItem], answers: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(item.bid for item in items if item.bid not in answers)


def cdc_reply(reply: Mapping[str, Any]) -> CdcReply:
    """Changes by entity. QuickBooks puts deleted ones last in their list, with hardly more than their id."""
    if not isinstance(reply.get("CDCResponse"), list):
        raise ApiError(_missing("CDCResponse"))
    objects: dict[str, list[dict[str, Any]]] = {}
    deleted: list[tuple[str, str]] = []
    for entity, row in _changed(reply):
        if row.get("status") == "Deleted" and not is_nameless(row["Id"]):
            deleted.append((entity, str(row["Id"])))
        else:
            objects.setdefault(entity, []).append(row)
    count = len(deleted) + sum(map(len, objects.values()))
    return CdcReply(objects, deleted, reply_time(reply), count)


def query_reply(reply: Mapping[str, Any]) -> QueryReply:
    """An empty result has no entity key at all: {"QueryResponse": {}}."""
    response = reply.get("QueryResponse")
    if not isinstance(response, Mapping):
        raise ApiError(_missing("QueryResponse"))
    total = response.get("totalCount")
    return QueryReply(query_rows(reply), reply_time(reply), total if isinstance(total, int) else None)


def query_rows(reply: Mapping[str, Any]) -> list[dict[str, Any]]:
    response = reply.get("QueryResponse")
    lists = [pair for pair in response.items() if isinstance(pair[1], list)] if isinstance(response, Mapping) else []
    return records_of(*lists[0]) if lists else []


def entity_of(reply: Mapping[str, Any], entity: str) -> dict[str, Any]:
    """The record of an answer; without one the outcome is unknown, whatever the status said."""
    value = reply.get(entity)
    if not isinstance(value, dict):
        raise ApiError(_missing(entity))
    return record_of(entity, value)


def written_record(reply: Mapping[str, Any], entity: str) -> dict[str, Any]:
    """The record of an answer to a write. Without its id nothing can be linked: it is found by the next run."""
    record = entity_of(reply, entity)
    if is_nameless(record["Id"]):
        raise ApiError(Fault("unreadable-record", detail=marks_of(record)[0], http_status=200))
    return record


def reply_time(reply: Mapping[str, Any]) -> datetime | None:
    """QuickBooks' own clock in UTC (it writes Pacific time with its offset)."""
    try:
        moment = datetime.fromisoformat(str(reply.get("time")))
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def quote(value: str) -> str:
    """A literal for a query, with its quotes; a doubled quote is an error to QuickBooks, so a backslash it is.

    https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/data-queries
    """
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        value = parse_answer(body)
    except ValueError:
        return from_xml(body)
    return value if isinstance(value, dict) else None


def _unreadable(status: int, body: bytes, trace_id: str) -> Fault:
    cut = body.strip()[:1] in (b"", b"{", b"[")
    opening = " ".join(body[:200].decode("utf-8", "replace").split())
    return Fault("truncated" if cut else "not-json", message=opening, http_status=status, trace_id=trace_id)


def _missing(entity: str) -> Fault:
    return Fault("unexpected-answer", message=f"the answer holds no {entity}")


def _request_item(item: BatchItem) -> dict[str, Any]:
    if item.operation == "query":
        return {"bId": item.bid, "Query": item.statement}
    options = {"optionsData": item.options} if item.options else {}
    return {"bId": item.bid, "operation": item.operation, **options, item.entity: item.body or {}}


def _answer(answer: Mapping[str, Any], item: BatchItem) -> dict[str, Any] | ApiError:
    if faults := faults_in(answer, 200, ""):
        return ApiError(faults)
    if item.operation == "query" and isinstance(answer.get("QueryResponse"), Mapping):
        return {"rows": query_rows(answer)}
    try:
        return written_record(answer, item.entity)
    except ApiError as error:
        return error


def _changed(reply: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in _dicts(reply.get("CDCResponse")):
        for response in _dicts(part.get("QueryResponse")):
            for entity, rows in response.items():
                yield from ((entity, row) for row in (records_of(entity, rows) if isinstance(rows, list) else ()))


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item
