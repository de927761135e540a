"""Rules of the name lists: unique names, hierarchies, archiving, and what accounts and items must carry."""

import re
from decimal import Decimal

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import DELETED_SUFFIX, Books
from bot.sandbox.quickbooks.books.links import ZERO, Key
from bot.sandbox.quickbooks.books.receivables import PARTIES
from bot.sandbox.quickbooks.books.schema import EntityType, Record
from bot.sandbox.quickbooks.rules.chart import account_types, check_account, check_number_length
from bot.sandbox.quickbooks.rules.references import currency, require_feature

FORBIDDEN = re.compile(r"[:\t\n]")
NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
MAX_LEVELS = 5
SUB_FLAG = {
    "Customer": "Job",
    "Item": "SubItem",
    "Account": "SubAccount",
    "Class": "SubClass",
    "Department": "SubDepartment",
}

INCOME_TYPES = ("Income", "Other Income")
EXPENSE_TYPES = ("Expense", "Other Expense", "Cost of Goods Sold")

WHO = {
    "Item": "product or service",
    "Account": "account",
    "Class": "class",
    "Department": "location",
    "Term": "term",
    "PaymentMethod": "payment method",
    "TaxAgency": "tax agency",
    "TaxRate": "tax rate",
    "TaxCode": "tax code",
}


def next_name(books: Books, entity: EntityType, record: Record, current: Record | None) -> Record:
    """The record as it will be stored. Raises Refusal 2020, 2040, 6240, 6430 ..."""
    require_feature(books, entity.name)
    record = {"Active": True, **record} if "Active" in entity.fields else record
    record[entity.name_field] = _bare_name(entity, record, current)
    _check_characters(entity, record)
    path = _full_name(books, entity, record)
    _check_free(books, entity, path, current)
    if entity.name in SUB_FLAG:
        record |= {SUB_FLAG[entity.name]: "ParentRef" in record, "FullyQualifiedName": path}
    record = _particulars(books, entity, record, current)
    if record.get("Active") is False:
        record = _archived(entity, record)
    return record


def commit_name(books: Books, entity: EntityType, record: Record, current: Record | None) -> Record:
    stored = books.save(entity.name, record, "Update" if current else "Create")
    key = Key(entity.name, stored["Id"])
    if current:
        books.names.pop(_slot(entity, _stored_path(entity, current)), None)
    books.names[_slot(entity, _stored_path(entity, stored))] = key
    if current and "FullyQualifiedName" in stored and stored["FullyQualifiedName"] != current["FullyQualifiedName"]:
        _rename_children(books, entity, stored)
    return stored


def register_loaded(books: Books, entity: EntityType, record: Record) -> None:
    books.names[_slot(entity, _stored_path(entity, record))] = Key(entity.name, record["Id"])


def _bare_name(entity: EntityType, record: Record, current: Record | None) -> str:
    name = record.get(entity.name_field)
    if not name and entity.name in PARTIES:
        name = " ".join(record[part] for part in NAME_PARTS if record.get(part))
    if not name:
        raise faults.missing(entity.name_field)
    if current is not None and current.get("Active") is False:
        name = name.removesuffix(DELETED_SUFFIX)
    return str(name)


def _check_characters(entity: EntityType, record: Record) -> None:
    for field in (entity.name_field, *(NAME_PARTS if entity.name in PARTIES else ())):
        text = record.get(field) or ""
        if FORBIDDEN.search(text) or (entity.name == "Account" and '"' in text):
            raise faults.refuse("2040", f"Invalid String : Element contains invalid characters: {text!r}", field)


def _full_name(books: Books, entity: EntityType, record: Record) -> str:
    """Parent:Child, at most five levels. Parties are unique by DisplayName alone."""
    name, parent = str(record[entity.name_field]), _parent(books, entity, record)
    level = 0
    if entity.name in ("Customer", "Item"):
        record["Level"] = level
    chain: list[str] = []
    while parent is not None:
        chain.insert(0, str(parent[entity.name_field]).removesuffix(DELETED_SUFFIX))
        level += 1
        if level > MAX_LEVELS - 1 or parent["Id"] == record.get("Id"):
            raise faults.business(f"You can nest at most {MAX_LEVELS} levels.", "ParentRef")
        parent = _parent(books, entity, parent)
    if level and entity.name in ("Customer", "Item"):
        record["Level"] = level
    return ":".join([*chain, name])


def _parent(books: Books, entity: EntityType, record: Record) -> Record | None:
    parent = record.get("ParentRef")
    return books.tables[entity.name].get(parent["value"]) if parent else None


def _check_free(books: Books, entity: EntityType, path: str, current: Record | None) -> None:
    slot = _slot(entity, path.rsplit(":", 1)[-1] if entity.name in PARTIES else path)
    holder = books.names.get(slot)
    if holder is not None and (current is None or holder != Key(entity.name, current["Id"])):
        raise faults.duplicate_name(WHO.get(entity.name, "customer, vendor or employee"))


