"""The state of the Re-Leased stand-in: several companies behind one API key, answered with or without a socket."""

import hmac
import itertools
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from bot.sandbox.http.exchange import Request, Response, json_response
from bot.sandbox.released.ledger import controls
from bot.sandbox.released.ledger.api import answer, collection_named, problem_response
from bot.sandbox.released.ledger.instants import to_text
from bot.sandbox.released.ledger.ledger import Ledger
from bot.sandbox.released.ledger.meter import Meter
from bot.sandbox.released.rules.problems import Problem, not_found
from bot.sandbox.released.rules.readers import copied, currency, day
from bot.sandbox.released.rules.shapes import Collection, Record

FIRST_ID = 100_001


def numbered_ids(first: int = FIRST_ID) -> Callable[[], str]:
    """An id source that counts: "100001", "100002", ..."""
    numbers = itertools.count(first)
    return lambda: str(next(numbers))


class ReleasedState:
    """Implements `Exchange`, and the same deeds as methods. All of it is safe to use from several threads.

    The methods go through the rules of the API and raise `Problem` where it would answer one. They give and take
    plain JSON values; what they give is the caller's own copy.
    """

    def __init__(self, clock: Callable[[], datetime], api_key: str, new_id: Callable[[], str]) -> None:
        """`clock` gives aware instants; `new_id` must never give the same id twice, in whatever company."""
        self.clock = clock
        self.api_key = api_key
        self.meter = Meter(clock)
        self._new_id = new_id
        self._ledgers: dict[str, Ledger] = {}
        self._lock = threading.RLock()

    def handle(self, request: Request) -> Response:
        with self._lock:
            try:
                self._check_key(request)
                self.meter.admit()
                response = answer(self._ledgers, request)
            except Problem as problem:
                response = problem_response(problem)
            self.meter.count(request.method, collection_named(request.path), response.status)
            return response

    def _check_key(self, request: Request) -> None:
        given = request.headers.get("x-api-key", "")
        if not hmac.compare_digest(given.encode(), self.api_key.encode()):
            raise Problem(HTTPStatus.UNAUTHORIZED, "The X-Api-Key header is missing or wrong.")

    def add_company(
        self,
        *,
        id: str,
        name: str,
        country: str = "NZ",
        timezone: str = "Pacific/Auckland",
        currency: str = "NZD",
        syncFrom: str = "2026-04-01",
        builtInSync: bool = False,
        open_to_key: bool = True,
    ) -> Record:
        """Adds a company; the API key has access to it unless `open_to_key` is false (then it answers 403)."""
        company = _company(id, name, country, timezone, currency, syncFrom)
        with self._lock:
            if id in self._ledgers:
                raise ValueError(f"there is a company {id} already")
            instant = to_text(self.clock())
            company = {
                **{"id": id, "version": 1, "createdAt": instant, "modifiedAt": instant, "externalId": None},
                **company,
                "builtInSync": builtInSync,
            }
            self._ledgers[id] = Ledger(company, self.clock, self._new_id, self.meter.log_of(id), open_to_key)
        return dict(company)

    def companies(self) -> list[Record]:
        with self._lock:
            return [dict(ledger.company) for ledger in self._ledgers.values()]

    def company(self, company_id: str) -> Record:
        with self._lock:
            return dict(self._ledger(company_id).company)

    def create(self, company_id: str, collection: str, body: object, key: str | None = None) -> Record:
        with self._lock:
            return _copy(self._ledger(company_id).create(Collection(collection), body, key))

    def patch(
        self, company_id: str, collection: str, record_id: str, body: object, version: int | None = None
    ) -> Record:
        """Changes what `body` names; if `version` is given, only at that version (else 412)."""
        with self._lock:
            ledger = self._ledger(company_id)
            if version is not None:
                ledger.check_version(Collection(collection), record_id, version)
            return _copy(ledger.patch(Collection(collection), record_id, body))

    def get(self, company_id: str, collection: str, record_id: str) -> Record:
        with self._lock:
            return _copy(self._ledger(company_id).get(Collection(collection), record_id))

    def rows(self, company_id: str, collection: str) -> list[Record]:
        """All records, oldest change first."""
        with self._lock:
            return [_copy(row) for row in self._ledger(company_id).table(Collection(collection)).oldest_first()]

    def count(self, company_id: str, collection: str) -> int:
        with self._lock:
            return len(self._ledger(company_id).table(Collection(collection)))

    def content(self, company_id: str, attachment_id: str) -> bytes:
        with self._lock:
            return self._ledger(company_id).content(attachment_id)[1]

    def put_content(self, company_id: str, attachment_id: str, content: bytes) -> None:
        with self._lock:
            self._ledger(company_id).put_content(attachment_id, content)

    def search(
        self, company_id: str, collection: str, words: str, page: int, page_size: int
    ) -> tuple[Sequence[Record], int]:
        """A page (from 1) of the records in which `words` occur, newest change first, and how many there are."""
        with self._lock:
            found = self._ledger(company_id).newest_first(Collection(collection), words)
            start = (page - 1) * page_size
            return [_copy(row) for row in found[start : start + page_size]], len(found)

    def referring_to(self, company_id: str, record_id: str, most: int) -> list[tuple[str, Record]]:
        """(collection, record) for those that name this record, newest change first, `most` of each collection."""
        with self._lock:
            found = self._ledger(company_id).referring_to(record_id, most)
            return [(collection.value, _copy(row)) for collection, row in found]

    def company_holding(self, collection: str, record_id: str) -> str:
        """The id of the company that has this record; raises a 404 `Problem` if none has."""
        with self._lock:
            for company_id, ledger in self._ledgers.items():
                if ledger.find(Collection(collection), record_id) is not None:
                    return company_id
        raise not_found(f"{collection} record {record_id}")

    def control(self, method: str, name: str, body: Any) -> Response | None:
        """The deeds of `/_control/{name}`: see `controls`. Raises ValueError (400 over HTTP) for a bad setting."""
        with self._lock:
            value = controls.act(self.meter, self._ledgers, method, name, body)
        return None if value is None else json_response(200, value)

    def _ledger(self, company_id: str) -> Ledger:
        ledger = self._ledgers.get(company_id)
        if ledger is None:
            raise not_found(f"company {company_id}")
        return ledger


def _company(company_id: str, name: str, country: str, timezone: str, money: str, sync_from: str) -> Record:
    if not company_id or "/" in company_id or not name or len(country) != 2:
        raise ValueError("a company has an id without a slash, a name and a country of two letters")
    return {
        "name": name,
        "country": country,
        "timezone": ZoneInfo(timezone).key,
        "currency": currency(money),
        "syncFrom": day(sync_from),
    }


def _copy(record: Record) -> Record:
    copy: Record = copied(record)
    return copy
