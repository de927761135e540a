"""A stand-in on a real port, a client that knows nothing about it but HTTP, and bodies of the usual records."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from json import dumps
from typing import Any

import pytest
import requests

from bot.sandbox.http.knobs import Knobs
from bot.sandbox.http.serving import ServerThread
from bot.sandbox.quickbooks import OFF, Company, QuickBooksState, app, connection_details
from tests.patience import PATIENCE_S

REALM = "9130350000000001"
RECEIVABLE, PAYABLE = "Accounts Receivable (A/R)", "Accounts Payable (A/P)"


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 28, 16, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **units: float) -> None:
        self.time += timedelta(**units)


@dataclass
class Answer:
    status: int
    body: Any
    headers: Any
    text: str

    @property
    def error(self) -> dict[str, Any]:
        return self.body["Fault"]["Error"][0]

    @property
    def code(self) -> str:
        return self.error["code"]


@dataclass
class Api:
    """The Accounting API of one company over HTTP."""

    url: str
    realm: str
    token: str
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def root(self) -> str:
        return f"{self.url}/v3/company/{self.realm}"

    def call(
        self, method: str, path: str, json: Any = None, data: Any = None, headers: Any = None, **params: Any
    ) -> Answer:
        sent = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", **(headers or {})}
        data = data if json is None else dumps(json, default=float)
        response = self.session.request(
            method, f"{self.root}/{path}", data=data, params=params, headers=sent, timeout=PATIENCE_S
        )
        body = response.json(parse_float=Decimal) if "json" in response.headers.get("content-type", "") else None
        return Answer(response.status_code, body, response.headers, response.text)

    def post(self, path: str, body: Any, **params: Any) -> Answer:
        return self.call("POST", path, json=body, **params)

    def get(self, path: str, **params: Any) -> Answer:
        return self.call("GET", path, **params)

    def make(self, entity: str, body: Any, **params: Any) -> Any:
        """Posts and gives back the entity; fails the test on a fault."""
        answer = self.post(entity.lower(), body, **params)
        assert answer.status == 200 and entity in answer.body, answer.text
        return answer.body[entity]

    def read(self, entity: str, record_id: str) -> Any:
        return self.get(f"{entity.lower()}/{record_id}").body[entity]

    def query(self, statement: str) -> Answer:
        return self.get("query", query=statement)

    def rows(self, statement: str) -> list[Any]:
        answer = self.query(statement)
        assert answer.status == 200, answer.text
        return next((part for part in answer.body["QueryResponse"].values() if isinstance(part, list)), [])

    def batch(self, *items: Any, **params: Any) -> dict[str, Any]:
        answer = self.post("batch", {"BatchItemRequest": list(items)}, **params)
        assert answer.status == 200, answer.text
        return {one["bId"]: one for one in answer.body["BatchItemResponse"]}


@dataclass
class Bodies:
    """Bodies of records that refer to what a new company has."""

    company: Company

    def tax_code(self, name: str = "15% GST") -> str:
        found = self.company.entity("TaxCode").find("Name", name)
        assert found is not None
        return found["Id"]

    def account(self, name: str) -> dict[str, str]:
        found = self.company.entity("Account").find("Name", name)
        assert found is not None
        return {"value": found["Id"]}

    @property
    def item(self) -> str:
        found = self.company.entity("Item").find("Name", "Rent")
        assert found is not None
        return found["Id"]

    def sales_line(self, amount: Any = 100, tax: str | None = "15% GST", **detail: Any) -> dict[str, Any]:
        details: dict[str, Any] = {"ItemRef": {"value": self.item}, **detail}
        if tax:
            details["TaxCodeRef"] = {"value": tax if tax in ("TAX", "NON") else self.tax_code(tax)}
        return {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": details}

    def expense_line(self, amount: Any = 100, tax: str | None = "15% GST", **detail: Any) -> dict[str, Any]:
        details: dict[str, Any] = {"AccountRef": self.account("Utilities"), **detail}
        if tax:
            details["TaxCodeRef"] = {"value": tax if tax in ("TAX", "NON") else self.tax_code(tax)}
        kind = "AccountBasedExpenseLineDetail"
        return {"Amount": amount, "DetailType": kind, kind: details}

    def text(self, words: str, **extra: Any) -> dict[str, Any]:
        return {"DetailType": "DescriptionOnly", "Description": words, "DescriptionLineDetail": {}, **extra}

    def posting(self, account: str, amount: Any, **detail: Any) -> dict[str, Any]:
        """An expense line on an account that carries no tax, such as receivables."""
        kind = "AccountBasedExpenseLineDetail"
        return {"Amount": amount, "DetailType": kind, kind: {"AccountRef": self.account(account), **detail}}

    def purchase(self, party: str, *lines: Any, **extra: Any) -> dict[str, Any]:
        body = {"PaymentType": "Check", "AccountRef": self.account("Checking"), "Line": list(lines)}
        return {**body, "EntityRef": {"value": party}, **extra}

    def journal(self, *sides: tuple[str, Any, str, str | None]) -> dict[str, Any]:
        """Sides are (Debit or Credit, amount, account, the name's id); who the name is, the account tells."""
        lines = []
        for posting, amount, account, name in sides:
            detail: dict[str, Any] = {"PostingType": posting, "AccountRef": self.account(account)}
            if name:
                kind = "Customer" if account == RECEIVABLE else "Vendor"
                detail["Entity"] = {"Type": kind, "EntityRef": {"value": name}}
            kind = "JournalEntryLineDetail"
            lines.append({"Amount": amount, "DetailType": kind, kind: detail})
        return {"Line": lines}

    def invoice(self, customer: str, *lines: Any, **extra: Any) -> dict[str, Any]:
        return {"CustomerRef": {"value": customer}, "Line": list(lines) or [self.sales_line()], **extra}

    def bill(self, vendor: str, *lines: Any, **extra: Any) -> dict[str, Any]:
        return {"VendorRef": {"value": vendor}, "Line": list(lines) or [self.expense_line()], **extra}

    def payment(self, customer: str, total: Any, *links: tuple[str, str, Any], **extra: Any) -> dict[str, Any]:
        return {"CustomerRef": {"value": customer}, "TotalAmt": total, "Line": _links(links), **extra}

    def bill_payment(self, vendor: str, total: Any, *links: tuple[str, str, Any], **extra: Any) -> dict[str, Any]:
        check = {"PayType": "Check", "CheckPayment": {"BankAccountRef": self.account("Checking")}}
        return {"VendorRef": {"value": vendor}, "TotalAmt": total, "Line": _links(links), **check, **extra}


def _links(links: tuple[tuple[str, str, Any], ...]) -> list[dict[str, Any]]:
    return [{"Amount": amount, "LinkedTxn": [{"TxnId": txn_id, "TxnType": kind}]} for kind, txn_id, amount in links]


@dataclass
class Sandbox:
    url: str
    state: QuickBooksState
    clock: Clock
    knobs: Knobs

    def connect(self, realm: str = REALM) -> Api:
        details = connection_details(self.state, realm, self.url)
        form = {"grant_type": "refresh_token", "refresh_token": details["refresh_token"]}
        auth = (details["client_id"], details["client_secret"])
        reply = requests.post(f"{self.url}/oauth2/v1/tokens/bearer", data=form, auth=auth, timeout=PATIENCE_S)
        return Api(self.url, realm, reply.json()["access_token"])

    def add_company(self, realm: str, **settings: Any) -> tuple[Api, Bodies]:
        company = self.state.add_company(realm, **settings)
        return self.connect(realm), Bodies(company)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        response = requests.request(method, f"{self.url}/_control/{path}", json=body, timeout=PATIENCE_S)
        assert response.status_code == 200, response.text
        return response.json()


class _Indirect:
    """One server for all tests; each test puts its own state behind it."""

    inner: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.inner(scope, receive, send)


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[ServerThread, _Indirect]]:
    indirect = _Indirect()
    with ServerThread(_http_only(indirect)) as thread:
        yield thread, indirect


def _http_only(inner: _Indirect) -> Any:
    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        await inner(scope, receive, send)

    return asgi


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(server: tuple[ServerThread, _Indirect], clock: Clock) -> Sandbox:
    state, knobs = QuickBooksState(clock, seed=7, limits=OFF), Knobs()
    state.add_company(REALM, "Harbour Property", "NZ")
    server[1].inner = app(state, knobs)
    return Sandbox(server[0].url, state, clock, knobs)


@pytest.fixture
def company(sandbox: Sandbox) -> Company:
    return sandbox.state.companies[REALM]


@pytest.fixture
def api(sandbox: Sandbox) -> Api:
    return sandbox.connect()


@pytest.fixture
def bodies(company: Company) -> Bodies:
    return Bodies(company)


@pytest.fixture
def customer(api: Api) -> str:
    return api.make("Customer", {"DisplayName": "Cool Cars"})["Id"]


@pytest.fixture
def vendor(api: Api) -> str:
    return api.make("Vendor", {"DisplayName": "Norton Lumber"})["Id"]
