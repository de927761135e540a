"""Fills a company with plausible data of a property business, through the same rules as everything else."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bot.sandbox.quickbooks.api.company import Company
from bot.sandbox.quickbooks.api.state import QuickBooksState
from bot.sandbox.quickbooks.books.schema import Record

FIRST_NAMES = ("Aroha", "Ben", "Chloe", "Daniel", "Emma", "Finn", "Grace", "Hemi", "Isla", "Jack", "Kiri", "Liam")
LAST_NAMES = ("Anderson", "Brown", "Clarke", "Davies", "Evans", "Fraser", "Green", "Hughes", "Irwin", "Jones", "King")
TRADES = ("Cafe", "Dental", "Books", "Fitness", "Pharmacy", "Architects", "Bakery", "Law", "Opticians", "Travel")
SERVICES = ("Plumbing", "Electrical", "Cleaning", "Security", "Lifts", "Gardening", "Roofing", "Fire Safety")
STREETS = ("Queen Street", "High Street", "Victoria Road", "Station Road", "Church Lane", "Harbour View")
PROPERTIES = ("12 Queen Street", "Harbour House", "Station Yard", "The Old Mill")
ITEM_NAMES = ("Car Park", "Outgoings", "Marketing Levy", "Water Rates")
PERIOD_DAYS = 180

US_CODE = "NON"


def seed(state: QuickBooksState, realm: str, seed: int, size: int) -> Company:
    """`size` is the number of invoices; customers, vendors, bills and payments come in proportion.

    The same seed and date give the same company. The company must exist and have its defaults.
    """
    company, random = state.companies[realm], Random(seed)
    today = state.now().date()
    classes = [_named(company, "Class", name) for name in PROPERTIES]
    items = [*_items(company), *_existing_items(company)]
    customers = [_customer(company, random, number) for number in range(max(1, size // 4))]
    vendors = [_vendor(company, random, number) for number in range(max(1, size // 8))]
    for number in range(size):
        invoice = _invoice(company, random, customers, items, classes, today, number)
        if random.random() < 0.6:
            _receive(company, random, invoice)
    for number in range(size // 2):
        bill = _bill(company, random, vendors, classes, today, number)
        if random.random() < 0.5:
            _pay(company, bill)
    return company


def _named(company: Company, entity: str, name: str) -> Record:
    return company.entity(entity).find("Name", name) or company.create(entity, {"Name": name})


def _items(company: Company) -> list[Record]:
    account = company.entity("Account").find("Name", "Outgoings Recovered")
    ref = {"value": account["Id"]} if account else None
    wanted = {"Type": "Service", "IncomeAccountRef": ref}
    found = [company.entity("Item").find("Name", name) for name in ITEM_NAMES]
    pairs = zip(ITEM_NAMES, found, strict=True)
    return [item or company.create("Item", {"Name": name, **wanted}) for name, item in pairs]


def _existing_items(company: Company) -> list[Record]:
    return [item for item in company.entity("Item").values() if item["Active"] and item["Name"] in ("Rent", "Services")]


def _free_name(company: Company, name: str) -> str:
    candidate, number = name, 2
    while any(company.entity(kind).ids_where("DisplayName", candidate) for kind in ("Customer", "Vendor", "Employee")):
        candidate, number = f"{name} {number}", number + 1
    return candidate


def _customer(company: Company, random: Random, number: int) -> Record:
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    body: Record = {
        "DisplayName": _free_name(company, f"{last} {random.choice(TRADES)}"),
        "GivenName": first,
        "FamilyName": last,
        "PrimaryEmailAddr": {"Address": f"{first}.{last}{number}@example.com".lower()},
        "BillAddr": {"Line1": f"{random.randint(1, 200)} {random.choice(STREETS)}", "City": "Auckland"},
    }
    return company.create("Customer", body)


def _vendor(company: Company, random: Random, number: int) -> Record:
    name = f"{random.choice(LAST_NAMES)} {random.choice(SERVICES)}"
    email = f"accounts{number}@example.com"
    body = {"DisplayName": _free_name(company, name), "PrimaryEmailAddr": {"Address": email}}
    return company.create("Vendor", body)


def _tax_code(company: Company, random: Random) -> str:
    if company.books.is_us:
        return US_CODE
    codes = [code["Id"] for code in company.entity("TaxCode").in_id_order() if code["Active"]]
    return str(codes[0] if random.random() < 0.85 else codes[1])


def _past(random: Random, today: date) -> str:
    return (today - timedelta(days=random.randrange(PERIOD_DAYS))).isoformat()


def _number(company: Company, entity: str, prefix: str, number: int) -> str:
    while company.entity(entity).ids_where("DocNumber", f"{prefix}{number}"):
        number += 1
    return f"{prefix}{number}"


def _invoice(
    company: Company,
    random: Random,
    customers: Sequence[Record],
    items: Sequence[Record],
    classes: Sequence[Record],
    today: date,
    number: int,
) -> Record:
    lines = []
    for _ in range(random.randint(1, 3)):
        detail = {
            "ItemRef": {"value": random.choice(items)["Id"]},
            "ClassRef": {"value": random.choice(classes)["Id"]},
            "TaxCodeRef": {"value": _tax_code(company, random)},
        }
        line = {"Amount": _price(random), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
        lines.append({**line, "Description": "Rent and outgoings"})
    customer = random.choice(customers)
    return company.create(
        "Invoice",
        {
            "CustomerRef": {"value": customer["Id"]},
            "CurrencyRef": customer["CurrencyRef"],
            "DocNumber": _number(company, "Invoice", "SI-", 1000 + number),
            "TxnDate": _past(random, today),
            "Line": lines,
        },
    )


def _bill(
    company: Company, random: Random, vendors: Sequence[Record], classes: Sequence[Record], today: date, number: int
) -> Record:
    accounts = [one for one in company.entity("Account").in_id_order() if one["AccountType"] == "Expense"]
    detail = {
        "AccountRef": {"value": random.choice(accounts)["Id"]},
        "ClassRef": {"value": random.choice(classes)["Id"]},
        "TaxCodeRef": {"value": _tax_code(company, random)},
    }
    kind = "AccountBasedExpenseLineDetail"
    line = {"Amount": _price(random), "DetailType": kind, kind: detail, "Description": "Maintenance"}
    vendor = random.choice(vendors)
    return company.create(
        "Bill",
        {
            "VendorRef": {"value": vendor["Id"]},
            "CurrencyRef": vendor["CurrencyRef"],
            "DocNumber": _number(company, "Bill", "PB-", 500 + number),
            "TxnDate": _past(random, today),
            "Line": [line],
        },
    )


def _price(random: Random) -> Decimal:
    return Decimal(random.randint(5_000, 500_000)) / 100


def _receive(company: Company, random: Random, invoice: Record) -> None:
    paid = invoice["TotalAmt"] if random.random() < 0.8 else (invoice["TotalAmt"] / 2).quantize(Decimal("0.01"))
    link = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
    body = {"CustomerRef": invoice["CustomerRef"], "CurrencyRef": invoice["CurrencyRef"], "TotalAmt": paid}
    company.create("Payment", {**body, "TxnDate": invoice["TxnDate"], "Line": [{"Amount": paid, "LinkedTxn": [link]}]})


def _pay(company: Company, bill: Record) -> None:
    bank = company.entity("Account").find("Name", "Checking")
    link = {"TxnId": bill["Id"], "TxnType": "Bill"}
    body = {"VendorRef": bill["VendorRef"], "CurrencyRef": bill["CurrencyRef"], "TotalAmt": bill["TotalAmt"]}
    payment = {"PayType": "Check", "CheckPayment": {"BankAccountRef": {"value": bank["Id"] if bank else ""}}}
    line = {"Amount": bill["TotalAmt"], "LinkedTxn": [link]}
    company.create("BillPayment", {**body, **payment, "TxnDate": bill["TxnDate"], "Line": [line]})
