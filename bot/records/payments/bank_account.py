"""The bank or credit card account of a payment: a QuickBooks account id on both sides."""

from typing import Any

from bot.core.spec import Body, Facts, Lookup, Problem
from bot.records.fields.names import is_active, reference, shown

PAY_TYPES = {
    "Bank": ("Check", "CheckPayment", "BankAccountRef"),
    "Credit Card": ("CreditCard", "CreditCardPayment", "CCAccountRef"),
}
"""What QuickBooks pays bills from, by AccountType: PayType, the section that names the account, and its field.
https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/billpayment"""
ACCOUNT_FIELDS = frozenset({"DepositToAccountRef", "PayType", "CheckPayment", "CreditCardPayment"})


def account_id(body: Body, otherwise: str) -> str:
    """The payment's own account, else the one of the company's settings, or ""."""
    return str(body.get("bankAccountId") or otherwise)


def also_read(body: Body, otherwise: str) -> set[tuple[str, str]]:
    """Bank accounts stay out of the sync, but what kind one is decides how a bill is paid from it."""
    found = account_id(body, otherwise)
    return {("Account", found)} if found else set()


def account_of(entity: str, body: Body) -> str:
    """The account that a QuickBooks payment names, or ""."""
    if entity == "Payment":
        return reference(body, "DepositToAccountRef")
    return next(
        (id_ for _, section, field in PAY_TYPES.values() if (id_ := reference(body.get(section) or {}, field))), ""
    )


def account_out(body: Body, entity: str, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    """Where the money goes or comes from. A receipt may leave that to QuickBooks; a bill cannot be paid from nowhere.

    Raises Problem when there is no account, or one that QuickBooks does not take.
    """
    found = account_id(body, facts.bank_account_id)
    account = lookup.bodies.get(("Account", found))
    if account is not None and not is_active(account):
        raise Problem("bank-account-unusable", account=_named(account, found), said="which is inactive")
    if entity == "Payment":
        return {"DepositToAccountRef": {"value": found}} if found else {}
    if not found:
        raise Problem("no-bank-account")
    if account is None:
        raise Problem("bank-account-unusable", account=f"account {found}", said="which it does not know")
    kind = str(account.get("AccountType"))
    if kind not in PAY_TYPES:
        said = f"which is of the kind {kind}; bills are paid from a bank or credit card account"
        raise Problem("bank-account-unusable", account=_named(account, found), said=said)
    pay_type, section, field = PAY_TYPES[kind]
    return {"PayType": pay_type, section: {field: {"value": found}}}


def _named(account: Body, id_: str) -> str:
    return f"the account {shown(account.get('FullyQualifiedName') or account.get('Name'))} ({id_})"
