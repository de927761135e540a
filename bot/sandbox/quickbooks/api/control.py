"""The controls under `/_control`: counters, write logs, the clock, limits, and what happens outside the API.

GET  counters | writes | writes/REALM | companies       PUT  clock {advance_s} | limits {...} | gateway {style}
POST companies {realm, name, country ...}               PUT  companies/REALM {book_close_date, subscription_lapsed ...}
POST companies/REALM/archive | activate | settle | match {entity, id}; .../deposit {payments, account}
POST companies/REALM/break {entity, code: 4002 | 10000} | mend {entity} (nothing of that entity can be read)
POST tokens {realm} (a new refresh token) | revoke {realm}
PUT  webhooks {url, verifier_token, format}             POST webhooks/deliveries {duplicate, reorder}
"""

from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from bot.sandbox.http.exchange import Response
from bot.sandbox.quickbooks.api.company import Company, Origin
from bot.sandbox.quickbooks.api.gateway import Style
from bot.sandbox.quickbooks.api.oauth import OAuthServer
from bot.sandbox.quickbooks.api.throttle import Limits, Throttle
from bot.sandbox.quickbooks.api.webhooks import Webhooks
from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.wire import JSON_TYPE, to_json
from bot.sandbox.quickbooks.reading.broken import BAD_EMAIL

SETTINGS = ("subscription_lapsed", "lapsed_status", "refuse_duplicate_numbers", "inactive_code")
SWITCHES = {
    "custom_txn_numbers": (("SalesFormsPrefs", "CustomTxnNumbers"),),
    "multicurrency": (("CurrencyPrefs", "MultiCurrencyEnabled"),),
    "classes": (("AccountingInfoPrefs", "ClassTrackingPerTxnLine"), ("AccountingInfoPrefs", "ClassTrackingPerTxn")),
    "class_per_transaction": (("AccountingInfoPrefs", "ClassTrackingPerTxn"),),
    "class_per_line": (("AccountingInfoPrefs", "ClassTrackingPerTxnLine"),),
    "shipping": (("SalesFormsPrefs", "AllowShipping"),),
    "invoice_deposits": (("SalesFormsPrefs", "AllowDeposit"),),
    "departments": (("AccountingInfoPrefs", "TrackDepartments"),),
}
OUTSIDE = Origin("control")


class Controlled(Protocol):
    """The part of the stand-in's state that controls act on."""

    companies: dict[str, Company]
    offset: timedelta
    throttle: Throttle
    oauth: OAuthServer
    webhooks: Webhooks
    gateway_style: Style

    def now(self) -> datetime: ...
    def add_company(self, realm: str, *args: Any, **settings: Any) -> Company: ...
    def refresh_token(self, realm: str) -> str: ...


def control(state: Controlled, method: str, path: str, body: Any) -> Response | None:
    """The answer, or None if there is no such control. Raises ValueError or KeyError for a body that is not right."""
    parts = path.strip("/").split("/")
    try:
        match method, parts:
            case "GET", ["counters"]:
                return _json({realm: company.as_counters() for realm, company in state.companies.items()})
            case "GET", ["writes"]:
                return _json([row for company in state.companies.values() for row in company.write_log])
            case "GET", ["writes", realm]:
                return _json(state.companies[realm].write_log)
            case "GET", ["companies"]:
                return _json([_described(company) for company in state.companies.values()])
            case "POST", ["companies"]:
                return _json(_described(state.add_company(**body)))
            case "PUT", ["companies", realm]:
                return _json(_described(_changed(state.companies[realm], body)))
            case "POST", ["companies", realm, deed]:
                return _json(_done(state.companies[realm], deed, body))
            case "PUT", ["clock"]:
                state.offset += timedelta(seconds=float(body["advance_s"]))
                return _json({"now": state.now().isoformat()})
            case "GET" | "PUT", ["limits"]:
                _set_limits(state, body if method == "PUT" else {})
                return _json(asdict(state.throttle.limits))
            case "PUT", ["gateway"]:
                state.gateway_style = Style(body["style"])
                return _json({"style": state.gateway_style})
            case "POST", ["tokens"]:
                return _json({"refresh_token": state.refresh_token(body["realm"])})
            case "POST", ["revoke"]:
                _revoke(state, body["realm"])
                return _json({})
            case "GET", ["webhooks"]:
                return _json({"url": state.webhooks.url, "format": state.webhooks.format})
            case "PUT", ["webhooks"]:
                state.webhooks.subscribe(**body)
                state.webhooks.skip_past(state.companies)
                return _json({"url": state.webhooks.url, "format": state.webhooks.format})
            case "DELETE", ["webhooks"]:
                state.webhooks.url = ""
                return _json({})
    except faults.Refusal as refusal:
        return Response(refusal.status, to_json(refusal.as_json()), {"content-type": JSON_TYPE})
    return None


def _json(value: Any) -> Response:
    return Response(200, to_json(value), {"content-type": JSON_TYPE})


def _described(company: Company) -> dict[str, Any]:
    books = company.books
    counts = {name: len(table) for name, table in books.tables.items() if table}
    closed = books.close_date.isoformat() if books.close_date else None
    settings = {name: getattr(books.settings, name) for name in SETTINGS}
    identity = {"realm": books.realm, "name": company.name, "country": books.country, "currency": books.home_currency}
    broken = dict(books.settings.unreadable)
    return {**identity, "book_close_date": closed, **settings, "unreadable": broken, "records": counts}


def _changed(company: Company, body: dict[str, Any]) -> Company:
    unknown = set(body) - {"book_close_date", *SETTINGS, *SWITCHES}
    if unknown:
        raise ValueError(f"unknown setting: {', '.join(sorted(unknown))}")
    if "book_close_date" in body:
        company.close_books(date.fromisoformat(body["book_close_date"]) if body["book_close_date"] else None)
    for name in SETTINGS:
        if name in body:
            setattr(company.books.settings, name, body[name])
    for name, places in SWITCHES.items():
        for section, key in places if name in body else ():
            company.set_preference(section, key, bool(body[name]))
    return company


def _done(company: Company, deed: str, body: dict[str, Any]) -> Any:
    match deed:
        case "archive":
            return company.archive(body["entity"], body["id"], OUTSIDE)
        case "activate":
            return company.activate(body["entity"], body["id"], OUTSIDE)
        case "settle":
            return company.settle(body["entity"], body["id"])
        case "match":
            return company.match_to_bank(body["entity"], body["id"])
        case "deposit":
            return company.deposit(body["payments"], body["account"])
        case "break":
            return company.break_reading(body["entity"], str(body.get("code", BAD_EMAIL)))
        case "mend":
            return company.mend_reading(body["entity"])
    raise ValueError(f"no such deed: {deed}")


def _set_limits(state: Controlled, body: dict[str, Any]) -> None:
    unknown = set(body) - {one.name for one in fields(Limits)}
    if unknown:
        raise ValueError(f"unknown limit: {', '.join(sorted(unknown))}")
    if body:
        state.throttle.set(**body)


def _revoke(state: Controlled, realm: str) -> None:
    for grant in state.oauth.grants:
        if grant.realm == realm:
            grant.revoked = True
