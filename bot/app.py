"""The composition root: builds everything from the settings; the only file that knows everyone."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import requests
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.http import new_session
from bot.adapters.meter import Meter
from bot.adapters.quickbooks.client import QuickBooks
from bot.adapters.quickbooks.oauth import IntuitApp, TokenSet, refresh
from bot.adapters.quickbooks.rate_limits import Caps, LimitsByRealm
from bot.adapters.quickbooks.tokens import Tokens
from bot.adapters.released.client import Released
from bot.core.faults import UserError
from bot.desk.companies.vault import Vault, key_for
from bot.desk.companies.web_links import WebLinks
from bot.desk.desk import Desk, desk_over
from bot.settings import Settings
from bot.store.companies import Company
from bot.store.database import Database, migrate
from bot.store.runs import leases
from bot.sync.run.context import Engine
from bot.sync.run.run import Stopped


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    """Sorts by time, and nobody can guess it."""
    return f"{int(time.time() * 1000):011x}{secrets.token_hex(7)}"


@dataclass
class App:
    """All parts, made when they are first asked for."""

    settings: Settings
    database: Database
    run_database: Database  # the same one, through connections of its own
    session: requests.Session
    limits: LimitsByRealm
    clock: Callable[[], datetime] = now
    wake: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)
    _tokens: dict[str, Tokens] = field(default_factory=dict)
    _vault: Vault | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def vault(self) -> Vault:
        with self._lock:
            if self._vault is None:
                key = key_for(self.settings.token_encryption_key.get_secret_value(), self.settings.database)
                self._vault = Vault(self.database, key)
            return self._vault

    @property
    def engine(self) -> Engine:
        mixed_writes = self.settings.qbo_writes == "mixed"
        return Engine(
            self.run_database,
            self.sides,
            self.clock,
            new_id,
            self.pause,
            mixed_writes=mixed_writes,
            stopping=self.stopping.is_set,
        )

    @property
    def desk(self) -> Desk:
        links = WebLinks(self.settings.released_web_url, self.settings.quickbooks_web)
        return desk_over(self.database, links, self.clock, new_id, self.wake.set, self.settings.sync_schedule)

    @property
    def intuit(self) -> IntuitApp:
        settings = self.settings
        if not settings.qbo_client_id or not settings.qbo_client_secret.get_secret_value():
            raise UserError(
                "QBO_CLIENT_ID and QBO_CLIENT_SECRET are not set: copy them from the Intuit developer portal."
            )
        return IntuitApp(
            client_id=settings.qbo_client_id,
            client_secret=settings.qbo_client_secret.get_secret_value(),
            redirect_uri=settings.qbo_redirect_uri,
            discovery_url=settings.discovery,
        )

    def tokens(self, realm: str) -> Tokens:
        with self._lock:
            if realm not in self._tokens:
                self._tokens[realm] = Tokens(
                    load=partial(self.vault.load, realm),
                    save=partial(self.vault.save, realm),
                    renew=lambda refresh_token: refresh(self.intuit, refresh_token, self.clock),
                    clock=self.clock,
                    exclusive=partial(self.vault.exclusive, realm),
                )
            return self._tokens[realm]

    def sides(self, company: Company, meter: Meter) -> tuple[Released, QuickBooks]:
        """Both APIs for one company. Raises UserError when one of them is not configured."""
        settings = self.settings
        if not settings.released_api_url or not settings.released_api_key.get_secret_value():
            raise UserError("RELEASED_API_URL and RELEASED_API_KEY are not set: ask Re-Leased for API access.")
        released = Released(
            settings.released_api_url,
            settings.released_api_key.get_secret_value(),
            self.session,
            key_header=settings.released_key_header,
            page_size=settings.released_page_size,
            pause=self.pause,
            meter=meter,
        )
        quickbooks = QuickBooks(
            realm=company.realm,
            api_url=settings.quickbooks_api,
            access_token=self.tokens(company.realm).access_token,
            session=self.session,
            limits=self.limits.of(company.realm),
            meter=meter,
            pause=self.pause,
        )
        return released, quickbooks

    def pause(self, seconds: float) -> None:
        """Wait; raises Stopped as soon as the process is asked to end."""
        pause_unless(self.stopping, seconds)

    def is_held(self, company_id: str) -> bool:
        with self.database.read() as connection:
            return leases.is_held(connection, company_id)

    def close(self) -> None:
        self.session.close()
        self.run_database.close()
        self.database.close()


def build(settings: Settings) -> App:
    """Opens the database (and brings its tables up to date); everything else waits until it is asked for.

    Raises UserError when DATABASE_URL does not lead to a database.
    """
    try:
        database = Database(settings.database)
        migrate(database.engine)
    except (SQLAlchemyError, OSError, ImportError, ValueError) as error:  # ValueError: a port that is no number
        kind = type(getattr(error, "orig", None) or error).__name__
        raise UserError(
            f"DATABASE_URL does not lead to a database that can be used ({kind}). "
            "It is sqlite:////path/to/file.sqlite3, or postgresql://user:password@host/name of a server that runs; "
            "in the password write @ as %40, : as %3A and / as %2F."
        ) from None
    caps = Caps(batches_per_minute=settings.qbo_batches_per_minute)
    stopping = threading.Event()
    limits = LimitsByRealm(caps, pause=partial(pause_unless, stopping))
    return App(settings, database, database.for_runs(), new_session(), limits, stopping=stopping)


def pause_unless(stopping: threading.Event, seconds: float) -> None:
    if stopping.wait(seconds):
        raise Stopped


def first_tokens(refresh_token: str) -> TokenSet:
    """A grant of which only the refresh token is known: the access token is fetched at the first call."""
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return TokenSet("", refresh_token, access_expires_at=start, refresh_expires_at=datetime.max.replace(tzinfo=UTC))
