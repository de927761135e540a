"""Deliberate bugs in what keeps both books alike: rules of updates, lines, balances, names and reasons."""

from tests.simulation.bugs import Mutation, one

UPDATES, BALANCES = "tests/sync/writing/test_updates_keep.py", "tests/sync/control/test_open_balances.py"
HEADERS, INACTIVE = "tests/records/test_header_values.py", "tests/sync/planning/test_inactive_parents.py"

OF_BOOKS: tuple[Mutation, ...] = (
    one(
        "a line of words counts as a line of money",
        "bot/records/documents/line_kinds.py",
        "if kind_of(line) not in (LineKind.TEXT, LineKind.COMPUTED)]",
        "if kind_of(line) is not LineKind.COMPUTED]",
        UPDATES,
    ),
    one(
        "a markup comes in on no account",
        "bot/records/documents/line_kinds.py",
        '    if detail.get("MarkupInfo"):\n        return LineKind.MARKUP\n',
        "",
        UPDATES,
    ),
    one(
        "what is open is not compared",
        "bot/sync/control/open_findings.py",
        "and ours.figures.open != theirs.figures.open",
        "and ours.figures.total != theirs.figures.total",
        BALANCES,
    ),
    one(
        "the class of a whole document is lost",
        "bot/records/documents/document.py",
        "if one_class and (class_id := _one_class(body, lookup)):",
        "if not one_class and (class_id := _one_class(body, lookup)):",
        HEADERS,
    ),
    one(
        "the two rates of a reverse charge are nothing, each",
        "bot/records/documents/tax_detail.py",
        "    if not any(rate < ZERO for rate in rates):\n",
        "    if rates:\n",
        HEADERS,
    ),
    one(
        "today's rate is taken for the one of the day",
        "bot/records/documents/lines.py",
        "sum((applied.get(rate_id, rate) for rate_id, rate in rates), ZERO)",
        "sum((rate for _, rate in rates), ZERO)",
        HEADERS,
    ),
    one(
        "an inactive product is explained as an inactive customer",
        "bot/core/planning/requirements.py",
        '"Item": "inactive-product"',
        '"Item": "archived-contact"',
        INACTIVE,
    ),
    one(
        "the second payment of a pay run has the number of the first",
        "bot/core/planning/numbering.py",
        'UNIQUE_AS_REFERENCE = frozenset({"BillPayment"})',
        "UNIQUE_AS_REFERENCE = frozenset[str]()",
        "tests/sync/writing/test_one_reference.py",
    ),
    one(
        "the word Voided in a memo voids a document of nothing",
        "bot/records/documents/checks.py",
        'decimal(line.get("Amount")) or decimal(detail_of(line).get("Qty")) for line',
        'decimal(line.get("Amount")) for line',
        "tests/sync/writing/test_updates_keep.py",
        "tests/records",
    ),
    one(
        "an own name that several classes share is guessed",
        "bot/core/planning/under_parents.py",
        "rivals=one.rivals, by",
        "rivals=(), by",
        "tests/sync/planning/test_names_under_parents.py",
    ),
    one(
        "a class under a parent comes in a second time",
        "bot/records/fields/full_names.py",
        "return Nearness.OWN_NAME if joined(mine)",
        "return Nearness.NONE if joined(mine)",
        "tests/sync/planning/test_names_under_parents.py",
    ),
    one(
        "a renamed parent is written into plain names of Re-Leased",
        "bot/records/fields/full_names.py",
        'return {**wanted, "name": wanted["name"].rpartition(PARTED_BY)[2]}',
        "return wanted",
        "tests/sync/planning/test_names_under_parents.py",
    ),
    one(
        "a sub-customer is sent its parent's name in its own",
        "bot/records/contact.py",
        "own = full_names.own_part(name, ",
        "own = (lambda said, full: said)(name, ",
        "tests/sync/planning/test_sub_customers.py",
    ),
)
