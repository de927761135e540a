"""What a bookkeeper does in QuickBooks. Each deed is one change; what QuickBooks refuses is simply not done."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from bot.records import BY_ENTITY
from tests.simulation.deeds import screens
from tests.simulation.deeds.choosing import (
    AMOUNTS,
    CONTENTS,
    FILE_NAMES,
    NAMES,
    NUMBERS,
    Json,
    NothingToDo,
    day,
    one_of,
    part_of,
)
from tests.simulation.deeds.ledger import EXPENSE, EXPENSES, PARTY, SALES, Ledger, document


def new_customer(ledger: Ledger) -> str:
    return ledger.create("Customer", DisplayName=ledger.random.choice(NAMES))


def new_vendor(ledger: Ledger) -> str:
    return ledger.create("Vendor", DisplayName=ledger.random.choice(NAMES))


def _party(ledger: Ledger) -> tuple[str, Json]:
    entity = ledger.random.choice(("Customer", "Vendor"))
    return entity, ledger.some(entity)


def rename(ledger: Ledger) -> str:
    entity, record = _party(ledger)
    name = f"{ledger.random.choice(NAMES)}{ledger.random.choice(('', ' QB'))}"
    return ledger.update(entity, record, DisplayName=name)


def change_email(ledger: Ledger) -> str:
    entity, record = _party(ledger)
    email = {"Address": ledger.random.choice(("q@example.com", "r@example.com"))}
    return ledger.update(entity, record, PrimaryEmailAddr=email)


def archive(ledger: Ledger) -> str:
    entity = ledger.random.choice(("Customer", "Vendor", "Item", "Account", "Class"))
    rows = ledger.rows(entity, Active=True)
    rows = [row for row in rows if row["Name"] in EXPENSES] if entity == "Account" else rows
    record = one_of(ledger.random, rows)
    ledger.books.archive(entity, record["Id"])
    return f"{entity} {record['Id']}"


def activate(ledger: Ledger) -> str:
    entity = ledger.random.choice(("Customer", "Vendor", "Item", "Account", "Class"))
    record = ledger.some(entity, Active=False)
    ledger.books.activate(entity, record["Id"])
    return f"{entity} {record['Id']}"


def new_document(ledger: Ledger) -> str:
    entities = [entity for entity in PARTY if entity in BY_ENTITY]
    entity = ledger.random.choice(entities)
    party_ref, party = PARTY[entity]
    number = ledger.random.choice(NUMBERS) if ledger.random.random() < 0.3 else f"Q-{ledger.random.randrange(10**6)}"
    body: dict[str, Any] = {
        party_ref: {"value": ledger.some(party, Active=True)["Id"]},
        "TxnDate": day(ledger.random),
        "DocNumber": number,
        "Line": [ledger.line(entity) for _ in range(ledger.random.choice((1, 1, 2)))],
    }
    if ledger.has_classes_per_form and ledger.random.random() < 0.4:
        body["ClassRef"] = {"value": ledger.some("Class", Active=True)["Id"]}
    return ledger.create(entity, **body)


def edit_amount(ledger: Ledger) -> str:
    entity, record = document(ledger)
    lines = [line for line in record["Line"] if line["DetailType"] in (SALES, EXPENSE)]
    place = ledger.random.randrange(len(lines))
    kind = lines[place]["DetailType"]
    detail = {key: value for key, value in lines[place][kind].items() if key not in ("Qty", "UnitPrice")}
    detail.pop("TaxInclusiveAmt", None)
    lines[place] = {**lines[place], "Amount": Decimal(ledger.random.choice(AMOUNTS)), kind: detail}
    return ledger.update(entity, record, Line=lines)


def edit_date(ledger: Ledger) -> str:
    entity, record = document(ledger)
    return ledger.update(entity, record, TxnDate=day(ledger.random))


def edit_number(ledger: Ledger) -> str:
    entity, record = document(ledger)
    return ledger.update(entity, record, DocNumber=ledger.random.choice(NUMBERS))


def edit_note(ledger: Ledger) -> str:
    entity, record = document(ledger)
    return ledger.update(entity, record, PrivateNote=ledger.random.choice(("checked", "Voided? no", "ask Mere")))


def void(ledger: Ledger) -> str:
    entity = ledger.random.choice(("Invoice", "Payment", "BillPayment"))
    record = ledger.some(entity)
    ledger.books.void(entity, record["Id"])
    return f"{entity} {record['Id']}"


def delete(ledger: Ledger) -> str:
    entity = ledger.random.choice((*PARTY, "Payment", "BillPayment"))
    record = ledger.some(entity)
    ledger.books.delete(entity, record["Id"])
    return f"{entity} {record['Id']}"


def pay(ledger: Ledger) -> str:
    """Part, all, or more than all of one document, or of two of the same customer or supplier."""
    entity = ledger.random.choice(("Invoice", "Invoice", "Bill"))
    party_ref, _ = PARTY[entity]
    open_ = [row for row in ledger.rows(entity) if row["Balance"] > 0]
    first = one_of(ledger.random, open_)
    same = [row for row in open_ if row[party_ref]["value"] == first[party_ref]["value"] and row["Id"] != first["Id"]]
    paid = [first, *ledger.random.sample(same, min(len(same), ledger.random.choice((0, 0, 1))))]
    parts = {row["Id"]: part_of(ledger.random, row["Balance"]) for row in paid}
    total = sum(parts.values(), Decimal(0)) + ledger.random.choice((Decimal(0), Decimal(0), Decimal("5.50")))
    lines = [{"Amount": part, "LinkedTxn": [{"TxnId": id_, "TxnType": entity}]} for id_, part in parts.items()]
    body: dict[str, Any] = {
        party_ref: {"value": first[party_ref]["value"]},
        "TotalAmt": total,
        "TxnDate": ledger.random.choice(("2026-10-12", "2026-10-15", "2026-09-29")),
        "Line": lines,
    }
    if entity == "Bill":
        bank = one_of(ledger.random, ledger.rows("Account", Name="Checking"))["Id"]
        body |= {"PayType": "Check", "CheckPayment": {"BankAccountRef": {"value": bank}}}
        body["DocNumber"] = f"C{ledger.random.randrange(10**6)}"
        return ledger.create("BillPayment", **body)
    body["PaymentRefNum"] = ledger.random.choice((None, f"D{ledger.random.randrange(10**6)}"))
    return ledger.create("Payment", **{name: value for name, value in body.items() if value is not None})


def edit_payment(ledger: Ledger) -> str:
    """A later date, or taken off what it pays."""
    entity = ledger.random.choice(("Payment", "BillPayment"))
    record = ledger.some(entity)
    if ledger.random.random() < 0.5:
        return ledger.update(entity, record, TxnDate="2026-10-17", TotalAmt=record["TotalAmt"], Line=record["Line"])
    lines = [
        {"Amount": part_of(ledger.random, line["Amount"]), "LinkedTxn": line["LinkedTxn"]} for line in record["Line"]
    ]
    return ledger.update(entity, record, TotalAmt=record["TotalAmt"], Line=lines)


def apply_credit(ledger: Ledger) -> str:
    """A payment of nothing that sets a credit off against an invoice or bill."""
    entity, credit, payment = ledger.random.choice(
        (("Invoice", "CreditMemo", "Payment"), ("Bill", "VendorCredit", "BillPayment"))
    )
    if credit not in BY_ENTITY:
        raise NothingToDo
    party_ref, _ = PARTY[entity]
    note = one_of(ledger.random, [row for row in ledger.rows(credit) if row["Balance"] > 0])
    fitting = [row for row in ledger.rows(entity) if row["Balance"] > 0 and row[party_ref] == note[party_ref]]
    document = one_of(ledger.random, fitting)
    amount = part_of(ledger.random, min(note["Balance"], document["Balance"]))
    lines = [
        {"Amount": amount, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind}]}
        for kind, row in ((entity, document), (credit, note))
    ]
    body: dict[str, Any] = {party_ref: note[party_ref], "TotalAmt": Decimal(0), "Line": lines, "TxnDate": "2026-10-16"}
    if payment == "BillPayment":
        body["PayType"] = "Check"
    return ledger.create(payment, **body)


def attach(ledger: Ledger) -> str:
    """A file on a document, or on two."""
    if "Attachable" not in BY_ENTITY:
        raise NothingToDo
    owners = [document(ledger) for _ in range(ledger.random.choice((1, 1, 2)))]
    refs = [{"EntityRef": {"type": entity, "value": record["Id"]}} for entity, record in owners]
    content = ledger.random.choice(CONTENTS)
    made = ledger.books.create("Attachable", {"FileName": ledger.random.choice(FILE_NAMES), "AttachableRef": refs})
    ledger.books.files[made["Id"]] = content
    uri = f"/v3/company/{ledger.books.realm}/download/{made['Id']}"
    stored = {**ledger.books.entity("Attachable")[made["Id"]], "Size": Decimal(len(content)), "FileAccessUri": uri}
    ledger.books.books.tables["Attachable"].put(stored)
    named = ", ".join(f"{entity} {record['Id']}" for entity, record in owners)
    return f"Attachable {made['Id']} on {named}"


def deposit(ledger: Ledger) -> str:
    payment = one_of(ledger.random, [row for row in ledger.rows("Payment") if row["TotalAmt"] > 0])
    ledger.books.deposit([payment["Id"]], one_of(ledger.random, ledger.rows("Account", Name="Checking"))["Id"])
    return f"Payment {payment['Id']}"


def close_books(ledger: Ledger) -> str:
    closed = ledger.random.choice((date(2026, 9, 20), date(2026, 9, 30), date(2026, 10, 6)))
    ledger.books.close_books(closed)
    return closed.isoformat()


def reopen_books(ledger: Ledger) -> str:
    if ledger.books.books.close_date is None:
        raise NothingToDo
    ledger.books.close_books(None)
    return "reopened"


def new_class(ledger: Ledger) -> str:
    return ledger.create("Class", Name=f"House {ledger.random.randrange(20)}")


Deed = Callable[[Ledger], str]
DEEDS: dict[Deed, int] = {
    new_customer: 2,
    new_vendor: 2,
    rename: 3,
    change_email: 1,
    archive: 3,
    activate: 3,
    new_document: 7,
    edit_amount: 5,
    edit_date: 2,
    edit_number: 2,
    edit_note: 1,
    void: 3,
    delete: 2,
    pay: 8,
    edit_payment: 3,
    apply_credit: 3,
    attach: 2,
    deposit: 1,
    close_books: 2,
    reopen_books: 2,
    new_class: 1,
    screens.mark_lines: 3,
    screens.add_text: 2,
    screens.fill_form: 2,
    screens.invoice_with_deposit: 1,
    screens.refund_credit: 2,
    screens.refunded_by_deposit: 1,
    screens.journal_entry: 2,
    screens.sub_class: 1,
    screens.sub_customer: 1,
    screens.class_of_form: 1,
    screens.odd_values: 1,
    screens.unreadable: 1,
    screens.readable: 2,
}
