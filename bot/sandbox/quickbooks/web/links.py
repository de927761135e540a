"""The addresses of records in QuickBooks' web application, read and written.

Undocumented by Intuit but stable for years: /app/invoice?txnId=130, /app/customerdetail?nameId=1.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

TXN_SLUGS = {
    "invoice": "Invoice",
    "bill": "Bill",
    "creditmemo": "CreditMemo",
    "vendorcredit": "VendorCredit",
    "recvpayment": "Payment",
    "billpayment": "BillPayment",
    "deposit": "Deposit",
    "journal": "JournalEntry",
    "expense": "Purchase",
    "refundreceipt": "RefundReceipt",
}
NAME_SLUGS = {"customerdetail": "Customer", "vendordetail": "Vendor"}
RECORD_SLUG = "record"
"""For what has no page of its own in QuickBooks, such as accounts; this slug is the stand-in's."""


def record_of(slug: str, query: Mapping[str, str]) -> tuple[str, str] | None:
    """The entity and id that a deep link is about."""
    slug = slug.lower()
    if slug in TXN_SLUGS:
        return TXN_SLUGS[slug], query.get("txnId", "")
    if slug in NAME_SLUGS:
        return NAME_SLUGS[slug], query.get("nameId", "")
    if slug == RECORD_SLUG:
        return query.get("entity", ""), query.get("id", "")
    return None


def link_to(entity: str, record_id: str, realm: str) -> str:
    for slugs, parameter in ((TXN_SLUGS, "txnId"), (NAME_SLUGS, "nameId")):
        for slug, name in slugs.items():
            if name == entity:
                return f"/app/{slug}?{urlencode({parameter: record_id, 'realm': realm})}"
    return f"/app/{RECORD_SLUG}?{urlencode({'entity': entity, 'id': record_id, 'realm': realm})}"
