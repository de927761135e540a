"""Billable expenses: each billable line of a bill or purchase has a ReimburseCharge, which an invoice may pass on.

https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/reimbursecharge
"""

from collections.abc import Iterator

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.links import CHARGE, ZERO, Key
from bot.sandbox.quickbooks.books.receivables import pays_for
from bot.sandbox.quickbooks.books.schema import ENTITIES, Record
from bot.sandbox.quickbooks.rules.names import commit_name, next_name
from bot.sandbox.quickbooks.rules.tax import cents

SOURCES = ("Bill", "Purchase", "VendorCredit")
INCOME, MARKUP = "Billable Expense Income", "Markup"
"""QuickBooks makes these accounts itself when it needs them."""
BILLABLE, BILLED = "Billable", "HasBeenBilled"


def with_charges(books: Books, record: Record, current: Record | None) -> Record:
    """The record with a charge for each billable line; charges of lines that are billable no more are taken back.

    Raises Refusal 2170 or 6000.
    """
    before = _charges_by_line(current or {})
    lines = [_with_charge(books, record, line, before.pop(line.get("Id", ""), None)) for line in record["Line"]]
    for charge_id in before.values():
        charge = books.tables[CHARGE].get(charge_id)
        if charge is not None and not charge["HasBeenInvoiced"]:
            books.remove(Key(CHARGE, charge_id))
    return {**record, "Line": lines}


def forget_charges(books: Books, record: Record) -> None:
    """Takes back the charges of a record that is deleted, but those that an invoice has passed on."""
    with_charges(books, {"Line": []}, record)


def remember_sources(books: Books, key: Key, record: Record) -> None:
    for charge_id in _charges_by_line(record).values():
        books.charge_sources[charge_id] = key


def check_charges(books: Books, invoice: Record) -> None:
    """Raises Refusal 620 for a charge that is not there, is another customer's, or stands on another invoice."""
    for charge_id in _charges_on(invoice):
        charge = books.tables[CHARGE].get(charge_id)
        if charge is None:
            raise faults.cannot_link(charge_id, f"there is no such {CHARGE}")
        owner, payer = (Key("Customer", one["CustomerRef"]["value"]) for one in (charge, invoice))
        if not pays_for(books.tables, payer, owner):
            raise faults.cannot_link(charge_id, "it belongs to another customer or vendor")
        holders = [one["TxnId"] for one in charge.get("LinkedTxn", ())]
        if charge["HasBeenInvoiced"] and invoice.get("Id") not in holders:
            raise faults.cannot_link(charge_id, "it has been invoiced already")


def commit_charges(books: Books, invoice: Key, record: Record | None, current: Record | None) -> None:
    """Charges that come onto an invoice are billed, those that leave it are billable again."""
    before, after = set(_charges_on(current or {})), set(_charges_on(record or {}))
    for charge_id in sorted(before ^ after, key=int):
        charge = books.tables[CHARGE].get(charge_id)
        if charge is None:
            continue
        billed = charge_id in after
        links = [{"TxnId": invoice.id, "TxnType": "Invoice"}] if billed else []
        lines = [{**line, "LinkedTxn": links} for line in charge["Line"]]
        books.save(CHARGE, {**charge, "HasBeenInvoiced": billed, "LinkedTxn": links, "Line": lines})
        _mark_source(books, charge_id, BILLED if billed else BILLABLE)


def _mark_source(books: Books, charge_id: str, status: str) -> None:
    key = books.charge_sources.get(charge_id)
    record = books.get(key) if key else None
    if key is not None and record is not None:
        lines = [_marked(line, status) if charge_id == _charge_of(line) else line for line in record["Line"]]
        books.save(key.entity, {**record, "Line": lines})


def _marked(line: Record, status: str) -> Record:
    kind = line["DetailType"]
    return {**line, kind: {**line[kind], "BillableStatus": status}}


