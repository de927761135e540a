"""Creates a tax code with its rates, which is done through `POST /taxservice/taxcode` and not through TaxCode itself.

https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/taxservice
"""

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books
from bot.sandbox.quickbooks.books.schema import ENTITIES, Record
from bot.sandbox.quickbooks.books.wire import pacific_date
from bot.sandbox.quickbooks.rules.names import commit_name, next_name
from bot.sandbox.quickbooks.rules.tax import percent_on

FIRST_DAY = "1980-01-01T00:00:00-08:00"
"""From when the first percentage of a rate holds."""
LISTS = {"Sales": "SalesTaxRateList", "Purchase": "PurchaseTaxRateList"}


def create_tax_code(books: Books, body: object) -> Record:
    """Takes and gives {TaxCode, TaxCodeId, TaxRateDetails: [{TaxRateName|TaxRateId, RateValue, TaxAgencyId,
    TaxApplicableOn}]}. Raises Refusal 2020, 2080, 2170, 2500 or 6240.
    """
    if not isinstance(body, dict):
        raise faults.unknown_property("TaxService")
    name, details = body.get("TaxCode"), body.get("TaxRateDetails")
    if not name:
        raise faults.missing("TaxCode")
    if not details:
        raise faults.missing("TaxRateDetails")
    next_name(books, ENTITIES["TaxCode"], {"Name": str(name)}, None)
    prepared = [_checked(books, detail) for detail in details]
    rates = [_rate(books, detail) for detail in prepared]
    lists: dict[str, list[Record]] = {"Sales": [], "Purchase": []}
    for detail, rate in zip(prepared, rates, strict=True):
        entry = {"TaxRateRef": {"value": rate["Id"], "name": rate["Name"]}, "TaxTypeApplicable": "TaxOnAmount"}
        lists[detail["TaxApplicableOn"]].append({**entry, "TaxOrder": 0})
    code = save_tax_code(books, str(name), lists["Sales"], lists["Purchase"])
    answered = [
        {**detail, "TaxRateId": rate["Id"], "TaxRateName": rate["Name"], "RateValue": rate["RateValue"]}
        for detail, rate in zip(prepared, rates, strict=True)
    ]
    return {"TaxCode": name, "TaxCodeId": code["Id"], "TaxRateDetails": answered}


def save_tax_code(
    books: Books, name: str, sales: list[Record], purchases: list[Record], code_id: str | None = None
) -> Record:
    record: Record = {"Name": name, "Description": name, "Active": True, "Hidden": False, "TaxGroup": True}
    record |= {"Taxable": bool(sales or purchases)}
    record |= {"SalesTaxRateList": {"TaxRateDetail": sales}, "PurchaseTaxRateList": {"TaxRateDetail": purchases}}
    return commit_name(books, ENTITIES["TaxCode"], record | ({"Id": code_id} if code_id else {}), None)


def save_tax_rate(books: Books, name: str, percent: Decimal, agency_id: str) -> Record:
    """A rate that holds from always on; one below zero takes back what another of the same code adds."""
    entity = ENTITIES["TaxRate"]
    record = {
        "EffectiveTaxRate": [{"RateValue": percent, "EffectiveDate": FIRST_DAY}],
        "Name": name,
        "Description": name,
        "RateValue": percent,
        "AgencyRef": {"value": agency_id},
        "SpecialTaxType": "NONE",
        "DisplayType": "ReadOnly",
    }
    return commit_name(books, entity, next_name(books, entity, record, None), None)


def change_rate(books: Books, rate: Record, percent: Decimal, start: date) -> Record:
    """The rate with another percentage from a day on; documents before that day keep the old one."""
    *earlier, last = rate["EffectiveTaxRate"]
    ended = {**last, "EndDate": f"{start - timedelta(days=1)}T00:00:00-08:00"}
    begun = {"RateValue": percent, "EffectiveDate": f"{start}T00:00:00-08:00"}
    changed = {**rate, "EffectiveTaxRate": [*earlier, ended, begun]}
    today = pacific_date(books.clock()).isoformat()
    return books.save("TaxRate", {**changed, "RateValue": percent_on(changed, today)})


def _checked(books: Books, detail: Any) -> Record:
    if not isinstance(detail, dict):
        raise faults.unknown_property("TaxRateDetails")
    applies = detail.get("TaxApplicableOn") or "Sales"
    if applies not in LISTS:
        raise faults.refuse("2170", f"Invalid Enumeration : {applies}", "TaxApplicableOn")
    rate_id = str(detail.get("TaxRateId") or "")
    if rate_id:
        if rate_id not in books.tables["TaxRate"]:
            raise faults.invalid_reference(f"TaxRates element id {rate_id} not found")
        return {"TaxRateId": rate_id, "TaxApplicableOn": applies}
    for needed in ("TaxRateName", "RateValue", "TaxAgencyId"):
        if detail.get(needed) in (None, ""):
            raise faults.missing(needed)
    agency = str(detail["TaxAgencyId"])
    if agency not in books.tables["TaxAgency"]:
        raise faults.invalid_reference(f"TaxAgencies element id {agency} not found")
    try:
        percent = Decimal(str(detail["RateValue"]))
    except InvalidOperation:
        raise faults.refuse("2080", f"Invalid Number. Supplied value:{detail['RateValue']}", "RateValue") from None
    name = str(detail["TaxRateName"])
    next_name(books, ENTITIES["TaxRate"], {"Name": name}, None)
    return {"TaxRateName": name, "RateValue": percent, "TaxAgencyId": agency, "TaxApplicableOn": applies}


def _rate(books: Books, detail: Record) -> Record:
    if "TaxRateId" in detail:
        return books.tables["TaxRate"][detail["TaxRateId"]]
    return save_tax_rate(books, detail["TaxRateName"], detail["RateValue"], detail["TaxAgencyId"])
