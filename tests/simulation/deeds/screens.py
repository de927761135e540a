"""What QuickBooks' own screens make besides plain documents and payments: marks, texts, refunds, journal entries."""

from decimal import Decimal
from typing import Any

from tests.simulation.deeds.choosing import Json, NothingToDo, one_of
from tests.simulation.deeds.ledger import EXPENSE, PARTY, SALES, Ledger, document

RECEIVABLE, PAYABLE = "Accounts Receivable (A/R)", "Accounts Payable (A/P)"
ODD_DAYS = ("0001-01-01", "9999-12-31", "2026-02-28")
ODD_NUMBERS = ("2026-02-30", "0001-01-01", "1e9", "00", "12/31")
TEXTS = ("Thank you for your custom", "Voided? no", "Late fees as in clause 12", "2026-02-30")
KINDS = ("Invoice", "Bill", "CreditMemo", "Payment", "Customer", "Item", "Class")


def mark_lines(ledger: Ledger) -> str:
    """Billable to a tenant, or done on a day: what a line of Re-Leased has no place for."""
    entity, record = document(ledger)
    lines = [dict(line) for line in record["Line"]]
    place = one_of(ledger.random, [n for n, line in enumerate(lines) if line["DetailType"] in (SALES, EXPENSE)])
    kind = lines[place]["DetailType"]
    marks: Json = {"ServiceDate": "2026-10-01"}
    if kind == EXPENSE:
        marks = {
            "BillableStatus": "Billable",
            "CustomerRef": {"value": ledger.some("Customer", Active=True)["Id"]},
        }
    lines[place] = {**lines[place], kind: {**lines[place][kind], **marks}}
    return ledger.update(entity, record, Line=lines)


def add_text(ledger: Ledger) -> str:
    """A line that is words and no money."""
    entity = ledger.random.choice(("Invoice", "CreditMemo"))
    record = ledger.some(entity)
    lines = [line for line in record["Line"] if line["DetailType"] != "SubTotalLineDetail"]
    text = {
        "DetailType": "DescriptionOnly",
        "Description": ledger.random.choice(TEXTS),
        "DescriptionLineDetail": {},
    }
    lines.insert(ledger.random.randrange(len(lines) + 1), text)
    return ledger.update(entity, record, Line=lines)


def fill_form(ledger: Ledger) -> str:
    """Fields of a form, or of a name, that the other side does not know."""
    if ledger.random.random() < 0.5:
        entity = ledger.random.choice(("Customer", "Vendor"))
        changes: Json = {"Mobile": {"FreeFormNumber": "021 555 0199"}, "WebAddr": {"URI": "https://shop.example.com"}}
        return ledger.update(entity, ledger.some(entity), **changes)
    entity = ledger.random.choice(("Invoice", "CreditMemo"))
    address = {"Line1": "12 Queen Street", "City": "Auckland", "PostalCode": "1010"}
    changes = {"CustomerMemo": {"value": "Paid by direct debit"}, "ShipAddr": address}
    return ledger.update(entity, ledger.some(entity), **changes)


def invoice_with_deposit(ledger: Ledger) -> str:
    """Paid in part on the invoice itself: money that no payment record holds."""
    body = {
        "CustomerRef": {"value": ledger.some("Customer", Active=True)["Id"]},
        "TxnDate": "2026-10-09",
        "DocNumber": f"D-{ledger.random.randrange(10**6)}",
        "Line": [ledger.line("Invoice")],
        "Deposit": Decimal(ledger.random.choice(("0.01", "5.00"))),
        "DepositToAccountRef": _account(ledger, "Checking"),
    }
    return ledger.create("Invoice", **body)


def refund_credit(ledger: Ledger) -> str:
    """A credit is paid out by cheque: an expense on receivables, and a payment of nothing that ties both together."""
    note = one_of(ledger.random, [row for row in ledger.rows("CreditMemo") if row["Balance"] > 0])
    party, amount = note["CustomerRef"]["value"], note["Balance"]
    detail = {"AccountRef": _account(ledger, RECEIVABLE), "CustomerRef": {"value": party}}
    cheque = ledger.books.create(
        "Purchase",
        {
            "PaymentType": "Check",
            "AccountRef": _account(ledger, "Checking"),
            "EntityRef": {"value": party, "type": "Customer"},
            "Line": [{"Amount": amount, "DetailType": EXPENSE, EXPENSE: detail}],
            "TxnDate": "2026-10-16",
        },
    )
    return _tied(ledger, "Payment", party, amount, ("Expense", cheque["Id"]), ("CreditMemo", note["Id"]))


