"""What QuickBooks has besides and this stand-in does not: it answers as for a feature that the company has not got."""

from bot.sandbox.quickbooks.books import faults

NAMES = (
    *(
        "SalesReceipt",
        "Estimate",
        "PurchaseOrder",
        "TimeActivity",
        "Transfer",
        "CreditCardPayment",
        "CreditCardPaymentTxn",
    ),
    *("Budget", "CompanyCurrency", "ExchangeRate", "CustomerType", "InventoryAdjustment", "JournalCode"),
    *("RecurringTransaction", "TaxPayment", "TaxClassification", "Entitlements", "Reports"),
)
KNOWN = {name.lower(): name for name in NAMES}


def refuse_out_of_scope(name: str) -> None:
    """Raises Refusal 5020 for an entity, or the resource of one, that QuickBooks has and this stand-in does not.

    The API answers so for a purchase order in a plan without them:
    https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting/error-codes
    """
    if name.lower() in KNOWN:
        detail = f"You do not have permission to access this feature. ({KNOWN[name.lower()]})"
        raise faults.refuse("5020", f"Permission Denied Error : {detail}")
