"""However many threads ask, a token is renewed once, kept before it is used, and a dead grant is left in peace."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.quickbooks.oauth import TokenSet
from bot.adapters.quickbooks.tokens import Tokens
from bot.core.faults import Action, ApiError, Fault, Side
from tests.patience import PATIENCE_S

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def token_set(number: int, lives: timedelta = timedelta(hours=1)) -> TokenSet:
    return TokenSet(f"access-{number}", f"refresh-{number}", NOW + lives, NOW + timedelta(days=101))


class Store:
    """The store and Intuit in one: what is kept, and how often renewal was asked for."""

    def __init__(self, tokens: TokenSet) -> None:
        self.kept, self.now = tokens, NOW
        self.renewed_with: list[str] = []
        self.refuse: ApiError | None = None
        self.save_fails = 0
        self.renewal_takes_s = 0.0
        self.held = 0

    def load(self) -> TokenSet:
        return self.kept

    def save(self, tokens: TokenSet) -> None:
        if self.save_fails:
            self.save_fails -= 1
            raise OSError("disk full")
        self.kept = tokens

    def renew(self, refresh_token: str) -> TokenSet:
        self.renewed_with.append(refresh_token)
        time.sleep(self.renewal_takes_s)
        if self.refuse:
            raise self.refuse
        return token_set(int(refresh_token.removeprefix("refresh-")) + 1)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        self.held += 1
        yield

    def tokens(self) -> Tokens:
        return Tokens(self.load, self.save, self.renew, lambda: self.now, self.exclusive)


DEAD = ApiError(Fault("invalid_grant", http_status=400, side=Side.INTUIT))


def test_a_good_token_is_used_without_any_call() -> None:
    store = Store(token_set(1, timedelta(minutes=6)))

    assert store.tokens().access_token() == "access-1"
    assert store.renewed_with == []


def test_a_token_with_less_than_five_minutes_left_is_renewed_and_kept() -> None:
    store = Store(token_set(1, timedelta(minutes=4)))
    tokens = store.tokens()

    assert [tokens.access_token(), tokens.access_token()] == ["access-2", "access-2"]
    assert store.renewed_with == ["refresh-1"]
    assert store.kept == token_set(2)


@pytest.mark.parametrize(("seconds", "token"), [(299, "access-2"), (301, "access-1")])
def test_a_token_is_good_for_a_run_while_it_has_five_minutes_left(seconds: int, token: str) -> None:
    assert Store(token_set(1, timedelta(seconds=seconds))).tokens().access_token() == token


def test_a_long_run_renews_with_the_token_that_came_last() -> None:
    store = Store(token_set(1, timedelta(0)))
    tokens = store.tokens()
    tokens.access_token()

    store.now += timedelta(minutes=56)

    assert tokens.access_token() == "access-3"
    assert store.renewed_with == ["refresh-1", "refresh-2"]


def test_twenty_threads_with_one_refused_token_cost_one_call() -> None:
    store = Store(token_set(1))
    store.renewal_takes_s = 0.05
    tokens = store.tokens()
    refused, given = tokens.access_token(), []
    threads = [threading.Thread(target=lambda: given.append(tokens.access_token(refused))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE_S)

    assert given == ["access-2"] * 20
    assert store.renewed_with == ["refresh-1"]


def test_a_late_refusal_of_an_old_token_does_not_cost_a_call() -> None:
    store = Store(token_set(1))
    tokens = store.tokens()
    tokens.access_token("access-1")

    assert tokens.access_token("access-1") == "access-2"
    assert len(store.renewed_with) == 1


def test_what_another_process_renewed_is_taken_from_the_store() -> None:
    store = Store(token_set(1))
    ours, theirs = store.tokens(), store.tokens()
    refused = ours.access_token()
    theirs.access_token(refused)

    assert ours.access_token(refused) == "access-2"
    assert store.renewed_with == ["refresh-1"]


def test_the_lock_across_processes_is_held_for_a_renewal_and_not_for_a_good_token() -> None:
    store = Store(token_set(1))
    tokens = store.tokens()
    tokens.access_token()
    held_to_load = store.held

    tokens.access_token()
    assert store.held == held_to_load
    tokens.access_token("access-1")
    assert store.held == held_to_load + 1


def test_a_dead_grant_is_not_tried_again_by_anybody() -> None:
    store = Store(token_set(1, timedelta(0)))
    store.refuse = DEAD
    tokens = store.tokens()

    for _ in range(5):
        with pytest.raises(ApiError) as caught:
            tokens.access_token()
        assert (caught.value.fault.code, caught.value.action) == ("invalid_grant", Action.STOP)

    assert store.renewed_with == ["refresh-1"]


def test_connecting_again_brings_a_dead_grant_back_to_life() -> None:
    store = Store(token_set(1, timedelta(0)))
    store.refuse = DEAD
    tokens = store.tokens()
    with pytest.raises(ApiError):
        tokens.access_token()

    store.kept, store.refuse = token_set(7), None

    assert tokens.access_token() == "access-7"


def test_an_outage_of_the_sign_in_does_not_matter_while_the_token_still_works() -> None:
    store = Store(token_set(1, timedelta(minutes=3)))
    store.refuse = ApiError(Fault("http-503", http_status=503, side=Side.INTUIT))
    tokens = store.tokens()

    assert tokens.access_token() == "access-1"
    with pytest.raises(ApiError) as caught:
        tokens.access_token("access-1")
    assert caught.value.action is Action.RETRY


def test_after_an_outage_the_next_one_tries_again() -> None:
    store = Store(token_set(1, timedelta(0)))
    store.refuse = ApiError(Fault("network", side=Side.INTUIT))
    tokens = store.tokens()
    with pytest.raises(ApiError):
        tokens.access_token()
    store.refuse = None

    assert tokens.access_token() == "access-2"


def test_a_refresher_that_was_stopped_and_wakes_up_overwrites_nothing_newer() -> None:
    store = Store(token_set(1, timedelta(0)))
    renew = store.renew

    def slow(refresh_token: str) -> TokenSet:
        renewed = renew(refresh_token)
        store.kept = token_set(9)  # another process took over while this one stood still
        return renewed

    store.renew = slow  # type: ignore[method-assign]

    assert store.tokens().access_token() == "access-9"
    assert store.kept == token_set(9)


def test_a_token_that_could_not_be_kept_gives_way_to_one_that_came_by_connecting_again() -> None:
    store = Store(token_set(1, timedelta(0)))
    store.save_fails = 1
    tokens = store.tokens()
    with pytest.raises(OSError, match="disk full"):
        tokens.access_token()
    store.kept = token_set(7)

    assert tokens.access_token() == "access-7"
    assert store.kept == token_set(7)


def test_a_renewed_token_that_could_not_be_kept_is_kept_later_and_never_lost() -> None:
    store = Store(token_set(1, timedelta(0)))
    store.save_fails = 1
    tokens = store.tokens()
    with pytest.raises(OSError, match="disk full"):
        tokens.access_token()

    assert tokens.access_token() == "access-2"
    assert store.kept == token_set(2)
    assert store.renewed_with == ["refresh-1"]
