"""Credit notes: of income they are QuickBooks CreditMemos, of expense VendorCredits. They go out once approved."""

from bot.core.model import RecordType
from bot.records.documents.document import spec_of

SPEC = spec_of(RecordType.CREDIT_NOTE, "credit-notes", "CreditMemo", "VendorCredit")
