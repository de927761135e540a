"""Keeps QuickBooks tokens encrypted at rest, and one refresher per realm across processes."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.engine import make_url
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from bot.adapters.quickbooks.oauth import TokenSet
from bot.core.faults import ApiError, UserError
from bot.store import companies
from bot.store.database import UNUSABLE, Database
from bot.sync.run.lease import leased

KEY_FILE = "token.key"
LOCK_WAIT_S = 120.0  # longer than the slowest refresh takes: Intuit's addresses, then the token
LOCK_POLL_S = 0.1
KEEP_ATTEMPTS = 4
KEEP_WAIT_S = 0.5  # before the second attempt, then twice as long each time


def key_for(configured: str, database_url: str) -> bytes:
    """The configured Fernet key; with a SQLite file, else, a key of its own beside it, readable by the owner only.

    Raises UserError where neither is possible: tokens are never stored in plain text.
    """
    if configured:
        return configured.encode()
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise UserError(
            "TOKEN_ENCRYPTION_KEY is not set. Make one with: "
            'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        )
    path = Path(url.database).with_name(KEY_FILE)
    if not path.exists():
        _put_key(path)
    return path.read_bytes()


def _put_key(path: Path) -> None:
    """The file appears with its key in it, so that of two processes that start at once none reads half a key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{uuid4().hex}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(Fernet.generate_key())
    try:
        with suppress(FileExistsError):  # the other one was first: its key counts
            os.link(draft, path)
    finally:
        draft.unlink()


class Vault:
    """Token sets of realms, encrypted. Raises UserError for a key that is none or not the one they were kept with."""

    def __init__(self, database: Database, key: bytes) -> None:
        self.database = database
        try:
            self.fernet = Fernet(key)
        except ValueError:
            raise UserError("TOKEN_ENCRYPTION_KEY is not a Fernet key (32 bytes, base64).") from None

    def save(self, realm: str, tokens: TokenSet) -> None:
        written = json.dumps(
            {
                "access_token": tokens.access_token,
                "refresh_token": tokens.refresh_token,
                "access_expires_at": tokens.access_expires_at.isoformat(),
                "refresh_expires_at": tokens.refresh_expires_at.isoformat(),
                "hard_expires_at": tokens.hard_expires_at.isoformat() if tokens.hard_expires_at else None,
            }
        )
        self._keep(realm, self.fernet.encrypt(written.encode()))

    @retry(
        retry=retry_if_exception_type(UNUSABLE),
        stop=stop_after_attempt(KEEP_ATTEMPTS),
        wait=wait_exponential(KEEP_WAIT_S),
        reraise=True,
    )
    def _keep(self, realm: str, secret: bytes) -> None:
        """A database that is busy for a moment must not cost the connection: Intuit gives a new token once."""
        with self.database.write() as connection:
            companies.put_secret(connection, realm, secret)

    def load(self, realm: str) -> TokenSet:
        with self.database.read() as connection:
            secret = companies.get_secret(connection, realm)
        if secret is None:
            raise UserError("This company has no QuickBooks connection. Connect it with qbo-sync connect.")
        try:
            kept = json.loads(self.fernet.decrypt(bytes(secret)))
        except InvalidToken:
            raise UserError(
                "The stored QuickBooks tokens cannot be read with this TOKEN_ENCRYPTION_KEY. "
                "Set the key they were stored with, or reconnect the company."
            ) from None
        return TokenSet(
            access_token=kept["access_token"],
            refresh_token=kept["refresh_token"],
            access_expires_at=datetime.fromisoformat(kept["access_expires_at"]),
            refresh_expires_at=datetime.fromisoformat(kept["refresh_expires_at"]),
            hard_expires_at=datetime.fromisoformat(kept["hard_expires_at"]) if kept.get("hard_expires_at") else None,
        )

    @contextmanager
    def on_trial(self, realm: str, tokens: TokenSet) -> Iterator[None]:
        """Keeps these tokens if the block goes well; otherwise what was kept before, which may work, comes back."""
        with self.database.read() as connection:
            before = companies.get_secret(connection, realm)
        self.save(realm, tokens)
        try:
            yield
        except (ApiError, UserError):
            with self.database.write() as connection:
                if before is None:
                    companies.drop_secret(connection, realm)
                else:
                    companies.put_secret(connection, realm, before)
            raise

    @contextmanager
    def exclusive(self, realm: str) -> Iterator[None]:
        """One refresher of a realm at a time, across processes: two at once can get the grant revoked by Intuit.

        It is held as long as a refresh takes, and free again within seconds of its holder's death.
        """
        with ExitStack() as stack:
            deadline = time.monotonic() + LOCK_WAIT_S
            while True:
                try:
                    stack.enter_context(leased(self.database, f"token:{realm}", realm, uuid4().hex))
                    break
                except UserError:
                    if time.monotonic() > deadline:
                        raise UserError(
                            "Another process has been refreshing this QuickBooks connection for two minutes."
                        ) from None
                time.sleep(LOCK_POLL_S)
            yield
