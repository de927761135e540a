"""What the sample company sold, bought, received and paid, as values; each `ago` counts days back from today."""

from dataclasses import dataclass

from bot.sandbox.quickbooks.sample.lists import MOVE_IN, SPOKANE

WINDOWS, GUTTERS, PAINTING = "Upkeep:Window cleaning", "Upkeep:Gutter cleaning", "Upkeep:Painting"
ALARM, CLOSER, PAINT, FILTER = "Goods:Smoke alarm", "Goods:Door closer", "Goods:Paint, 1 gal", "Goods:Air filter"
HOURS, LABOR = "Hours", "Outside labor"


@dataclass(frozen=True)
class Sale:
    """`lines` are products with their quantities, at their own prices; `discount` is percent, `deposit` money."""

    key: str
    ago: int
    customer: str
    lines: tuple[tuple[str, int], ...]
    discount: str = ""
    deposit: str = ""
    tax: str = ""
    memo: str = ""
    charges: bool = False
    """Whether it also charges the customer's billable expenses on."""


INVOICES = (
    Sale("A1", 88, "Alder Street Apartments:Block A", ((WINDOWS, 8), (GUTTERS, 3))),
    Sale("B1", 85, "Alder Street Apartments:Block B", ((WINDOWS, 6),)),
    Sale("D1", 82, "Bayfield Dental", ((WINDOWS, 4), (FILTER, 6))),
    Sale("C1", 77, "Cormorant Books", ((PAINTING, 12), (PAINT, 5))),
    Sale("L1", 71, "Dunmore & Hale Law", ((HOURS, 5), (CLOSER, 2))),
    Sale("Y1", 66, "Elliott Bay Yoga", ((WINDOWS, 5),), memo="Studio and stairwell"),
    Sale("F1", 63, "Fenwick's Bakery", ((GUTTERS, 4), (ALARM, 3))),
    Sale("G1", 60, "Great Horned Cider", ((HOURS, 9), (CLOSER, 4))),
    Sale("A2", 58, "Alder Street Apartments:Block A", ((MOVE_IN, 2),), memo="Units 3 and 9"),
    Sale("O1", 52, "O'Connell House", ((PAINTING, 16), (PAINT, 8)), discount="10"),
    Sale("S1", 49, "Spokane Mill Lofts", ((ALARM, 40), (HOURS, 10)), tax=SPOKANE),
    Sale("S2", 46, "Spokane Mill Lofts:Loft 7", ((PAINTING, 7), (PAINT, 3)), tax=SPOKANE),
    Sale("Z1", 44, "Zephyr Coworking", ((WINDOWS, 14),)),
    Sale("D2", 40, "Bayfield Dental", ((FILTER, 12),)),
    Sale("C2", 35, "Cormorant Books", ((HOURS, 3),)),
    Sale("L2", 30, "Dunmore & Hale Law", ((PAINTING, 20), (PAINT, 9)), deposit="400.00"),
    Sale("B2", 27, "Alder Street Apartments:Block B", ((GUTTERS, 5), (ALARM, 12)), charges=True),
    Sale("Y2", 21, "Elliott Bay Yoga", ((WINDOWS, 5),)),
    Sale("F2", 18, "Fenwick's Bakery", ((CLOSER, 1), (HOURS, 2))),
    Sale("G2", 14, "Great Horned Cider", ((LABOR, 6),)),
    Sale("O2", 9, "O'Connell House", ((GUTTERS, 2),)),
    Sale("Z2", 5, "Zephyr Coworking", ((WINDOWS, 14), (ALARM, 6))),
    Sale("Z3", 1, "Zephyr Coworking", ((HOURS, 4),)),
)
CREDIT_MEMOS = (
    Sale("CM1", 42, "Cormorant Books", ((PAINT, 2),), memo="Two cans returned"),
    Sale("CM2", 16, "Elliott Bay Yoga", ((WINDOWS, 1),), memo="Stairwell not done"),
)
REFUND = Sale("RR1", 12, "Fenwick's Bakery", ((ALARM, 1),), memo="Alarm did not sound")


@dataclass(frozen=True)
class Receipt:
    """A payment of `pays`, by the keys above, each in full unless an amount is given; `more` is paid beyond that."""

    ago: int
    customer: str
    pays: tuple[tuple[str, str], ...]
    method: str = "Check"
    account: str = "Undeposited Funds"
    reference: str = ""
    more: str = "0"


FULL = ""
RECEIPTS = (
    Receipt(64, "Alder Street Apartments", (("A1", FULL), ("B1", FULL)), reference="2041"),
    Receipt(60, "Bayfield Dental", (("D1", FULL),), reference="771"),
    Receipt(55, "Dunmore & Hale Law", (("L1", "300.00"),), reference="10088"),
    Receipt(52, "Elliott Bay Yoga", (("Y1", FULL),), "Visa", "Checking"),
    Receipt(45, "Fenwick's Bakery", (("F1", FULL),), "Cash", more="50.00"),
    Receipt(40, "O'Connell House", (("O1", "500.00"),), "MasterCard", "Checking"),
    Receipt(38, "Cormorant Books", (("C1", FULL), ("CM1", FULL)), reference="5530"),
    Receipt(20, "Zephyr Coworking", (("Z1", FULL),), reference="88"),
    Receipt(11, "Great Horned Cider", (), reference="412", more="200.00"),
)
BANKED = (("2041", "771"), ("10088",))
"""Which payments were put into the bank together, by their references."""


@dataclass(frozen=True)
class Cost:
    """A line: `on` is an account's full name or, with a quantity, a product's. `bill_to` is charged for it later on."""

    on: str
    amount: str
    quantity: int = 0
    bill_to: str = ""


