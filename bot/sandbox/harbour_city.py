"""Harbour City Property, the demo's story: who is in it, and what they rent or charge.

Both ledgers have been kept by hand so far. The first sync finds
- eight properties, which are classes in QuickBooks too, and a ninth class that comes in;
- tenants and suppliers whom both ledgers know (matched), whom only Re-Leased knows (created in QuickBooks) and whom
  only QuickBooks knows (they come in); two firms are tenant and supplier at once, so a Customer and a Vendor there;
- accounts and tax types under the names that QuickBooks has, and some more that come in from there.

Kiosk Ltd is the one in trouble: somebody has made it inactive in QuickBooks, though it rents 23 sites. What was written
for all of them, and the other two causes of red, are in harbour_months.
"""

from dataclasses import dataclass
from decimal import Decimal

from bot.sandbox.demo_records import GST, Account, Contact, Property, TaxType, Where

CUSTOMS, VIADUCT, WHARF, BRITOMART = "12 Customs Street", "Viaduct House", "Wharf Lane Arcade", "Britomart Chambers"
QUAY, TANNERY, PONSONBY, APARTMENTS = "Quay Tower", "Tannery Yard", "Ponsonby Corner", "Harbour View Apartments"

PROPERTIES = (
    *(Property(name) for name in (CUSTOMS, VIADUCT, WHARF, BRITOMART, QUAY, TANNERY, PONSONBY, APARTMENTS)),
    Property("Head Office", Where.QUICKBOOKS),
)

RENT, OUTGOINGS, CAR_PARKS = "Rent", "Outgoings", "Car Parks"
REPAIRS, INSURANCE, CLEANING = "Repairs and Maintenance", "Insurance", "Cleaning"
RATES, SECURITY, GROUNDS = "Council Rates", "Security", "Grounds and Gardens"

ACCOUNTS = (
    Account("200", RENT, sales=True, where=Where.RELEASED),  # QuickBooks' own item Rent
    Account("210", OUTGOINGS, sales=True),
    Account("220", CAR_PARKS, sales=True),
    Account("230", "Signage", sales=True, where=Where.QUICKBOOKS),
    Account("400", REPAIRS, sales=False, where=Where.RELEASED),  # a new company's own accounts
    Account("410", INSURANCE, sales=False, where=Where.RELEASED),
    Account("420", CLEANING, sales=False),
    Account("430", RATES, sales=False),
    Account("440", SECURITY, sales=False),
    Account("450", GROUNDS, sales=False),
    Account("460", "Valuations", sales=False, where=Where.QUICKBOOKS),
)

TAX_TYPES = (
    TaxType(GST, Decimal("15.00")),
    TaxType("No GST", Decimal("0.00")),
    TaxType("Zero-rated", Decimal("0.00"), Where.QUICKBOOKS),
)


@dataclass(frozen=True)
class Lease:
    """`rent` and `outgoings` a month, without tax; `since_long` = it is billed in both ledgers already."""

    tenant: str
    property: str
    rent: str
    outgoings: str = "0.00"
    car_parks: int = 0
    since_long: bool = False
    residential: bool = False


@dataclass(frozen=True)
class Service:
    """What a supplier charges each month; `number` begins the numbers of its bills."""

    supplier: str
    account: str
    text: str
    amount: str
    number: str
    property: str


KIOSK = "Kiosk Ltd"
KIOSK_SITES = 23

LEASES = (
    Lease("Anchor Architects", CUSTOMS, "6400.00", "910.50", 2, since_long=True),
    Lease("Kauri Legal", CUSTOMS, "8250.00", "1180.25", 4, since_long=True),
    Lease("Tui Travel", CUSTOMS, "3100.00", "445.00", since_long=True),
    Lease("Meridian Physio", VIADUCT, "4200.00", "602.10", 1, since_long=True),
    Lease("Salt & Pier Restaurant", VIADUCT, "11800.00", "1640.00", 3, since_long=True),
    Lease("Viaduct Dental", VIADUCT, "5300.00", "758.85", 2, since_long=True),
    Lease("Arcade Books", WHARF, "2450.00", "351.40", since_long=True),
    Lease("Bean There Espresso", WHARF, "1980.00", "284.00", since_long=True),
    Lease("Ōtara Optometrists", WHARF, "2875.00", "411.30", since_long=True),
    Lease("Britomart Tailors", BRITOMART, "3320.00", "476.05", since_long=True),
    Lease("North & Day Accountants", BRITOMART, "7150.00", "1022.70", 3, since_long=True),
    Lease("Pacific Freight NZ", QUAY, "9900.00", "1415.95", 6, since_long=True),
    Lease("Southern Cross Software", QUAY, "12600.00", "1802.15", 8, since_long=True),
    Lease("Tannery Fitness", TANNERY, "5650.00", "808.00", 5, since_long=True),
    Lease("O'Brien Ceramics", TANNERY, "1540.00", "220.45", since_long=True),
    Lease("Ponsonby Pharmacy", PONSONBY, "4480.00", "640.60", 1, since_long=True),
    Lease("Bluestone Gallery", PONSONBY, "3650.00", "522.20"),
    Lease("Crescent Yoga", PONSONBY, "2780.00", "397.75"),
    Lease("Fernside Insurance Brokers", QUAY, "6900.00", "986.80", 3),
    Lease("Gulf Marine Supplies", TANNERY, "4150.00", "593.55", 2),
    Lease("Hemi & Sons Barbers", WHARF, "1460.00", "209.00"),
    Lease("Lambton Recruitment", QUAY, "5200.00", "743.65", 2),
    Lease("Mānuka Films", TANNERY, "3900.00", "557.80", 1),
    Lease("Zoë Müller Photography", BRITOMART, "1890.00", "270.30"),
    Lease("Aroha Ngata", APARTMENTS, "2340.00", residential=True),
    Lease("Wei Chen", APARTMENTS, "2210.00", residential=True),
    Lease("Priya Patel", APARTMENTS, "2480.00", residential=True),
    Lease("Summit Security Ltd", BRITOMART, "2600.00", "371.90", 1),
    Lease("Harbour Cleaning Co", TANNERY, "1750.00", "250.25", 1),
)

