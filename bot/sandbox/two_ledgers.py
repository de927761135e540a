"""Writes the demo's records into Re-Leased, QuickBooks or both, through the rules of the stand-ins themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Any

from bot.sandbox.demo_records import Account, Contact, Document, Ledger, Line, Payment, Property, TaxType, Where
from bot.sandbox.quickbooks import Company
from bot.sandbox.released import ReleasedState

Record = dict[str, Any]

TAX_MODES = {"exclusive": "TaxExcluded", "noTax": "NotApplicable"}
INCOME_ACCOUNT = "Rental Income"
SUPPLIER_SUFFIX = " (Supplier)"
"""QuickBooks keeps one list of names: who is a customer already is a supplier under another name."""


@dataclass
class TwoLedgers:
    """What has been written so far, by name or number, for later records to refer to.

    The tables of ids hold what a reference needs: the Re-Leased id, or the id of the QuickBooks entity.
    """

    released: ReleasedState
    company_id: str
    quickbooks: Company
    released_ids: dict[tuple[str, str], str] = field(default_factory=dict)
    quickbooks_ids: dict[tuple[str, str], str] = field(default_factory=dict)
    documents: dict[str, tuple[Document, Decimal]] = field(default_factory=dict)

    def write(self, ledger: Ledger) -> None:
        for one in ledger.properties:
            self._property(one)
        for account in ledger.accounts:
            self._account(account)
        for tax_type in ledger.tax_types:
            self._tax_type(tax_type)
        for contact in ledger.contacts:
            self._contact(contact)
        for document in ledger.documents:
            self._document(document)
        for payment in ledger.payments:
            self._payment(payment)
        for contact in ledger.contacts:
            if contact.archived:
                self.quickbooks.archive("Customer", self.quickbooks_ids["Customer", contact.name])
        self.quickbooks.close_books(ledger.closed_up_to)

    def _property(self, one: Property) -> None:
        if one.where & Where.RELEASED:
            number = f"P{len(self.released_ids) + 1:03}"
            self._tell_released("tracking-options", one.name, {"name": one.name, "propertyId": number})
        if one.where & Where.QUICKBOOKS:
            self._tell_quickbooks("Class", one.name, {"Name": one.name})

    def _account(self, account: Account) -> None:
        if account.where & Where.RELEASED:
            kind = "sales" if account.sales else "purchase"
            self._tell_released("accounts", account.name, {"code": account.code, "name": account.name, "kind": kind})
        if account.where & Where.QUICKBOOKS and account.sales:
            income = {"value": self._held("Account", INCOME_ACCOUNT)}
            self._tell_quickbooks("Item", account.name, {"Type": "Service", "IncomeAccountRef": income})
        elif account.where & Where.QUICKBOOKS:
            self._tell_quickbooks("Account", account.name, {"AccountType": "Expense", "AcctNum": account.code})

    def _tax_type(self, tax_type: TaxType) -> None:
        """The tax codes of QuickBooks are those that a new company has."""
        if tax_type.where & Where.RELEASED:
            self._tell_released("tax-types", tax_type.name, {"name": tax_type.name, "rate": str(tax_type.percent)})
        if tax_type.where & Where.QUICKBOOKS:
            self._held("TaxCode", tax_type.name)

    def _contact(self, contact: Contact) -> None:
        if contact.where & Where.RELEASED:
            address = {"line1": contact.street or None, "city": "Auckland", "country": "New Zealand"}
            body = {"roles": list(contact.roles), "email": contact.email or None, "phone": contact.phone or None}
            self._tell_released("contacts", contact.name, {"name": contact.name, "address": address, **body})
        if not contact.where & Where.QUICKBOOKS:
            return
        customer = {"tenant", "owner"} & set(contact.roles)
        details: Record = {
            "PrimaryEmailAddr": {"Address": contact.email} if contact.email else None,
            "PrimaryPhone": {"FreeFormNumber": contact.phone} if contact.phone else None,
            "BillAddr": {"Line1": contact.street, "City": "Auckland", "Country": "New Zealand"},
        }
        if customer:
            self._tell_quickbooks("Customer", contact.name, details)
        if "supplier" in contact.roles:
            shown = f"{contact.name}{SUPPLIER_SUFFIX}" if customer else contact.name
            self._tell_quickbooks("Vendor", contact.name, {**details, "DisplayName": shown})

    def _document(self, document: Document) -> None:
        total = sum((Decimal(line.quantity) * Decimal(line.amount) for line in document.lines), Decimal(0))
        tax = None
        if document.where & Where.RELEASED:
            written = self._tell_released("invoices", document.number, self._released_document(document))
            total, tax = Decimal(written["total"]), Decimal(written["taxTotal"])
        if document.where & Where.QUICKBOOKS:
            body = self._quickbooks_document(document, tax)
            written = self._tell_quickbooks(_document_entity(document), document.number, body)
            total = written["TotalAmt"]
        self.documents[document.number] = document, total
        if document.file:
            self._attach(document, f"{document.contact}: {document.lines[0].text}\n".encode())

    def _attach(self, document: Document, content: bytes) -> None:
        """In Re-Leased, or in QuickBooks where the document stands there only."""
        if document.where & Where.RELEASED:
            owner = {"ownerType": "invoice", "ownerId": self.released_ids["invoices", document.number]}
            file = {"fileName": document.file, "contentType": "text/plain", "size": len(content)}
            body = {**owner, **file, "sha256": sha256(content).hexdigest()}
            attachment = self.released.create(self.company_id, "attachments", body)
            self.released.put_content(self.company_id, attachment["id"], content)
            return
        entity = _document_entity(document)
        target = {"EntityRef": {"type": entity, "value": self.quickbooks_ids[entity, document.number]}}
        self.quickbooks.attach(
            {"FileName": document.file, "ContentType": "text/plain", "AttachableRef": [target]}, content
        )

    def _released_document(self, document: Document) -> Record:
        return {
            "number": document.number,
            "kind": "income" if document.income else "expense",
            "status": "draft" if document.draft else "approved",
            "contactId": self.released_ids["contacts", document.contact],
            "issueDate": document.issued.isoformat(),
            "dueDate": document.due.isoformat(),
            "amountsAre": document.amounts_are,
            "currency": document.currency,
            "reference": document.reference or None,
            "lines": [self._released_line(line) for line in document.lines],
        }

    def _released_line(self, line: Line) -> Record:
        return {
            "description": line.text,
            "quantity": line.quantity,
            "unitAmount": line.amount,
            "accountId": self.released_ids["accounts", line.account],
            "taxTypeId": self.released_ids["tax-types", line.tax] if line.tax else None,
            "trackingOptionId": self.released_ids["tracking-options", line.property] if line.property else None,
        }

    def _quickbooks_document(self, document: Document, tax: Decimal | None) -> Record:
        """The bookkeeper keyed it in from the paper, with the tax that stands there."""
        mode = TAX_MODES[document.amounts_are]
        party, kind = ("CustomerRef", "Customer") if document.income else ("VendorRef", "Vendor")
        stated = {"TotalTax": tax} if tax is not None and mode != "NotApplicable" else None
        return {
            "DocNumber": document.number,
            party: {"value": self.quickbooks_ids[kind, document.contact]},
            "TxnDate": document.issued.isoformat(),
            "DueDate": document.due.isoformat(),
            "GlobalTaxCalculation": mode,
            "TxnTaxDetail": stated,
            "PrivateNote": document.reference or None,
            "Line": [self._quickbooks_line(line, document.income, mode) for line in document.lines],
        }

    def _quickbooks_line(self, line: Line, income: bool, mode: str) -> Record:
        amount = Decimal(line.quantity) * Decimal(line.amount)
        kind = "SalesItemLineDetail" if income else "AccountBasedExpenseLineDetail"
        target, entity = ("ItemRef", "Item") if income else ("AccountRef", "Account")
        detail: Record = {target: {"value": self._held(entity, line.account)}}
        if mode != "NotApplicable" and line.tax:
            detail["TaxCodeRef"] = {"value": self._held("TaxCode", line.tax)}
        if line.property:
            detail["ClassRef"] = {"value": self._held("Class", line.property)}
        if income:
            detail |= {"Qty": Decimal(line.quantity), "UnitPrice": Decimal(line.amount)}
        return {"Description": line.text, "Amount": amount, "DetailType": kind, kind: detail}

    def _payment(self, payment: Payment) -> None:
        parts = {number: Decimal(payment.part or self.documents[number][1]) for number in payment.numbers}
        document = self.documents[payment.numbers[0]][0]
        if payment.where & Where.RELEASED:
            self._tell_released("payments", payment.reference, self._released_payment(payment, document, parts))
        if payment.where & Where.QUICKBOOKS:
            entity = "Payment" if document.income else "BillPayment"
            self._tell_quickbooks(entity, payment.reference, self._quickbooks_payment(payment, document, parts))

    def _released_payment(self, payment: Payment, document: Document, parts: Mapping[str, Decimal]) -> Record:
        allocations = [
            {"invoiceId": self.released_ids["invoices", number], "amount": str(part)} for number, part in parts.items()
        ]
        return {
            "kind": "receipt" if document.income else "paid",
            "contactId": self.released_ids["contacts", document.contact],
            "date": payment.paid.isoformat(),
            "amount": str(sum(parts.values())),
            "reference": payment.reference,
            "allocations": allocations,
        }

    def _quickbooks_payment(self, payment: Payment, document: Document, parts: Mapping[str, Decimal]) -> Record:
        settled = _document_entity(document)
        lines = [
            {"Amount": part, "LinkedTxn": [{"TxnId": self.quickbooks_ids[settled, number], "TxnType": settled}]}
            for number, part in parts.items()
        ]
        body: Record = {"TxnDate": payment.paid.isoformat(), "TotalAmt": sum(parts.values()), "Line": lines}
        bank = {"value": self._held("Account", "Checking")}
        if document.income:
            customer = {"value": self.quickbooks_ids["Customer", document.contact]}
            return {**body, "CustomerRef": customer, "PaymentRefNum": payment.reference, "DepositToAccountRef": bank}
        vendor = {"value": self.quickbooks_ids["Vendor", document.contact]}
        check = {"PayType": "Check", "CheckPayment": {"BankAccountRef": bank}}
        return {**body, **check, "VendorRef": vendor, "DocNumber": payment.reference}

    def _held(self, entity: str, name: str) -> str:
        """The id of what QuickBooks has under this name."""
        found = self.quickbooks.entity(entity).find("Name", name)
        if found is None:
            raise LookupError(f"QuickBooks has no {entity} {name}")
        return str(found["Id"])

    def _tell_released(self, collection: str, name: str, body: Record) -> Record:
        record = self.released.create(self.company_id, collection, body)
        self.released_ids[collection, name] = record["id"]
        return record

    def _tell_quickbooks(self, entity: str, name: str, body: Record) -> Record:
        field_name = {"Customer": "DisplayName", "Vendor": "DisplayName", "Item": "Name", "Account": "Name"}.get(entity)
        named = {field_name: name, **body} if field_name else body
        record = self.quickbooks.create(entity, {key: value for key, value in named.items() if value is not None})
        self.quickbooks_ids[entity, name] = record["Id"]
        return record


def _document_entity(document: Document) -> str:
    return "Invoice" if document.income else "Bill"