@dataclass(frozen=True)
class Bought:
    """A bill or vendor credit by its number."""

    number: str
    ago: int
    vendor: str
    lines: tuple[Cost, ...]


POWER, PHONE, RENT = Cost("Utilities:Gas and Electric", "186.40"), Cost("Utilities:Telephone", "74.50"), "Rent or Lease"
BILLS = (
    *(Bought(f"CPL-{80 + month}", 89 - 30 * month, "Cascade Power & Light", (POWER,)) for month in range(3)),
    *(Bought(f"ET-{300 + month}", 86 - 30 * month, "Evergreen Telephone", (PHONE,)) for month in range(3)),
    *(Bought(f"SL-{month + 1}", 84 - 30 * month, "Sound Landlords LLC", (Cost(RENT, "900.00"),)) for month in range(3)),
    Bought("HI-2201", 80, "Harborview Insurance", (Cost("Insurance", "241.23"), Cost("Prepaid Expenses", "482.46"))),
    Bought("LB-118", 75, "Ladder & Brush Supply", (Cost("Supplies", "103.55"),)),
    Bought("PP-6610", 73, "Pinnacle Paint Wholesale", (Cost(PAINT, "428.00", 20),)),
    Bought("MP-51", 68, "Mossback Plumbing", (Cost("Maintenance and Repair", "335.00"),)),
    Bought("PP-6672", 50, "Pinnacle Paint Wholesale", (Cost(PAINT, "214.00", 10), Cost("Supplies", "18.90"))),
    Bought("RT-9", 47, "Rainier Tax & Books", (Cost("Legal & Professional Fees:Accounting", "250.00"),)),
    Bought("TO-4471", 41, "Teal Office Outfitters", (Cost("Office Expenses", "66.72"),)),
    Bought("LB-131", 33, "Ladder & Brush Supply", (Cost(ALARM, "672.00", 60),)),
    Bought(
        *("MP-57", 31, "Mossback Plumbing"),
        (Cost("Maintenance and Repair", "142.00", bill_to="Alder Street Apartments:Block B"),),
    ),
    Bought("PP-6720", 22, "Pinnacle Paint Wholesale", (Cost(PAINT, "321.00", 15),)),
    Bought("LB-140", 15, "Ladder & Brush Supply", (Cost(CLOSER, "477.50", 10),)),
    Bought("TO-4502", 8, "Teal Office Outfitters", (Cost("Office Expenses", "31.15"), Cost("Advertising", "120.00"))),
    Bought("TO-4519", 2, "Teal Office Outfitters", (Cost("Supplies", "47.05"),)),
)
VENDOR_CREDITS = (
    Bought("PP-C12", 48, "Pinnacle Paint Wholesale", (Cost(PAINT, "42.80", 2),)),
    Bought("LB-C3", 10, "Ladder & Brush Supply", (Cost("Supplies", "25.00"),)),
)


@dataclass(frozen=True)
class PaidOut:
    """A bill payment; `pays` are numbers of bills and vendor credits, all in full unless an amount is given."""

    ago: int
    vendor: str
    pays: tuple[tuple[str, str], ...]
    account: str = "Checking"
    number: str = ""


PAYMENTS_OUT = (
    PaidOut(79, "Cascade Power & Light", (("CPL-80", FULL),), number="101"),
    PaidOut(76, "Evergreen Telephone", (("ET-300", FULL),), number="102"),
    PaidOut(84, "Sound Landlords LLC", (("SL-1", FULL),), number="103"),
    PaidOut(54, "Sound Landlords LLC", (("SL-2", FULL),), number="104"),
    PaidOut(45, "Pinnacle Paint Wholesale", (("PP-6610", FULL), ("PP-C12", FULL)), number="105"),
    PaidOut(39, "Teal Office Outfitters", (("TO-4471", FULL),), "Mastercard"),
    PaidOut(28, "Harborview Insurance", (("HI-2201", "300.00"),), number="106"),
)


@dataclass(frozen=True)
class Spent:
    """A purchase: `kind` is its PaymentType; `refunded` is money back on a card."""

    ago: int
    kind: str
    account: str
    vendor: str
    line: Cost
    number: str = ""
    refunded: bool = False


PURCHASES = (
    Spent(70, "Cash", "Checking", "", Cost("Automobile:Fuel", "52.14")),
    Spent(57, "Check", "Checking", "Mossback Plumbing", Cost("Maintenance and Repair", "88.00"), "201"),
    Spent(43, "CreditCard", "Visa", "", Cost("Meals and Entertainment", "34.60")),
    Spent(29, "CreditCard", "Mastercard", "Ladder & Brush Supply", Cost(FILTER, "158.00", 20)),
    Spent(13, "CreditCard", "Mastercard", "Ladder & Brush Supply", Cost(FILTER, "15.80", 2), refunded=True),
)


@dataclass(frozen=True)
class Entry:
    """A journal entry of one debit and one credit."""

    number: str
    ago: int
    debit: str
    credit: str
    amount: str
    memo: str


ENTRIES = (
    Entry("JE-1", 90, "Checking", "Owner's Investment", "5000.00", "Paid in by the owner"),
    Entry("JE-2", 90, "Truck", "Notes Payable", "13500.00", "Truck, bought on credit"),
    Entry("JE-3", 30, "Depreciation", "Truck:Depreciation", "225.00", "Depreciation of the truck"),
)
INTEREST = (25, "Savings", "Interest Earned", "3.17")
"""Days ago, the bank account, the account of income, and how much the bank paid."""
NOTE, FILE = "Call before delivering: the gate is locked.", "site-plan.txt"
