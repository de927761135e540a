"""Sends one HTTP request with limits on everything, and says what a network trouble means for the request."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, TypeVar

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError, ConnectionError, ConnectTimeout, ContentDecodingError, Timeout
from tenacity import RetryCallState, Retrying
from urllib3.exceptions import NewConnectionError

from bot.adapters.replies import HttpReply
from bot.core.faults import Action, ApiError, Fault, Side

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 120.0  # QuickBooks itself gives up after 120 s: .../docs/learn/limits-and-throttles
BODY_TIMEOUT_S = 300.0  # for a server that sends a byte now and then
MAX_BODY_BYTES = 64 * 2**20
POOL_CONNECTIONS = 16
READ_ATTEMPTS = 4
FIRST_WAIT_S = 1.0
MAX_WAIT_S = 60.0  # what asks for longer is left to the caller
USER_AGENT = "qbo-sync (two-way sync of Re-Leased and QuickBooks Online)"

Pause = Callable[[float], None]
T = TypeVar("T")
_CHUNK_BYTES = 64 * 2**10


class _TimedAdapter(HTTPAdapter):
    """Puts the time-outs on every request, because requests has none of its own."""

    def __init__(self, timeout_s: tuple[float, float]) -> None:
        super().__init__(pool_maxsize=POOL_CONNECTIONS)
        self.timeout_s = timeout_s

    def send(  # type: ignore[override]  # the parent's parameters, passed on as they come
        self, request: requests.PreparedRequest, **options: object
    ) -> requests.Response:
        options["timeout"] = options.get("timeout") or self.timeout_s
        return super().send(request, **options)  # type: ignore[arg-type]


def new_session(timeout_s: tuple[float, float] = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)) -> requests.Session:
    """A session whose requests always have (connect, read) time-outs in seconds; its pool may be shared by threads."""
    session = requests.Session()
    session.headers["User-Agent"] = USER_AGENT
    session.auth = without_netrc
    for scheme in ("http://", "https://"):
        session.mount(scheme, _TimedAdapter(timeout_s))
    return session


def without_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An auth that adds nothing: with none at all, requests would let a .netrc entry replace our Authorization."""
    return request


def send(
    session: requests.Session,
    method: str,
    url: str,
    *,
    side: Side,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | IO[bytes] | Iterable[bytes] | None = None,
    max_bytes: int = MAX_BODY_BYTES,
) -> HttpReply:
    """The whole answer, whatever its status; redirects are not followed.

    Raises ApiError: "network", "timeout" and "truncated" to be retried, "too-large" for this record.
    """
    try:
        with session.request(
            method, url, params=params, headers=headers, data=body, stream=True, allow_redirects=False
        ) as response:
            content = b"".join(_chunks(response, side, max_bytes))
            lower = {name.lower(): value for name, value in response.headers.items()}
            return HttpReply(response.status_code, lower, content)
    except requests.RequestException as problem:
        raise network_error(problem, side) from problem


def stream_to(
    session: requests.Session,
    url: str,
    sink: IO[bytes],
    *,
    side: Side,
    headers: Mapping[str, str],
    max_bytes: int,
) -> HttpReply:
    """GET into `sink` when the status is 200 (the reply's body is then empty); any other answer comes back whole."""
    try:
        with session.get(url, headers=headers, stream=True, allow_redirects=False) as response:
            lower = {name.lower(): value for name, value in response.headers.items()}
            chunks = _chunks(response, side, max_bytes)
            if response.status_code != 200:
                return HttpReply(response.status_code, lower, b"".join(chunks))
            for chunk in chunks:
                sink.write(chunk)
            return HttpReply(200, lower, b"")
    except requests.RequestException as problem:
        raise network_error(problem, side) from problem


def network_error(problem: requests.RequestException, side: Side) -> ApiError:
    """What a failed exchange means; only where no connection came about is it sure that nothing was changed."""
    fault = Fault(_code_of(problem), message=type(problem).__name__, detail=_reason(problem), side=side)
    return ApiError(fault, maybe_applied=fault.code != "bad-address" and not _never_connected(problem))


def wait_before_retry_s(error: ApiError, attempt: int) -> float | None:
    """How long a read waits after its `attempt`-th try (1 is the first), or None to give up.

    A throttle is never answered here: whoever talks to that API has waited for it already, for all its threads.
    """
    if error.action is not Action.RETRY or attempt >= READ_ATTEMPTS or is_throttle(error):
        return None
    wait_s = error.retry_after_s if error.retry_after_s is not None else FIRST_WAIT_S * 2 ** (attempt - 1)
    return wait_s if wait_s <= MAX_WAIT_S else None


def is_throttle(error: ApiError) -> bool:
    """429, or QuickBooks' code for it, which has come with other statuses too."""
    return error.fault.http_status == 429 or error.fault.code == "3001"


def retrying(call: Callable[[], T], pause: Pause) -> T:
    """Runs a call that may be repeated without harm, again and again while `wait_before_retry_s` says so."""

    def wait_s(state: RetryCallState) -> float | None:
        problem = state.outcome.exception() if state.outcome else None
        return wait_before_retry_s(problem, state.attempt_number) if isinstance(problem, ApiError) else None

    retries = Retrying(
        sleep=pause,
        wait=lambda state: wait_s(state) or 0.0,
        retry=lambda state: wait_s(state) is not None,
        reraise=True,
    )
    return retries(call)


def _chunks(response: requests.Response, side: Side, max_bytes: int) -> Iterator[bytes]:
    received, deadline = 0, time.monotonic() + BODY_TIMEOUT_S
    for chunk in response.iter_content(_CHUNK_BYTES):
        received += len(chunk)
        if received > max_bytes:
            raise ApiError(Fault("too-large", detail=f"more than {max_bytes} bytes", side=side), maybe_applied=True)
        if time.monotonic() > deadline:
            raise ApiError(Fault("timeout", detail=f"the body took more than {BODY_TIMEOUT_S:.0f} s", side=side))
        yield chunk


def _code_of(problem: requests.RequestException) -> str:
    match problem:
        case Timeout():
            return "timeout"
        case ChunkedEncodingError() | ContentDecodingError():
            return "truncated"
        case ConnectionError():
            return "timeout" if "timed out" in str(problem).lower() else "network"
    return "bad-address"


def _never_connected(problem: requests.RequestException) -> bool:
    """Refused, no such host, or no answer to the first packet; urllib3 keeps the reason inside its MaxRetryError."""
    reason = getattr(problem.args[0], "reason", None) if problem.args else None
    return isinstance(problem, ConnectTimeout) or isinstance(reason, NewConnectionError)


def _reason(problem: BaseException) -> str:
    """The innermost cause in a few words; the outer texts repeat the address and everything in it."""
    while inner := problem.__cause__ or problem.__context__:
        problem = inner
    words = problem.strerror if isinstance(problem, OSError) else None
    return f"{type(problem).__name__}: {words}" if words else type(problem).__name__
