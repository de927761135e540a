"""QuickBooks as a bookkeeper uses it: what is there, and one change at a time."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from bot.sandbox.quickbooks.api.company import Company
from tests.simulation.deeds.choosing import AMOUNTS, Json, one_of
from tests.simulation.stage import Sides

SALES, EXPENSE = "SalesItemLineDetail", "AccountBasedExpenseLineDetail"
EXPENSES = ("Repairs and Maintenance", "Insurance", "Utilities")
PARTY = {"Invoice": ("CustomerRef", "Customer"), "CreditMemo": ("CustomerRef", "Customer")}
PARTY |= {"Bill": ("VendorRef", "Vendor"), "VendorCredit": ("VendorRef", "Vendor")}


@dataclass
class Ledger:
    """QuickBooks as a bookkeeper uses it."""

    sides: Sides
    random: Random

    @property
    def books(self) -> Company:
        return self.sides.books

    def rows(self, entity: str, **wanted: object) -> list[Json]:
        rows = [self.books.read(entity, row["Id"]) for row in self.books.entity(entity).in_id_order()]
        return [row for row in rows if all(row.get(name) == value for name, value in wanted.items())]

    def some(self, entity: str, **wanted: object) -> Json:
        return one_of(self.random, self.rows(entity, **wanted))

    def create(self, entity: str, **body: object) -> str:
        made = self.books.create(entity, body)
        return f"{entity} {made['Id']} {made.get('DocNumber') or made.get('DisplayName') or ''}"

    def update(self, entity: str, record: Json, **changes: object) -> str:
        self.books.update(entity, record["Id"], changes)
        return f"{entity} {record['Id']}: {changes}"

    @property
    def has_classes_per_form(self) -> bool:
        """Not per line: the company keeps one class for the whole of a document."""
        return bool(self.books.books.preference("AccountingInfoPrefs", "ClassTrackingPerTxn"))

    def tax_code(self) -> str:
        if self.books.books.is_us:
            return self.random.choice(("TAX", "NON"))
        return str(one_of(self.random, [row for row in self.rows("TaxCode", Active=True)])["Id"])

    def line(self, entity: str) -> Json:
        amount = Decimal(self.random.choice(AMOUNTS))
        kind = SALES if entity in ("Invoice", "CreditMemo") else EXPENSE
        detail: dict[str, Any] = {}
        if kind == SALES:
            detail["ItemRef"] = {"value": self.some("Item", Active=True, Type="Service")["Id"]}
        else:
            accounts = [row for row in self.rows("Account", Active=True) if row["Name"] in EXPENSES]
            detail["AccountRef"] = {"value": one_of(self.random, accounts)["Id"]}
        if kind == SALES or not self.books.books.is_us:
            detail["TaxCodeRef"] = {"value": self.tax_code()}
        if self.random.random() < 0.2 and not self.has_classes_per_form:
            detail["ClassRef"] = {"value": self.some("Class", Active=True)["Id"]}
        return {"Amount": amount, "DetailType": kind, "Description": "By hand", kind: detail}


def document(ledger: Ledger) -> tuple[str, Json]:
    entity = ledger.random.choice(tuple(PARTY))
    return entity, ledger.some(entity)