def _with_charge(books: Books, record: Record, line: Record, charge_id: str | None) -> Record:
    kind = line["DetailType"]
    detail = line.get(kind, {})
    status = detail.get("BillableStatus")
    line = {key: value for key, value in line.items() if key != "LinkedTxn"}
    if status == BILLED and charge_id is None:
        raise faults.refuse("2170", "Invalid Enumeration : HAS_BEEN_BILLED", f"Line.{kind}.BillableStatus")
    if status not in (BILLABLE, BILLED):
        if charge_id is not None and not books.tables[CHARGE][charge_id]["HasBeenInvoiced"]:
            books.remove(Key(CHARGE, charge_id))
        return line
    if "CustomerRef" not in detail:
        raise faults.business("Choose a customer for each billable expense.", f"Line.{kind}.CustomerRef")
    charge = books.tables[CHARGE].get(charge_id) if charge_id else None
    if charge is None or not charge["HasBeenInvoiced"]:
        charge = _saved(books, record, line, charge)
    status = BILLED if charge["HasBeenInvoiced"] else BILLABLE
    return {**_marked(line, status), "LinkedTxn": [{"TxnId": charge["Id"], "TxnType": CHARGE}]}


def _saved(books: Books, record: Record, line: Record, charge: Record | None) -> Record:
    detail = line[line["DetailType"]]
    lines = list(_charge_lines(books, line, detail))
    wanted: Record = {
        "CustomerRef": detail["CustomerRef"],
        "TxnDate": record["TxnDate"],
        "CurrencyRef": record["CurrencyRef"],
        "Amount": sum((one["Amount"] for one in lines), ZERO),
        "HasBeenInvoiced": False,
        "LinkedTxn": [],
        "Line": lines,
    }
    if charge is not None and all(charge.get(key) == value for key, value in wanted.items()):
        return charge
    return books.save(CHARGE, {**(charge or {}), **wanted}, "Update" if charge else "Create")


def _charge_lines(books: Books, line: Record, detail: Record) -> Iterator[Record]:
    """The cost and, where there is one, its markup as a line of its own."""
    percent = detail.get("MarkupInfo", {}).get("Percent")
    kept: Record = {
        key: detail[key] for key in ("ItemRef", "Qty", "UnitPrice", "ClassRef", "TaxCodeRef") if key in detail
    }
    markup: Record = {"MarkupInfo": {"Percent": percent}} if percent else {}
    described: Record = {"Description": line["Description"]} if "Description" in line else {}
    row: Record = {"DetailType": "ReimburseLineDetail", "LinkedTxn": []}
    cost: Record = {**kept, **markup, "ItemAccountRef": _account(books, INCOME)}
    yield {**row, **described, "Id": "1", "LineNum": 1, "Amount": line["Amount"], "ReimburseLineDetail": cost}
    if percent:
        tax: Record = {"TaxCodeRef": kept["TaxCodeRef"]} if "TaxCodeRef" in kept else {}
        more = {**tax, **markup, "ItemAccountRef": _account(books, MARKUP)}
        words = " ".join([f"{percent:f}% markup", *(f"for {text}" for text in described.values())])
        amount = cents(line["Amount"] * percent / 100)
        yield {**row, "Id": "2", "LineNum": 2, "Description": words, "Amount": amount, "ReimburseLineDetail": more}


def _account(books: Books, name: str) -> Record:
    account = books.tables["Account"].find("Name", name)
    if account is None:
        entity = ENTITIES["Account"]
        body = {"Name": name, "AccountType": "Income", "AccountSubType": "ServiceFeeIncome"}
        account = commit_name(books, entity, next_name(books, entity, body, None), None)
    return {"value": account["Id"], "name": account["FullyQualifiedName"]}


def _charges_by_line(record: Record) -> dict[str, str]:
    found = ((line.get("Id", ""), _charge_of(line)) for line in record.get("Line", ()))
    return {line_id: charge for line_id, charge in found if charge}


def _charges_on(invoice: Record) -> list[str]:
    return list(dict.fromkeys(charge for line in invoice.get("Line", ()) if (charge := _charge_of(line))))


def _charge_of(line: Record) -> str:
    ids = (str(one.get("TxnId", "")) for one in line.get("LinkedTxn", ()) if one.get("TxnType") == CHARGE)
    return next(ids, "")