SERVICES = (
    Service("Harbour Cleaning Co", CLEANING, "Cleaning of common areas", "1840.00", "HCC-", QUAY),
    Service("Summit Security Ltd", SECURITY, "Patrols and monitoring", "1265.00", "SS", BRITOMART),
    Service("Harbour Lift Services", REPAIRS, "Lift maintenance agreement", "980.00", "L-", QUAY),
    Service("Green Thumb Gardens", GROUNDS, "Gardens and planters", "415.50", "GT/", TANNERY),
    Service("Auckland City Rates", RATES, "Rates instalment", "4310.20", "AC-R", CUSTOMS),
    Service("Tasman Insurance", INSURANCE, "Building cover", "3675.00", "TI-88", VIADUCT),
    Service("Firewatch Alarms", REPAIRS, "Alarm testing", "289.95", "FW", WHARF),
)

OCCASIONAL_SUPPLIERS = ("Northside Plumbing Ltd", "Sparks & Daughters Electrical", "Bayview Roofing", "Clear Glass Co")
OWNERS = ("Ngata Family Trust", "Quayside Holdings LP", "Tannery Yard Partnership")
BOTH_ROLES = frozenset(lease.tenant for lease in LEASES) & frozenset(service.supplier for service in SERVICES)
ONLY_IN_QUICKBOOKS = (
    Contact("Vector Energy", ("supplier",), "bills@vector-energy.example", where=Where.QUICKBOOKS),
    Contact("Waitematā Water", ("supplier",), "accounts@waitemata-water.example", where=Where.QUICKBOOKS),
    Contact("Film Location Hire", ("tenant",), "hire@film-location.example", where=Where.QUICKBOOKS),
)


def contacts() -> tuple[Contact, ...]:
    """Tenants, owners and suppliers; those billed for long, and some of the others, stand in QuickBooks too."""
    tenants = [_tenant(lease, place) for place, lease in enumerate(LEASES)]
    owners = [_contact(name, ("owner",), 60 + place, Where.BOTH) for place, name in enumerate(OWNERS)]
    suppliers = [
        _contact(service.supplier, ("supplier",), 70 + place, Where.BOTH)
        for place, service in enumerate(SERVICES)
        if service.supplier not in BOTH_ROLES
    ]
    occasional = [
        _contact(name, ("supplier",), 80 + place, Where.RELEASED if place % 2 else Where.BOTH)
        for place, name in enumerate(OCCASIONAL_SUPPLIERS)
    ]
    kiosk = Contact(KIOSK, ("tenant",), "office@kiosk.example", "09 555 0190", "3 Quay Street", Where.BOTH, True)
    return (*tenants, *owners, *suppliers, *occasional, kiosk, *ONLY_IN_QUICKBOOKS)


def _tenant(lease: Lease, place: int) -> Contact:
    known = lease.since_long or lease.tenant in BOTH_ROLES
    roles = ("tenant", "supplier") if lease.tenant in BOTH_ROLES else ("tenant",)
    return _contact(lease.tenant, roles, place, Where.BOTH if known else Where.RELEASED, lease.property)


def _contact(name: str, roles: tuple[str, ...], place: int, where: Where, street: str = "PO Box 90") -> Contact:
    letters = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name.lower())
    host = "-".join(part for part in letters.split("-") if part)
    return Contact(name, roles, f"accounts@{host}.example", f"09 555 01{place:02}", street, where)
