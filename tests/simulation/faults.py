"""Everything that a network, QuickBooks or Re-Leased may do to one call; `FAULTS` names them."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from types import MappingProxyType
from typing import Any

from bot.adapters.replies import dump_json, parse_json
from bot.sandbox.http.exchange import Request, Response
from bot.sandbox.quickbooks.api.gateway import Style, gateway_fault
from tests.simulation.clocks import WorldClock
from tests.simulation.wire import Call, Carry, refused, reset, timed_out, torn

HTML = b"<html><body><center><h1>503 Service Temporarily Unavailable</h1></center></body></html>"
STATUSES = (500, 502, 503, 504)
SYSTEM_FAULT = {
    "Error": [{"Message": "An application error has occurred", "Detail": "System Failure", "code": "10000"}],
    "type": "SystemFault",
}
PATIENCE_S = 120  # after which we give up waiting
SYNCED_FIELDS = frozenset(
    {
        *("TxnDate", "TotalAmt", "Line", "CustomerRef", "VendorRef", "DisplayName", "SyncToken"),
        *("issueDate", "date", "total", "amount", "lines", "contactId", "roles", "allocations", "version"),
    }
)
VISIBLE_AFTER_S = 60.0  # how late QuickBooks may tell of a change


@dataclass
class Hand:
    """What a fault works with. `meddle` lets a person act."""

    random: Random
    clock: WorldClock
    meddle: Callable[[Random], None]


Fault = Callable[[Hand, Call, Carry], Response]


def kinds_for(call: Call) -> list[str]:
    kinds = [*NETWORK]
    if call.to_quickbooks:
        kinds += QUICKBOOKS
        kinds += TAMPERED
        kinds += BATCH if call.is_batch and call.is_write else ()
        kinds += ("late changes", "late changes") if call.request.path.endswith("/cdc") else ()
    elif call.to_released:
        kinds += RELEASED
        kinds += TAMPERED
    return kinds


def _refused(hand: Hand, call: Call, carry: Carry) -> Response:
    raise refused()


def _reset_before(hand: Hand, call: Call, carry: Carry) -> Response:
    raise reset()


def _reset_after(hand: Hand, call: Call, carry: Carry) -> Response:
    carry(call)
    raise reset()


def _timeout_before(hand: Hand, call: Call, carry: Carry) -> Response:
    hand.clock.pause(PATIENCE_S)
    raise timed_out()


def _timeout_after(hand: Hand, call: Call, carry: Carry) -> Response:
    carry(call)
    hand.clock.pause(PATIENCE_S)
    raise timed_out()


def _late(hand: Hand, call: Call, carry: Carry) -> Response:
    """The request is slow to arrive: people act before it does, and nobody waits for its answer any more."""
    hand.meddle(hand.random)
    carry(call)
    hand.clock.pause(PATIENCE_S)
    raise timed_out()


def _torn(hand: Hand, call: Call, carry: Carry) -> Response:
    return torn(carry(call))


def _html_before(hand: Hand, call: Call, carry: Carry) -> Response:
    return Response(hand.random.choice(STATUSES), HTML, {"content-type": "text/html"})


def _html_after(hand: Hand, call: Call, carry: Carry) -> Response:
    carry(call)
    return _html_before(hand, call, carry)


def _throttled(hand: Hand, call: Call, carry: Carry) -> Response:
    style = hand.random.choice((Style.JSON, Style.XML, Style.HTML))
    said = gateway_fault(429, "ThrottleExceeded", "3001", "The request limit was reached.", hand.clock(), style)
    wait = {"Retry-After": str(hand.random.choice((1, 30, 61)))} if hand.random.random() < 0.5 else {}
    return Response(429, said.body, {**said.headers, **wait})


def _unauthenticated(hand: Hand, call: Call, carry: Carry) -> Response:
    return gateway_fault(401, "AuthenticationFailed", "3200", "Token expired", hand.clock(), Style.JSON)


def _fault_with_200_before(hand: Hand, call: Call, carry: Carry) -> Response:
    return _json({"Fault": SYSTEM_FAULT, "time": "2026-10-20T02:00:00.000-07:00"})


def _fault_with_200_after(hand: Hand, call: Call, carry: Carry) -> Response:
    carry(call)
    return _fault_with_200_before(hand, call, carry)


def _empty(hand: Hand, call: Call, carry: Carry) -> Response:
    return _with_items(carry(call), lambda items: [])


def _shuffled(hand: Hand, call: Call, carry: Carry) -> Response:
    return _with_items(carry(call), lambda items: hand.random.sample(items, len(items)))


def _items_missing(hand: Hand, call: Call, carry: Carry) -> Response:
    return _with_items(carry(call), lambda items: [one for one in items if hand.random.random() < 0.6])


def _half_failed(hand: Hand, call: Call, carry: Carry) -> Response:
    """Some items are refused for no reason of theirs; the others are carried out."""
    asked = parse_json(call.request.body)["BatchItemRequest"]
    failed = {one["bId"] for one in asked if hand.random.random() < 0.5}
    kept = [one for one in asked if one["bId"] not in failed]
    faults = [{"bId": bid, "Fault": SYSTEM_FAULT} for bid in sorted(failed)]
    if not kept:
        return _json({"BatchItemResponse": faults, "time": "2026-10-20T02:00:00.000-07:00"})
    sent = call.request
    part = Request(sent.method, sent.path, sent.query, sent.headers, dump_json({"BatchItemRequest": kept}))
    return _with_items(carry(Call(call.host, part)), lambda items: [*faults, *items])


def _late_changes(hand: Hand, call: Call, carry: Carry) -> Response:
    """A change may become visible a little after the time it carries: the newest are not told yet."""
    answer = carry(call)
    if answer.status != 200:
        return answer
    value = parse_json(answer.body)
    horizon = hand.clock.time.timestamp() - hand.random.uniform(0, VISIBLE_AFTER_S)
    for part in value["CDCResponse"][0]["QueryResponse"]:
        for name, rows in part.items():
            if isinstance(rows, list):
                part[name] = [row for row in rows if _changed_at(row) <= horizon]
    return _json(value, answer)


def _tampered(hand: Hand, call: Call, carry: Carry) -> Response:
    """One field of one record that was read has a form that it never should have."""
    answer = carry(call)
    if answer.status != 200 or call.is_write:
        return answer
    value = parse_json(answer.body)
    found = [record for record in _records_in(value) if SYNCED_FIELDS & record.keys()]
    if not found:
        return answer
    record = hand.random.choice(found)
    record[hand.random.choice(sorted(SYNCED_FIELDS & record.keys()))] = {"odd": ["x"]}
    return _json(value, answer)


def _records_in(value: Any) -> Iterator[dict[str, Any]]:
    """Of either side, wherever in an answer they stand."""
    if isinstance(value, dict):
        if {"Id", "SyncToken"} <= value.keys() or {"id", "version"} <= value.keys():
            yield value
        else:
            for inner in value.values():
                yield from _records_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _records_in(inner)


def _changed_at(row: Mapping[str, Any]) -> float:
    return datetime.fromisoformat(row["MetaData"]["LastUpdatedTime"]).timestamp()


def _released_stale(hand: Hand, call: Call, carry: Carry) -> Response:
    """Somebody saved the record a moment ago."""
    return _problem(412, "The record has changed: read it again.") if call.request.method == "PATCH" else carry(call)


def _released_throttled(hand: Hand, call: Call, carry: Carry) -> Response:
    wait = {"retry-after": str(hand.random.choice((1, 20)))} if hand.random.random() < 0.7 else {}
    return _problem(429, "Try again later.", wait)


def _problem(status: int, detail: str, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    body = {"type": "about:blank", "title": "Problem", "status": status, "detail": detail}
    return Response(status, json.dumps(body).encode(), {"content-type": "application/problem+json", **headers})


def _with_items(answer: Response, change: Callable[[list[Any]], list[Any]]) -> Response:
    if answer.status != 200:
        return answer
    value = parse_json(answer.body)
    if "BatchItemResponse" not in value:
        return answer
    return _json({**value, "BatchItemResponse": change(value["BatchItemResponse"])}, answer)


def _json(value: Any, like: Response | None = None) -> Response:
    headers = dict(like.headers) if like else {"content-type": "application/json"}
    return Response(200, dump_json(value), headers)


NETWORK: dict[str, Fault] = {
    "refused": _refused,
    "reset before": _reset_before,
    "reset after": _reset_after,
    "timeout before": _timeout_before,
    "timeout after": _timeout_after,
    "late": _late,
    "torn": _torn,
    "html before": _html_before,
    "html after": _html_after,
}
QUICKBOOKS: dict[str, Fault] = {
    "throttled": _throttled,
    "unauthenticated": _unauthenticated,
    "fault with 200, before": _fault_with_200_before,
    "fault with 200, after": _fault_with_200_after,
}
BATCH: dict[str, Fault] = {
    "empty": _empty,
    "shuffled": _shuffled,
    "items missing": _items_missing,
    "half failed": _half_failed,
}
RELEASED: dict[str, Fault] = {"released throttled": _released_throttled, "released stale": _released_stale}
TAMPERED: dict[str, Fault] = {"tampered": _tampered}
FAULTS: dict[str, Fault] = {
    **NETWORK,
    **QUICKBOOKS,
    **BATCH,
    **RELEASED,
    **TAMPERED,
    "late changes": _late_changes,
}