def refunded_by_deposit(ledger: Ledger) -> str:
    """A supplier gives a credit back in money."""
    note = one_of(ledger.random, [row for row in ledger.rows("VendorCredit") if row["Balance"] > 0])
    party, amount = note["VendorRef"]["value"], note["Balance"]
    line = {
        "Amount": amount,
        "DetailType": "DepositLineDetail",
        "DepositLineDetail": {"AccountRef": _account(ledger, PAYABLE), "Entity": {"value": party, "type": "VENDOR"}},
    }
    body = {"DepositToAccountRef": _account(ledger, "Checking"), "Line": [line], "TxnDate": "2026-10-16"}
    money = ledger.books.create("Deposit", body)
    return _tied(ledger, "BillPayment", party, amount, ("Deposit", money["Id"]), ("VendorCredit", note["Id"]))


def journal_entry(ledger: Ledger) -> str:
    """Written off against an invoice or a bill by a journal entry."""
    entity, account, posting, payment = ledger.random.choice(
        (("Invoice", RECEIVABLE, "Credit", "Payment"), ("Bill", PAYABLE, "Debit", "BillPayment"))
    )
    party_ref, kind = PARTY[entity]
    owed = one_of(ledger.random, [row for row in ledger.rows(entity) if row["Balance"] > 0])
    party, amount = owed[party_ref]["value"], min(owed["Balance"], Decimal("10.00"))
    other = {"Credit": "Debit", "Debit": "Credit"}[posting]
    sides = ((posting, account, party), (other, "Utilities", ""))
    lines = []
    for side, name, who in sides:
        detail: Json = {"PostingType": side, "AccountRef": _account(ledger, name)}
        detail |= {"Entity": {"Type": kind, "EntityRef": {"value": who}}} if who else {}
        lines.append({"Amount": amount, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail})
    entry = ledger.books.create("JournalEntry", {"Line": lines, "TxnDate": "2026-10-16"})
    if ledger.random.random() < 0.3:
        return f"JournalEntry {entry['Id']}, set off against nothing yet"
    return _tied(ledger, payment, party, amount, ("JournalEntry", entry["Id"]), (entity, owed["Id"]))


def sub_class(ledger: Ledger) -> str:
    """A property below its owner's class; now and then two of one name."""
    parent = ledger.some("Class", Active=True)
    name = f"Unit {ledger.random.randrange(3)}"
    return ledger.create("Class", Name=name, ParentRef={"value": parent["Id"]}, SubClass=True)


def sub_customer(ledger: Ledger) -> str:
    parent = ledger.some("Customer", Active=True)
    name = f"{ledger.random.choice(('Unit', 'Shop'))} {ledger.random.randrange(10**4)}"
    return ledger.create("Customer", DisplayName=name, ParentRef={"value": parent["Id"]}, Job=True)


def class_of_form(ledger: Ledger) -> str:
    """One property for the whole of a document, where the company keeps classes so."""
    if not ledger.has_classes_per_form:
        raise NothingToDo
    entity, record = document(ledger)
    return ledger.update(entity, record, ClassRef={"value": ledger.some("Class", Active=True)["Id"]})


def odd_values(ledger: Ledger) -> str:
    """Days at the ends of the calendar, and numbers that look like days."""
    body: dict[str, Any] = {
        "CustomerRef": {"value": ledger.some("Customer", Active=True)["Id"]},
        "TxnDate": ledger.random.choice(ODD_DAYS),
    }
    if ledger.random.random() < 0.5:
        return ledger.create("Payment", **body, TotalAmt=Decimal("1.00"), PaymentRefNum="2026-02-30")
    number = ledger.random.choice(ODD_NUMBERS)
    return ledger.create("Invoice", **body, DocNumber=number, Line=[ledger.line("Invoice")])


def unreadable(ledger: Ledger) -> str:
    """One damaged record makes every reading of its kind fail."""
    kind = ledger.random.choice(KINDS)
    ledger.books.break_reading(kind, ledger.random.choice(("4002", "10000")))
    return f"every {kind}"


def readable(ledger: Ledger) -> str:
    """Somebody repairs it."""
    broken = sorted(ledger.books.books.settings.unreadable)
    for kind in broken:
        ledger.books.mend_reading(kind)
    if not broken:
        raise NothingToDo
    return ", ".join(broken)


def _account(ledger: Ledger, name: str) -> dict[str, str]:
    return {"value": one_of(ledger.random, ledger.rows("Account", Name=name))["Id"]}


def _tied(ledger: Ledger, payment: str, party: str, amount: Decimal, *parts: tuple[str, str]) -> str:
    """A payment of nothing over the same amount of both."""
    lines = [{"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]} for kind, id_ in parts]
    party_ref = "CustomerRef" if payment == "Payment" else "VendorRef"
    body: Json = {party_ref: {"value": party}, "TotalAmt": Decimal(0), "Line": lines, "TxnDate": "2026-10-16"}
    if payment == "BillPayment":
        body |= {"PayType": "Check", "CheckPayment": {"BankAccountRef": _account(ledger, "Checking")}}
    return ledger.create(payment, **body)
