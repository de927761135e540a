"""The words and rates that made-up property management data is written with."""

STREETS = (
    "Queen Street",
    "Ponsonby Road",
    "Lambton Quay",
    "High Street",
    "Victoria Street",
    "Harbour View",
    "Mill Lane",
)
TOWNS = (("Auckland", "1010"), ("Wellington", "6011"), ("Christchurch", "8011"), ("Hamilton", "3204"))
FIRST_NAMES = ("Aroha", "Mere", "Tane", "Olivia", "Jack", "Priya", "Wei", "Sofia", "Liam", "Ngaio", "Zoë", "Søren")
LAST_NAMES = ("Ngata", "Smith", "O'Brien", "Patel", "Chen", "Müller", "Williams", "Taylor", "Singh", "Kowalski")
TRADES = ("Plumbing", "Electrical", "Roofing", "Cleaning", "Gardens", "Lifts", "Locksmiths", "Painters", "Security")
FIRMS = ("Kauri", "Harbour", "Southern Cross", "Tui", "Summit", "Bluestone", "Pacific", "Fernside", "Anchor")

# code, name of the account, and what a line on it says
SALES_ACCOUNTS = (
    ("200", "Rent", "Rent for {month}"),
    ("210", "Outgoings recovered", "Outgoings for {month}"),
    ("220", "Car parking", "Car park for {month}"),
    ("230", "Water recovered", "Water used in {month}"),
)
PURCHASE_ACCOUNTS = (
    ("400", "Repairs and maintenance", "Call-out and repairs in {month}"),
    ("410", "Rates", "Council rates for {month}"),
    ("420", "Insurance", "Building insurance, {month}"),
    ("430", "Cleaning", "Cleaning of common areas, {month}"),
    ("440", "Electricity", "Electricity of common areas, {month}"),
)

TAX_TYPES = {
    "NZ": (("GST on income", "15.00"), ("GST on expenses", "15.00"), ("No GST", "0.00")),
    "AU": (("GST on income", "10.00"), ("GST on expenses", "10.00"), ("GST free", "0.00")),
    "GB": (("20.0% S", "20.00"), ("20.0% P", "20.00"), ("Exempt", "0.00")),
    "US": (("Sales tax", "8.875"), ("Use tax", "8.875"), ("Non-taxable", "0.00")),
}
