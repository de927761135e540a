"""The web pages of the stand-in, where a bookkeeper looks at a company and changes it by the same rules as the API."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.sandbox.quickbooks.api.company import Company
from bot.sandbox.quickbooks.api.state import QuickBooksState
from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.links import PURCHASE_TYPES, Key
from bot.sandbox.quickbooks.books.schema import ENTITIES, Record
from bot.sandbox.quickbooks.books.wire import to_json
from bot.sandbox.quickbooks.rules.writes import VOIDABLE
from bot.sandbox.quickbooks.web.consent import Consent
from bot.sandbox.quickbooks.web.deeds import DEEDS, PAGE
from bot.sandbox.quickbooks.web.links import link_to, record_of

ROWS = 50
LISTED = (
    *("Customer", "Vendor", "Invoice", "CreditMemo", "Payment", "Bill", "VendorCredit", "BillPayment", "Deposit"),
    *("JournalEntry", "Purchase", "RefundReceipt", "Item", "Account", "TaxCode", "TaxRate", "Class", "Department"),
    *("Term", "PaymentMethod", "TaxAgency", "ReimburseCharge", "Employee", "Attachable"),
)
FACTS = {
    "TxnDate": "Date",
    "DueDate": "Due",
    "PaymentRefNum": "Reference",
    "TotalAmt": "Total",
    "Balance": "Balance",
    "UnappliedAmt": "Unapplied",
    "PrivateNote": "Memo",
    "SyncToken": "Version",
}
AMOUNTS = ("TotalAmt", "Balance", "UnappliedAmt")


class Pages:
    """The handlers of the pages; `app` is the ASGI application."""

    def __init__(self, state: QuickBooksState) -> None:
        self.state = state
        loader = FileSystemLoader(Path(__file__).with_name("templates"))
        self.templates = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
        self.templates.filters["pretty"] = pretty
        self.templates.globals |= {"link_to": link_to, "title_of": title_of, "amount": amount}

    @property
    def app(self) -> ASGIApp:
        consent = Consent(self.state, self.templates)
        routes = [
            Route("/", self.companies),
            Route("/login", self.login),
            Route("/app/login", self.login),
            Route("/app/{slug}", self.deep_link),
            Route("/company/{realm}", self.company),
            Route("/company/{realm}/settings", self.settings, methods=["GET", "POST"]),
            Route("/company/{realm}/{entity}", self.rows),
            Route("/company/{realm}/{entity}/{id}/{deed}", self.deed, methods=["POST"]),
            Route("/connect/oauth2", consent.page, methods=["GET", "POST"]),
        ]
        return Starlette(routes=routes)

    def companies(self, request: Request) -> Response:
        with self.state.lock:
            return self._page("companies.html", companies=list(self.state.companies.values()))

    def login(self, request: Request) -> Response:
        """`/login?deeplinkcompanyid=REALM&pagereq=invoice%3FtxnId%3D130` switches to a company and opens a page."""
        realm = request.query_params.get("deeplinkcompanyid", "")
        wanted = urlsplit(request.query_params.get("pagereq", ""))
        query = dict(parse_qsl(wanted.query)) | {"realm": realm}
        slug = wanted.path.strip("/").removeprefix("app/")
        return RedirectResponse(f"/app/{slug}?{urlencode(query)}" if slug else f"/company/{realm}", 303)

    def deep_link(self, request: Request) -> Response:
        found = record_of(request.path_params["slug"], request.query_params)
        if found is None or found[0] not in ENTITIES:
            return self._missing("There is no such page.")
        with self.state.lock:
            company = self._company_holding(found[0], found[1], request.query_params.get("realm"))
            if company is None:
                return self._missing("We couldn't find that transaction or name.")
            return self._record(company, found[0], found[1])

    def company(self, request: Request) -> Response:
        with self.state.lock:
            company = self._company(request)
            if company is None:
                return self._missing("There is no such company.")
            counts = {name: len(company.entity(name)) for name in LISTED}
            return self._page("company.html", company=company, counts=counts)

    def rows(self, request: Request) -> Response:
        with self.state.lock:
            company, name = self._company(request), request.path_params["entity"]
            if company is None or name not in ENTITIES:
                return self._missing("There is no such list.")
            asked = request.query_params.get("page", "1")
            page = max(1, int(asked)) if asked.isdecimal() else 1
            search = request.query_params.get("search", "")
            found = [row for row in company.entity(name).in_id_order(descending=True) if _matches(row, search)]
            shown = found[(page - 1) * ROWS : page * ROWS]
            more = len(found) > page * ROWS
            return self._page(
                "rows.html",
                company=company,
                entity=name,
                rows=shown,
                total=len(found),
                page=page,
                more=more,
                search=search,
            )

    async def deed(self, request: Request) -> Response:
        form = await _form(request)
        path = request.path_params
        with self.state.lock:
            company = self._company(request)
            deed = DEEDS.get(path["deed"])
            if company is None or path["entity"] not in ENTITIES or deed is None:
                return self._missing("There is no such page.")
            try:
                deed(company, path["entity"], path["id"], form)
            except faults.Refusal as refusal:
                return self._record(company, path["entity"], path["id"], refusal)
        if path["deed"] == "delete":
            return RedirectResponse(f"/company/{path['realm']}/{path['entity']}", 303)
        return RedirectResponse(link_to(path["entity"], path["id"], path["realm"]), 303)

    async def settings(self, request: Request) -> Response:
        """Closing the books, the subscription, who numbers documents, and new tax codes."""
        form = await _form(request) if request.method == "POST" else {}
        with self.state.lock:
            company = self._company(request)
            if company is None:
                return self._missing("There is no such company.")
            problem = None
            try:
                _change_settings(company, form)
            except faults.Refusal as refusal:
                problem = refusal
            except (ValueError, InvalidOperation):
                problem = faults.refuse("2060", "That is not a date or a number.")
            if form and problem is None:
                return RedirectResponse(f"/company/{company.realm}/settings", 303)
            status = 400 if problem else 200
            return self._page("settings.html", status, company=company, books=company.books, problem=problem)

    def _company(self, request: Request) -> Company | None:
        return self.state.companies.get(request.path_params["realm"])

    def _company_holding(self, name: str, record_id: str, realm: str | None) -> Company | None:
        if realm:
            company = self.state.companies.get(realm)
            return company if company and record_id in company.entity(name) else None
        holders = (one for one in self.state.companies.values() if record_id in one.entity(name))
        return next(holders, None)

    def _record(self, company: Company, name: str, record_id: str, problem: faults.Refusal | None = None) -> Response:
        entity = ENTITIES[name]
        if record_id not in company.entity(name):
            return self._missing("We couldn't find that transaction or name.")
        record = company.read(name, record_id)
        frozen = any(link["TxnType"] == "Deposit" for link in record.get("LinkedTxn", ()))
        shown = {key: amount(record[key]) if key in AMOUNTS else record[key] for key in FACTS if key in record}
        return self._page(
            "record.html",
            400 if problem else 200,
            company=company,
            entity=entity,
            record=record,
            facts={FACTS[key]: value for key, value in shown.items()},
            name=record.get(entity.name_field) if entity.name_field else None,
            voidable=name in VOIDABLE,
            payable=name in ("Invoice", "Bill") and record["Balance"] > 0,
            depositable=name == "Payment" and not frozen,
            linked=_linked(company, name, record),
            problem=problem,
        )

    def _missing(self, words: str) -> Response:
        return self._page("missing.html", 404, words=words)

    def _page(self, template: str, status: int = 200, **values: Any) -> Response:
        return HTMLResponse(self.templates.get_template(template).render(**values), status)


def title_of(entity: str, record: Mapping[str, Any]) -> str:
    """What a list shows for a record: its name, its number, or what there is."""
    for field in ("DisplayName", "FullyQualifiedName", "Name", "DocNumber", "PaymentRefNum", "FileName", "Note"):
        if record.get(field):
            return str(record[field])
    return f"{entity} {record['Id']}"


def amount(value: Any) -> str:
    return f"{Decimal(str(value)):,.2f}"


def pretty(record: Record) -> str:
    return json.dumps(json.loads(to_json(record)), indent=2, ensure_ascii=False)


def _linked(company: Company, name: str, record: Record) -> list[tuple[str, str, str, Decimal | None]]:
    """What a record is linked to: entity, id, title and, where it settles something, the amount."""
    kinds = {"BillPaymentCheck": "BillPayment", "BillPaymentCreditCard": "BillPayment"}
    kinds |= dict.fromkeys(PURCHASE_TYPES, "Purchase")
    pairs: list[tuple[Record, Decimal | None]] = [(link, None) for link in record.get("LinkedTxn", ())]
    pairs += [(link, line["Amount"]) for line in record.get("Line", ()) for link in line.get("LinkedTxn", ())]
    linked = []
    for link, settled in pairs:
        kind = kinds.get(str(link["TxnType"])) or str(link["TxnType"])
        other = company.books.get(Key(kind, link["TxnId"])) if kind in ENTITIES else None
        if other is not None:
            linked.append((kind, link["TxnId"], title_of(kind, other), settled))
    return linked


def _matches(row: Record, search: str) -> bool:
    words = (str(row.get(key, "")) for key in ("Id", "DisplayName", "Name", "DocNumber", "PaymentRefNum", "TxnDate"))
    parties = (row.get(key, {}).get("name", "") for key in ("CustomerRef", "VendorRef"))
    return not search or any(search.casefold() in word.casefold() for word in (*words, *parties))


def _change_settings(company: Company, form: Mapping[str, str]) -> None:
    match form.get("do"):
        case "close":
            company.close_books(date.fromisoformat(form["day"]))
        case "reopen":
            company.close_books(None)
        case "subscription":
            company.books.settings.subscription_lapsed = form.get("lapsed") == "yes"
        case "numbers":
            company.set_preference("SalesFormsPrefs", "CustomTxnNumbers", form.get("custom") == "yes")
        case "tax":
            company.add_tax_code(form["name"], Decimal(form["percent"]), origin=PAGE)


async def _form(request: Request) -> dict[str, str]:
    async with request.form() as form:
        return {key: value for key, value in form.items() if isinstance(value, str)}
