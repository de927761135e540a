"""Constants of bot/store."""

from tests.constants.listing import Listed, no_rule, rule

BOUNDS = "tests/sync/run/test_bounds.py"
TOO_LONG = '{"type": 24, "kind": 32, "name": 400, "party": 640, "date": 10, "currency": 8, "same_key": 20}'
HOLDING = "tests/sync/run/test_exactly_once_holding.py"
SPEED = "only how fast: the same is found"
DATABASE = "bot/store/database.py"
RESULTS = "bot/store/results/results.py"
LEASES = "bot/store/runs/leases.py"
PLANS = "bot/store/runs/plans.py"

LISTED: tuple[Listed, ...] = (
    rule(DATABASE, "BUSY_TIMEOUT_MS", ("0", "3_000_000"), "tests/store/test_database.py"),
    no_rule(DATABASE, "CACHE_MIB", SPEED),
    no_rule(DATABASE, "CACHE_OF_RUN_MIB", SPEED),
    rule(DATABASE, "MOST_IDLE_MS", ("0", "2_000"), "tests/store/test_database.py"),
    no_rule(DATABASE, "MIGRATION_LOCK", "any fixed number serves"),
    rule("bot/store/keysets.py", "CHUNK", ("0", "40_000"), BOUNDS),
    no_rule("bot/store/keysets.py", "SHAPES", SPEED),
    rule("bot/store/mirror/figures.py", "LIMITS", (TOO_LONG,), "tests/store/test_balances.py"),
    rule(
        "bot/store/mirror/name_lists.py", "MOST_READ", ("1", "500_000"), BOUNDS, "tests/sync/planning/test_choosing.py"
    ),
    no_rule("bot/store/results/filter.py", "MOSTLY", SPEED),
    no_rule(RESULTS, "ATTEMPTS_SHOWN", "how many are shown"),
    rule(RESULTS, "FAILURES_KEPT", ("1", "2_000"), "tests/store/test_results_pages.py"),
    rule(RESULTS, "ROWS_AT_A_TIME", ("500_000",), BOUNDS),
    no_rule(RESULTS, "RARE", SPEED),
    rule(LEASES, "LEASE_MS", ("2_000", "80_000"), "tests/store/test_leases.py"),
    rule(LEASES, "HEARTBEAT_S", ("0.0", "8.0"), "tests/store/test_leases.py", HOLDING),
    rule(LEASES, "TRUSTED_S", ("8.0",), HOLDING),
    rule(PLANS, "PLANS_KEPT", ("1", "500"), "tests/sync/planning/test_plan_and_apply.py"),
    no_rule(PLANS, "NAMES_SHOWN", "how many are named"),
    no_rule(PLANS, "CHANGES_AT_ONCE", "how many are read at a time; all of them are"),
    rule(PLANS, "ROWS_AT_ONCE", ("0", "5_000_000"), BOUNDS, "tests/store/test_plans.py"),
    rule("bot/store/tables.py", "RECORD_ID", ("16",), "tests/store/test_database.py"),
    rule(
        "bot/store/team/notes.py",
        "VIEW_LIFE_MS",
        ("24 * 3600 * 1000", "700 * 24 * 3600 * 1000"),
        "tests/store/test_notes.py",
    ),
)
