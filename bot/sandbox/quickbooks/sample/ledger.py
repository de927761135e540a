"""Writes what the sample company sold, bought, received and paid, each through the stand-in's own rules."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from bot.sandbox.quickbooks.api.company import Company
from bot.sandbox.quickbooks.books.links import ZERO
from bot.sandbox.quickbooks.books.schema import Record
from bot.sandbox.quickbooks.sample import trade
from bot.sandbox.quickbooks.sample.names import ref
from bot.sandbox.quickbooks.sample.trade import Bought, Cost, Entry, PaidOut, Receipt, Sale, Spent

Payable = tuple[str, Record]
"""What can be paid or used as a credit: its entity and itself."""
CARD_ACCOUNTS = ("Visa", "Mastercard")


class Ledger:
    """Knows by its key or number what was written, so that payments can name it."""

    def __init__(self, company: Company, today: date) -> None:
        self.company, self.today = company, today
        self.sales: dict[str, Payable] = {}
        self.bought: dict[str, Payable] = {}
        self.receipts: dict[str, str] = {}

    def write(self) -> None:
        """Raises Refusal where a rule is broken. Bills come before the invoice that charges one of them on."""
        for bill in trade.BILLS:
            self._buy("Bill", bill)
        for credit in trade.VENDOR_CREDITS:
            self._buy("VendorCredit", credit)
        for invoice in trade.INVOICES:
            self._sell("Invoice", invoice)
        for memo in trade.CREDIT_MEMOS:
            self._sell("CreditMemo", memo)
        self._sell("RefundReceipt", trade.REFUND)
        for receipt in trade.RECEIPTS:
            self._receive(receipt)
        for paid in trade.PAYMENTS_OUT:
            self._pay(paid)
        for spent in trade.PURCHASES:
            self._spend(spent)
        for entry in trade.ENTRIES:
            self._enter(entry)
        for references in trade.BANKED:
            self.company.deposit([self.receipts[one] for one in references], self._ref("Account", "Checking")["value"])
        self._deposit_interest()
        self._attach()

    def _ref(self, entity: str, name: str) -> Record:
        return ref(self.company, entity, name)

    def _day(self, ago: int) -> str:
        return (self.today - timedelta(days=ago)).isoformat()

    def _sell(self, entity: str, sale: Sale) -> None:
        customer = self._ref("Customer", sale.customer)
        lines = [self._sold(customer, product, quantity) for product, quantity in sale.lines]
        if sale.charges:
            lines += self._charged_on(customer["value"])
        if sale.discount:
            detail = {"PercentBased": True, "DiscountPercent": Decimal(sale.discount)}
            detail["DiscountAccountRef"] = self._ref("Account", "Discounts given")
            lines.append({"DetailType": "DiscountLineDetail", "DiscountLineDetail": detail})
        body: Record = {"TxnDate": self._day(sale.ago), "CustomerRef": customer, "Line": lines}
        if sale.tax:
            body["TxnTaxDetail"] = {"TxnTaxCodeRef": self._ref("TaxCode", sale.tax)}
        if sale.memo:
            body["CustomerMemo"] = {"value": sale.memo}
        if sale.deposit:
            body |= {"Deposit": Decimal(sale.deposit), "DepositToAccountRef": self._ref("Account", "Checking")}
        if entity == "RefundReceipt":
            body["DepositToAccountRef"] = self._ref("Account", "Checking")
        self.sales[sale.key] = entity, self.company.create(entity, body)

    def _sold(self, customer: Record, product: str, quantity: int) -> Record:
        item = self.company.entity("Item")[self._ref("Item", product)["value"]]
        reference = {"value": item["Id"]}
        if item["Type"] == "Group":
            return {
                "DetailType": "GroupLineDetail",
                "GroupLineDetail": {"GroupItemRef": reference, "Quantity": quantity},
            }
        owner = self.company.entity("Customer")[customer["value"]]
        detail: Record = {"ItemRef": reference, "Qty": quantity, "UnitPrice": item["UnitPrice"]}
        detail["TaxCodeRef"] = {"value": "TAX" if item["Taxable"] and owner["Taxable"] else "NON"}
        amount = item["UnitPrice"] * quantity
        return {
            "Description": item["Name"],
            "Amount": amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": detail,
        }

    def _charged_on(self, customer_id: str) -> Iterator[Record]:
        """A line for each expense that waits to be charged to this customer."""
        for charge in self.company.entity("ReimburseCharge").in_id_order():
            if charge["CustomerRef"]["value"] == customer_id and not charge["HasBeenInvoiced"]:
                detail = {"ItemRef": self._ref("Item", trade.LABOR), "TaxCodeRef": {"value": "NON"}}
                link = {"TxnId": charge["Id"], "TxnType": "ReimburseCharge", "TxnLineId": "1"}
                line: Record = {"Amount": charge["Amount"], "DetailType": "SalesItemLineDetail", "LinkedTxn": [link]}
                yield {**line, "SalesItemLineDetail": detail}

    def _buy(self, entity: str, bought: Bought) -> None:
        body = {
            "DocNumber": bought.number,
            "TxnDate": self._day(bought.ago),
            "VendorRef": self._ref("Vendor", bought.vendor),
            "Line": [self._cost(line) for line in bought.lines],
        }
        self.bought[bought.number] = entity, self.company.create(entity, body)

    def _cost(self, cost: Cost) -> Record:
        amount = Decimal(cost.amount)
        detail: Record = {"TaxCodeRef": {"value": "NON"}}
        if cost.bill_to:
            detail |= {"BillableStatus": "Billable", "CustomerRef": self._ref("Customer", cost.bill_to)}
        if cost.quantity:
            kind = "ItemBasedExpenseLineDetail"
            detail |= {"ItemRef": self._ref("Item", cost.on), "Qty": cost.quantity, "UnitPrice": amount / cost.quantity}
        else:
            kind = "AccountBasedExpenseLineDetail"
            detail["AccountRef"] = self._ref("Account", cost.on)
        return {"Amount": amount, "DetailType": kind, kind: detail}

    def _receive(self, receipt: Receipt) -> None:
        settled = [_part(self.company, self.sales[key], amount) for key, amount in receipt.pays]
        body: Record = {
            "TxnDate": self._day(receipt.ago),
            "CustomerRef": self._ref("Customer", receipt.customer),
            "PaymentMethodRef": self._ref("PaymentMethod", receipt.method),
            "DepositToAccountRef": self._ref("Account", receipt.account),
            "TotalAmt": _worth(settled) + Decimal(receipt.more),
            "Line": _lines(settled),
        }
        if receipt.reference:
            body["PaymentRefNum"] = receipt.reference
        self.receipts[receipt.reference] = self.company.create("Payment", body)["Id"]

    def _pay(self, paid: PaidOut) -> None:
        settled = [_part(self.company, self.bought[number], amount) for number, amount in paid.pays]
        account = self._ref("Account", paid.account)
        by_card = paid.account in CARD_ACCOUNTS
        how: Record = {"PayType": "Check", "CheckPayment": {"BankAccountRef": account}}
        if by_card:
            how = {"PayType": "CreditCard", "CreditCardPayment": {"CCAccountRef": account}}
        body = {"TxnDate": self._day(paid.ago), "VendorRef": self._ref("Vendor", paid.vendor), **how}
        number = {"DocNumber": paid.number} if paid.number else {}
        total = {"TotalAmt": _worth(settled), "Line": _lines(settled)}
        self.company.create("BillPayment", {**body, **number, **total})

    def _spend(self, spent: Spent) -> None:
        body: Record = {
            "TxnDate": self._day(spent.ago),
            "PaymentType": spent.kind,
            "AccountRef": self._ref("Account", spent.account),
            "Line": [self._cost(spent.line)],
        }
        if spent.vendor:
            body["EntityRef"] = {**self._ref("Vendor", spent.vendor), "type": "Vendor"}
        if spent.number:
            body["DocNumber"] = spent.number
        if spent.refunded:
            body["Credit"] = True
        self.company.create("Purchase", body)

    def _enter(self, entry: Entry) -> None:
        lines = [
            {
                "Description": entry.memo,
                "Amount": Decimal(entry.amount),
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {"PostingType": side, "AccountRef": self._ref("Account", account)},
            }
            for side, account in (("Debit", entry.debit), ("Credit", entry.credit))
        ]
        self.company.create("JournalEntry", {"DocNumber": entry.number, "TxnDate": self._day(entry.ago), "Line": lines})

    def _deposit_interest(self) -> None:
        ago, bank, income, amount = trade.INTEREST
        detail = {"AccountRef": self._ref("Account", income)}
        line = {"Amount": Decimal(amount), "DetailType": "DepositLineDetail", "DepositLineDetail": detail}
        body = {"TxnDate": self._day(ago), "DepositToAccountRef": self._ref("Account", bank), "Line": [line]}
        self.company.create("Deposit", body)

    def _attach(self) -> None:
        vendor = self._ref("Vendor", trade.PAYMENTS_OUT[0].vendor)["value"]
        invoice = self.sales[trade.INVOICES[0].key][1]["Id"]
        on_invoice, on_vendor = (
            [{"EntityRef": {"type": kind, "value": record_id}}]
            for kind, record_id in (("Invoice", invoice), ("Vendor", vendor))
        )
        file = {"FileName": trade.FILE, "ContentType": "text/plain", "AttachableRef": on_invoice}
        self.company.attach(file, f"{trade.NOTE}\n".encode())
        self.company.create("Attachable", {"Note": trade.NOTE, "AttachableRef": on_vendor})


def _part(company: Company, payable: Payable, amount: str) -> tuple[Payable, Decimal]:
    """What is paid or used of it: all that is open, or so much."""
    entity, record = payable
    return payable, Decimal(amount) if amount else Decimal(company.entity(entity)[record["Id"]]["Balance"])


def _worth(settled: Sequence[tuple[Payable, Decimal]]) -> Decimal:
    """What is to be paid, less the credits that are used."""
    signs = {"CreditMemo": -1, "VendorCredit": -1}
    return sum((signs.get(entity, 1) * amount for (entity, _), amount in settled), ZERO)


def _lines(settled: Sequence[tuple[Payable, Decimal]]) -> list[Record]:
    return [
        {"Amount": amount, "LinkedTxn": [{"TxnId": record["Id"], "TxnType": entity}]}
        for (entity, record), amount in settled
    ]
