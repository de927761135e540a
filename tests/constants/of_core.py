"""Constants of bot/core: money, what is the same, and what a hash means."""

from tests.constants.listing import Listed, no_rule, rule

TOTALS = "bot/core/balance/control_totals.py"
NAMING = "bot/core/naming.py"
PAIRING = "bot/core/planning/pairing.py"
INVISIBLE = "bot/core/invisible.py"
MONEY = "bot/core/money.py"
PREFLIGHT = "bot/core/planning/preflight.py"
CONTENT_TESTS = "tests/core/test_content.py::test_a_hash_says_the_same_in_every_release"
SHOWN = "how many are shown by name; all are counted"

SHAPE = "bot/core/answers/shape.py"
SHAPES = "tests/core/answers/test_shapes.py"

LISTED: tuple[Listed, ...] = (
    rule(SHAPE, "ID_CHARS", ("49", "51"), f"{SHAPES}::test_an_id_has_a_length_and_no_blank"),
    rule(SHAPE, "WHOLE_BITS", ("52", "54"), f"{SHAPES}::test_a_whole_number_fits_where_json_promises_it"),
    rule(SHAPE, "MOST_NESTED", ("39", "41"), f"{SHAPES}::test_what_is_nested_too_deeply_is_named_and_left_out"),
    no_rule(SHAPE, "MOST_QUOTED", "how much of a value stands in a sentence"),
    no_rule(SHAPE, "MOST_MARKS", "how many of them are told"),
    rule(
        TOTALS,
        "RECEIVABLE",
        ('{"Invoice": 1, "CreditMemo": 1, "Payment": -1}', '{"Invoice": 1, "CreditMemo": -1, "Payment": 1}'),
        "tests/sync/planning/test_effect_on_balances.py",
    ),
    rule(
        TOTALS,
        "PAYABLE",
        ('{"Bill": 1, "VendorCredit": 1, "BillPayment": -1}', '{"Bill": 1, "VendorCredit": -1, "BillPayment": 1}'),
        "tests/sync/planning/test_effect_on_balances.py",
    ),
    rule(TOTALS, "CENTS", ("10", "1000"), "tests/core/test_control_totals.py"),
    no_rule("bot/core/balance/verification.py", "LISTED", SHOWN),
    rule("bot/core/content.py", "HASH_LENGTH", ("2", "19", "21"), CONTENT_TESTS),
    rule("bot/core/content.py", "FIELD_HASH_LENGTH", ("1", "9"), CONTENT_TESTS),
    rule(
        "bot/core/unreadable.py",
        "OF_EVERYBODY",
        (
            *(f"OWN - {{{status}}}" for status in (401, 408, 429, 502, 503, 504)),
            *("OWN | {500}", "OWN | {403}"),
        ),
        "tests/core/test_unreadable.py",
    ),
    no_rule("bot/core/faults.py", "MOST_CHARS", "how much of a name stands in a sentence"),
    rule(
        "bot/core/faults.py",
        "_SURELY_NOT_APPLIED",
        (
            *("(403, 429)", "(401, 429)", "(401, 403)"),
            *("(401, 403, 429, 500)", "(401, 403, 429, 502)", "(401, 403, 429, 503)", "(401, 403, 429, 504)"),
        ),
        "tests/core/causes/test_faults.py::test_what_passes_may_have_been_carried_out_whatever_status_it_came_with",
        "tests/core/causes/test_faults.py::test_what_was_turned_away_at_the_door_was_not_carried_out",
    ),
    rule(INVISIBLE, "JOINING", ("((0x0600, 0x08FF),)", "((0x0900, 0x109F),)"), "tests/core/test_invisible.py"),
    no_rule("bot/core/links.py", "PARENTS_FIRST", "places in the list of record types, in which they stand in order"),
    rule(MONEY, "CENT", ('Decimal("0.1")', 'Decimal("0.001")'), "tests/core/test_money.py"),
    no_rule(MONEY, "ZERO", "a name for the number itself"),
    rule(MONEY, "DIGITS_BEFORE_POINT", ("14", "16"), "tests/core/test_money.py"),
    rule(MONEY, "DIGITS_BEHIND_POINT", ("10**9",), "tests/sync/reading/test_odd_values.py"),
    rule(MONEY, "MOST_SPELLED", ("10**4",), "tests/sync/reading/test_odd_values.py"),
    rule(NAMING, "SUFFIX_CHARS", ("39", "41"), "tests/core/test_naming.py"),
    no_rule(NAMING, "NUMBERS", "how many numbers are tried for a proposal; a person chooses"),
    no_rule(NAMING, "MOST_PROPOSED", "how many proposals fit a window; a person may write another"),
    rule("bot/core/planning/numbering.py", "NUMBER_LENGTH", ("20", "22"), "tests/core/planning/test_numbering.py"),
    rule("bot/core/planning/numbering.py", "MOST_TRIED", ("3", "20"), "tests/core/planning/test_numbering.py"),
    no_rule("bot/core/planning/conflict.py", "SAID_AT_ONCE", "how many lost values stand in a row; all are kept"),
    no_rule("bot/core/planning/field_changes.py", "VALUE_LENGTH", "how much of a value stands in a sentence"),
    no_rule("bot/core/planning/field_changes.py", "LINES_SAID", SHOWN),
    rule(
        PAIRING,
        "CERTAIN",
        ("2", "4"),
        "tests/core/planning/test_pairing.py",
        "tests/core/planning/test_plan_unpaired.py",
    ),
    rule(PAIRING, "BY_STORED_ID", ("3",), "tests/core/planning/test_pairing.py"),
    no_rule(PAIRING, "MOST_SHOWN", SHOWN),
    rule(
        "bot/core/planning/plan_summary.py", "PLAN_HASH_LENGTH", ("4", "17"), "tests/core/planning/test_plan_summary.py"
    ),
    no_rule(PREFLIGHT, "MOST_NAMED", SHOWN),
    rule(PREFLIGHT, "MOST_GROUPS", ("2", "20_000"), "tests/core/planning/test_preflight.py"),
    no_rule("bot/core/team/requested_verification.py", "KEPT", SHOWN),
    rule("bot/core/team/week.py", "DAYS", ("6", "8"), "tests/core/test_week.py"),
    no_rule("bot/core/team/week.py", "TOP", SHOWN),
    rule("bot/core/wall_times.py", "SECOND", ("timedelta(minutes=1)",), "tests/test_clock_changes.py"),
    rule("bot/core/wall_times.py", "INSTANT", ("timedelta(0)", "timedelta(minutes=2)"), "tests/test_clock_changes.py"),
)
