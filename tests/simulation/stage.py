"""The stage of a history: both stand-ins, the product between them as one process after another, and their clocks."""

import pickle
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from random import Random
from typing import Any

import requests
from requests.exceptions import RequestException
from sqlalchemy import select, update

from bot.adapters.http import network_error
from bot.adapters.meter import Meter
from bot.adapters.quickbooks.client import QuickBooks
from bot.adapters.quickbooks.oauth import TokenSet, refusal
from bot.adapters.quickbooks.rate_limits import RealmLimits
from bot.adapters.quickbooks.tokens import Tokens
from bot.adapters.released.client import Released
from bot.adapters.replies import parse_json
from bot.app import first_tokens
from bot.core.faults import Side, UserError
from bot.core.model import RecordRef
from bot.core.runs import Trigger
from bot.desk.companies.connect import connect
from bot.desk.companies.vault import Vault
from bot.desk.companies.web_links import WebLinks
from bot.desk.desk import desk_over
from bot.sandbox.http.exchange import Response
from bot.sandbox.quickbooks import QuickBooksState
from bot.sandbox.quickbooks.api.company import Company as Books
from bot.sandbox.released import ReleasedState
from bot.store import tables
from bot.store.companies import Company
from bot.store.runs import leases
from bot.store.tables import mirror
from bot.sync.ending import Finished
from bot.sync.engine import run_sync
from bot.sync.run.context import Engine
from tests.simulation.clocks import ProductClock, WorldClock
from tests.simulation.disk import Disk
from tests.simulation.nemesis import Danger, Nemesis, quiet
from tests.simulation.wire import QUICKBOOKS_URL, RELEASED_URL, Call, Carry, Wire

COMPANY, REALM, API_KEY = "harbour", "9341", "key-of-the-simulation"
VAULT_KEY = b"c2ltdWxhdGlvbi1zaW11bGF0aW9uLXNpbXVsYXRpb24="
Json = dict[str, Any]
HARMLESS = frozenset({"externalId", "number", "allocations"})  # ours to give, or read and merged right before
STARTS_IN = timedelta(minutes=1)  # until the windows of QuickBooks' limits have forgotten the process before
NEVER_S = 1e6  # beats come in real time, which a history has none of
KEEPING = ("Customer", "Vendor", "Invoice", "Bill", "CreditMemo", "VendorCredit")  # of fields that we do not know
PAGE_SIZE = 4  # of Re-Leased, so that a few records are several pages


@dataclass
class Sides:
    """Both stand-ins and their clock: all that outlives the product's processes, but for its database."""

    clock: WorldClock
    quickbooks: QuickBooksState
    released: ReleasedState

    @property
    def books(self) -> Books:
        return self.quickbooks.companies[REALM]


@dataclass(frozen=True)
class Written:
    """One write of ours that reached a side: what it named, and what was unlinked at that moment."""

    call: Call
    status: int
    unlinked: frozenset[RecordRef]
    entries: tuple[dict[str, Any], ...]  # new rows of QuickBooks' write log
    records: tuple[tuple[str, str], ...]  # (collection, id) of what Re-Leased wrote
    closed_known: bool  # the closing date is still what it was when the run began
    updates: tuple[tuple[str, Json, Json], ...]  # what we changed in QuickBooks: entity, before, after
    unseen: str = ""  # the version of a Re-Leased record that was overwritten without having been taken in

    @property
    def took_effect(self) -> bool:
        """What is refused is asked again by every run, and changes nothing."""
        return bool(self.records) or any(entry["code"] is None for entry in self.entries)


