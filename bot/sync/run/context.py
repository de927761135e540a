"""The context of one run under its lease: what was requested, and all that its steps and endings share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.adapters.http import Pause
from bot.adapters.meter import Meter
from bot.adapters.quickbooks.client import QuickBooks
from bot.adapters.released.client import Released
from bot.core.runs import ApiCalls, Progress
from bot.store.companies import Company
from bot.store.database import Database, to_ms
from bot.sync.run.lease import Lease
from bot.sync.run.run import WRITERS, Tally, never

Advance = Callable[[Progress], None]


@dataclass(frozen=True)
class Engine:
    """What a run needs from outside. `sides` opens both APIs for a company and counts their calls.

    `writers` requests are under way at once on one side (1 = no threads); with `mixed_writes`, operations go one by one
    too while QuickBooks takes no more batches in this minute. A run ends early once `stopping` says so.
    """

    database: Database
    sides: Callable[[Company, Meter], tuple[Released, QuickBooks]]
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    pause: Pause
    writers: int = WRITERS
    mixed_writes: bool = False
    stopping: Callable[[], bool] = never


@dataclass(frozen=True)
class RunRequest:
    """What was asked for. With the hash of a `plan`, exactly that is done, or nothing when it is out of date."""

    run_id: str
    dry_run: bool = False
    accept_stop: bool = False
    plan: str = ""


@dataclass(frozen=True)
class RunContext:
    """`company` is as it was when the run began. The meter counts the calls, the tally what came of records."""

    engine: Engine
    company: Company
    request: RunRequest
    lease: Lease
    advance: Advance
    meter: Meter
    tally: Tally = field(default_factory=Tally)

    @property
    def run_id(self) -> str:
        return self.request.run_id

    @property
    def api_calls(self) -> ApiCalls:
        return ApiCalls(self.meter.quickbooks_reads, self.meter.quickbooks_writes, self.meter.released)

    def now_ms(self) -> int:
        return to_ms(self.engine.clock())
