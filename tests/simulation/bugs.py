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
    # What an engineer who changes a rule gets wrong
    one(
        "the safety stop lets nearly everything go",
        "bot/sync/run/safety_stop.py",
        "SHARE_PERCENT = 30",
        "SHARE_PERCENT = 99",
        "tests/sync/run/test_safety_stop.py",
    ),
    one(
        "QuickBooks' changes are asked for without an overlap",
        "bot/sync/reading/pull.py",
        "OVERLAP = timedelta(minutes=2)",
        "OVERLAP = timedelta(0)",
        "tests/sync/reading/test_looking_back.py",
    ),
    one(
        "a cut-off answer of changes is taken for whole",
        "bot/adapters/quickbooks/wire.py",
        "self.count >= MAX_CDC_OBJECTS",
        "self.count > MAX_CDC_OBJECTS",
        "tests/adapters/test_quickbooks_wire.py",
    ),
    one(
        "the closing date itself counts as open",
        "bot/core/planning/requirements.py",
        "<= facts.close_date.isoformat()",
        "< facts.close_date.isoformat()",
        "tests/core/planning/test_plan_unpaired.py",
    ),
    one(
        "an invoice is voided although it is paid in QuickBooks",
        "bot/core/planning/plan.py",
        "if payers := spec.settled_by(external.body):",
        "if (payers := spec.settled_by(external.body)) and slot.link is None:",
        "tests/sync/writing/test_paid_documents.py",
    ),
    one(
        "Re-Leased wins a paid document",
        "bot/core/planning/plan.py",
        " and not spec.is_settled(released.body)",
        "",
        "tests/sync/planning/test_matching.py",
    ),
    one(
        "the losing value of a conflict is not kept",
        "bot/core/planning/conflict.py",
        "    lost = [one for one in changes if one.is_lost]\n",
        "    lost = [one for one in changes if one.is_lost and not changes]\n",
        "tests/sync/planning/test_conflicts_said.py",
    ),
    one(
        "a renamed tenant is not found with its documents",
        "bot/sync/reading/following.py",
        "if before is not None and before != _name(record):",
        "if before is not None and before == _name(record):",
        "tests/sync/reading/test_results_follow.py",
    ),
    one(
        "a row keeps the amount from before its update",
        "bot/sync/writing/released_writes.py",
        "outcome.done(_as_it_is_now(spec, operation, written), run.clock()",
        "outcome.done(operation, run.clock()",
        "tests/sync/reading/test_results_follow.py",
    ),
    one(
        "what is gone on both sides has no row any more",
        "bot/core/planning/plan.py",
        "    if gone := _gone_on_both(spec, slot, released, slot.external):\n        raise gone\n",
        "",
        "tests/sync/reading/test_vanished.py",
    ),
    one(
        "the row of what is deleted before it came vanishes",
        "bot/sync/writing/records_loop.py",
        "results.forget(connection, run.company.id, over.elsewhere)",
        "results.forget(connection, run.company.id, chunk.without_steps)",
        "tests/sync/reading/test_vanished.py",
    ),
    one(
        "documents are adopted on a loose match",
        "bot/core/planning/pairing.py",
        "if best.score < CERTAIN and type_ not in NAMES_ENOUGH:",
        "if best.score < 1 and type_ not in NAMES_ENOUGH:",
        "tests/core/planning/test_pairing.py",
    ),
    one(
        "a payment that may be there already is entered again",
        "bot/sync/reading/candidates.py",
        " >= CERTAIN or asked]",
        " >= CERTAIN]",
        "tests/sync/writing/test_payments.py",
        "tests/sync/planning/test_suggestions.py",
    ),
    one(
        "the tax total is left to QuickBooks",
        "bot/records/documents/document.py",
        'sent["TxnTaxDetail"] = tax_detail(',
        "tax_detail(",
        "tests/records/test_golden.py",
    ),
    one(
        "Re-Leased's cursor is the time of reading, past what was not read",
        "bot/sync/reading/pull.py",
        "max(instants) if all_named and instants else reached",
        'run.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")',
        "tests/sync/stories/test_faults.py",
    ),
    one(
        "two files of one name and size count as the same",
        "bot/records/attachment.py",
        "equal = bool(external.get(HASH)) and",
        "equal = True or",
        "tests/records/test_attachments.py",
    ),
    one(
        "a file is passed on without a look at its hash",
        "bot/sync/writing/attachments.py",
        "    if arrived == announced:\n",
        "    if arrived.size == announced.size:\n",
        "tests/sync/writing/test_attachments_outgoing.py",
        "tests/sync/writing/test_attachments_incoming.py",
    ),
    one(
        "a request id of the content: what was refused is never tried again",
        "bot/sync/writing/outgoing_batches.py",
        "requestid(run.company.id, batch_id), body",
        "requestid(run.company.id, body), body",
        "tests/sync/writing/test_exactly_once.py",
    ),
    one(
        "money is read as a float",
        "bot/adapters/replies.py",
        "parse_float=_number,",
        "parse_float=float,",
        "tests/adapters/test_quickbooks.py",
    ),
    one(
        "what QuickBooks says is deleted is not heard",
        "bot/sync/reading/changes.py",
        "    else:\n        store_changes(run, reply.objects, reply.deleted)",
        "    else:\n        store_changes(run, reply.objects, ())",
        "tests/sync/writing/test_paid_documents.py",
    ),
    one(
        "recovery forgets the writes that went alone",
        "bot/sync/writing/recover.py",
        "    for batch in batches:\n",
        '    for batch in (one for one in batches if "BatchItemRequest" in one.body):\n',
        "tests/sync/writing/test_patience.py",
    ),
    one(
        "a credit that people set off meanwhile is set off a second time",
        "bot/sync/writing/set_off.py",
        "if any(_equal(entry, wanted)",
        "if False and any(_equal(entry, wanted)",
        "tests/sync/writing/test_allocations.py",
    ),
    one(
        "Re-Leased is not told the ids of what went out",
        "bot/sync/writing/records_loop.py",
        "unwritten = write_back(",
        "unwritten = (lambda *told: set())(",
        "tests/sync/writing/test_outgoing.py",
    ),
    one(
        "documents go before the payments that were taken off them",
        "bot/sync/engine.py",
        "unapply_payments(run)",
        "run.raise_if_stopping()",
        "tests/sync/writing/test_paid_documents.py",
    ),
    one(
        "unlinking reaches into another company",
        "bot/store/mirror/records.py",
        "and_(mirror_keys.c.company_id == company_id, ",
        "and_(",
        "tests/store/test_records.py",
    ),
    one(
        "an update takes what it does not name out of QuickBooks",
        "bot/core/planning/plan.py",
        'identity = {"Id": external.id, "SyncToken": external.version, "sparse": True}',
        'identity = {"Id": external.id, "SyncToken": external.version}',
        "tests/sync/writing/test_updates_keep.py",
    ),
    one(
        "a batch in doubt is looked up while QuickBooks still works on it",
        "bot/sync/writing/in_doubt.py",
        "        run.pause(SETTLING_S)\n",
        "        run.pause(0.0)\n",
        "tests/sync/writing/test_patience.py",
    ),
    one(
        "what is inactive counts as deleted where all is read",
        "bot/sync/reading/pull.py",
        'else " AND Active IN (true, false)"',
        'else " AND Active = true"',
        "tests/sync/reading/test_looking_back.py",
    ),
    one(
        "a kind that could not be read counts as read",
        "bot/sync/reading/changes.py",
        "    if began is None:\n        marks[entity] = since\n",
        "",
        "tests/sync/reading/test_unreadable_kinds.py",
    ),
    one(
        "what nobody could read is taken for absent",
        "bot/sync/writing/records_loop.py",
        "return hold_unread(spec, situation, steps, run.unread_kinds, run.facts)",
        "return steps",
        "tests/sync/reading/test_unreadable_kinds.py",
    ),
)
