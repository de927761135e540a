"""One request to QuickBooks: with a valid token, below all limits, waiting when told to, counted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

import requests

from bot.adapters.files import MAX_FILE_BYTES
from bot.adapters.http import Pause, is_throttle, retrying, send, stream_to
from bot.adapters.meter import Meter
from bot.adapters.quickbooks.rate_limits import THROTTLE_WAIT_S, RealmLimits, Room
from bot.adapters.quickbooks.wire import decipher, signed_address
from bot.adapters.replies import HttpReply
from bot.core.faults import Action, ApiError, Fault, Side

# Lower numbers are served as 75, and none above it was announced:
# https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/minor-versions
MINOR_VERSION = "75"
MAX_THROTTLES = 4  # waits for one request; the monthly allowance of reads ends in a 429 that no wait cures
MAX_THROTTLE_WAIT_S = 300.0

T = TypeVar("T")
Decipher = Callable[[int, Mapping[str, str], bytes], T]


@dataclass(frozen=True)
class _Call:
    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] | None = None
    reads: bool = True


class QuickBooksConnection:
    """`access_token("")` gives a token; called with the token that was just refused it gives another one.

    A 401 is answered by one renewal, a 429 by waiting (all threads of the realm wait), both by sending the same request
    again: neither was carried out. Reads are repeated on whatever passes; of writes that is the caller's decision,
    because only the caller can tell that the request it sends again is the same one.
    """

    def __init__(
        self,
        realm: str,
        api_url: str,
        access_token: Callable[[str], str],
        session: requests.Session,
        limits: RealmLimits,
        meter: Meter,
        pause: Pause,
    ) -> None:
        self.realm = realm
        self._company_url = f"{api_url.rstrip('/')}/v3/company/{realm}"
        self._access_token, self._session = access_token, session
        self._limits, self._meter, self._pause = limits, meter, pause

    def read(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._read(_Call("GET", path, params or {}), decipher)

    def read_by_post(self, path: str, body: bytes, content_type: str) -> dict[str, Any]:
        """For what is too long for a URL."""
        return self._read(_Call("POST", path, {}, {"Content-Type": content_type}, body), decipher)

    def write(
        self,
        path: str,
        params: Mapping[str, str],
        body: bytes | Iterable[bytes],
        content_type: str = "application/json",
    ) -> dict[str, Any]:
        """`body` is gone through anew whenever it has to be sent again."""
        return self._patiently(_Call("POST", path, params, {"Content-Type": content_type}, body, reads=False), decipher)

    def file_address(self, path: str) -> str:
        """The signed address that `path` gives; over TLS, or on the very server of the API.

        Raises ApiError for any other address, since what is fetched there goes into the books.
        """
        address = self._read(_Call("GET", path, {}), signed_address)
        given, known = urlsplit(address), urlsplit(self._company_url)
        if given.scheme != "https" and (given.scheme, given.netloc) != (known.scheme, known.netloc):
            raise ApiError(Fault("unsafe-file-address", detail=f"{given.scheme}://{given.hostname}"))
        return address

    def fetch(self, address: str, sink: IO[bytes]) -> HttpReply:
        """The file at a signed address, into `sink`. No token goes there: it is another server's.

        Neither does a redirect lead further. That server's own throttle is none of the realm's.
        """
        reply = stream_to(self._session, address, sink, side=Side.QUICKBOOKS, headers={}, max_bytes=MAX_FILE_BYTES)
        if reply.status == 200:
            return reply
        code = "http-503" if reply.status == 429 or reply.status >= 500 else "file-not-served"
        raise ApiError(Fault(code, detail=f"the file's server said {reply.status}"))

    def room(self) -> Room:
        """What may be sent at this moment without waiting for a minute to pass."""
        return self._limits.room()

    def _read(self, call: _Call, deciphered: Decipher[T]) -> T:
        return retrying(lambda: self._patiently(call, deciphered), self._pause)

    def _patiently(self, call: _Call, deciphered: Decipher[T]) -> T:
        refused, throttles = "", 0
        while True:
            token = self._access_token(refused)
            try:
                reply = self._once(replace(call, headers={**call.headers, "Authorization": f"Bearer {token}"}))
                return deciphered(reply.status, reply.headers, reply.body)
            except ApiError as error:
                if is_throttle(error) and throttles < MAX_THROTTLES:
                    throttles += 1
                    self._hold(error)
                elif _is_refused_token(error) and not refused:
                    refused = token
                elif _is_refused_token(error):
                    raise ApiError(error.faults, action=Action.STOP) from error
                else:
                    raise

    def _once(self, call: _Call) -> HttpReply:
        with self._limits.slot(batch=call.path == "batch"):
            if call.reads:
                self._meter.count_read()
            else:
                self._meter.count_write()
            return send(
                self._session,
                call.method,
                f"{self._company_url}/{call.path}",
                side=Side.QUICKBOOKS,
                params={**call.params, "minorversion": MINOR_VERSION},
                headers={"Accept": "application/json", **call.headers},
                body=call.body,
            )

    def _hold(self, error: ApiError) -> None:
        wait_s = THROTTLE_WAIT_S if error.retry_after_s is None else error.retry_after_s
        if wait_s > MAX_THROTTLE_WAIT_S:
            raise error
        self._limits.hold(wait_s)


def _is_refused_token(error: ApiError) -> bool:
    return error.fault.http_status == 401 or error.fault.code == "3200"
