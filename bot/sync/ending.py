"""How a run ends: finished with its control, stopped for a person to look, or before its end."""

from dataclasses import dataclass, field, replace

from bot.core.faults import ApiError, explain
from bot.core.model import Result
from bot.core.planning.plan_summary import Plan
from bot.core.runs import ApiCalls, Counts, Flag, RedReason, RunState
from bot.core.unreadable import in_words
from bot.store import companies
from bot.store.companies import Company
from bot.store.results import cause_spans, results
from bot.store.runs import runs
from bot.sync.control.end_of_run import Control, check_control
from bot.sync.reading import pull
from bot.sync.run.context import RunContext
from bot.sync.run.run import Run, counts_in_words
from bot.sync.writing.records_loop import FAILURES_KEPT

DEAD_GRANT = frozenset({"invalid_grant", "user_not_in_realm", "3200", "100", "110", "120"})


@dataclass(frozen=True)
class Finished:
    """How a run ended. `could_not_run` are words for a person; the flag is then still the one from before.

    `failures` are the newest FAILURES_KEPT of what needs attention; `counts` has the number of all, the store the rest.
    """

    run_id: str
    company_id: str
    flag: Flag | None
    counts: Counts = field(default_factory=Counts)
    api_calls: ApiCalls = field(default_factory=ApiCalls)
    failures: list[Result] = field(default_factory=list)
    red_reason: RedReason | None = None
    could_not_run: str = ""
    unread: str = ""  # which kinds of record could not be read, why, and what helps; "" = all were read
    control: Control | None = None  # what the end of the run checked; None for one that did not get there
    conflicts: tuple[str, ...] = ()  # the first that were settled and need a look; `counts` has the number of all
    plan: Plan | None = None  # of a run that writes nothing
    plan_changed: bool = False  # it was to do exactly a plan, and would now do something else: nothing was written


def finished(context: RunContext, run: Run, settings: pull.Settings) -> Finished:
    """The end of a run that got there: its control, its flag, its counts."""
    found = check_control(run)
    unread = in_words(run.unread_kinds)
    now = context.now_ms()
    with run.ledger() as connection:
        cause_spans.note(connection, run.company.id, now, results.NeedingAttention(connection, run.company.id))
        failures = list(results.NeedingAttention(connection, run.company.id, FAILURES_KEPT))
        failed, waiting = results.count_needing_attention(connection, run.company.id)
        counts = replace(run.tally.counts(), failed=failed, waiting=waiting)
        reason = RedReason.OUT_OF_BALANCE if found.out_of_balance else None
        reason = RedReason.UNREADABLE if unread else reason
        flag = Flag.RED if failed or reason else Flag.BLUE
        clean = {"last_clean_at": now} if flag is Flag.BLUE else {}
        facts = {"preferences": dict(settings.preferences), "needs_reconnect": False}
        companies.change(connection, run.company.id, flag=flag, last_run_id=run.run_id, **facts, **clean)
        runs.change(
            connection,
            run.run_id,
            now,
            state=RunState.FINISHED,
            flag=flag,
            finished_at=now,
            counts=counts,
            api_calls=context.api_calls,
            problems=failed,
            red_reason=reason,
            error=" ".join(filter(None, (unread, found.out_of_balance))),
            control=found.statement,
            conflicts=run.tally.conflicts_said,
        )
    return Finished(
        run.run_id,
        run.company.id,
        flag,
        counts,
        context.api_calls,
        failures,
        reason,
        unread=unread,
        control=found,
        conflicts=tuple(run.tally.conflicts_said),
    )


def stopped_for_safety(context: RunContext, words: str) -> Finished:
    """A person must look first: red, and nothing was written."""
    now = context.now_ms()
    if not context.request.dry_run:
        with context.lease.transaction() as connection:
            companies.change(connection, context.company.id, flag=Flag.RED, last_run_id=context.run_id)
            reason = {"red_reason": RedReason.SAFETY_STOP, "error": words}
            runs.change(
                connection,
                context.run_id,
                now,
                state=RunState.FINISHED,
                flag=Flag.RED,
                finished_at=now,
                api_calls=context.api_calls,
                **reason,
            )
    counts = Counts()
    return Finished(context.run_id, context.company.id, Flag.RED, counts, context.api_calls, [], RedReason.SAFETY_STOP)


def incomplete(context: RunContext, words: str, reconnect: bool = False, tells_of_company: bool = True) -> Finished:
    """What was done before it stopped is done: the run says so. What fails or waits, a run that ends will say.

    Unless it `tells_of_company`, the company's last run stays the one before: a plan that was refused changed nothing.
    """
    now = context.now_ms()
    counts = Counts() if context.request.dry_run else replace(context.tally.counts(), failed=0, waiting=0)
    done = counts_in_words(counts)
    words = f"{words} Before that: {done}." if done else words
    if not context.request.dry_run:
        with context.lease.transaction() as connection:
            last = {"last_run_id": context.run_id} if tells_of_company else {}
            companies.change(
                connection, context.company.id, needs_reconnect=reconnect or context.company.needs_reconnect, **last
            )
            state = {"state": RunState.INCOMPLETE, "flag": None, "error": words, "finished_at": now}
            done_so_far = {"counts": counts, "api_calls": context.api_calls, "conflicts": context.tally.conflicts_said}
            runs.change(connection, context.run_id, now, **done_so_far, **state)
    return Finished(
        context.run_id, context.company.id, flag_of(context.company), counts, context.api_calls, could_not_run=words
    )


def words_of(company: Company, error: ApiError) -> str:
    """Why a side could not be used, for a person."""
    explanation = explain(error.fault, {"company": company.name, "record": company.name, "name": company.name})
    words = " ".join(f"{part.rstrip('.')}." for part in (explanation.what, explanation.how) if part)
    if error.fault.code in DEAD_GRANT and "reconnect" not in words.casefold():
        words += " Reconnect QuickBooks."
    return f"{company.name}: {words}"


def flag_of(company: Company) -> Flag | None:
    return Flag(company.flag) if company.flag else None
