"""One Re-Leased stand-in over real HTTP for all tests here, and a company of its own for each test."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from bot.sandbox.http.knobs import Knobs
from bot.sandbox.http.serving import ServerThread
from bot.sandbox.released import ReleasedState, app, connection_details, numbered_ids
from tests.patience import PATIENCE_S

API_KEY = "the-key-of-the-tests"
_numbers = itertools.count(1)

Json = dict[str, Any]


@dataclass
class Api:
    """Calls the contract as an engine would, for one company."""

    url: str
    company: str
    key: str = API_KEY
    session: requests.Session = field(default_factory=requests.Session)

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"X-Api-Key": self.key, **more.pop("headers", {})}
        return self.session.request(method, f"{self.url}{path}", headers=headers, timeout=PATIENCE_S, **more)

    def path(self, collection: str, *rest: str) -> str:
        return "/".join(("/companies", self.company, collection, *rest))

    def post(self, collection: str, body: Any, key: str | None = None) -> requests.Response:
        key = key or f"key-{next(_numbers)}"
        return self.call("POST", self.path(collection), json=body, headers={"Idempotency-Key": key})

    def patch(self, collection: str, record: Json, body: Any) -> requests.Response:
        headers = {"If-Match": str(record["version"])}
        return self.call("PATCH", self.path(collection, record["id"]), json=body, headers=headers)

    def page(self, collection: str, **query: Any) -> requests.Response:
        return self.call("GET", self.path(collection), params=query)

    def create(self, collection: str, **body: Any) -> Json:
        response = self.post(collection, body)
        assert response.status_code == 201, response.text
        return response.json()

    def change(self, collection: str, record: Json, **body: Any) -> Json:
        response = self.patch(collection, self.read(collection, record), body)
        assert response.status_code == 200, response.text
        return response.json()

    def read(self, collection: str, record: Json) -> Json:
        response = self.call("GET", self.path(collection, record["id"]))
        assert response.status_code == 200, response.text
        return response.json()


@dataclass
class Books:
    """A company with a contact, accounts, a tax type of 15 % and a tracking option; writes documents on them."""

    api: Api
    contact: Json
    sales: Json
    tax: Json
    tracking: Json

    def line(self, **more: Any) -> Json:
        wanted = {"quantity": "1", "unitAmount": "100", "accountId": self.sales["id"], "taxTypeId": self.tax["id"]}
        return {**wanted, **more}

    def document(self, **more: Any) -> Json:
        return {
            "kind": "income",
            "status": "approved",
            "contactId": self.contact["id"],
            "issueDate": "2026-05-01",
            "amountsAre": "exclusive",
            "lines": [self.line()],
            **more,
        }

    def invoice(self, **more: Any) -> Json:
        """An approved invoice of 100.00 and 15.00 tax, unless told otherwise."""
        return self.api.create("invoices", **self.document(**more))

    def payment(self, invoice: Json, allocated: str, **more: Any) -> Json:
        """The body of a receipt of `allocated`, all of it for this invoice, unless told otherwise."""
        return {
            "kind": "receipt",
            "contactId": self.contact["id"],
            "date": "2026-05-02",
            "amount": allocated,
            "allocations": [{"invoiceId": invoice["id"], "amount": allocated}],
            **more,
        }


@dataclass
class Site:
    state: ReleasedState
    url: str
    api_url: str


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    state = ReleasedState(lambda: datetime.now(UTC), API_KEY, numbered_ids())
    state.add_company(id="first", name="The first company")
    with ServerThread(app(state, Knobs())) as server:
        yield Site(state, server.url, connection_details(state, server.url)["url"])


@pytest.fixture
def api(site: Site) -> Api:
    company = f"C{next(_numbers)}"
    site.state.add_company(id=company, name=f"Company {company}")
    return Api(site.api_url, company)


@pytest.fixture
def books(api: Api) -> Books:
    return Books(
        api,
        contact=api.create("contacts", name="Aroha Ngata", roles=["tenant"]),
        sales=api.create("accounts", name="Rent", kind="sales"),
        tax=api.create("tax-types", name="GST", rate="15.00"),
        tracking=api.create("tracking-options", name="1 Queen Street"),
    )


@pytest.fixture
def refused() -> Callable[[requests.Response, int], Json]:
    """Checks that the answer is a problem (RFC 9457) of this status and gives its errors by field."""

    def check(response: requests.Response, status: int) -> Json:
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert set(problem) == {"type", "title", "status", "detail", "errors"}
        assert problem["status"] == status
        assert all(isinstance(why, list) and why for why in problem["errors"].values())
        return problem["errors"]

    return check
