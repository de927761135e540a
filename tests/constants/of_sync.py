"""Constants of bot/sync."""

from tests.constants.listing import Listed, no_rule, rule

SPEED = "only how fast: the same is done"
PULL = "bot/sync/reading/pull.py"
STOP = "bot/sync/run/safety_stop.py"
OUT = "bot/sync/writing/outgoing_batches.py"
ONCE = "tests/sync/writing/test_exactly_once.py"
PATIENCE = "tests/sync/writing/test_patience.py"
BOUNDS = "tests/sync/run/test_bounds.py"
COSTS = "tests/sync/run/test_costs.py"
BACK = "tests/sync/reading/test_looking_back.py"

LISTED: tuple[Listed, ...] = (
    rule(PULL, "CLOCKS_APART", ("timedelta(0)", "timedelta(days=9999)"), "tests/sync/test_tampering.py"),
    no_rule("bot/sync/reading/read_again.py", "MOST_CALLS_RELEASED", "the others have their turn in a later run"),
    no_rule("bot/sync/reading/read_again.py", "IDS_OF_ONE_QUERY", SPEED),
    no_rule("bot/sync/reading/read_again.py", "QUERIES_OF_ONE_BATCH", "as many as QuickBooks takes in a batch"),
    rule("bot/sync/company_plan.py", "READS_OF_QUICKBOOKS", ("1", "3"), COSTS),
    no_rule("bot/sync/run/run.py", "CONFLICTS_SAID", "how many a message can list; all are counted"),
    rule("bot/sync/company_plan.py", "READS_OF_COMPANY", ("0", "2"), COSTS),
    rule("bot/sync/control/end_of_run.py", "PAGE", ("0", "30_000"), BOUNDS),
    no_rule("bot/sync/control/end_of_run.py", "NAMED", "how many are named; all are counted"),
    no_rule("bot/sync/run/progress.py", "WORTH_TELLING", "how often the progress of a run is told"),
    rule("bot/sync/reading/full_read.py", "IDS_PER_QUERY", ("1", "5_000"), BOUNDS),
    rule("bot/sync/reading/full_read.py", "UNSEEN", ("0", "30_000"), BOUNDS, "tests/sync/control/test_verify.py"),
    rule("bot/sync/reading/lookup.py", "VALUES_OF_ONE_QUERY", ("1",), PATIENCE),
    rule("bot/sync/reading/touched.py", "IDS_OF_ONE_QUERY", ("1", "3_000"), BOUNDS),
    rule("bot/sync/reading/touched.py", "QUERIES_OF_ONE_BATCH", ("31", "300"), BOUNDS),
    rule("bot/sync/control/open_findings.py", "MOST_LOOKED_UP", ("1", "1_000"), BOUNDS),
    rule(PULL, "OVERLAP", ("timedelta(0)", "timedelta(seconds=30)"), BACK),
    rule(PULL, "CDC_MARGIN", ("timedelta(0)", "timedelta(days=20)"), BACK),
    rule("bot/sync/run/run.py", "CHUNK", ("0", "30_000"), BOUNDS),
    rule("bot/sync/run/run.py", "WRITERS", ("1", "80"), BOUNDS),
    rule(STOP, "LEAST", ("49", "51"), "tests/sync/run/test_safety_stop.py"),
    rule(STOP, "SHARE_PERCENT", ("29", "31", "99"), "tests/sync/run/test_safety_stop.py"),
    rule("bot/sync/writing/in_doubt.py", "SETTLING_S", ("0.0", "119.0"), PATIENCE),
    rule("bot/sync/writing/in_doubt.py", "SPLIT_INTO", ("1",), PATIENCE),
    rule(OUT, "RESENDS", ("1", "40"), PATIENCE),
    rule(OUT, "RESEND_WAIT_S", ("0.0", "200.0"), PATIENCE),
    rule(OUT, "MOST_WAIT_S", ("0.0", "6_000.0"), PATIENCE),
    rule(OUT, "REQUESTID_CHARS", ("12", "49"), ONCE),
    no_rule(OUT, "GENERATION", "part of a new batch's request id; a batch that was frozen keeps its own"),
    no_rule("bot/sync/writing/push.py", "WORKERS_FOR_BATCHES", SPEED),
    no_rule(
        "bot/sync/writing/push.py",
        "MINUTE_CHECK_S",
        "how soon it looks whether the minute has room; the limiter decides",
    ),
    rule("bot/sync/writing/recognise.py", "SKEW_MS", ("0", "100 * 60 * 1000"), PATIENCE),
    rule(
        "bot/sync/writing/records_loop.py",
        "FAILURES_KEPT",
        ("0", "1_000_000"),
        BOUNDS,
        "tests/sync/stories/test_failures.py",
    ),
    rule("bot/sync/writing/recover.py", "TRUSTED_FOR_MS", ("0", "180 * 60 * 1000"), ONCE),
    rule("bot/sync/writing/set_off.py", "TRIES_BESIDE_WRITERS", ("-8", "0"), "tests/sync/writing/test_allocations.py"),
)
