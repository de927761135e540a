"""The whole stand-in as one value: companies, OAuth, limits; `handle` answers a request without network or waiting."""

import copy
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import unquote

from bot.sandbox.http.exchange import Request, Response, json_response
from bot.sandbox.quickbooks.api.batch import MAX_REQUEST_ID, is_read, items_of, run_batch
from bot.sandbox.quickbooks.api.company import Company
from bot.sandbox.quickbooks.api.control import control
from bot.sandbox.quickbooks.api.defaults import fill_new_company, identify
from bot.sandbox.quickbooks.api.gateway import Style, forbidden, throttled, unauthenticated
from bot.sandbox.quickbooks.api.oauth import OAuthServer, discovery_document
from bot.sandbox.quickbooks.api.resources import base_url, body_of, read, write
from bot.sandbox.quickbooks.api.throttle import Limits, Throttle
from bot.sandbox.quickbooks.api.webhooks import Sender, Webhooks
from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.wire import answer, stamp, wants_json

Clock = Callable[[], datetime]
PREFIX = "/v3/company/"
DISCOVERY = ("/.well-known/openid_configuration", "/.well-known/openid_sandbox_configuration")


@dataclass(frozen=True)
class Call:
    """A request below /v3/company, taken apart."""

    realm: str
    path: str
    request: Request

    @property
    def is_batch(self) -> bool:
        return self.path == "batch"

    @property
    def is_read(self) -> bool:
        return self.request.method == "GET" or self.path == "query"


