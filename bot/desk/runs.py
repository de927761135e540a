"""Asking for a run: at most one of a company at a time, who asked for it, and who let a safety stop pass."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.core.faults import UserError
from bot.core.planning.plan_summary import PLAN_HASH_LENGTH, is_plan_hash
from bot.core.runs import RedReason, RunView, Trigger
from bot.desk.companies.companies import company_of
from bot.store.database import Database, to_ms
from bot.store.runs import runs
from bot.store.team import notes
from bot.store.team.notes import Deed

AT_THE_TERMINAL = "somebody at the terminal"
SAFETY_STOP = "a safety stop"


@dataclass(frozen=True)
class Runs:
    """Raises UserError with words for the person. `wake` tells whoever carries runs that one is wanted."""

    database: Database
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    wake: Callable[[], None] = lambda: None

    def request(
        self, company_id: str, by: str, trigger: Trigger, plan: str = "", source: str = ""
    ) -> tuple[RunView, bool]:
        """The run, and whether it is new: a second request while one is under way gives that one.

        `plan` is the hash of a plan: the run does exactly that or nothing, so it must be a run of its own. `source` is
        the message that it was asked for from, "channel ts".
        """
        if plan and not is_plan_hash(plan):
            raise UserError(f"“{plan}” is no plan. A plan is named by the {PLAN_HASH_LENGTH} characters below it.")
        company = company_of(self.database, company_id)
        run, new = self._request(company.id, by, trigger, plan, source)
        if plan and not new:
            raise UserError(f"{run.company_name} is being synced already, so the plan was not begun. Plan again later.")
        return run, new

    def accept_stop(self, run_id: str, by: str, trigger: Trigger, source: str = "") -> tuple[RunView, bool]:
        """Go on after a safety stop, as somebody has looked: a deed of its own, which says what it lets pass.

        Raises UserError unless the last run was stopped so.
        """
        stopped = self.get(run_id)
        company = company_of(self.database, stopped.company_id)
        if stopped.red_reason is not RedReason.SAFETY_STOP or company.last_run_id != stopped.run_id:
            raise UserError("There is no safety stop to go on from: that run was not stopped, or others came after it.")
        let_pass = stopped.error.partition(". ")[0].rstrip(".") or SAFETY_STOP
        return self._request(company.id, by, trigger, source=source, let_pass=let_pass)

    def get(self, run_id: str) -> RunView:
        with self.database.read() as connection:
            run = runs.get(connection, run_id)
        if run is None:
            raise UserError("That run is not known any more.")
        return run

    def changed_since(self, when: datetime) -> list[RunView]:
        with self.database.read() as connection:
            return runs.changed_since(connection, to_ms(when))

    def _request(
        self, company_id: str, by: str, trigger: Trigger, plan: str = "", source: str = "", let_pass: str = ""
    ) -> tuple[RunView, bool]:
        """`let_pass` is what a safety stop said that this run does not heed; "" = it heeds them."""
        run_id, now = self.new_id(), to_ms(self.clock())
        with self.database.write() as connection:
            new = runs.request(connection, run_id, company_id, trigger, by, now, bool(let_pass), plan, source)
            if new and let_pass:
                who = by or AT_THE_TERMINAL
                notes.write_deed(connection, Deed(company_id, now, who, "override", after=let_pass, source=source))
            run = runs.get(connection, run_id) if new else runs.open_run(connection, company_id)
        if run is None:
            raise UserError("The run has just finished; ask again.")
        self.wake()
        return run, new
