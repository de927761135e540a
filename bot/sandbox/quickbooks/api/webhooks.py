"""Webhooks: what changed since the last delivery, as legacy notifications or CloudEvents, signed.

https://blogs.intuit.com/2025/11/12/upcoming-change-to-webhooks-payload-structure/
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from random import Random
from uuid import UUID

from bot.sandbox.quickbooks.api.company import Company
from bot.sandbox.quickbooks.books.books import Change

SUPPORTED = frozenset(
    [
        *("Account", "Bill", "BillPayment", "Class", "CreditMemo", "Customer", "Department", "Deposit", "Employee"),
        *("Invoice", "Item", "JournalEntry", "Payment", "Preferences", "TaxAgency", "Term", "Vendor", "VendorCredit"),
    ]
)
"""TaxCode and TaxRate have no webhooks."""
PAST_TENSE = {"Create": "created", "Update": "updated", "Delete": "deleted", "Void": "voided"}
LEGACY, CLOUD_EVENTS = "legacy", "cloudevents"

Sender = Callable[[str, Mapping[str, str], bytes], int]
"""Posts a body to a URL and gives back the HTTP status."""


@dataclass(frozen=True)
class Delivery:
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Webhooks:
    """One endpoint for the whole app; one delivery may hold events of several companies."""

    ids: Random
    url: str = ""
    verifier_token: str = ""
    format: str = CLOUD_EVENTS
    _seen: dict[str, int] = field(default_factory=dict)
    """The number of changes already delivered, by realm."""

    def subscribe(self, url: str, verifier_token: str, format: str = CLOUD_EVENTS) -> None:
        if format not in (LEGACY, CLOUD_EVENTS):
            raise ValueError(f"format must be {LEGACY} or {CLOUD_EVENTS}")
        self.url, self.verifier_token, self.format = url, verifier_token, format

    def skip_past(self, companies: Mapping[str, Company]) -> None:
        """Leaves out everything that happened until now."""
        self._seen = {realm: company.books.sequence for realm, company in companies.items()}

    def deliveries(
        self, companies: Mapping[str, Company], *, duplicate: bool = False, reorder: bool = False
    ) -> list[Delivery]:
        """The next deliveries: none without news. A duplicate has the same event ids; reordered ones come backwards."""
        events = [(realm, change) for realm, company in companies.items() for change in self._news(realm, company)]
        self.skip_past(companies)
        if not events or not self.url:
            return []
        if reorder:
            events.reverse()
        body = json.dumps(self._payload(events)).encode()
        content_type = "application/json" if self.format == LEGACY else "application/cloudevents+json"
        headers = {"content-type": content_type, "intuit-signature": signature(body, self.verifier_token)}
        return [Delivery(self.url, headers, body)] * (2 if duplicate else 1)

    def _news(self, realm: str, company: Company) -> list[Change]:
        seen = self._seen.get(realm, 0)
        fresh = [change for change in company.books.changes if change.sequence > seen and change.entity in SUPPORTED]
        return sorted(fresh, key=lambda change: change.sequence)

    def _payload(self, events: list[tuple[str, Change]]) -> object:
        if self.format == CLOUD_EVENTS:
            return [self._cloud_event(realm, change) for realm, change in events]
        by_realm: dict[str, list[object]] = {}
        for realm, change in events:
            by_realm.setdefault(realm, []).append(_legacy_entity(change))
        return {
            "eventNotifications": [
                {"realmId": realm, "dataChangeEvent": {"entities": entities}} for realm, entities in by_realm.items()
            ]
        }

    def _cloud_event(self, realm: str, change: Change) -> object:
        return {
            "specversion": "1.0",
            "id": str(UUID(int=self.ids.getrandbits(128), version=4)),
            "source": "intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=",
            "type": f"qbo.{change.entity.lower()}.{PAST_TENSE[change.operation]}.v1",
            "datacontenttype": "application/json",
            "time": _utc(change),
            "intuitentityid": change.id,
            "intuitaccountid": realm,
            "data": {},
        }


def signature(body: bytes, verifier_token: str) -> str:
    return base64.b64encode(hmac.new(verifier_token.encode(), body, hashlib.sha256).digest()).decode()


def _legacy_entity(change: Change) -> object:
    return {"name": change.entity, "id": change.id, "operation": change.operation, "lastUpdated": _utc(change)}


def _utc(change: Change) -> str:
    return change.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
