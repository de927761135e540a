"""Finds what went wrong in a body of QuickBooks: two JSON envelopes, XML, or a page for people."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.core.faults import Fault, Side

# Where a Fault may hide below the top: https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting/error-codes
_CONTAINERS = ("IntuitResponse", "QueryResponse", "CDCResponse", "AttachableResponse")
_MAX_WORDS = 2_000
_GATEWAY_CODE = re.compile(r"errorCode=0*(\d+)")


def faults_in(value: Any, status: int, trace_id: str) -> tuple[Fault, ...]:
    """Every fault in a parsed body, in its order; () where there is none. Never fails, whatever the body is."""
    return tuple(fault for envelope in _envelopes(value) for fault in _faults_of(envelope, status, trace_id))


def from_xml(body: bytes) -> dict[str, Any] | None:
    """The faults of an XML body in the shape of the JSON one, or None if it holds no answer that can be used.

    XML comes from the gateway even when JSON was asked for. Only faults are taken over: an item of a batch without one
    keeps its bId alone, so that nobody mistakes an unread record for a read one.
    """
    try:
        root: Element = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    if _tag(root) == "Fault":
        return {"Fault": _fault_element(root)}
    for child in root:
        if _tag(child) == "Fault":
            return {"Fault": _fault_element(child)}
    items = [_batch_element(child) for child in root if _tag(child) == "BatchItemResponse"]
    return {"BatchItemResponse": items} if items else None


def _envelopes(value: Any, depth: int = 4) -> Iterator[Any]:
    for part in value if isinstance(value, list) else [value]:
        if not isinstance(part, Mapping):
            continue
        for key in ("Fault", "fault"):
            if part.get(key):
                yield part[key]
        for key in _CONTAINERS if depth else ():
            yield from _envelopes(part.get(key), depth - 1)


def _faults_of(envelope: Any, status: int, trace_id: str) -> Iterator[Fault]:
    if not isinstance(envelope, Mapping):
        yield _fault({"message": _text(envelope)}, "", status, trace_id)
        return
    errors = envelope.get("Error") or envelope.get("error")
    kind = _text(envelope.get("type"))
    for error in errors if isinstance(errors, list) and errors else [errors]:
        yield _fault(error if isinstance(error, Mapping) else {"message": _text(error)}, kind, status, trace_id)


def _fault(error: Mapping[str, Any], kind: str, status: int, trace_id: str) -> Fault:
    lower = {str(key).lower(): _text(value) for key, value in error.items()}
    message, detail = lower.get("message", ""), lower.get("detail", "")
    code = lower.get("code", "").lstrip("0") or _gateway_code(f"{message} {detail}")
    return Fault(
        code=code or (f"http-{status}" if status >= 300 else ""),
        message=message,
        detail=detail,
        element=lower.get("element", ""),
        kind=kind,
        http_status=status,
        trace_id=trace_id,
        side=Side.QUICKBOOKS,
    )


def _gateway_code(words: str) -> str:
    """The gateway puts it into its text: "message=ThrottleExceeded; errorCode=003001; statusCode=429"."""
    found = _GATEWAY_CODE.search(words)
    return found[1] if found else ""


def _text(value: Any) -> str:
    return str(value).strip()[:_MAX_WORDS] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _fault_element(fault: Element) -> dict[str, Any]:
    errors = [_error_element(child) for child in fault if _tag(child) == "Error"]
    return {"type": fault.get("type", ""), "Error": errors}


def _error_element(error: Element) -> dict[str, str]:
    texts = {_tag(child): child.text or "" for child in error}
    return {**texts, "code": error.get("code", ""), "element": error.get("element", "")}


def _batch_element(item: Element) -> dict[str, Any]:
    faults = [_fault_element(child) for child in item if _tag(child) == "Fault"]
    return {"bId": item.get("bId", ""), **({"Fault": faults[0]} if faults else {})}