@dataclass
class Stage:
    """One history's world. `tell` hears what happens, for whoever replays a seed."""

    sides: Sides
    disk: Disk
    seed: int
    tell: Callable[[str], None] = lambda words: None
    unlinked: set[RecordRef] = field(default_factory=set)
    written: list[Written] = field(default_factory=list)
    closed_when_started: str = ""
    takeovers: int = 0  # a process that lost its lease and the one that took over do not count each other's calls
    points: int = 0  # inputs and outputs of the last run
    token_lost: bool = False  # Intuit gave a new one, and its answer or the process that had it was lost

    def __post_init__(self) -> None:
        self.ids = Random(f"ids of {self.seed}")
        self.product_clock = ProductClock(self.sides.clock)
        self.restart()

    # The product

    def restart(self) -> None:
        """A new process over the same database: nothing of the old one is in its memory."""
        self.disk.nemesis = None
        self.disk.power_cycle()
        self.sides.clock.advance(STARTS_IN)
        self.limits = RealmLimits(clock=self.sides.clock.monotonic_s, pause=self.sides.clock.pause)
        self.vault = Vault(self.disk.database, VAULT_KEY)
        self.desk = desk_over(self.disk.database, WebLinks("", ""), self.product_clock, self.new_id)

    def expire_leases(self) -> None:
        """As if a minute of the database's clock had passed without a heartbeat."""
        with self.disk.database.write() as connection:
            connection.execute(update(tables.leases).values(until=0))

    def new_id(self) -> str:
        """Sorts by time, like the product's own."""
        now_ms = int(self.sides.clock.time.timestamp() * 1000)
        return f"{now_ms:011x}{self.ids.getrandbits(56):014x}"

    def dry_run(self, random: Random) -> str:
        """The hash of the plan; "" when there is none, because a run was cut off before it or could not read."""
        nemesis = Nemesis(Danger(), random, self.sides.clock, self.tell)
        with self._at_work(nemesis):
            finished = run_sync(self._engine(nemesis), COMPANY, self.new_id(), dry_run=True)
        return finished.plan.hash if finished.plan else ""

    def sync(
        self, danger: Danger, random: Random, meddle: Callable[[Random], None] = quiet, plan: str = ""
    ) -> Finished | None:
        """One run of one process; None when it died. With a plan's hash it does just that, or nothing.

        Raises UserError when the company was being synced already.
        """
        run, _ = self.desk.runs.request(COMPANY, "", Trigger.COMMAND)
        nemesis = Nemesis(danger, random, self.sides.clock, self.tell, meddle, self._rival(random))
        try:
            with self._at_work(nemesis):
                finished = run_sync(self._engine(nemesis), COMPANY, run.run_id, plan=plan)
        except BaseException:
            if nemesis.dead:  # whatever else was raised on the way out of a dying process
                return None
            raise
        finally:
            self.points = nemesis.points
            if nemesis.dead:
                self.restart()
                self.token_lost |= self.vault.load(REALM).refresh_token != self._token_now()
        if nemesis.rival_met and danger.steals and not nemesis.dead and not finished.could_not_run:
            raise AssertionError("a run whose lease was taken over went on to its end")
        return None if nemesis.dead else finished  # it may die with its last word

    def connect_again(self) -> None:
        """What an administrator does when the product asks for it."""
        engine = self._engine(Nemesis(Danger(), Random(0), self.sides.clock, self.tell))
        connect(engine, self.vault, COMPANY, REALM, first_tokens(self.sides.quickbooks.refresh_token(REALM)))
        self.token_lost = False

    def _token_now(self) -> str:
        """The refresh token that Intuit gave last."""
        return self.sides.quickbooks.oauth.grants[-1].current

    def _rival(self, random: Random) -> Callable[[bool], None]:
        """A second worker: refused while we hold the company, or in our place when our lease has run out."""

        def start(steals: bool) -> None:
            self.tell(f"    ! a second worker {'takes over' if steals else 'tries'}")
            nemesis = Nemesis(Danger(), random, self.sides.clock, self.tell)
            with self._at_work(nemesis):
                if steals:
                    self.takeovers += 1
                    self.expire_leases()
                run, _ = self.desk.runs.request(COMPANY, "", Trigger.COMMAND)
                try:
                    run_sync(self._engine(nemesis), COMPANY, run.run_id)
                except UserError as refused:
                    if steals:
                        raise AssertionError(f"the lease had run out, and still: {refused}") from refused
                    return
            if not steals:
                raise AssertionError("a second worker synced a company whose lease was held")

        return start

    @contextmanager
    def _at_work(self, nemesis: Nemesis) -> Iterator[None]:
        before = self.disk.nemesis, leases.HEARTBEAT_S, leases.TRUSTED_S
        self.disk.nemesis, leases.HEARTBEAT_S, leases.TRUSTED_S = nemesis, NEVER_S, NEVER_S
        try:
            yield
        finally:
            self.disk.nemesis, leases.HEARTBEAT_S, leases.TRUSTED_S = before

    def _engine(self, nemesis: Nemesis) -> Engine:
        session = self._session(nemesis)
        tokens = Tokens(
            load=lambda: self.vault.load(REALM),
            save=lambda tokens: self.vault.save(REALM, tokens),
            renew=lambda token: self._renewed(session, token),
            clock=self.product_clock,
            exclusive=lambda: self.vault.exclusive(REALM),
        )
        pause = self.sides.clock.pause

        def both(company: Company, meter: Meter) -> tuple[Released, QuickBooks]:
            released = Released(
                f"{RELEASED_URL}/api/v1", API_KEY, session, meter=meter, pause=pause, page_size=PAGE_SIZE
            )
            token = tokens.access_token
            return released, QuickBooks(company.realm, QUICKBOOKS_URL, token, session, self.limits, meter, pause)

        return Engine(self.disk.database, both, self.product_clock, self.new_id, pause, writers=1)

    def _session(self, nemesis: Nemesis) -> requests.Session:
        def strike(call: Call, carry: Carry) -> Response:
            return nemesis.strike(call, self._noting(carry))

        session = requests.Session()
        session.trust_env = False
        wire = Wire({"quickbooks.test": self.sides.quickbooks, "released.test": self.sides.released}, strike)
        session.mount("http://", wire)
        return session

    def _noting(self, carry: Carry) -> Carry:
        """Writes down what a call of ours changed on either side."""

        def carried(call: Call) -> Response:
            log, meter = self.sides.books.write_log, self.sides.released.meter.writes
            before = len(log), len(meter)
            unseen = self._unseen_version(call)
            held = self._held()
            answer = carry(call)
            entries = tuple(log[before[0] :])
            deeds = [meter[place] for place in range(before[1], len(meter))]
            records = tuple((str(one.collection), one.record_id) for one in deeds if one.deed != "settle")
            if entries or records:
                closed = self.sides.books.books.close_date
                known = closed is not None and closed.isoformat() == self.closed_when_started
                left_out = frozenset(self.unlinked)
                updates = tuple(self._updates(held, entries))
                self.written.append(Written(call, answer.status, left_out, entries, records, known, updates, unseen))
            return answer

        return carried

    def _held(self) -> dict[tuple[str, str], Json]:
        """Each document and name of QuickBooks as it is; a record is never changed in place."""
        return {(entity, id_): row for entity in KEEPING for id_, row in self.sides.books.entity(entity).items()}

    def _updates(self, held: dict[tuple[str, str], Json], entries: Sequence[Json]) -> Iterator[tuple[str, Json, Json]]:
        for entry in entries:
            entity, id_ = entry["entity"], entry["id"]
            if entry["code"] is None and entry["operation"] == "update" and (entity, id_) in held:
                yield entity, held[entity, id_], self.sides.books.entity(entity)[id_]

    def _unseen_version(self, call: Call) -> str:
        """The version that a PATCH overwrites, when our mirror holds an older one: somebody's edit would be lost."""
        if call.request.method != "PATCH" or not set(parse_json(call.request.body)) - HARMLESS:
            return ""
        collection, record_id = call.request.path.split("/")[-2:]
        one = (mirror.c.side == str(Side.RELEASED)) & (mirror.c.entity == collection) & (mirror.c.id == record_id)
        with self.disk.database.read() as connection:
            known = connection.execute(select(mirror.c.version).where(one)).scalar()
        wanted = call.request.headers.get("if-match", "").strip('"')
        return wanted if known is not None and known != wanted else ""

    def _renewed(self, session: requests.Session, refresh_token: str) -> TokenSet:
        """As `quickbooks_oauth.refresh`, whose client opens a connection of its own."""
        asked_at = self.product_clock()
        oauth = self.sides.quickbooks.oauth
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        url = f"{QUICKBOOKS_URL}/oauth2/v1/tokens/bearer"
        before = self._token_now()
        try:
            answer = session.post(url, data=form, auth=(oauth.client_id, oauth.client_secret))
        except RequestException as problem:
            self.token_lost |= self._token_now() != before
            raise network_error(problem, Side.INTUIT) from problem
        if answer.status_code != 200:
            self.token_lost |= self._token_now() != before
            raise refusal(answer.status_code, answer.headers, answer.content)
        reply = parse_json(answer.content)
        self.token_lost = False
        return TokenSet(
            reply["access_token"],
            reply["refresh_token"],
            asked_at + timedelta(seconds=reply["expires_in"]),
            asked_at + timedelta(seconds=reply["x_refresh_token_expires_in"]),
        )


_LOCK = type(threading.RLock())


class _Pickler(pickle.Pickler):
    def persistent_id(self, value: Any) -> Any:
        return "lock" if isinstance(value, _LOCK) else None


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid: Any) -> Any:
        return threading.RLock()


def frozen(sides: Sides) -> bytes:
    """Both stand-ins as they are, to begin many histories with."""
    for ledger in sides.released._ledgers.values():
        ledger.log = _unheard
    sink = BytesIO()
    _Pickler(sink, pickle.HIGHEST_PROTOCOL).dump(sides)
    return sink.getvalue()


def thawed(kept: bytes) -> Sides:
    sides: Sides = _Unpickler(BytesIO(kept)).load()
    for company, ledger in sides.released._ledgers.items():
        ledger.log = sides.released.meter.log_of(company)
    return sides


def _unheard(*_: object) -> None:
    """Stands for the log while a stand-in is frozen."""


class NumberedIds:
    """Ids of Re-Leased, from 100001."""

    def __init__(self) -> None:
        self.last = 100_000

    def __call__(self) -> str:
        self.last += 1
        return str(self.last)
