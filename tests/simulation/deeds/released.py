"""What people do in Re-Leased. Each deed is one change; what Re-Leased refuses is simply not done."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from random import Random

from bot.core.model import Direction, RecordType
from bot.records import BY_TYPE
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
from tests.simulation.stage import COMPANY, Sides


@dataclass
class Desk:
    """Re-Leased as a person uses it."""

    sides: Sides
    random: Random

    def rows(self, collection: str, **wanted: object) -> list[Json]:
        """In the order of their ids, so that a choice does not depend on who edited last."""
        rows = sorted(self.sides.released.rows(COMPANY, collection), key=lambda row: int(row["id"]))
        return [row for row in rows if all(row.get(name) == value for name, value in wanted.items())]

    def some(self, collection: str, **wanted: object) -> Json:
        return one_of(self.random, self.rows(collection, **wanted))

    def create(self, collection: str, **body: object) -> str:
        made = self.sides.released.create(COMPANY, collection, body)
        return f"{collection} {made['id']} {made.get('number') or made.get('name') or ''}"

    def change(self, collection: str, record: Json, **fields: object) -> str:
        self.sides.released.patch(COMPANY, collection, record["id"], fields)
        return f"{collection} {record['id']}: {fields}"

    def contact(self, kind: str) -> Json:
        roles = {"tenant", "owner"} if kind == "income" else {"supplier"}
        return one_of(self.random, [row for row in self.rows("contacts", archived=False) if roles & set(row["roles"])])

    def line(self, kind: str, amount: str = "") -> Json:
        accounts = self.rows("accounts", kind="sales" if kind == "income" else "purchase", archived=False)
        taxes = self.rows("tax-types", archived=False)
        tracked = self.random.random() < 0.2
        return {
            "description": self.random.choice(("Rent", "Outgoings", "Water “Ō”", None)),
            "quantity": "1",
            "unitAmount": amount or self.random.choice(AMOUNTS),
            "accountId": one_of(self.random, accounts)["id"],
            "taxTypeId": one_of(self.random, taxes)["id"],
            "trackingOptionId": self.some("tracking-options", archived=False)["id"] if tracked else None,
        }


def new_contact(desk: Desk) -> str:
    roles = desk.random.choice((["tenant"], ["supplier"], ["owner", "supplier"], ["tenant", "owner"]))
    return desk.create("contacts", name=desk.random.choice(NAMES), roles=roles)


def rename_contact(desk: Desk) -> str:
    name = f"{desk.random.choice(NAMES)}{desk.random.choice(('', ' 2', ' Group'))}"
    return desk.change("contacts", desk.some("contacts"), name=name)


def change_email(desk: Desk) -> str:
    email = desk.random.choice((None, "a@example.com", "b@example.com"))
    return desk.change("contacts", desk.some("contacts"), email=email)


def new_invoice(desk: Desk) -> str:
    return _new_document(desk, "invoices")


def new_credit_note(desk: Desk) -> str:
    if RecordType.CREDIT_NOTE not in BY_TYPE:
        raise NothingToDo
    return _new_document(desk, "credit-notes")


def _new_document(desk: Desk, collection: str) -> str:
    kind = desk.random.choice(("income", "income", "expense"))
    lines = [desk.line(kind) for _ in range(desk.random.choice((1, 1, 2, 3)))]
    number = desk.random.choice((*NUMBERS, None)) if desk.random.random() < 0.3 else f"R-{desk.random.randrange(10**6)}"
    return desk.create(
        collection,
        number=number,
        kind=kind,
        status=desk.random.choice(("approved", "approved", "approved", "draft")),
        contactId=desk.contact(kind)["id"],
        issueDate=day(desk.random),
        dueDate=desk.random.choice(("2026-11-20", None)),
        amountsAre=desk.random.choice(("exclusive", "exclusive", "inclusive", "noTax")),
        lines=lines,
        reference=desk.random.choice((None, "as agreed")),
    )


def _documents(desk: Desk) -> tuple[str, Json]:
    collection = desk.random.choice(("invoices", "invoices", "credit-notes"))
    return collection, desk.some(collection)


def edit_lines(desk: Desk) -> str:
    collection, record = _documents(desk)
    lines = [dict(line) for line in record["lines"]]
    for line in lines:
        line.update(netAmount=None, taxAmount=None)
    match desk.random.choice(("amount", "amount", "more", "fewer")):
        case "amount":
            one_of(desk.random, lines)["unitAmount"] = desk.random.choice(AMOUNTS)
        case "more":
            lines.append(desk.line(record["kind"]))
        case _:
            lines = lines[:1]
    return desk.change(collection, record, lines=lines)


def edit_date(desk: Desk) -> str:
    collection, record = _documents(desk)
    return desk.change(collection, record, issueDate=day(desk.random))


def edit_due_date(desk: Desk) -> str:
    return desk.change("invoices", desk.some("invoices"), dueDate=desk.random.choice(("2026-12-01", "2026-11-25")))


def edit_number(desk: Desk) -> str:
    collection, record = _documents(desk)
    return desk.change(collection, record, number=desk.random.choice(NUMBERS))


def edit_reference(desk: Desk) -> str:
    return desk.change("invoices", desk.some("invoices"), reference=desk.random.choice((None, "see letter", "void?")))


def approve(desk: Desk) -> str:
    return desk.change("invoices", desk.some("invoices", status="draft"), status="approved")


def void(desk: Desk) -> str:
    collection, record = _documents(desk)
    return desk.change(collection, record, status="voided")


def pay(desk: Desk) -> str:
    """Part, all, or more than all of one invoice or of two."""
    _require_payments_out()
    open_ = [row for row in desk.rows("invoices", status="approved") if Decimal(row["balance"]) > 0]
    first = one_of(desk.random, open_)
    same = [
        row
        for row in open_
        if (row["contactId"], row["kind"]) == (first["contactId"], first["kind"]) and row["id"] != first["id"]
    ]
    paid = [first, *desk.random.sample(same, min(len(same), desk.random.choice((0, 0, 1))))]
    parts = {row["id"]: part_of(desk.random, Decimal(row["balance"])) for row in paid}
    total = sum(parts.values()) + desk.random.choice((Decimal(0), Decimal(0), Decimal("10.00")))
    return desk.create(
        "payments",
        kind="receipt" if first["kind"] == "income" else "paid",
        contactId=first["contactId"],
        date=desk.random.choice(("2026-10-12", "2026-10-15")),
        amount=str(total),
        reference=f"P{desk.random.randrange(10**6)}",
        allocations=[{"invoiceId": id_, "amount": str(part)} for id_, part in parts.items()],
    )


def _require_payments_out() -> None:
    if Direction.OUTGOING not in BY_TYPE[RecordType.PAYMENT].directions:
        raise NothingToDo


def reverse_payment(desk: Desk) -> str:
    _require_payments_out()
    return desk.change("payments", desk.some("payments", status="active"), status="reversed")


def allocate_credit(desk: Desk) -> str:
    note = desk.some("credit-notes", status="approved")
    fitting = [
        row
        for row in desk.rows("invoices", status="approved", contactId=note["contactId"], kind=note["kind"])
        if Decimal(row["balance"]) > 0
    ]
    invoice = one_of(desk.random, fitting)
    amount = part_of(desk.random, min(Decimal(invoice["balance"]), Decimal(note["remaining"])))
    entry = {"invoiceId": invoice["id"], "amount": str(amount), "date": "2026-10-16"}
    return desk.change("credit-notes", note, allocations=[*note["allocations"], entry])


def take_credit_back(desk: Desk) -> str:
    note = one_of(desk.random, [row for row in desk.rows("credit-notes") if row["allocations"]])
    return desk.change("credit-notes", note, allocations=note["allocations"][1:])


def attach(desk: Desk) -> str:
    """A file for an invoice or credit note; now and then its bytes are not there yet."""
    if RecordType.ATTACHMENT not in BY_TYPE:
        raise NothingToDo
    collection, owner = _documents(desk)
    content = desk.random.choice(CONTENTS)
    made = desk.sides.released.create(
        COMPANY,
        "attachments",
        {
            "ownerType": "invoice" if collection == "invoices" else "creditNote",
            "ownerId": owner["id"],
            "fileName": desk.random.choice(FILE_NAMES),
            "contentType": "application/pdf",
            "size": len(content),
            "sha256": sha256(content).hexdigest(),
        },
    )
    if desk.random.random() < 0.9:
        desk.sides.released.put_content(COMPANY, made["id"], content)
    return f"attachments {made['id']} of {collection} {owner['id']}"


Deed = Callable[[Desk], str]
DEEDS: dict[Deed, int] = {
    new_contact: 3,
    rename_contact: 3,
    change_email: 2,
    new_invoice: 9,
    new_credit_note: 4,
    edit_lines: 7,
    edit_date: 2,
    edit_due_date: 1,
    edit_number: 2,
    edit_reference: 1,
    approve: 2,
    void: 3,
    pay: 4,
    reverse_payment: 1,
    allocate_credit: 3,
    take_credit_back: 1,
    attach: 3,
}
