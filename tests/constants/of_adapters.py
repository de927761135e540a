"""Constants of bot/adapters."""

from tests.constants.listing import Listed, no_rule, rule

SPEED = "only how fast: the same is sent"
FILES = "bot/adapters/files.py"
HTTP = "bot/adapters/http.py"
CLIENT = "bot/adapters/quickbooks/client.py"
CONNECTION = "bot/adapters/quickbooks/connection.py"
LIMITS = "bot/adapters/quickbooks/rate_limits.py"
RELEASED = "bot/adapters/released/client.py"
T = "tests/adapters"

LISTED: tuple[Listed, ...] = (
    no_rule("bot/adapters/released/changes.py", "FEW", "of so few instants no order can be seen"),
    no_rule("bot/adapters/replies.py", "MOST_DIGITS", "longer ints are read as Decimals, equal in value"),
    rule(
        FILES,
        "MAX_FILE_BYTES",
        ("10 * 2**20", "1_000 * 2**20"),
        f"{T}/test_sizes_and_time_outs.py",
        f"{T}/test_files.py",
    ),
    rule(FILES, "IN_MEMORY_BYTES", ("0", "2**30"), f"{T}/test_files.py"),
    no_rule(FILES, "CHUNK_BYTES", SPEED),
    rule(HTTP, "CONNECT_TIMEOUT_S", ("0.01", "1_000.0"), f"{T}/test_sizes_and_time_outs.py"),
    rule(HTTP, "READ_TIMEOUT_S", ("119.0", "1_200.0"), f"{T}/test_sizes_and_time_outs.py"),
    rule(HTTP, "BODY_TIMEOUT_S", ("3.0", "300_000.0"), f"{T}/test_sizes_and_time_outs.py"),
    rule(
        HTTP,
        "MAX_BODY_BYTES",
        ("2**10", "64 * 2**30"),
        f"{T}/test_sizes_and_time_outs.py",
        f"{T}/test_quickbooks_contract.py",
    ),
    no_rule(HTTP, "POOL_CONNECTIONS", SPEED),
    rule(HTTP, "READ_ATTEMPTS", ("1", "40"), f"{T}/test_http.py"),
    rule(HTTP, "FIRST_WAIT_S", ("0.0", "10.0"), f"{T}/test_http.py"),
    rule(HTTP, "MAX_WAIT_S", ("1.0", "6_000.0"), f"{T}/test_http.py"),
    no_rule(HTTP, "_CHUNK_BYTES", SPEED),
    rule(CLIENT, "MAX_QUERY_CHARS_IN_URL", ("0", "18_000"), f"{T}/test_quickbooks.py"),
    rule(CLIENT, "MAX_PAGES", ("1",), f"{T}/test_quickbooks.py"),
    rule(CONNECTION, "MINOR_VERSION", ('"65"',), f"{T}/test_quickbooks.py"),
    rule(CONNECTION, "MAX_THROTTLES", ("0", "400"), f"{T}/test_quickbooks_connection.py"),
    rule(CONNECTION, "MAX_THROTTLE_WAIT_S", ("3.0", "30_000.0"), f"{T}/test_quickbooks_connection.py"),
    no_rule("bot/adapters/quickbooks/faults.py", "_MAX_WORDS", "how much of QuickBooks' words is kept"),
    rule(
        "bot/adapters/quickbooks/oauth.py",
        "TOKEN_TIMEOUT_S",
        ("0.01", "3_000.0"),
        f"{T}/test_quickbooks_oauth.py",
        "tests/test_vault.py",
    ),
    rule(
        LIMITS,
        "MAX_BATCH_ITEMS",
        ("31", "3"),
        f"{T}/test_quickbooks_wire.py",
        "tests/sync/writing/test_exactly_once.py",
    ),
    rule(LIMITS, "MAX_ROWS", ("100", "1_001"), f"{T}/test_quickbooks.py"),
    rule(LIMITS, "MAX_CDC_OBJECTS", ("1_001",), f"{T}/test_quickbooks_wire.py"),
    rule(
        LIMITS,
        "CDC_LOOK_BACK",
        ("timedelta(days=31)", "timedelta(days=300)"),
        "tests/sync/reading/test_looking_back.py",
    ),
    rule(LIMITS, "MAX_REQUESTID_CHARS", ("51",), f"{T}/test_quickbooks.py"),
    rule(LIMITS, "THROTTLE_WAIT_S", ("0.0", "6.0"), f"{T}/test_quickbooks_connection.py"),
    rule(LIMITS, "_MINUTE_S", ("6.0", "59.0"), f"{T}/test_limits.py"),
    rule(LIMITS, "_MINUTE_MARGIN_S", ("0.0", "10.0"), f"{T}/test_limits.py"),
    rule(LIMITS, "_SECOND_S", ("0.1",), f"{T}/test_limits.py"),
    rule(LIMITS, "_SECOND_MARGIN_S", ("0.0",), f"{T}/test_limits.py"),
    rule(LIMITS, "_SHORTEST_PAUSE_S", ("10.0",), f"{T}/test_limits.py"),
    rule(LIMITS, "KEPT_FOR_READS", ("0", "400"), f"{T}/test_limits.py"),
    rule(LIMITS, "Caps.requests_per_minute", ("501", "50"), f"{T}/test_limits.py"),
    rule(LIMITS, "Caps.requests_per_second", ("11", "1"), f"{T}/test_limits.py"),
    rule(LIMITS, "Caps.concurrent", ("11", "100"), f"{T}/test_limits.py"),
    rule(LIMITS, "Caps.batches_per_minute", ("41", "4"), f"{T}/test_limits.py"),
    rule(
        "bot/adapters/quickbooks/tokens.py",
        "RENEW_BEFORE",
        ("timedelta(0)", "timedelta(minutes=4)", "timedelta(minutes=50)"),
        f"{T}/test_tokens.py",
    ),
    rule("bot/adapters/released/changes.py", "MAX_CALLS", ("1",), f"{T}/test_released_changes.py"),
    rule("bot/adapters/released/changes.py", "MAX_RESTARTS", ("0", "2_000"), f"{T}/test_released_changes.py"),
    rule(RELEASED, "DEFAULT_PAGE_SIZE", ("501",), f"{T}/test_released.py"),
    rule(RELEASED, "MAX_PAGE_SIZE", ("501", "100"), f"{T}/test_released.py"),
    rule(RELEASED, "MAX_THROTTLES", ("0", "500"), f"{T}/test_released.py"),
    rule(RELEASED, "THROTTLE_WAIT_S", ("0.0", "300.0"), f"{T}/test_released.py"),
    rule(RELEASED, "MAX_THROTTLE_WAIT_S", ("3.0", "30_000.0"), f"{T}/test_released.py"),
)
