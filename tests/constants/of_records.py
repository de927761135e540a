"""Constants of bot/records: the lengths that QuickBooks and Re-Leased take, and how near a payment is."""

from tests.constants.listing import Listed, rule

LISTED: tuple[Listed, ...] = (
    rule(
        "bot/records/attachment.py",
        "MAX_FILE_BYTES",
        ("100 * 2**20 - 1", "100 * 2**20 + 1"),
        "tests/records/test_attachments.py",
    ),
    rule("bot/records/contact.py", "PHONE_LENGTH", ("29", "31"), "tests/records/test_contacts.py"),
    rule("bot/records/documents/checks.py", "NUMBER_LENGTH", ("20", "22"), "tests/records/test_documents.py"),
    rule("bot/records/documents/document.py", "NOTE_LENGTH", ("3999", "4001"), "tests/records/test_documents.py"),
    rule("bot/records/documents/lines.py", "DESCRIPTION_LENGTH", ("3999", "4001"), "tests/records/test_documents.py"),
    rule("bot/records/fields/file_names.py", "NAME_LENGTH", ("254", "256"), "tests/records/test_attachments.py"),
    rule("bot/records/fields/file_names.py", "ENDING_LENGTH", ("3", "300"), "tests/records/test_attachments.py"),
    rule("bot/records/fields/names.py", "NAME_LENGTH", ("499", "501"), "tests/records/test_contacts.py"),
    rule("bot/records/payment.py", "NOTE_LENGTH", ("3999", "4001"), "tests/records/test_payments.py"),
    rule("bot/records/payments/matching.py", "NEAR_DAYS", ("0", "6", "8"), "tests/records/test_payments.py"),
    rule("bot/records/payments/matching.py", "REFERENCE_LENGTH", ("20", "22"), "tests/records/test_payments.py"),
)
