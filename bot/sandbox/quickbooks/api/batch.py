"""`POST /batch`: up to 30 independent items, each with its own answer, given in another order than asked.

https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/batch
"""

from collections.abc import Mapping
from random import Random
from typing import Any

from bot.sandbox.quickbooks.api.company import Company, Origin
from bot.sandbox.quickbooks.api.resources import VOIDED_BY_UPDATE, query_response
from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.out_of_scope import refuse_out_of_scope
from bot.sandbox.quickbooks.books.schema import ENTITIES
from bot.sandbox.quickbooks.reading.cdc import change_data_capture
from bot.sandbox.quickbooks.reading.query import MAX_RESULTS
from bot.sandbox.quickbooks.rules.documents import WriteOptions

MAX_ITEMS = 30
MAX_REQUEST_ID = 50
ITEM_KEYS = frozenset({"bId", "operation", "optionsData", "Query", "CDCQuery", "ReportQuery"})
READS = ("Query", "CDCQuery")

Item = Mapping[str, Any]


def items_of(body: object) -> list[Item]:
    """Raises Refusal 400 for an empty batch and 1040 for one that is too big."""
    items = body.get("BatchItemRequest") if isinstance(body, dict) else None
    if not isinstance(items, list) or not items:
        raise faults.refuse("400", "Batch Request is Empty")
    if len(items) > MAX_ITEMS:
        raise faults.refuse("1040", f"The batch limit size is {MAX_ITEMS}. Supplied size:{len(items)}")
    return items


def run_batch(company: Company, body: object, request_id: str, order: Random) -> dict[str, Any]:
    """The `BatchItemResponse` part of the answer. A write that was answered before under the same request id and
    bId is not done again: its first answer comes back.
    """
    items = items_of(body)
    left = MAX_RESULTS
    answers: list[dict[str, Any]] = []
    for item in items:
        answer = _answered(company, item, request_id, left)
        rows = answer.get("QueryResponse", {})
        left -= sum(len(part) for part in rows.values() if isinstance(part, list))
        answers.append(answer)
    return {"BatchItemResponse": _reordered(answers, order)}


def is_read(items: list[Item]) -> bool:
    """Whether a batch only reads."""
    return all(isinstance(item, dict) and any(key in item for key in READS) for item in items)


def _reordered(answers: list[dict[str, Any]], order: Random) -> list[dict[str, Any]]:
    shuffled = order.sample(answers, len(answers))
    same = [one.get("bId") for one in shuffled] == [one.get("bId") for one in answers]
    return shuffled[::-1] if same else shuffled


def _answered(company: Company, item: Item, request_id: str, left: int) -> dict[str, Any]:
    if not isinstance(item, dict):
        return faults.unknown_property("BatchItemRequest").as_json()
    b_id = str(item.get("bId", ""))
    key = f"{request_id}\n{b_id}" if request_id and not any(read in item for read in READS) else ""
    if key in company.replies:
        return dict(company.replies[key][1])
    try:
        if request_id and len(request_id) + len(b_id) > MAX_REQUEST_ID:
            raise faults.refuse("2130", f"requestid and bId have more than {MAX_REQUEST_ID} characters together.")
        answer = {"bId": b_id, **_result(company, item, request_id, b_id, left)}
    except faults.Refusal as refusal:
        answer = {"bId": b_id, **refusal.as_json()}
    if key:
        company.replies[key] = (200, answer)
    return answer


def _result(company: Company, item: Item, request_id: str, b_id: str, left: int) -> dict[str, Any]:
    if "Query" in item:
        return {"QueryResponse": query_response(company, str(item["Query"]), left)}
    if "CDCQuery" in item:
        asked = item["CDCQuery"] if isinstance(item["CDCQuery"], dict) else {}
        names, since = (_either(asked, key) for key in ("Entities", "ChangedSince"))
        return change_data_capture(company.books, names, since)
    names_found = [key for key in item if key not in ITEM_KEYS]
    for name in names_found:
        refuse_out_of_scope(name)
    if len(names_found) != 1 or names_found[0] not in ENTITIES:
        raise faults.refuse("2000", f"Object Name:{', '.join(names_found)} is unsupported or invalid")
    name = names_found[0]
    options = [word.strip().lower() for word in str(item.get("optionsData", "")).split(",")]
    operation = _operation(str(item.get("operation", "")).lower(), name, item[name], options)
    origin = Origin("batch", request_id, b_id)
    allowed = WriteOptions(allow_duplicate_number="allowduplicatedocnum" in options)
    return {name: company.perform(operation, name, item[name], origin, allowed)}


def _operation(operation: str, name: str, body: object, options: list[str]) -> str:
    match operation:
        case "update" if "void" in options:
            return "void"
        case "create" | "update":
            if operation == "update" and isinstance(body, dict) and not body.get("Id"):
                raise faults.missing("Id")
            return "write"
        case "void" if name in VOIDED_BY_UPDATE:
            raise faults.unsupported("void")
        case "delete" | "void":
            return operation
    raise faults.unsupported(operation or "null")


def _either(asked: Item, key: str) -> str:
    """The XSD spells it Entities and ChangedSince, the URL entities and changedSince."""
    return str(asked.get(key) or asked.get(key[0].lower() + key[1:]) or "")
