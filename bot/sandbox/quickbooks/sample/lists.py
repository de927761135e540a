"""The lists of the sample company: accounts, classes, locations, terms, tax, customers, vendors and products.

Intuit's own sample (Craig's Design and Landscaping Services) decided what there is of which kind; names of accounts and
terms are QuickBooks' own, those of people and firms are invented.
"""

from dataclasses import dataclass
from decimal import Decimal

COMPANY = "Northgate Property Care"
STREET, CITY, STATE, ZIP = "4100 Aurora Terrace", "Seattle", "WA", "98103"


@dataclass(frozen=True)
class Account:
    """`parent` is the full name of the account above it."""

    name: str
    kind: str
    subtype: str
    parent: str = ""


ACCOUNTS = (
    # Clients written for Intuit's sample book bills on account 1 and charge account 42, the Visa card, by their ids.
    Account("Advertising", "Expense", "AdvertisingPromotional"),
    Account("Checking", "Bank", "Checking"),
    Account("Savings", "Bank", "Savings"),
    Account("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    Account("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    Account("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    Account("Inventory Asset", "Other Current Asset", "Inventory"),
    Account("Prepaid Expenses", "Other Current Asset", "PrepaidExpenses"),
    Account("Uncategorized Asset", "Other Current Asset", "OtherCurrentAssets"),
    Account("Truck", "Fixed Asset", "Vehicles"),
    Account("Depreciation", "Fixed Asset", "AccumulatedDepreciation", "Truck"),
    Account("Machinery and Equipment", "Fixed Asset", "MachineryAndEquipment"),
    Account("Security Deposits", "Other Asset", "SecurityDeposits"),
    Account("Mastercard", "Credit Card", "CreditCard"),
    Account("Sales Tax Payable", "Other Current Liability", "SalesTaxPayable"),
    Account("Loan Payable", "Other Current Liability", "LoanPayable"),
    Account("Notes Payable", "Long Term Liability", "NotesPayable"),
    Account("Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    Account("Retained Earnings", "Equity", "RetainedEarnings"),
    Account("Owner's Investment", "Equity", "OwnersEquity"),
    Account("Services", "Income", "ServiceFeeIncome"),
    Account("Cleaning", "Income", "ServiceFeeIncome", "Services"),
    Account("Painting", "Income", "ServiceFeeIncome", "Services"),
    Account("Sales of Product Income", "Income", "SalesOfProductIncome"),
    Account("Discounts given", "Income", "DiscountsRefundsGiven"),
    Account("Billable Expense Income", "Income", "ServiceFeeIncome"),
    Account("Markup", "Income", "ServiceFeeIncome"),
    Account("Interest Earned", "Other Income", "InterestEarned"),
    Account("Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    Account("Automobile", "Expense", "Auto"),
    Account("Fuel", "Expense", "Auto", "Automobile"),
    Account("Bank Charges", "Expense", "BankCharges"),
    Account("Insurance", "Expense", "Insurance"),
    Account("Legal & Professional Fees", "Expense", "LegalProfessionalFees"),
    Account("Accounting", "Expense", "LegalProfessionalFees", "Legal & Professional Fees"),
    Account("Maintenance and Repair", "Expense", "RepairMaintenance"),
    Account("Meals and Entertainment", "Expense", "EntertainmentMeals"),
    Account("Office Expenses", "Expense", "OfficeGeneralAdministrativeExpenses"),
    Account("Rent or Lease", "Expense", "RentOrLeaseOfBuildings"),
    Account("Supplies", "Expense", "SuppliesMaterials"),
    Account("Utilities", "Expense", "Utilities"),
    Account("Visa", "Credit Card", "CreditCard"),
    Account("Gas and Electric", "Expense", "Utilities", "Utilities"),
    Account("Telephone", "Expense", "Utilities", "Utilities"),
    Account("Taxes & Licenses", "Expense", "TaxesPaid"),
    Account("Depreciation", "Other Expense", "Depreciation"),
    Account("Miscellaneous", "Other Expense", "OtherMiscellaneousExpense"),
)

AGENCY = "Washington State Department of Revenue"
SEATTLE, SPOKANE = "Seattle", "Spokane"
TAX_CODES = {
    SEATTLE: (("Washington State", Decimal("6.5")), ("City of Seattle", Decimal("3.85"))),
    SPOKANE: (("Spokane, state and city", Decimal("9.1")),),
}
"""The two tax codes of the agency, each with its rates; the first is what a taxable sale is taxed by."""

TERMS = {"Due on receipt": 0, "Net 10": 10, "Net 15": 15, "Net 30": 30, "Net 60": 60}
"""In days."""
METHODS = ("Cash", "Check", "Visa", "MasterCard", "American Express")
CARDS = ("Visa", "MasterCard", "American Express")
CLASSES = ("Residential", "Commercial", "Commercial:Retail")
LOCATIONS = ("North", "South")
EMPLOYEE = ("Ingrid", "Solberg")


@dataclass(frozen=True)
class Customer:
    """`parent` is the full name of the customer above it; `person` is first and last name."""

    name: str
    person: tuple[str, str]
    street: str
    parent: str = ""
    city: str = CITY
    term: str = "Net 30"
    taxable: bool = True


ALDER, SPOKANE_MILLS = "Alder Street Apartments", "Spokane Mill Lofts"
CUSTOMERS = (
    Customer(ALDER, ("Tobias", "Renn"), "12 Alder Street"),
    Customer("Block A", ("Tobias", "Renn"), "12 Alder Street", ALDER),
    Customer("Block B", ("Marit", "Quill"), "14 Alder Street", ALDER),
    Customer("Bayfield Dental", ("Oona", "Bayfield"), "77 Harbor Avenue"),
    Customer("Cormorant Books", ("Felix", "Amari"), "8 Pike Lane", term="Net 15"),
    Customer("Dunmore & Hale Law", ("Greta", "Dunmore"), "300 Second Avenue"),
    Customer("Elliott Bay Yoga", ("Priya", "Nandakumar"), "51 Western Way", term="Due on receipt"),
    Customer("Fenwick's Bakery", ("Lorcan", "Fenwick"), "19 Market Street", term="Net 15"),
    Customer("Great Horned Cider", ("Wes", "Okafor"), "640 Foundry Road", taxable=False),
    Customer("O'Connell House", ("Niamh", "O'Connell"), "23 Queen Anne Hill", term="Due on receipt"),
    Customer(SPOKANE_MILLS, ("Dara", "Whitlock"), "1 Mill Race", city=SPOKANE),
    Customer("Loft 7", ("Dara", "Whitlock"), "1 Mill Race", SPOKANE_MILLS, city=SPOKANE),
    Customer("Zephyr Coworking", ("Hana", "Moriyama"), "900 Union Square"),
)


@dataclass(frozen=True)
class Vendor:
    name: str
    street: str
    term: str = "Net 30"
    files_1099: bool = False


VENDORS = (
    Vendor("Cascade Power & Light", "1 Dam Road", "Net 10"),
    Vendor("Evergreen Telephone", "48 Exchange Street", "Net 10"),
    Vendor("Harborview Insurance", "500 Union Street"),
    Vendor("Ladder & Brush Supply", "16 Depot Street"),
    Vendor("Mossback Plumbing", "9 Cistern Lane", files_1099=True),
    Vendor("Pinnacle Paint Wholesale", "220 Color Court"),
    Vendor("Rainier Tax & Books", "3 Ledger Place", "Due on receipt", files_1099=True),
    Vendor("Sound Landlords LLC", "77 Lease Street", "Due on receipt"),
    Vendor("Teal Office Outfitters", "61 Paper Mill Road", "Net 15"),
)


@dataclass(frozen=True)
class Item:
    """`kind` is its Type; `income` and `cost` are its accounts; `price` is for one. `stock` is its quantity."""

    name: str
    kind: str
    price: str = "0"
    income: str = ""
    taxable: bool = False
    category: str = ""
    cost: str = ""
    bought_at: str = "0"
    stock: int = 0
    holds: tuple[tuple[str, int], ...] = ()


PRODUCTS, COGS = "Sales of Product Income", "Cost of Goods Sold"
CARE, GOODS, MOVE_IN = "Upkeep", "Goods", "Move-in package"
ITEMS = (
    Item(CARE, "Category"),
    Item(GOODS, "Category"),
    Item("Window cleaning", "Service", "45", "Services:Cleaning", category=CARE),
    Item("Gutter cleaning", "Service", "60", "Services:Cleaning", category=CARE),
    Item("Painting", "Service", "55", "Services:Painting", category=CARE),
    Item("Smoke alarm", "Inventory", "24.50", PRODUCTS, True, GOODS, COGS, "11.20", 120),
    Item("Door closer", "Inventory", "89", PRODUCTS, True, GOODS, COGS, "47.75", 35),
    Item("Paint, 1 gal", "NonInventory", "38", PRODUCTS, True, GOODS, COGS, "21.40"),
    Item("Air filter", "NonInventory", "17.25", PRODUCTS, True, GOODS, "Supplies", "7.90"),
    Item(MOVE_IN, "Group", holds=(("Upkeep:Painting", 6), ("Goods:Smoke alarm", 2))),
    Item("Outside labor", "NonInventory", "70", "Services", cost="Maintenance and Repair", bought_at="52"),
    Item("Hours", "Service", "65", "Services"),
)
"""The newest is one that any sale may name: clients take the first that a query gives, and the newest comes first."""

MESSAGES = {
    "InvoiceMessage": "Invoice from",
    "EstimateMessage": "Estimate from",
    "SalesReceiptMessage": "Sales receipt from",
    "StatementMessage": "Statement from",
}
"""How the subject of each e-mail begins; the name of the company follows."""
CUSTOMER_MESSAGE = "Thank you for your business."
CUSTOM_FIELDS = ("Crew", "Site contact")
