"""What a network trouble means: may it have been carried out, and is it worth another try."""

import io
import socket
import threading
from collections.abc import Iterator

import pytest
import requests

from bot.adapters.http import READ_ATTEMPTS, new_session, retrying, send, wait_before_retry_s
from bot.core.faults import Action, ApiError, Fault, Side
from bot.sandbox.http.exchange import Response, json_response
from tests.adapters.conftest import FakeTime, Server
from tests.patience import PATIENCE_S


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    yield port


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def fault_of(session: requests.Session, url: str, **options: object) -> ApiError:
    with pytest.raises(ApiError) as caught:
        send(session, "POST", url, side=Side.RELEASED, body=b"{}", **options)  # type: ignore[arg-type]
    assert caught.value.fault.side is Side.RELEASED
    return caught.value


def test_a_refused_connection_surely_changed_nothing(session: requests.Session, closed_port: int) -> None:
    error = fault_of(session, f"http://127.0.0.1:{closed_port}/")

    assert (error.fault.code, error.action, error.maybe_applied) == ("network", Action.RETRY, False)


def test_a_host_that_does_not_exist_surely_changed_nothing(session: requests.Session) -> None:
    error = fault_of(session, "http://nowhere.invalid/")

    assert (error.fault.code, error.maybe_applied) == ("network", False)


def test_silence_ends_after_the_time_out_and_may_have_been_carried_out(silent_port: int) -> None:
    with new_session(timeout_s=(PATIENCE_S, 0.2)) as hasty:
        error = fault_of(hasty, f"http://127.0.0.1:{silent_port}/")

    assert (error.fault.code, error.action, error.maybe_applied) == ("timeout", Action.RETRY, True)


@pytest.mark.parametrize(
    ("kind", "code"), [("drop_before", "network"), ("drop_after", "network"), ("truncate", "truncated")]
)
def test_a_cut_connection_may_have_been_carried_out(
    server: Server, session: requests.Session, kind: str, code: str
) -> None:
    server.answers(json_response(200, {"long": "x" * 1000}))
    server.knobs.add({"effect": {"kind": kind, "bytes": 20}})

    error = fault_of(session, f"{server.url}/bill")

    assert (error.fault.code, error.action, error.maybe_applied) == (code, Action.RETRY, True)


def test_a_silent_body_is_a_time_out_too(server: Server) -> None:
    """Headers, half a body, then nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener, new_session(timeout_s=(PATIENCE_S, 0.2)) as hasty:

        def half() -> None:
            connection, _ = listener.accept()
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
            done.wait(PATIENCE_S)
            connection.close()

        done = threading.Event()
        thread = threading.Thread(target=half)
        thread.start()
        error = fault_of(hasty, f"http://127.0.0.1:{listener.getsockname()[1]}/")
        done.set()
        thread.join()

    assert error.fault.code == "timeout"


def test_an_answer_beyond_the_size_limit_is_not_read_to_its_end(server: Server, session: requests.Session) -> None:
    server.answers(Response(200, b"x" * 200_000))

    error = fault_of(session, server.url, max_bytes=100_000)

    assert (error.fault.code, error.action) == ("too-large", Action.RECORD)


def test_a_redirect_is_not_followed(server: Server, session: requests.Session) -> None:
    server.answers(Response(302, b"", {"location": f"{server.url}/elsewhere"}))

    reply = send(session, "GET", f"{server.url}/here", side=Side.QUICKBOOKS)

    assert reply.status == 302
    assert [request.path for request in server.requests] == ["/here"]


def test_a_netrc_file_never_replaces_our_credentials(
    server: Server, session: requests.Session, tmp_path: "object", monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:
        file.write("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", netrc)
    server.answers(json_response(200, {}))

    send(session, "GET", server.url, side=Side.QUICKBOOKS, headers={"Authorization": "Bearer ours"})

    assert server.requests[0].headers["authorization"] == "Bearer ours"


def test_an_address_that_is_none_stops_the_run(session: requests.Session) -> None:
    error = fault_of(session, "not an address")

    assert (error.fault.code, error.action, error.maybe_applied) == ("bad-address", Action.STOP, False)


def test_headers_come_with_lower_case_names(server: Server, session: requests.Session) -> None:
    server.answers(Response(200, b"", {"Intuit_Tid": "1-2"}))

    assert send(session, "GET", server.url, side=Side.QUICKBOOKS).headers["intuit_tid"] == "1-2"


def test_a_body_can_come_from_a_file(server: Server, session: requests.Session) -> None:
    send(session, "PUT", server.url, side=Side.RELEASED, body=io.BytesIO(b"content"))

    assert server.requests[0].body == b"content"


def test_reads_wait_twice_as_long_each_time_and_then_give_up(fake_time: FakeTime) -> None:
    calls = []

    def call() -> None:
        calls.append(1)
        raise ApiError(Fault("http-503", http_status=503))

    with pytest.raises(ApiError):
        retrying(call, fake_time.pause)

    assert len(calls) == READ_ATTEMPTS
    assert fake_time.pauses == [1, 2, 4]


def test_a_read_that_works_in_the_end_gives_its_answer(fake_time: FakeTime) -> None:
    outcomes = iter([ApiError(Fault("network")), ApiError(Fault("http-503"), retry_after_s=9), None])

    def call() -> str:
        if error := next(outcomes):
            raise error
        return "answer"

    assert retrying(call, fake_time.pause) == "answer"
    assert fake_time.pauses == [1, 9]


@pytest.mark.parametrize(
    ("error", "attempt", "wait_s"),
    [
        (ApiError(Fault("network")), 1, 1),
        (ApiError(Fault("network")), 3, 4),
        (ApiError(Fault("network")), READ_ATTEMPTS, None),
        (ApiError(Fault("http-503"), retry_after_s=0), 1, 0),
        (ApiError(Fault("http-503"), retry_after_s=3600), 1, None),
        (ApiError(Fault("6240")), 1, None),
        (ApiError(Fault("invalid_grant")), 1, None),
        (ApiError(Fault("3001", http_status=429), retry_after_s=5), 1, None),
    ],
    ids=str,
)
def test_the_decision_to_try_again_is_a_value(error: ApiError, attempt: int, wait_s: float | None) -> None:
    assert wait_before_retry_s(error, attempt) == wait_s
