"""Sets that are rules: what may hold a record up, what is imported, what a name may not hold, which grant is dead."""

from tests.constants.listing import Listed, rule

PAIRING = "bot/core/planning/pairing.py"
PATCH = "bot/core/planning/patch.py"
DOCUMENT = "bot/records/documents/document.py"
ATTACHMENT = "bot/records/attachment.py"
ACCOUNT = "bot/records/account.py"
CORE, RECORDS, SYNC = "tests/core", "tests/records", "tests/sync"

LISTED: tuple[Listed, ...] = (
    rule("bot/core/model.py", "NEEDS_ATTENTION", ("OWN - {Outcome.WAITING}",), f"{SYNC}/planning/test_suggestions.py"),
    rule(
        PAIRING,
        "NAMES_ENOUGH",
        ("OWN | {RecordType.INVOICE}", "OWN | {RecordType.PAYMENT}"),
        f"{CORE}/planning/test_pairing.py",
        f"{CORE}/planning/test_plan_unpaired.py",
    ),
    rule(
        PAIRING,
        "INTERCHANGEABLE",
        ("OWN | {RecordType.INVOICE}", "OWN - OWN"),
        f"{CORE}/planning/test_pairing.py",
        f"{SYNC}/writing/test_attachments_outgoing.py",
    ),
    rule(
        "bot/core/planning/requirements.py",
        "HOLDING_UP",
        ("OWN[:1]", "OWN[:-1]"),  # without the first, a second look at it holds
        f"{CORE}/planning/test_plan_unpaired.py",
    ),
    rule(
        PATCH,
        "FIXED_ONCE_APPROVED",
        ("OWN[:1]",),
        f"{CORE}/planning/test_plan_linked.py",
        f"{CORE}/planning/test_plan_incoming.py",
    ),
    rule(
        PATCH,
        "GIVEN_ON_CREATION",
        ("OWN[1:]", "OWN[:1]"),
        f"{CORE}/planning/test_plan_linked.py",
        f"{CORE}/planning/test_plan_incoming.py",
    ),
    rule(
        "bot/core/planning/numbering.py",
        "UNIQUE_AS_REFERENCE",
        ("OWN - OWN",),
        f"{SYNC}/writing/test_one_reference.py",
    ),
    rule(
        "bot/core/planning/unapplying.py",
        "MAY_COME_LATER",
        ('OWN - {"failing-parent"}', 'OWN - {"missing-parent"}'),
        f"{CORE}/planning/test_unapplying.py",
    ),
    rule(
        "bot/core/cells.py",
        "FORMULA_BEGINS",
        ("OWN[1:]", "OWN[:3]", "OWN[:-1]"),
        "tests/slack/results/test_results_export.py",
    ),
    rule("bot/core/faults.py", "_SEVERITY", ("OWN[::-1]",), f"{CORE}/causes/test_faults.py"),
    rule(
        "bot/core/causes/grouping.py",
        "CAUSED_BY_SETTING",
        ('OWN - {"6200"}', 'OWN - {"6210"}', 'OWN - {"closed-period"}'),
        f"{CORE}/causes/test_causes.py",
    ),
    rule("bot/core/naming.py", "FORBIDDEN", ('OWN - {":"}', 'OWN - {"("}'), f"{CORE}/test_naming.py"),
    rule(
        "bot/core/balance/control_totals.py",
        "MONEY",
        ("OWN - {RecordType.ALLOCATION}", "OWN - {RecordType.CREDIT_NOTE}"),
        f"{CORE}/test_control_totals.py",
        f"{SYNC}/control/test_control.py",
    ),
    rule(ACCOUNT, "ITEM_TYPES", ("OWN[1:]", "OWN[:1]", '(*OWN, "Inventory")'), f"{RECORDS}/test_names_lists.py"),
    rule(
        ACCOUNT,
        "ACCOUNT_TYPES",
        ("OWN[1:]", "OWN[:1]", '(*OWN, "Bank")', '(*OWN, "Income")'),
        f"{RECORDS}/test_names_lists.py",
    ),
    rule(
        "bot/records/contact.py",
        "CUSTOMER_ROLES",
        ('OWN - {"owner"}', 'OWN | {"supplier"}'),
        f"{RECORDS}/test_contacts.py",
    ),
    rule(ATTACHMENT, "SIGNED_ADDRESSES", ("OWN[1:]", "OWN[:1]"), f"{RECORDS}/test_attachments.py"),
    rule("bot/records/fields/names.py", "FORBIDDEN", ("OWN[1:]", "OWN[:1]", "OWN[:-1]"), f"{RECORDS}/test_contacts.py"),
    rule(
        DOCUMENT,
        "SALES_FORMS",
        ('OWN - {"CreditMemo"}', 'OWN | {"Bill"}'),
        f"{RECORDS}/test_documents.py",
        f"{SYNC}/writing/test_credit_notes.py",
    ),
    rule(
        DOCUMENT,
        "WITH_DUE_DATE",
        ('OWN - {"Bill"}', 'OWN | {"CreditMemo"}'),
        f"{RECORDS}/test_golden.py",
        f"{RECORDS}/test_documents.py",
    ),
    rule(
        DOCUMENT,
        "EDITABLE_WHEN_PAID",
        ('OWN - {"dueDate"}', 'OWN | {"lines"}'),
        f"{CORE}/planning/test_plan_incoming.py",
    ),
    rule(
        "bot/records/documents/lines.py",
        "TAX_MODES",
        ('{**OWN, "inclusive": "TaxExcluded"}',),
        f"{RECORDS}/test_documents.py",
    ),
    rule(
        "bot/sync/ending.py",
        "DEAD_GRANT",
        ('OWN - {"invalid_grant"}', 'OWN - {"3200"}'),
        f"{SYNC}/writing/test_exactly_once_tokens.py",
    ),
    rule(
        "bot/sync/reading/closed_books.py",
        "CLOSED_BOOKS",
        ('OWN - {"6200"}', 'OWN - {"6210"}'),
        f"{SYNC}/writing/test_money.py",
    ),
    rule(
        "bot/sync/reading/lookup.py",
        "NATURAL_KEYS",
        ("OWN[1:]", "OWN[:1]", "OWN[:-1]"),
        f"{SYNC}/writing/test_patience.py",
        f"{SYNC}/writing/test_exactly_once.py",
    ),
    rule("bot/sync/writing/recognise.py", "PARTIES", ("OWN[1:]",), f"{SYNC}/writing/test_patience.py"),
    rule("bot/sync/writing/attachments.py", "NOT_TOLD", ("OWN[:1]",), f"{SYNC}/writing/test_attachments_outgoing.py"),
    rule("bot/sync/writing/set_off.py", "FIELDS", ("OWN[:2]", "OWN[1:]"), f"{SYNC}/writing/test_allocations.py"),
    rule("bot/sync/reading/touched.py", "DOCUMENTS", ('OWN - {"Invoice"}',), f"{SYNC}/run/test_bounds.py"),
    rule("bot/store/runs/runs.py", "OPEN", ("OWN[1:]", "OWN[:1]"), "tests/store/test_runs.py", "tests/test_jobs.py"),
    rule("bot/store/runs/plans.py", "PAIRING", ("OWN[1:]", "OWN[:1]"), "tests/store/test_plans.py"),
    rule(
        "bot/store/database.py",
        "UNUSABLE",
        ("OWN[:1]",),
        f"{SYNC}/run/test_exactly_once_holding.py",
    ),
    rule(
        "bot/adapters/quickbooks/client.py",
        "_VOIDS",
        ('{**OWN, "Bill": {"operation": "void"}}', '{**OWN, "Payment": {"operation": "void"}}'),
        "tests/adapters/test_quickbooks.py",
    ),
    rule("bot/desk/plans.py", "SETTLED", ("OWN[1:]", "OWN[:1]"), f"{SYNC}/planning/test_approving.py"),
)
