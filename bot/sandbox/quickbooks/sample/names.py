"""Writes the lists of the sample company: its identity and preferences, accounts, tax codes, names and products."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from bot.sandbox.quickbooks.api.company import Company, Origin
from bot.sandbox.quickbooks.api.defaults import add_agency, add_us_line_codes
from bot.sandbox.quickbooks.books.schema import Record
from bot.sandbox.quickbooks.sample import lists
from bot.sandbox.quickbooks.sample.lists import Account, Customer, Item, Vendor

YEAR = timedelta(days=365)


def write_lists(company: Company, today: date) -> None:
    """`company` has nothing but its CompanyInfo and Preferences. Raises Refusal where a rule is broken."""
    for account in lists.ACCOUNTS:
        _account(company, account)
    _tax(company)
    for name, days in lists.TERMS.items():
        company.create("Term", {"Name": name, "DueDays": days})
    for name in lists.METHODS:
        kind = "CREDIT_CARD" if name in lists.CARDS else "NON_CREDIT_CARD"
        company.create("PaymentMethod", {"Name": name, "Type": kind})
    for path in lists.CLASSES:
        company.create("Class", _named(company, "Class", path))
    for path in lists.LOCATIONS:
        company.create("Department", _named(company, "Department", path))
    for vendor in lists.VENDORS:
        _vendor(company, vendor)
    for customer in lists.CUSTOMERS:
        _customer(company, customer)
    first, last = lists.EMPLOYEE
    hired = (today - YEAR).isoformat()
    company.create("Employee", {"GivenName": first, "FamilyName": last, "HiredDate": hired})
    for item in lists.ITEMS:
        _item(company, item, today)
    _settings(company)


def ref(company: Company, entity: str, name: str) -> Record:
    """A reference to what is called so, with its parents: "Utilities:Telephone". Raises LookupError."""
    fields = company.books.tables[entity].entity.fields
    field = "FullyQualifiedName" if "FullyQualifiedName" in fields else "DisplayName" if entity == "Vendor" else "Name"
    found = company.entity(entity).find(field, name)
    if found is None:
        raise LookupError(f"the sample has no {entity} {name}")
    return {"value": found["Id"]}


def _named(company: Company, entity: str, path: str) -> Record:
    parent, _, name = path.rpartition(":")
    return {"Name": name, **_below(company, entity, parent)}


def _below(company: Company, entity: str, parent: str) -> Record:
    return {"ParentRef": ref(company, entity, parent)} if parent else {}


def _account(company: Company, account: Account) -> None:
    body = {"Name": account.name, "AccountType": account.kind, "AccountSubType": account.subtype}
    company.create("Account", {**body, **_below(company, "Account", account.parent)})


def _tax(company: Company) -> None:
    """TAX and NON for lines, and the agency's codes, the first of which is the usual one."""
    agency = add_agency(company.books, lists.AGENCY)
    add_us_line_codes(company.books)
    for name, rates in lists.TAX_CODES.items():
        details = [
            {"TaxRateName": rate, "RateValue": percent, "TaxAgencyId": agency, "TaxApplicableOn": "Sales"}
            for rate, percent in rates
        ]
        company.perform("taxcode", "TaxCode", {"TaxCode": name, "TaxRateDetails": details}, Origin())
    company.set_preference("TaxPrefs", "TaxGroupCodeRef", ref(company, "TaxCode", lists.SEATTLE))


def _address(street: str, city: str = lists.CITY) -> Record:
    return {"Line1": street, "City": city, "CountrySubDivisionCode": lists.STATE, "PostalCode": lists.ZIP}


def _email(local: str) -> Record:
    letters = "".join(letter for letter in local.lower() if letter.isalpha())
    return {"Address": f"{letters}@example.com"}


def _phone(number: int) -> Record:
    return {"FreeFormNumber": f"(206) 555-01{number:02}"}


