"""Deliberate bugs, each as an engineer could make it, and the tests that are asked about it first."""

from dataclasses import dataclass

CRASHES = "tests/simulation/test_histories.py::test_a_process_may_die_at_every_input_and_output"


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
        "what is left of a record that cannot be read is synced as if it were all of it",
        "bot/core/planning/plan.py",
        "            refuse_unreadable(situation.released, slot.external)\n",
        "",
        "tests/sync/test_tampering.py",
    ),
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
                "        ledger.write_batch(connection, run.company.id, run.run_id, batch)\n",
                "",
            ),
            Edit(
                "bot/sync/writing/push.py",
                "        links = _store_answers(run, connection, batch.intents, answers, today or {})\n",
                "        ledger.write_batch(connection, run.company.id, run.run_id, batch)\n"
                "        links = _store_answers(run, connection, batch.intents, answers, today or {})\n",
            ),
        ),
        (CRASHES,),
    ),
    one(
        "Re-Leased's cursor moves before the mirror is stored",
        "bot/sync/reading/pull.py",
        "        with run.ledger() as connection:\n            changed = put_with_parts(",
        "        with run.ledger() as connection:\n"
        "            _move_released_mark(run, connection, spec.collection, reached)\n"
        "        with run.ledger() as connection:\n            changed = put_with_parts(",
        CRASHES,
    ),
    one(
        "QuickBooks' cursor moves before the mirror is stored",
        "bot/sync/reading/changes.py",
        "    if reply.full:\n        for entity in entities:",
        "    _set_marks(run, reply.time or since, marks)\n    if reply.full:\n        for entity in entities:",
        CRASHES,
    ),
    one(
        "a named time that is there twice comes twice",
        "bot/core/wall_times.py",
        "first > second and night is not Night.NAMED and",
        "first > second and",
        "tests/test_clock_changes.py",
    ),
    one(
        "time zones are read from the system however old they are",
        "bot/time_zones.py",
        "    zoneinfo.reset_tzpath(to=_as_new_as_the_package(searched))\n",
        "    zoneinfo.reset_tzpath(to=list(searched))\n",
        "tests/test_time_zones.py",
    ),
    one(
        "a document that does not say whether it is approved goes out",
        "bot/records/fields/absent.py",
        'STATE = {"status": "whether it is a draft, approved or voided"}',
        "STATE: dict[str, str] = {}",
        "tests/sync/reading/test_absent_fields.py",
    ),
    one(
        "a file whose hash was not announced is taken whatever its size is",
        "bot/sync/writing/attachments.py",
        "arrived.size if size is None else int(size)",
        "arrived.size",
        "tests/sync/reading/test_absent_fields.py",
    ),
    one(
        "what nobody sees goes out with names and numbers",
        "bot/adapters/replies.py",
        "return trimmed(_storable(value) if _SUSPECT.search(body) else value)",
        "return _storable(value) if _SUSPECT.search(body) else value",
        "tests/sync/reading/test_invisible_marks.py",
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
        "tests/sync/writing/test_exactly_once.py",
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
        "bot/records/documents/update.py",
        "    return _with_texts(own, partners, lines)",
        "    return _with_texts(own, partners, lines[:1])",
    ),
    one(
        "an unlinked parent is ignored",
        "bot/sync/reading/gather.py",
        "    if ref in related.unlinked:\n        return ParentState.UNLINKED\n",
        "",
    ),
    one(
        "an error is not cleared",
        "bot/sync/writing/records_loop.py",
        "*(outcome.in_sync_again(open_[ref], run.clock()) for ref in in_sync if ref in open_)]",
        "*()]",
        "tests/sync/stories/test_failures.py",
        "tests/sync/planning/test_matching.py",
        "tests/sync/run/test_runs.py",
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
        "tests/sync/planning/test_plan_and_apply.py",
    ),
)
