"""The mutation proof: deliberate bugs, each of which the simulation's usual seeds (or the named tests) must catch.

python -m tests.simulation.mutations [--only WORDS]
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
SEEDS = 300  # the usual ones: 1 to this, until one of them fails
TIMEOUT_S = 900
CRASHES = "tests/simulation/test_histories.py::test_a_process_may_die_at_every_input_and_output"
COPIED = ("bot", "blocks", "tests", "pyproject.toml")


@dataclass(frozen=True)
class Edit:
    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutation:
    """`tests` are asked first: they hit upon it sooner than histories do."""

    name: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...] = ()


def one(name: str, file: str, old: str, new: str, *tests: str) -> Mutation:
    return Mutation(name, (Edit(file, old, new),), tests)


MUTATIONS = (
    one(
        "a new request id for every try",
        "bot/sync/writing/outgoing_batches.py",
        "_items(batch.intents), batch.requestid)",
        "_items(batch.intents), run.new_id()[:24])",
    ),
    one(
        "a request id of the record, not of the batch: a replay is taken for an answer",
        "bot/sync/writing/outgoing_batches.py",
        "requestid(run.company.id, batch_id), body",
        "requestid(run.company.id, str(operations[0].ref)), body",
    ),
    Mutation(
        "the intent is written after the send",
        (
            Edit(
                "bot/sync/writing/outgoing_batches.py",
                "    with run.ledger() as connection:\n"
                "        ledger.freeze(connection, run.company.id, run.run_id, batch)\n",
                "",
            ),
            Edit(
                "bot/sync/writing/push.py",
                "        links = _take(run, connection, batch.intents, answers, today or {})\n",
                "        ledger.freeze(connection, run.company.id, run.run_id, batch)\n"
                "        links = _take(run, connection, batch.intents, answers, today or {})\n",
            ),
        ),
        (CRASHES,),
    ),
    one(
        "Re-Leased's cursor moves before the mirror is stored",
        "bot/sync/reading/pull.py",
        "            with run.ledger() as connection:\n                changed = mirror(",
        "            with run.ledger() as connection:\n                _move(run, connection, released=cursors)\n"
        "            with run.ledger() as connection:\n                changed = mirror(",
        CRASHES,
    ),
    one(
        "QuickBooks' cursor moves before the mirror is stored",
        "bot/sync/reading/pull.py",
        "    if reply.full:\n        for entity in entities:",
        "    _move_quickbooks(run, reply.time or since)\n    if reply.full:\n        for entity in entities:",
        CRASHES,
    ),
    one(
        "the cascade forgets payments",
        "bot/core/links.py",
        "if ref not in seen]",
        "if ref not in seen and ref.type is not RecordType.PAYMENT]",
    ),
    one(
        "a request id is trusted for ever",
        "bot/sync/writing/recover.py",
        "if run.now_ms() - batch.created_at > TRUSTED_FOR_MS:",
        "if run.now_ms() - batch.created_at > 10_000 * TRUSTED_FOR_MS:",
        "tests/sync/test_exactly_once.py",
    ),
    one(
        "the limiter lets everything through",
        "bot/adapters/quickbooks/rate_limits.py",
        "                if wait_s <= 0:\n",
        "                if wait_s <= 1e9:\n",
        "tests/adapters/test_limits.py",
    ),
    one(
        "two processes get the lease",
        "bot/store/runs/leases.py",
        '((leases.c.until <= now) | (leases.c.owner == ""))',
        "(leases.c.fence >= 0)",
        "tests/store/test_leases.py",
    ),
    one(
        "the fence is not checked",
        "bot/store/runs/leases.py",
        "mine).rowcount == 0:\n        raise LeaseLost(company_id)",
        "mine).rowcount < 0:\n        raise LeaseLost(company_id)",
    ),
    one(
        "lines are dropped on a sparse update",
        "bot/core/planning/plan.py",
        '    return {**body, "Line": kept}\n',
        '    return {**body, "Line": kept[:1]}\n',
    ),
    one(
        "an unlinked parent is ignored",
        "bot/sync/reading/gather.py",
        "    if ref in around.unlinked:\n        return Standing.UNLINKED\n",
        "",
    ),
    one(
        "an error is not cleared",
        "bot/sync/writing/records_loop.py",
        "    return [outcome.settled_again(open_[ref], run.clock()) for ref in settled if ref in open_]\n",
        "    return []\n",
        "tests/sync/test_failures.py",
        "tests/sync/test_matching.py",
        "tests/sync/test_runs.py",
    ),
    Mutation(
        "a half-failed batch is taken as success",
        (
            Edit(
                "bot/sync/writing/push.py",
                "            state = ledger.DONE if isinstance(answer, dict) else ledger.REFUSED\n",
                "            state = ledger.DONE\n",
            ),
        ),
    ),
    one(
        "a void is sent as a delete",
        "bot/adapters/quickbooks/client.py",
        '"Invoice": {"operation": "void"}',
        '"Invoice": {"operation": "delete"}',
    ),
    one(
        "the closing date is ignored",
        "bot/core/planning/requirements.py",
        "    if facts.close_date is None or not spec.dates[0]:\n        return\n",
        "    if facts is not None:\n        return\n",
    ),
    one(
        "what changed in Re-Leased meanwhile is overwritten",
        "bot/sync/writing/released_writes.py",
        "    version = int(operation.version or 0)\n",
        "    found = run.released.get(run.company.id, collection, operation.released_id) or {}\n"
        '    version = int(found.get("version") or 0)\n',
    ),
    one(
        "what is unlinked is written all the same",
        "bot/core/planning/plan.py",
        "    if situation.unlinked:\n",
        "    if situation.unlinked and situation.released is None:\n",
    ),
    one(
        "a failed record is forgotten",
        "bot/sync/writing/records_loop.py",
        "        records.drop_todo(connection, run.company.id, through)\n",
        "        records.drop_todo(connection, run.company.id, refs)\n",
        "tests/sync/test_plan_and_apply.py",
    ),
)


@dataclass(frozen=True)
class Caught:
    mutation: Mutation
    by: str  # "" = it went unseen
    took_s: float


def require_fitting() -> None:
    """Raises ValueError when the source has moved on, so that a mutation does not fit it any more."""
    for mutation in MUTATIONS:
        for edit in mutation.edits:
            times = (ROOT / edit.file).read_text(encoding="utf-8").count(edit.old)
            if times != 1:
                raise ValueError(f"{mutation.name}: its text occurs {times} times in {edit.file}")


def proven(mutation: Mutation, folder: Path) -> Caught:
    """Raises ValueError when what the mutation makes does not even run."""
    started = time.monotonic()
    for edit in mutation.edits:
        file = folder / edit.file
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
    by = _by_tests(folder, mutation.tests) or _by_history(folder)
    return Caught(mutation, by, time.monotonic() - started)


def _by_history(folder: Path) -> str:
    command = ["-m", "tests.simulation", "--histories", str(SEEDS), "--first", "1", "--until-failure"]
    said = _run(folder, command)
    found = [line for line in said.stdout.splitlines() if line.startswith("make simulate SEED=")]
    if said.returncode == 0:
        return ""
    if not found:
        raise ValueError(f"the simulation does not run: {said.stderr[-500:]}")
    return found[0].removeprefix("make simulate ")


def _by_tests(folder: Path, tests: tuple[str, ...]) -> str:
    if not tests:
        return ""
    said = _run(folder, ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests])
    failed = [line for line in said.stdout.splitlines() if line.startswith("FAILED")]
    return failed[0].removeprefix("FAILED ").split(" - ")[0] if failed else ""


def _run(folder: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONHASHSEED": "0"}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S
    )


def _copy(folder: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def main(arguments: list[str]) -> int:
    """Prints a line for each mutation; 1 when one of them went unseen."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutations")
    parser.add_argument("--only", default="", help="words of the mutations' names")
    only = parser.parse_args(arguments).only
    require_fitting()
    unseen = 0
    for mutation in (each for each in MUTATIONS if only in each.name):
        with TemporaryDirectory() as folder:
            caught = proven(mutation, _copy(Path(folder)))
        unseen += not caught.by
        print(f"{caught.took_s:5.0f} s  {mutation.name}\n         {caught.by[:160] or 'NOT CAUGHT'}", flush=True)
    print(f"{unseen} went unseen" if unseen else "all were caught")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