def _customer(company: Company, customer: Customer) -> None:
    first, last = customer.person
    body: Record = {
        "DisplayName": customer.name,
        "CompanyName": customer.parent or customer.name,
        "GivenName": first,
        "FamilyName": last,
        "BillAddr": _address(customer.street, customer.city),
        "ShipAddr": _address(customer.street, customer.city),
        "PrimaryEmailAddr": _email(f"{first}{last}"),
        "PrimaryPhone": _phone(len(company.entity("Customer"))),
        "SalesTermRef": ref(company, "Term", customer.term),
        "Taxable": customer.taxable,
        "BillWithParent": bool(customer.parent),
    }
    company.create("Customer", {**body, **_below(company, "Customer", customer.parent)})


def _vendor(company: Company, vendor: Vendor) -> None:
    body: Record = {
        "DisplayName": vendor.name,
        "CompanyName": vendor.name,
        "BillAddr": _address(vendor.street),
        "PrimaryEmailAddr": _email(vendor.name),
        "PrimaryPhone": _phone(50 + len(company.entity("Vendor"))),
        "TermRef": ref(company, "Term", vendor.term),
        "Vendor1099": vendor.files_1099,
    }
    company.create("Vendor", body)


def _item(company: Company, item: Item, today: date) -> None:
    body: Record = {"Name": item.name, "Type": item.kind, **_below(company, "Item", item.category)}
    if item.income:
        body |= {"Description": item.name, "UnitPrice": Decimal(item.price), "Taxable": item.taxable}
        body |= {"IncomeAccountRef": ref(company, "Account", item.income)}
    if item.cost:
        body |= {"PurchaseCost": Decimal(item.bought_at), "ExpenseAccountRef": ref(company, "Account", item.cost)}
    if item.stock:
        body |= {"TrackQtyOnHand": True, "QtyOnHand": item.stock, "InvStartDate": (today - YEAR).isoformat()}
        body |= {"AssetAccountRef": ref(company, "Account", "Inventory Asset")}
    if item.holds:
        parts = [{"ItemRef": ref(company, "Item", name), "Qty": quantity} for name, quantity in item.holds]
        body |= {"ItemGroupDetail": {"ItemGroupLine": parts}, "PrintGroupedItems": True}
    company.create("Item", body)


def _settings(company: Company) -> None:
    message = lists.CUSTOMER_MESSAGE
    _change(company, "CompanyInfo", _identity())
    sales = {
        "DefaultCustomerMessage": message,
        "DefaultTerms": ref(company, "Term", "Net 30"),
        "AllowEstimates": True,
        "AllowShipping": False,
        "EmailCopyToCompany": False,
    }
    emails = {
        kind: {"Subject": f"{subject} {lists.COMPANY}", "Message": f"Please find it attached. {message}"}
        for kind, subject in lists.MESSAGES.items()
    }
    others = company.books.preferences["OtherPrefs"]["NameValue"]
    first = {"Name": "SalesFormsPrefs.DefaultCustomerMessage", "Value": message}
    wanted = {
        "SalesFormsPrefs": sales,
        "EmailMessagesPrefs": emails,
        "OtherPrefs": {"NameValue": [first, *_without(others, "SalesFormsPrefs.DefaultItem"), _usual_item(company)]},
    }
    _change(company, "Preferences", wanted)
    for name in lists.CUSTOM_FIELDS:
        company.define_custom_field(name)


def _without(pairs: Sequence[Record], name: str) -> list[Record]:
    return [pair for pair in pairs if pair["Name"] != name]


def _usual_item(company: Company) -> Record:
    return {"Name": "SalesFormsPrefs.DefaultItem", "Value": ref(company, "Item", lists.ITEMS[-1].name)["value"]}


def _identity() -> Record:
    address = {**_address(lists.STREET), "Country": "US"}
    return {
        "LegalName": f"{lists.COMPANY} LLC",
        **dict.fromkeys(("CompanyAddr", "LegalAddr", "CustomerCommunicationAddr"), address),
        "PrimaryPhone": _phone(99),
        "Email": {"Address": "office@example.com"},
        "WebAddr": {"URI": "http://www.example.com"},
    }


def _change(company: Company, entity: str, changes: Mapping[str, object]) -> None:
    company.update(entity, "1", changes)
