"""Kinds of record that cannot be read at all, as when one record of them is damaged in QuickBooks itself."""

from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.books import Books

BAD_EMAIL, SYSTEM_FAILURE = "4002", "10000"
REASONS = (BAD_EMAIL, SYSTEM_FAILURE)


def require_readable(books: Books, *names: str) -> None:
    """Raises Refusal 4002 or 10000 for the first of these entities that a control has broken.

    One e-mail address that QuickBooks took and then does not accept makes every reading of its kind fail:
    https://github.com/intuit/QuickBooks-V3-DotNET-SDK/issues/111, the same for change data capture in
    https://github.com/intuit/QuickBooks-V3-Java-SDK/issues/47; a system fault instead in
    https://github.com/intuit/QuickBooks-V3-PHP-SDK/issues/127.
    """
    for name in names:
        match books.settings.unreadable.get(name):
            case "4002":
                raise faults.refuse(BAD_EMAIL, "QueryProcessingError: To email address entered is invalid")
            case "10000":
                raise faults.system_failure(f"{name} could not be read.", status=500)
