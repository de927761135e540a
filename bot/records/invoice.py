"""Invoices: income invoices are QuickBooks Invoices, expense invoices are Bills. They go out once approved."""

from bot.core.model import RecordType
from bot.records.documents.document import spec_of

SPEC = spec_of(RecordType.INVOICE, "invoices", "Invoice", "Bill")
