"""Both stand-ins in a process of their own, with a latency and QuickBooks' limits: what a benchmark is run against."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import requests

from bot.sandbox import quickbooks, released
from bot.sandbox.http.knobs import Knobs
from bot.sandbox.http.serving import ServerThread
from bot.sandbox.quickbooks import OFF, QuickBooksState
from bot.sandbox.quickbooks.api.company import Company
from bot.sandbox.released import ReleasedState

COMPANY, REALM, API_KEY = "harbour", "9341", "key-of-the-benchmarks"
TENANTS = 50
FIRST_DAY = date(2026, 10, 1)
START_TIMEOUT_S = 120
ITEM, TAX, TAX_PERCENT = "Rent", "15% GST", 15
PAIRED, WITHOUT_LIMITS = "paired", "without-limits"

Pairs = tuple[Sequence[str], Sequence[str]]
"""Ids in QuickBooks of each tenant and of each invoice; nothing where it has none of them."""


@dataclass(frozen=True)
class Sides:
    """`told` is what the environment tells the product, `token` a refresh token for the QuickBooks company."""

    told: dict[str, str]
    token: str

    @property
    def quickbooks_url(self) -> str:
        return self.told["QBO_API_URL"]

    def writes(self) -> list[dict[str, Any]]:
        """Every write that QuickBooks carried out, in its order, with its time and request id."""
        rows: list[dict[str, Any]] = self._control("writes/" + REALM)
        return rows

    def counters(self) -> dict[str, int]:
        counters: dict[str, int] = self._control("counters")[REALM]
        return counters

    def _control(self, path: str) -> Any:
        return requests.get(f"{self.quickbooks_url}/_control/{path}", timeout=60).json()


@contextmanager
def running(invoices: int, latency_ms: int, *, paired: bool = False, limited: bool = True) -> Iterator[Sides]:
    """A company with so many approved invoices in Re-Leased.

    QuickBooks has nothing of its own, or with `paired` the same records, whose ids Re-Leased knows already.
    """
    told = [PAIRED] * paired + [WITHOUT_LIMITS] * (not limited)
    command = [sys.executable, "-m", "benchmarks.sides", str(invoices), str(latency_ms), *told]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        if process.stdout is None or process.stdin is None:
            raise RuntimeError("no pipes to the stand-ins")
        yield Sides(**json.loads(process.stdout.readline()))
        process.stdin.close()
        process.wait(timeout=START_TIMEOUT_S)


def _now() -> datetime:
    return datetime.now(UTC)


def _fill(state: ReleasedState, invoices: int, pairs: Pairs) -> None:
    rent = state.create(COMPANY, "accounts", {"name": ITEM, "code": "200", "kind": "sales"})
    tax = state.create(COMPANY, "tax-types", {"name": TAX, "rate": f"{TAX_PERCENT}.00"})
    tenants = [
        state.create(
            COMPANY, "contacts", {"name": f"Tenant {number}", "roles": ["tenant"], **_stored(pairs[0], number)}
        )
        for number in range(TENANTS)
    ]
    for number in range(invoices):
        amount = _amount(number)
        tax_amount = (amount * TAX_PERCENT / 100).quantize(Decimal("0.01"))
        line = {
            **{"description": ITEM, "quantity": "1", "unitAmount": f"{amount}.00", "netAmount": f"{amount}.00"},
            **{"accountId": rent["id"], "taxTypeId": tax["id"], "taxAmount": str(tax_amount)},
        }
        issued, due = _days(number)
        body = {
            **{"number": f"INV-{number}", "kind": "income", "status": "approved", "amountsAre": "exclusive"},
            **{"contactId": tenants[number % TENANTS]["id"], "issueDate": issued, "dueDate": due, "lines": [line]},
        }
        state.create(COMPANY, "invoices", {**body, **_stored(pairs[1], number)})


def _fill_quickbooks(company: Company, invoices: int) -> Pairs:
    """The same tenants and invoices; gives their ids."""
    item, tax = company.entity("Item").find("Name", ITEM), company.entity("TaxCode").find("Name", TAX)
    if item is None or tax is None:
        raise RuntimeError(f"a new company has no {ITEM} or {TAX}")
    kind = "SalesItemLineDetail"
    detail = {"ItemRef": {"value": item["Id"]}, "TaxCodeRef": {"value": tax["Id"]}}
    tenants = [company.create("Customer", {"DisplayName": f"Tenant {number}"})["Id"] for number in range(TENANTS)]
    made = []
    for number in range(invoices):
        issued, due = _days(number)
        line = {"Amount": _amount(number), "DetailType": kind, "Description": ITEM, kind: detail}
        body = {"CustomerRef": {"value": tenants[number % TENANTS]}, "DocNumber": f"INV-{number}", "Line": [line]}
        made.append(company.create("Invoice", {**body, "TxnDate": issued, "DueDate": due})["Id"])
    return tenants, made


def _amount(number: int) -> Decimal:
    return Decimal(100 + number % 900)


def _days(number: int) -> tuple[str, str]:
    """Issued, and due."""
    day = FIRST_DAY + timedelta(days=number // 900 % 20)
    return day.isoformat(), (day + timedelta(days=14)).isoformat()


def _stored(ids: Sequence[str], number: int) -> dict[str, str]:
    return {"externalId": ids[number]} if ids else {}


def _serve(invoices: int, latency_ms: int, told: Sequence[str]) -> None:
    state = QuickBooksState(_now, seed=7, limits=OFF if WITHOUT_LIMITS in told else None)
    company = state.add_company(REALM, "Harbour Books", "NZ", "NZD")
    released_state = ReleasedState(_now, API_KEY, released.numbered_ids())
    released_state.add_company(id=COMPANY, name="Harbour City Property", country="NZ", currency="NZD")
    _fill(released_state, invoices, _fill_quickbooks(company, invoices) if PAIRED in told else ((), ()))
    first = ServerThread(quickbooks.app(state, Knobs(latency_ms)))
    second = ServerThread(released.app(released_state, Knobs(latency_ms)))
    with first as quickbooks_server, second as released_server:
        surroundings = {
            "QBO_API_URL": quickbooks_server.url,
            "QBO_DISCOVERY_URL": f"{quickbooks_server.url}/.well-known/openid_configuration/",
            "QBO_CLIENT_ID": state.oauth.client_id,
            "QBO_CLIENT_SECRET": state.oauth.client_secret,
            "RELEASED_API_URL": f"{released_server.url}/api/v1",
            "RELEASED_API_KEY": API_KEY,
        }
        sys.stdout.write(json.dumps({"told": surroundings, "token": state.refresh_token(REALM)}) + "\n")
        sys.stdout.flush()
        ended = threading.Thread(target=sys.stdin.read)
        ended.start()
        while ended.is_alive():
            time.sleep(0.1)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
