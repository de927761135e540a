"""The entity faults of QuickBooks: one exception, its wire form, and a constructor for each text that is known.

Codes and messages: https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting/error-codes
"""

from dataclasses import dataclass
from typing import Any

INACTIVE_TEXT = (
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)

MESSAGES = {
    "400": "MalformedRequest",
    "500": "Unsupported Operation",
    "610": "Object Not Found",
    "620": "Txn ID Cannot Be Linked",
    "800": "Cannot delete object",
    "1040": "Batch size exceeds allowed limit",
    "2000": "Invalid or unsupported object name",
    "2010": "Request has invalid or unsupported property",
    "2020": "Required param missing, need to supply the required value for the API",
    "2030": "Invalid ID",
    "2040": "Invalid String",
    "2050": "String length is either shorter or longer than supported by specification",
    "2060": "Invalid Date Format",
    "2080": "Invalid Number Format",
    "2130": "Invalid Request Id Format",
    "2170": "Invalid Enumeration",
    "2190": "Invalid Date Range",
    "2210": "Invalid Email Address format",
    "2300": "Amount on debits not equal to credits",
    "2500": "Invalid Reference Id",
    "4000": "Error parsing query",
    "4001": "Invalid query",
    "4002": "Error processing query",
    "5010": "Stale Object Error",
    "5020": "Permission Denied Error",
    "6000": "A business validation error has occurred while processing your request",
    "6070": "Amount calculation incorrect in the request",
    "6100": "Invalid Line TaxCode in the request",
    "6140": "Duplicate Document Number Error",
    "6170": "Invalid TxnTaxDetail Error",
    "6190": "Invalid Company Status",
    "6210": "Account Period Closed, Cannot Update Through Services API",
    "6240": "Duplicate Name Exists Error",
    "6250": "Invalid customer",
    "6430": "Invalid account type used",
    "6440": "Transaction Detail Information Required",
    "6450": "Attempt to Void Transaction failed",
    "6470": "TaxLiabilityAccount or TaxRateError",
    "6480": "Matched Transaction Delete Error",
    "6540": "Deposited Transaction cannot be changed",
    "10000": "An application error has occurred while processing your request",
}


@dataclass(frozen=True)
class ErrorItem:
    code: str
    detail: str
    element: str = ""

    def as_json(self) -> dict[str, str]:
        message = MESSAGES[self.code]
        return {"Message": message, "Detail": self.detail, "code": self.code, "element": self.element}


class Refusal(Exception):
    """QuickBooks refuses a request: one or more errors, their fault type and the HTTP status that carries them."""

    def __init__(self, *errors: ErrorItem, kind: str = "ValidationFault", status: int = 400) -> None:
        super().__init__("; ".join(f"{error.code} {error.detail}" for error in errors))
        self.errors, self.kind, self.status = errors, kind, status

    @property
    def code(self) -> str:
        return self.errors[0].code

    def as_json(self) -> dict[str, Any]:
        return {"Fault": {"Error": [error.as_json() for error in self.errors], "type": self.kind}}


def refuse(code: str, detail: str, element: str = "") -> Refusal:
    return Refusal(ErrorItem(code, detail, element))


def missing(element: str) -> Refusal:
    return refuse("2020", f"Required parameter {element} is missing in the request", element)


def unknown_property(name: str) -> Refusal:
    return refuse("2010", f"Property Name:{name} specified is unsupported or invalid")


def wrong_length(element: str, limit: int, length: int) -> Refusal:
    detail = f"String length specified does not match the supported length. Min:0 Max:{limit} supported."
    return refuse("2050", f"{detail} Supplied length:{length}", element)


def invalid_id(value: object) -> Refusal:
    return refuse("2030", f"Id should be a valid number. Supplied value:{value}", "Id")


def invalid_reference(detail: str, element: str = "") -> Refusal:
    return refuse("2500", f"Invalid Reference Id : {detail}", element)


def made_inactive(code: str) -> Refusal:
    prefix = {"610": "Object Not Found : ", "2500": "Invalid Reference Id : "}.get(code, "")
    return refuse(code, prefix + INACTIVE_TEXT)


def not_found() -> Refusal:
    return made_inactive("610")


def deleted_by_another_user() -> Refusal:
    return refuse("610", "Object Not Found : Another user has deleted this transaction.")


def cannot_link(txn_id: str, reason: str) -> Refusal:
    return refuse("620", f"Txn ID {txn_id} cannot be linked : {reason}", "Line.LinkedTxn")


def stale() -> Refusal:
    detail = (
        "You and root were working on this at the same time. root finished before you did, so your work was not saved."
    )
    return refuse("5010", f"Stale Object Error : {detail}")


def duplicate_name(who: str) -> Refusal:
    detail = f"Another {who} is already using this \nname. Please use a different name."
    return refuse("6240", f"The name supplied already exists. : {detail}")


def duplicate_number(number: str, txn_type: str, txn_id: str) -> Refusal:
    detail = "You must specify a different number. This number has already been used."
    holder = f"DocNumber={number} is assigned to TxnType={txn_type} with TxnId={txn_id}"
    return refuse("6140", f"Duplicate Document Number Error : {detail} {holder}")


def business(detail: str, element: str = "") -> Refusal:
    return refuse("6000", f"Business Validation Error: {detail}", element)


def books_closed() -> Refusal:
    return refuse(
        "6210",
        "The account period has closed and the account books cannot be updated through through the QBO Services API. "
        "Please use the QBO website to make these changes.",
    )


def deposited() -> Refusal:
    return refuse(
        "6540",
        "This transaction has been deposited. If you want to change or delete it, "
        "you must edit the deposit it appears on and remove it first.",
    )


def permission_denied(feature: str) -> Refusal:
    return refuse("5020", f"Permission Denied Error : {feature} is not switched on for this company.")


def subscription_ended(status: int) -> Refusal:
    detail = (
        "Subscription period has ended or canceled or there was a billing problem : You can't add data to QuickBooks "
        "Online Plus because your trial or subscription period ended, you canceled your subscription, or there was a "
        "billing problem. To see or change your subscription status, click 'Your Account' at the upper-right of the "
        "screen, and click on Resubscribe link or contact your administrator."
    )
    return Refusal(ErrorItem("6190", detail), status=status)


def unsupported(operation: str) -> Refusal:
    return refuse("500", f"Operation {operation} is not supported.")


def system_failure(detail: str, status: int) -> Refusal:
    return Refusal(ErrorItem("10000", f"System Failure Error: {detail}"), kind="SystemFault", status=status)