class QuickBooksState:
    """Safe to use from several threads. `clock` gives aware UTC; `seed` decides tokens and the order of a batch."""

    def __init__(self, clock: Clock, seed: int = 0, limits: Limits | None = None, sender: Sender | None = None) -> None:
        self._clock = clock
        self.offset = timedelta()
        """How far the stand-in's time is ahead of the clock; moved by the control `clock`."""
        self.ids = Random(seed)
        self.throttle = Throttle(limits or Limits())
        self.companies: dict[str, Company] = {}
        self.gateway_style = Style.AUTO
        client_id, secret = f"AB{self.ids.getrandbits(128):032x}", f"{self.ids.getrandbits(128):032x}"
        self.oauth = OAuthServer(self.ids, client_id, secret)
        self.webhooks = Webhooks(Random(seed))
        self.sender = sender
        """Carries webhooks out; without it they are only shown by the control `webhooks/deliveries`."""
        self.lock = threading.RLock()

    def now(self) -> datetime:
        return self._clock() + self.offset

    def copy(self) -> "QuickBooksState":
        """An independent copy at this moment, on the same clock."""
        same = {id(one): one for one in (self._clock, self.sender)}
        with self.lock:
            return copy.deepcopy(self, {**same, id(self.lock): threading.RLock()})

    def add_company(
        self,
        realm: str,
        name: str = "Sandbox Company",
        country: str = "NZ",
        currency: str | None = None,
        multicurrency: bool = False,
        custom_txn_numbers: bool = True,
        empty: bool = False,
    ) -> Company:
        """`country` is NZ, AU, GB, CA or US ...; `currency` defaults to the country's. An `empty` company has only
        its CompanyInfo and Preferences, others a chart of accounts, items, tax codes and terms too.
        """
        with self.lock:
            books = identify(
                Books(realm, country, currency or "", self.now),
                name,
                multicurrency=multicurrency,
                custom_txn_numbers=custom_txn_numbers,
            )
            company = Company(books)
            if not empty:
                fill_new_company(company)
            self.companies[realm] = company
            return company

    def refresh_token(self, realm: str) -> str:
        """Connects the app to a company, as consent in the browser does."""
        with self.lock:
            return self.oauth.new_grant(realm, self.now()).current

    def handle(self, request: Request) -> Response:
        with self.lock:
            return self._traced(self._routed(request))

    def control(self, method: str, path: str, body: Any) -> Response | None:
        """`/_control/...` over HTTP: counters, write logs, and what an administrator or a bank would do."""
        if (method, path.strip("/")) == ("POST", "webhooks/deliveries"):
            return self._deliver(body)
        with self.lock:
            return control(self, method, path, body)

    def _deliver(self, body: Mapping[str, Any]) -> Response:
        """Sends outside of the lock: who receives a webhook may call back at once."""
        with self.lock:
            deliveries = self.webhooks.deliveries(self.companies, **body)
        sent = [
            {
                "url": one.url,
                "headers": dict(one.headers),
                "body": one.body.decode(),
                "status": self.sender(one.url, one.headers, one.body) if self.sender else None,
            }
            for one in deliveries
        ]
        return json_response(200, sent)

    def call_of(self, request: Request) -> Call | None:
        realm, _, path = request.path.removeprefix(PREFIX).partition("/")
        in_company = request.path.startswith(PREFIX)
        return Call(unquote(realm), path.strip("/").lower(), request) if in_company else None

    def throttled(self, realm: str, accept: str | None) -> Response:
        if realm in self.companies:
            self.companies[realm].counters.throttled += 1
        return self._traced(throttled(self.now(), self._style(accept)))

    def _traced(self, response: Response) -> Response:
        """Every answer has a transaction id, for which Intuit's support asks."""
        tid = f"1-{self.ids.getrandbits(96):024x}"
        return Response(response.status, response.body, {"intuit_tid": tid, **response.headers})

    def _routed(self, request: Request) -> Response:
        call = self.call_of(request)
        if call is not None:
            return self._company_call(call)
        if request.path.rstrip("/") in DISCOVERY:
            return json_response(200, discovery_document(base_url(request)))
        if request.path.startswith("/v3/files/"):
            return self._file(request)
        return self.oauth.handle(request, self.now())

    def _company_call(self, call: Call) -> Response:
        accept = call.request.headers.get("accept")
        realm = self.oauth.realm_of(call.request.headers.get("authorization", ""), self.now())
        if realm is None:
            detail = "Token expired, revoked or malformed."
            return unauthenticated(self.now(), self._style(accept), detail)
        if realm != call.realm or realm not in self.companies:
            return forbidden(self.now(), self._style(accept))
        company = self.companies[realm]
        if not self.throttle.admits(realm, self.now(), batch=call.is_batch, read=call.is_read):
            return self.throttled(realm, accept)
        status, payload = self._answered(company, call)
        core_plus = call.is_read or (call.is_batch and _only_reads(call.request))
        self._count(company, core_plus, status)
        if call.path.startswith("download/") and status == 200:
            return Response(200, payload["url"].encode(), {"content-type": "text/plain"})
        return answer(status, payload, wants_json(accept))

    def _answered(self, company: Company, call: Call) -> tuple[int, Mapping[str, Any]]:
        request_id = call.request.query.get("requestid", "") if not call.is_read and not call.is_batch else ""
        if request_id in company.replies:
            company.counters.writes += 1
            return company.replies[request_id]
        try:
            status, payload = 200, self._performed(company, call)
        except faults.Refusal as refusal:
            status, payload = refusal.status, refusal.as_json()
        reply = status, {**payload, "time": stamp(self.now())}
        if request_id and len(request_id) <= MAX_REQUEST_ID:
            company.replies[request_id] = reply
        return reply

    def _performed(self, company: Company, call: Call) -> dict[str, Any]:
        request = call.request
        request_id = request.query.get("requestid", "")
        if request.method not in ("GET", "POST"):
            raise faults.unsupported(f"No resource method found for {request.method}, return 405 with Allow header")
        if call.path.startswith("download/"):
            return self._download(company, call)
        if call.is_read:
            return read(company, _readable(call), request)
        if len(request_id) > MAX_REQUEST_ID:
            raise faults.refuse("2130", f"requestid has more than {MAX_REQUEST_ID} characters.", "requestid")
        if call.is_batch:
            company.counters.batches += 1
            body = body_of(request)
            company.counters.batch_items += len(items_of(body))
            return run_batch(company, body, request_id, self.ids)
        company.counters.writes += 1
        return write(company, call.path, request)

    def _count(self, company: Company, core_plus: bool, status: int) -> None:
        if not core_plus:
            company.counters.core += 1
        elif status == 200:
            company.counters.core_plus += 1
            self.throttle.count_read(self.now())

    def _download(self, company: Company, call: Call) -> dict[str, Any]:
        record_id = call.path.removeprefix("download/")
        if record_id not in company.files:
            raise faults.not_found()
        return {"url": f"{base_url(call.request)}/v3/files/{company.realm}/{record_id}"}

    def _file(self, request: Request) -> Response:
        _, _, _, realm, record_id = f"{request.path}////".split("/")[:5]
        company = self.companies.get(unquote(realm))
        if company is None or record_id not in company.files:
            return json_response(404, {"error": "no such file"})
        kind = company.entity("Attachable")[record_id].get("ContentType", "application/octet-stream")
        return Response(200, company.files[record_id], {"content-type": kind})

    def _style(self, accept: str | None) -> Style:
        if self.gateway_style is not Style.AUTO:
            return self.gateway_style
        return Style.JSON if wants_json(accept) else Style.XML


def _readable(call: Call) -> str:
    """Ids keep their case; the names of resources have none."""
    tail = call.request.path.removeprefix(PREFIX).partition("/")[2].strip("/")
    head, slash, rest = tail.partition("/")
    return f"{head.lower()}{slash}{rest}"


def _only_reads(request: Request) -> bool:
    try:
        return is_read(items_of(body_of(request)))
    except faults.Refusal:
        return False
