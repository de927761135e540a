"""A layer before a stand-in that rewrites single records of its answers, by a seed: one field of each, in odd ways."""

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

RAW = "@@raw:"  # stands for a number that JSON may hold and Python may not
ODD: tuple[Any, ...] = (
    *(None, True, 7, "", [], {}, ["x"], {"value": ["x"]}, "NaN", "Infinity", "-", "2026-02-30", "31/12/2026"),
    *(f"{RAW}1e999999", f"{RAW}-1e-999999", f"{RAW}1e99999999999999999999", f"{RAW}{'9' * 5_000}", "x" * 20_000),
)
GONE, EXTRA, TWICE = "left out", "one more", "its id twice"
ENTITIES = frozenset(
    {
        *("Customer", "Vendor", "Item", "Account", "Class", "TaxCode", "Invoice", "Bill", "CreditMemo", "VendorCredit"),
        *("Payment", "BillPayment", "Attachable"),
    }
)
NUMBERED = frozenset({"postalcode", "phone", "code", "taxnumber", "number", "freeformnumber", "docnumber", "acctnum"})
RIGHT = frozenset({"TxnDate", "issueDate", "date", "dueDate", "DueDate", "name", "DisplayName", "modifiedAt"})
Key = tuple[str, str]  # entity or collection, id
Path = tuple[Any, ...]


@dataclass(frozen=True)
class Deed:
    """What was done to one record; `field` is the last name on the way to it."""

    path: Path
    value: Any

    @property
    def field(self) -> str:
        names = [str(step) for step in self.path if isinstance(step, str)]
        return names[-1] if names else "the record"


@dataclass
class Tampering:
    """Stands before both stand-ins. `wanted` says which records are tampered with, the seed how."""

    seed: int
    wanted: Callable[[Key], bool] = lambda key: False
    deeds: dict[Key, Deed] = field(default_factory=dict)
    answers: int = 0
    only: tuple[Any, ...] = ()  # values to choose from, instead of all
    _is_single: bool = False

    def before(self, inner: Any) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                await self._rewritten(inner, scope, receive, send)
            else:
                await inner(scope, receive, send)

        return app

    async def _rewritten(self, inner: Any, scope: Any, receive: Any, send: Any) -> None:
        start: dict[str, Any] = {}
        body = b""

        async def caught(message: Any) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                rewritten = self._answer(scope["path"], body)
                kept = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
                await send({**start, "headers": [*kept, (b"content-length", str(len(rewritten)).encode())]})
                await send({"type": "http.response.body", "body": rewritten})

        await inner(scope, receive, caught)

    def _answer(self, path: str, body: bytes) -> bytes:
        if not body.lstrip().startswith(b"{"):
            return body
        told = json.loads(body)
        before, self._is_single = self.answers, "data" not in told and "id" in told
        for entity, holder, place in list(_records(path, told)):
            self._tamper(entity, holder, place)
        if self.answers == before:
            return body
        return re.sub(rf'"{RAW}([^"]*)"', r"\1", json.dumps(told)).encode()

    def _tamper(self, entity: str, holder: Any, place: Any) -> None:
        record = holder[place]
        id_ = str(record.get("Id", record.get("id")))
        if not self.wanted((entity, id_)) or record.get("status") == "Deleted":
            return
        in_list = isinstance(holder, list) and not self._is_single
        deed = self.deeds.get((entity, id_))
        if deed is None:
            deed = self.deeds[entity, id_] = self._deed(random.Random(f"{self.seed}|{entity}|{id_}"), record, in_list)
        if not _fits(record, deed.path) or (not in_list and (not deed.path or deed.value == TWICE)):
            return  # an answer of another form, in which this cannot be done
        self.answers += 1
        if not deed.path:
            holder[place] = deed.value
        elif deed.value == TWICE:
            holder.append({**record, "DocNumber": "another", "number": "another"})
        else:
            owner = _walk(record, deed.path[:-1])
            if deed.value == GONE:
                owner.pop(deed.path[-1])
            else:
                owner[deed.path[-1]] = deed.value

    def _deed(self, draw: random.Random, record: Any, in_list: bool) -> Deed:
        if self.only:
            fitting = [path for path in _paths(record) if self._is_right(path)]
            path, value = draw.choice(fitting or list(_paths(record))), draw.choice(self.only)
            return Deed(path, value)
        kind = draw.random()
        if in_list and kind < 0.03:
            return Deed((), draw.choice([None, "x", 7, []]))
        if in_list and kind > 0.97:
            return Deed(("Id" if "Id" in record else "id",), TWICE)
        if kind < 0.06:
            return Deed((*draw.choice(list(_objects(record))), "Odd"), f"{RAW}1e999999")
        path = draw.choice(list(_paths(record)))
        if kind < 0.12:
            return Deed(path, GONE)
        old = _walk(record, path)
        return Deed(path, draw.choice([odd for odd in ODD if not is_plausible(str(path[-1]), old, odd)]))

    def _is_right(self, path: Path) -> bool:
        return str(path[-1]) in RIGHT


def is_plausible(name: str, old: Any, odd: Any) -> bool:
    """Whether nobody could tell that this was not said: a text for a text, an id for an id."""
    if name in ("value", "SyncToken", "externalId") or name.lower().endswith("id"):
        return bool(isinstance(odd, str | int) and odd != "" and len(str(odd)) < 50 and not str(odd).startswith(RAW))
    text = isinstance(old, str | None) and isinstance(odd, str) and not odd.startswith(RAW)
    if odd == 7 and not isinstance(odd, bool) and isinstance(old, str | int | float) and not isinstance(old, bool):
        return name not in RIGHT  # an amount for an amount
    figure = isinstance(old, str) and re.fullmatch(r"[-\d.:TZ+]+", old) is not None
    is_figure = figure and name.lower() not in NUMBERED
    return bool(odd == old or (text and not is_figure) or (isinstance(old, bool) and isinstance(odd, bool)))


def _records(path: str, told: Any) -> Iterator[tuple[str, Any, Any]]:
    """(entity or collection, what holds it, where) of every record of an answer."""
    steps = path.strip("/").split("/")
    if "companies" in steps and len(steps) > steps.index("companies") + 2:
        collection = steps[steps.index("companies") + 2]
        if isinstance(told.get("data"), list):
            yield from ((collection, told["data"], place) for place in range(len(told["data"])))
        elif "id" in told:
            yield collection, [told], 0
        return
    yield from _entities(told)


def _entities(told: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(told, dict):
        for name, value in told.items():
            if name in ENTITIES and isinstance(value, list):
                yield from ((name, value, place) for place in range(len(value)))
            elif name in ENTITIES and isinstance(value, dict):
                yield name, told, name
            else:
                yield from _entities(value)
    elif isinstance(told, list):
        for one in told:
            yield from _entities(one)


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in pairs:
        yield (*path, step)
        yield from _paths(item, (*path, step))


def _objects(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        yield path
        for step, item in value.items():
            yield from _objects(item, (*path, step))


def _walk(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _fits(record: Any, path: Path) -> bool:
    try:
        owner = _walk(record, path[:-1])
        is_there = path and (path[-1] in owner if isinstance(owner, dict) else path[-1] < len(owner))
        return bool(not path or path[-1] == "Odd" or is_there)
    except (KeyError, IndexError, TypeError):
        return False
