"""Constants of bot/jobs and bot/desk."""

from tests.constants.listing import Listed, no_rule, rule

WORKER = "bot/jobs/worker.py"
VAULT = "bot/desk/companies/vault.py"
TIMES = "tests/test_job_times.py"
JOBS = "tests/test_jobs.py"

LISTED: tuple[Listed, ...] = (
    rule("bot/jobs/clock.py", "RELOAD_S", ("1", "2_000"), TIMES),
    rule(
        "bot/jobs/planner.py",
        "ABANDONED_AFTER",
        ("timedelta(0)", "timedelta(hours=20)"),
        "tests/sync/planning/test_approving.py",
    ),
    rule(
        "bot/jobs/verifier.py",
        "ABANDONED_AFTER",
        ("timedelta(0)", "timedelta(hours=20)"),
        "tests/sync/control/test_verifying.py",
    ),
    rule(WORKER, "SYNCS_AT_ONCE", ("1", "400"), TIMES),
    rule(WORKER, "POLL_S", ("0.0", "100.0"), TIMES),
    rule(WORKER, "STOP_PATIENCE_S", ("0.0", "600.0"), TIMES),
    rule(WORKER, "ABANDONED_AFTER", ("timedelta(0)", "timedelta(hours=20)"), JOBS),
    rule("bot/desk/cause_work.py", "SHOWN_FOR", ("timedelta(0)", "timedelta(days=100)"), "tests/store/test_team.py"),
    rule("bot/desk/cause_work.py", "A_MOMENT", ("timedelta(0)", "timedelta(days=1)"), "tests/store/test_team.py"),
    rule("bot/desk/views.py", "VIEW_ID_LENGTH", ("2",), "tests/sync/planning/test_deeds.py"),
    rule(
        "bot/desk/plans.py",
        "GOOD_FOR",
        ("timedelta(0)", "timedelta(hours=23)", "timedelta(hours=25)"),
        "tests/sync/planning/test_approving.py",
    ),
    no_rule("bot/desk/plans.py", "NAMES_SHOWN", "how many are named"),
    no_rule("bot/desk/plans.py", "CHANGES_SHOWN", "how many a page of a window has"),
    rule("bot/desk/refused_channels.py", "MOST_KEPT", ("50", "10_000"), "tests/store/test_refused_channels.py"),
    rule("bot/desk/schedule.py", "LOOK_BACK", ("(timedelta(hours=1),)",), "tests/test_schedule.py"),
    rule("bot/desk/schedule.py", "CLOCKS_DIFFER", ("timedelta(0)", "timedelta(hours=1)"), "tests/test_schedule.py"),
    no_rule("bot/desk/team.py", "NAMES_SHOWN", "how many are named"),
    rule(VAULT, "LOCK_WAIT_S", ("1.0", "12.0"), "tests/test_vault.py"),
    rule(VAULT, "LOCK_POLL_S", ("0.0", "3.0"), "tests/test_vault.py"),
    rule(VAULT, "KEEP_ATTEMPTS", ("1", "400"), "tests/test_vault.py"),
    rule(VAULT, "KEEP_WAIT_S", ("0.0", "50.0"), "tests/test_vault.py"),
)
