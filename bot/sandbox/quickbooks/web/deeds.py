"""What a bookkeeper does on a page of QuickBooks, put into the same writes that the API makes."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from bot.sandbox.quickbooks.api.company import Company, Origin
from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.links import ZERO
from bot.sandbox.quickbooks.books.schema import ENTITIES, Record
from bot.sandbox.quickbooks.rules.chart import account_ref

PAGE = Origin("page")
PRICE_FIELDS = ("Qty", "UnitPrice", "TaxInclusiveAmt")

Form = Mapping[str, str]


def edit(company: Company, name: str, record_id: str, form: Form) -> None:
    """Renames, or changes number, date, memo and the amounts of lines (`amount-ID`); only what differs is sent."""
    current = company.read(name, record_id)
    entity = ENTITIES[name]
    changes: Record = {
        key: form[key] for key in entity.writable & form.keys() if form[key] != str(current.get(key, ""))
    }
    if "TotalAmt" in changes:
        changes["TotalAmt"] = _amount(form["TotalAmt"])
    lines = [_edited_line(line, form) for line in current.get("Line", ())]
    if entity.lines and lines != current.get("Line"):
        changes["Line"] = lines
    if changes:
        company.update(name, record_id, changes, PAGE)


def archive(company: Company, name: str, record_id: str, form: Form) -> None:
    """A customer who still owes something is first brought to zero with a credit memo, as QuickBooks' own page does."""
    if name == "Customer":
        _write_off(company, record_id)
    company.archive(name, record_id, PAGE)


def activate(company: Company, name: str, record_id: str, form: Form) -> None:
    company.activate(name, record_id, PAGE)


def void(company: Company, name: str, record_id: str, form: Form) -> None:
    company.void(name, record_id, PAGE)


def delete(company: Company, name: str, record_id: str, form: Form) -> None:
    company.delete(name, record_id, PAGE)


def pay(company: Company, name: str, record_id: str, form: Form) -> None:
    """Receives a payment for an invoice or pays a bill from the bank; the form has `amount` and perhaps `date`."""
    document, entity = company.read(name, record_id), ENTITIES[name]
    amount = _amount(form.get("amount", ""))
    link = {"TxnId": record_id, "TxnType": name}
    applied = min(amount, document["Balance"])
    body: Record = {
        entity.party: document[entity.party],
        "TotalAmt": amount,
        "Line": [{"Amount": applied, "LinkedTxn": [link]}] if applied > 0 else [],
        "TxnDate": form.get("date") or None,
        "CurrencyRef": document["CurrencyRef"],
    }
    if name == "Bill":
        bank = account_ref(company.books, "Bank")
        body |= {"PayType": "Check", "CheckPayment": {"BankAccountRef": bank}}
    else:
        body["PaymentRefNum"] = form.get("reference") or None
    company.perform("write", "BillPayment" if name == "Bill" else "Payment", body, PAGE)


def deposit(company: Company, name: str, record_id: str, form: Form) -> None:
    bank = account_ref(company.books, "Bank")
    if bank is None:
        raise faults.business("There is no bank account to deposit to.")
    company.deposit([record_id], bank["value"])


DEEDS: Mapping[str, Callable[[Company, str, str, Form], None]] = {
    "edit": edit,
    "archive": archive,
    "activate": activate,
    "void": void,
    "delete": delete,
    "pay": pay,
    "deposit": deposit,
}


def _edited_line(line: Record, form: Form) -> Record:
    """A new amount makes quantity and price void, which would no longer give it."""
    text = form.get(f"amount-{line.get('Id')}")
    if text is None or _amount(text) == line["Amount"]:
        return line
    kind = line["DetailType"]
    detail = {key: value for key, value in line.get(kind, {}).items() if key not in PRICE_FIELDS}
    return {**line, "Amount": _amount(text), kind: detail}


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise faults.refuse("2080", f"Invalid Number. Supplied value:{text}", "Amount") from None


def _write_off(company: Company, customer_id: str) -> None:
    table = company.entity("Invoice")
    ids = sorted(table.ids_where("CustomerRef", customer_id), key=int)
    invoices = [table[invoice_id] for invoice_id in ids if table[invoice_id]["Balance"] > 0]
    items = (item for item in company.entity("Item").in_id_order() if item["Active"] and item["Type"] == "Service")
    item = next(items, None)
    owed = sum((invoice["Balance"] for invoice in invoices), ZERO)
    if not owed or item is None:
        return
    customer, currency = {"value": customer_id}, invoices[0]["CurrencyRef"]
    line = {
        "Amount": owed,
        "DetailType": "SalesItemLineDetail",
        "Description": "Adjustment to bring the balance to zero",
    }
    memo = {"CustomerRef": customer, "CurrencyRef": currency, "GlobalTaxCalculation": "NotApplicable"}
    line["SalesItemLineDetail"] = {"ItemRef": {"value": item["Id"]}}
    credit = company.perform("write", "CreditMemo", {**memo, "Line": [line]}, PAGE)
    links = [("Invoice", invoice["Id"], invoice["Balance"]) for invoice in invoices]
    lines = [
        {"Amount": amount, "LinkedTxn": [{"TxnId": txn_id, "TxnType": kind}]}
        for kind, txn_id, amount in [*links, ("CreditMemo", credit["Id"], owed)]
    ]
    payment = {"CustomerRef": customer, "CurrencyRef": currency, "TotalAmt": ZERO, "Line": lines}
    company.perform("write", "Payment", payment, PAGE)
