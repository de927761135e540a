"""Fills a company with plausible made-up data, all of it written through the contract's rules."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random
from zoneinfo import ZoneInfo

from bot.sandbox.released import seed_words as words
from bot.sandbox.released.ledger.state import ReleasedState
from bot.sandbox.released.rules.payments import SETTLED_BY
from bot.sandbox.released.rules.shapes import Collection, DocumentKind, Record

INCOME, EXPENSE = DocumentKind.INCOME.value, DocumentKind.EXPENSE.value
DAYS_BEFORE_SYNC_FROM = 60

SHARE_BEFORE_SYNC_FROM = 0.04
SHARE_INCLUSIVE = 0.2
SHARE_CREDIT_NOTES = 0.08
SHARE_WITH_ATTACHMENT = 0.1
FATES = {"draft": 10, "approved": 22, "voided": 8, "part paid": 12, "paid": 42, "overpaid": 4, "payment reversed": 2}


@dataclass
class _Seeder:
    """What has been written so far, for later records to refer to."""

    state: ReleasedState
    company: Record
    random: Random
    accounts: dict[str, list[tuple[Record, str]]] = field(default_factory=dict)
    tax_types: dict[str, list[Record]] = field(default_factory=dict)
    tracking: list[Record] = field(default_factory=list)
    counterparties: dict[str, list[Record]] = field(default_factory=lambda: {INCOME: [], EXPENSE: []})
    documents: int = 0

    def create(self, collection: Collection, body: Record) -> Record:
        return self.state.create(self.company["id"], collection, body)

    def patch(self, collection: Collection, record: Record, body: Record) -> Record:
        return self.state.patch(self.company["id"], collection, record["id"], body)


def seed(state: ReleasedState, company_id: str, seed: int, size: int) -> None:
    """Adds `size` invoices of both kinds and all statuses, and the contacts, accounts, tax types, tracking options
    (one per property), credit notes, payments and attachments that go with them. The same on the same day for the
    same `seed`; a few documents are dated before the company's sync from."""
    seeder = _Seeder(state, state.company(company_id), Random(seed))
    _lists(seeder, properties=max(2, size // 25))
    _contacts(seeder, size)
    for _ in range(size):
        if seeder.random.random() < SHARE_CREDIT_NOTES:
            _credit_note(seeder)
        else:
            _invoice(seeder)


def _lists(seeder: _Seeder, properties: int) -> None:
    for kind, document_kind, accounts in (
        ("sales", INCOME, words.SALES_ACCOUNTS),
        ("purchase", EXPENSE, words.PURCHASE_ACCOUNTS),
    ):
        seeder.accounts[document_kind] = [
            (seeder.create(Collection.ACCOUNTS, {"code": code, "name": name, "kind": kind}), text)
            for code, name, text in accounts
        ]
    rates = words.TAX_TYPES.get(seeder.company["country"], words.TAX_TYPES["NZ"])
    income, expense, none = (seeder.create(Collection.TAX_TYPES, {"name": name, "rate": rate}) for name, rate in rates)
    seeder.tax_types = {INCOME: [income, income, income, none], EXPENSE: [expense, expense, none]}
    for number in range(properties):
        name = f"{number + 1} {seeder.random.choice(words.STREETS)}"
        body = {"name": name, "propertyId": f"P{number + 1:04}"}
        seeder.tracking.append(seeder.create(Collection.TRACKING_OPTIONS, body))


def _contacts(seeder: _Seeder, size: int) -> None:
    """Tenants, owners, suppliers, some who are both; and one archived, on whom nothing is written."""
    numbers = {
        ("tenant",): max(2, size // 8),
        ("owner",): max(1, size // 20),
        ("supplier",): max(2, size // 15),
        ("owner", "supplier"): max(1, size // 60),
        ("tenant", "supplier"): max(1, size // 80),
    }
    taken: set[str] = set()
    for roles, number in numbers.items():
        for _ in range(number):
            contact = seeder.create(Collection.CONTACTS, _contact(seeder.random, roles, taken))
            if {"tenant", "owner"} & set(roles):
                seeder.counterparties[INCOME].append(contact)
            if "supplier" in roles:
                seeder.counterparties[EXPENSE].append(contact)
    gone = seeder.create(Collection.CONTACTS, _contact(seeder.random, ("tenant",), taken))
    seeder.patch(Collection.CONTACTS, gone, {"archived": True})


def _contact(random: Random, roles: tuple[str, ...], taken: set[str]) -> Record:
    if "supplier" in roles:
        name = f"{random.choice(words.FIRMS)} {random.choice(words.TRADES)} Ltd"
    else:
        name = f"{random.choice(words.FIRST_NAMES)} {random.choice(words.LAST_NAMES)}"
    while name in taken:
        name = f"{name} {random.choice('ABCDEFGHJKLMNPRSTVW')}"
    taken.add(name)
    town, postal_code = random.choice(words.TOWNS)
    return {
        "name": name,
        "roles": list(roles),
        "email": f"contact{len(taken)}@example.com",
        "phone": f"+64 9 555 {random.randrange(10_000):04}",
        "taxNumber": f"{random.randrange(10, 130):03}-{random.randrange(1000):03}-{random.randrange(1000):03}",
        "address": {
            "line1": f"{random.randrange(1, 200)} {random.choice(words.STREETS)}",
            "city": town,
            "postalCode": postal_code,
            "country": "New Zealand",
        },
    }


def _document(seeder: _Seeder, kind: str, prefix: str) -> Record:
    """The body of an approved document of one to three lines."""
    random = seeder.random
    seeder.documents += 1
    issued = _issue_date(seeder)
    where = random.choice(seeder.tracking)
    return {
        "number": f"{prefix}-{seeder.documents:05}",
        "kind": kind,
        "status": "approved",
        "contactId": random.choice(seeder.counterparties[kind])["id"],
        "issueDate": issued.isoformat(),
        "dueDate": (issued + timedelta(days=20)).isoformat(),
        "amountsAre": "inclusive" if random.random() < SHARE_INCLUSIVE else "exclusive",
        "lines": [_line(seeder, kind, where, issued) for _ in range(random.randint(1, 3))],
        "reference": f"{where['name']}, {issued:%B %Y}",
        "propertyId": where["propertyId"],
        "tenancyId": f"T{random.randrange(1000):04}" if kind == INCOME else None,
    }


def _line(seeder: _Seeder, kind: str, where: Record, issued: date) -> Record:
    random = seeder.random
    account, text = random.choice(seeder.accounts[kind])
    return {
        "description": text.format(month=f"{issued:%B %Y}"),
        "quantity": random.choice(("1", "1", "1", "2", "0.5", "7.25")),
        "unitAmount": f"{random.randrange(20, 2000)}.{random.choice(('00', '00', '50', '95', '335'))}",
        "accountId": account["id"],
        "taxTypeId": random.choice(seeder.tax_types[kind])["id"],
        "trackingOptionId": where["id"],
    }


def _issue_date(seeder: _Seeder) -> date:
    sync_from = date.fromisoformat(seeder.company["syncFrom"])
    if seeder.random.random() < SHARE_BEFORE_SYNC_FROM:
        return sync_from - timedelta(days=seeder.random.randint(1, DAYS_BEFORE_SYNC_FROM))
    today = seeder.state.clock().astimezone(ZoneInfo(seeder.company["timezone"])).date()
    return sync_from + timedelta(days=seeder.random.randint(0, max(0, (today - sync_from).days)))


def _invoice(seeder: _Seeder) -> None:
    kind = seeder.random.choice((INCOME, INCOME, EXPENSE))
    fate = seeder.random.choices(list(FATES), list(FATES.values()))[0]
    body = _document(seeder, kind, "INV" if kind == INCOME else "BILL")
    status = "draft" if fate == "draft" else "approved"
    invoice = seeder.create(Collection.INVOICES, {**body, "status": status})
    if kind == EXPENSE and seeder.random.random() < SHARE_WITH_ATTACHMENT:
        _attach(seeder, invoice)
    _meet_fate(seeder, invoice, fate)


def _meet_fate(seeder: _Seeder, invoice: Record, fate: str) -> None:
    total = Decimal(invoice["total"])
    match fate:
        case "voided":
            seeder.patch(Collection.INVOICES, invoice, {"status": "voided"})
        case "part paid":
            part = (total / 3).quantize(Decimal("0.01"))
            _pay(seeder, invoice, part, part)
        case "paid":
            _pay(seeder, invoice, total, total)
        case "overpaid":
            _pay(seeder, invoice, total + 100, total)
        case "payment reversed":
            payment = _pay(seeder, invoice, total, total)
            seeder.patch(Collection.PAYMENTS, payment, {"status": "reversed"})


def _pay(seeder: _Seeder, invoice: Record, amount: Decimal, allocated: Decimal) -> Record:
    paid_on = date.fromisoformat(invoice["issueDate"]) + timedelta(days=seeder.random.randint(0, 25))
    return seeder.create(
        Collection.PAYMENTS,
        {
            "kind": SETTLED_BY[DocumentKind(invoice["kind"])].value,
            "contactId": invoice["contactId"],
            "date": paid_on.isoformat(),
            "amount": str(amount),
            "reference": f"{invoice['number']} paid",
            "allocations": [{"invoiceId": invoice["id"], "amount": str(allocated)}],
        },
    )


def _credit_note(seeder: _Seeder) -> None:
    """A credit for part of an invoice written for it; most are allocated to that invoice."""
    kind = seeder.random.choice((INCOME, INCOME, EXPENSE))
    invoice = seeder.create(Collection.INVOICES, _document(seeder, kind, "INV" if kind == INCOME else "BILL"))
    line = {**invoice["lines"][0], "id": None, "quantity": "0.1", "netAmount": None, "taxAmount": None}
    same = ("kind", "contactId", "amountsAre", "propertyId", "tenancyId", "reference")
    body = {
        **{name: invoice[name] for name in same},
        "number": f"CN-{seeder.documents:05}",
        "status": "approved",
        "issueDate": invoice["issueDate"],
        "lines": [line],
    }
    credit = seeder.create(Collection.CREDIT_NOTES, body)
    if seeder.random.random() < 0.7:
        allocation = {"invoiceId": invoice["id"], "amount": credit["total"], "date": credit["issueDate"]}
        seeder.patch(Collection.CREDIT_NOTES, credit, {"allocations": [allocation]})


def _attach(seeder: _Seeder, invoice: Record) -> None:
    content = f"Receipt for {invoice['number']}: {invoice['total']} {invoice['currency']}\n".encode()
    body = {
        "ownerType": "invoice",
        "ownerId": invoice["id"],
        "fileName": f"{invoice['number']}.txt",
        "contentType": "text/plain",
        "size": len(content),
        "sha256": sha256(content).hexdigest(),
    }
    attachment = seeder.create(Collection.ATTACHMENTS, body)
    seeder.state.put_content(seeder.company["id"], attachment["id"], content)