def _slot(entity: EntityType, path: str) -> tuple[str, str]:
    return ("party" if entity.name in PARTIES else entity.name, path.casefold())


def _stored_path(entity: EntityType, record: Record) -> str:
    own = record.get(entity.name_field, "") if entity.name in PARTIES else record.get("FullyQualifiedName")
    path = str(own or record.get(entity.name_field, ""))
    return path.removesuffix(DELETED_SUFFIX) if record.get("Active") is False else path


def _archived(entity: EntityType, record: Record) -> Record:
    """An inactive name reads "Name (deleted)"; an inactive account has no balance."""
    archived = {**record, entity.name_field: f"{record[entity.name_field]}{DELETED_SUFFIX}"}
    if "FullyQualifiedName" in record:
        archived["FullyQualifiedName"] = f"{record['FullyQualifiedName']}{DELETED_SUFFIX}"
    if entity.name == "Account":
        archived |= {"CurrentBalance": ZERO, "CurrentBalanceWithSubAccounts": ZERO}
    return archived


def _rename_children(books: Books, entity: EntityType, parent: Record) -> None:
    table = books.tables[entity.name]
    children = [row for row in table.values() if row.get("ParentRef", {}).get("value") == parent["Id"]]
    for child in children:
        renamed = {**child, "ParentRef": {"value": parent["Id"], "name": parent["FullyQualifiedName"]}}
        renamed[entity.name_field] = renamed[entity.name_field].removesuffix(DELETED_SUFFIX)
        renamed["FullyQualifiedName"] = _full_name(books, entity, renamed)
        commit_name(books, entity, _archived(entity, renamed) if child["Active"] is False else renamed, child)


def _particulars(books: Books, entity: EntityType, record: Record, current: Record | None) -> Record:
    match entity.name:
        case "Customer" | "Vendor":
            return _party(books, entity, record, current)
        case "Employee":
            return {"PrintOnCheckName": record["DisplayName"], **record}
        case "Account":
            return _account(books, record, current)
        case "Item":
            return _item(books, record)
        case "Term":
            return _term(record)
    return record


def _party(books: Books, entity: EntityType, record: Record, current: Record | None) -> Record:
    record = {"PrintOnCheckName": record["DisplayName"], **record}
    home = currency(books.home_currency)
    record["CurrencyRef"] = record.get("CurrencyRef") or (current or {}).get("CurrencyRef") or home
    if current is not None and record["CurrencyRef"]["value"] != current["CurrencyRef"]["value"]:
        raise faults.business("The currency of a customer or vendor cannot be changed.", "CurrencyRef")
    if not books.multicurrency and record["CurrencyRef"]["value"] != books.home_currency:
        raise faults.business("Multi Currency should be enabled to perform this operation.", "CurrencyRef")
    record["Balance"] = (current or {}).get("Balance", ZERO)
    if entity.name == "Vendor":
        return {"Vendor1099": False, **record}
    record["BalanceWithJobs"] = (current or {}).get("BalanceWithJobs", ZERO)
    return {"BillWithParent": False, "IsProject": False, "PreferredDeliveryMethod": "None", "Taxable": False, **record}


def _account(books: Books, record: Record, current: Record | None) -> Record:
    record |= account_types(record)
    check_number_length(record.get("AcctNum"))
    balance = {"CurrentBalance": ZERO, "CurrentBalanceWithSubAccounts": ZERO}
    old = current or {}
    balance = {key: old.get(key, value) for key, value in balance.items()}
    return {"CurrencyRef": currency(books.home_currency), **record, **balance}


def _item(books: Books, record: Record) -> Record:
    if "Type" not in record:
        raise faults.missing("Type")
    if record["Type"] in ("Service", "NonInventory", "Inventory") and not (
        "IncomeAccountRef" in record or ("ExpenseAccountRef" in record and record["Type"] != "Inventory")
    ):
        raise faults.missing("IncomeAccountRef")
    if record["Type"] == "Inventory":
        for needed in ("AssetAccountRef", "ExpenseAccountRef", "QtyOnHand", "InvStartDate"):
            if needed not in record:
                raise faults.missing(needed)
    check_account(books, record.get("IncomeAccountRef"), INCOME_TYPES)
    check_account(books, record.get("ExpenseAccountRef"), EXPENSE_TYPES)
    check_account(books, record.get("AssetAccountRef"), ("Other Current Asset",))
    defaults = {"Taxable": False, "UnitPrice": Decimal(0), "PurchaseCost": Decimal(0), "TrackQtyOnHand": False}
    return {**({} if record["Type"] == "Category" else defaults), **record}


def _term(record: Record) -> Record:
    if "DayOfMonthDue" in record:
        return {"DueNextMonthDays": Decimal(0), **record, "Type": "DATE_DRIVEN"}
    if "DueDays" not in record:
        raise faults.missing("DueDays")
    return {"DiscountPercent": Decimal(0), "DiscountDays": Decimal(0), **record, "Type": "STANDARD"}
