"""Keeps the tokens of one company fresh: one renewal at a time, kept before use, and never against a dead grant."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta

from bot.adapters.quickbooks.oauth import Clock, TokenSet
from bot.core.faults import Action, ApiError, Fault

RENEW_BEFORE = timedelta(minutes=5)


class Tokens:
    """One for each realm and process; safe to use from several threads.

    `load` and `save` reach the store; `renew` turns a refresh token into new tokens (a call to Intuit); `exclusive` is
    a lock that holds across processes, since two renewals of one token at a time may get it revoked.
    """

    def __init__(
        self,
        load: Callable[[], TokenSet],
        save: Callable[[TokenSet], None],
        renew: Callable[[str], TokenSet],
        clock: Clock,
        exclusive: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._load, self._save, self._renew, self._clock, self._exclusive = load, save, renew, clock, exclusive
        self._lock = threading.Lock()
        self._current: TokenSet | None = None
        # Renewed from which refresh token, but the store failed: losing the new one would lose the connection.
        self._unsaved: tuple[str, TokenSet] | None = None
        self._dead: tuple[str, Fault] | None = None  # the refresh token that was refused, and how

    def access_token(self, refused: str = "") -> str:
        """A token that is good for five minutes at least, and is not the one that was just `refused`.

        Raises ApiError. A grant that Intuit called dead is not tried again until `load` brings another refresh token.
        """
        with self._lock:
            if self._unsaved or self._current is None or not self._is_good(self._current, refused):
                with self._exclusive():
                    self._keep()
                    self._current = self._fresh(self._load(), refused)
            return self._current.access_token

    def _fresh(self, stored: TokenSet, refused: str) -> TokenSet:
        """What is in the store, if another process has renewed it meanwhile; otherwise new tokens, kept first."""
        if self._is_good(stored, refused):
            return stored
        if self._dead and self._dead[0] == stored.refresh_token:
            raise ApiError(self._dead[1])
        try:
            renewed = self._renew(stored.refresh_token)
        except ApiError as error:
            if error.fault.code in ("invalid_grant", "user_not_in_realm"):
                self._dead = (stored.refresh_token, error.fault)
            if error.action is Action.RETRY and self._is_usable(stored, refused):
                return stored
            raise
        self._unsaved = (stored.refresh_token, renewed)
        self._keep()
        return self._load()

    def _keep(self) -> None:
        """Unless the store holds something newer: another process may have gone on while this one was stopped."""
        if self._unsaved is not None:
            before, renewed = self._unsaved
            if self._load().refresh_token == before:
                self._save(renewed)
            self._unsaved = None

    def _is_good(self, tokens: TokenSet, refused: str) -> bool:
        return tokens.access_token != refused and self._clock() < tokens.access_expires_at - RENEW_BEFORE

    def _is_usable(self, tokens: TokenSet, refused: str) -> bool:
        """In its last minutes a token still works while Intuit's sign-in is down."""
        return tokens.access_token != refused and self._clock() < tokens.access_expires_at
