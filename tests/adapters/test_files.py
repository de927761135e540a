"""Files on their way: the same bytes each time, from safe addresses only, and never whole in memory."""

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO

import pytest
import requests

from bot.adapters.files import Arrived, UploadForm, room
from bot.adapters.meter import Meter
from bot.adapters.quickbooks.client import QuickBooks
from bot.adapters.quickbooks.rate_limits import Caps, RealmLimits
from bot.adapters.released.client import Released
from bot.core.faults import Action, ApiError
from bot.sandbox.http.exchange import Request, Response, json_response
from bot.sandbox.quickbooks.rules.attachments import upload_parts
from tests.adapters.conftest import FakeTime, Grant, Server

LARGE = 24 * 2**20
ATTACHABLE = {"FileName": "lease.pdf", "ContentType": "application/pdf"}
UPLOADED = json_response(200, {"AttachableResponse": [{"Attachable": {"Id": "7"}}]})


@pytest.mark.parametrize(
    "name",
    [
        'say "hi".pdf',
        "a\r\nX-Evil: 1.pdf",
        "../../etc/passwd",
        "Mietvertrag Größe – Ōtāhuhu 契約.pdf",
        "x" * 400 + ".pdf",
    ],
)
def test_no_file_name_breaks_out_of_its_header(name: str) -> None:
    form = UploadForm({**ATTACHABLE, "FileName": name}, BytesIO(b"content"), "r1")
    body = b"".join(form)

    ((metadata, _, content),) = upload_parts(form.content_type, body)
    assert content == b"content" and metadata
    assert b"X-Evil: 1.pdf\r\n" not in body and b"\nX-Evil" not in body
    assert len(body) == len(form)


def test_a_request_that_is_sent_again_is_the_same_to_the_last_byte() -> None:
    one, other = (UploadForm(ATTACHABLE, BytesIO(b"content"), "r1") for _ in range(2))

    assert b"".join(one) == b"".join(one) == b"".join(other)
    assert one.content_type == other.content_type
    assert UploadForm(ATTACHABLE, BytesIO(b"content"), "r2").content_type != one.content_type


@pytest.mark.parametrize("effect", [{"kind": "reply", "status": 429, "body": ""}, {"kind": "reply", "status": 401}])
def test_a_file_that_was_not_taken_is_sent_again_from_its_beginning(
    server: Server, quickbooks: QuickBooks, effect: dict[str, object]
) -> None:
    server.answers(UPLOADED)
    server.knobs.add({"effect": effect})
    content = BytesIO(b"content" * 50_000)

    assert quickbooks.upload(ATTACHABLE, content, "r1") == {"Id": "7"}

    assert content.getvalue() in server.requests[0].body
    assert int(server.requests[0].headers["content-length"]) == len(server.requests[0].body)


FILE_SERVER = f"""
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.reply(200, {LARGE})
        for _ in range({LARGE} // 2**20):
            self.wfile.write(bytes(2**20))

    def do_POST(self):
        left = int(self.headers["content-length"])
        size = str(left).encode()
        while left:
            left -= len(self.rfile.read(min(left, 2**16)))
        body = b'{{"AttachableResponse": [{{"Attachable": {{"Id": "7", "Size": ' + size + b'}}}}]}}'
        self.reply(200, len(body))
        self.wfile.write(body)

    do_PUT = do_POST

    def reply(self, status, length):
        self.send_response(status)
        self.send_header("content-length", str(length))
        self.end_headers()

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture
def file_server() -> Iterator[str]:
    """In a process of its own, so that what it holds in memory is not counted as ours."""
    with subprocess.Popen([sys.executable, "-c", FILE_SERVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.kill()


def test_a_large_file_crosses_without_being_held_in_memory(
    file_server: str, session: requests.Session, fake_time: FakeTime
) -> None:
    limits = RealmLimits(Caps(), fake_time.clock, fake_time.pause)
    quickbooks = QuickBooks("46", file_server, Grant(), session, limits, Meter(), fake_time.pause)
    released = Released(file_server, "key-1", session, meter=Meter(), pause=fake_time.pause)
    with room() as file:
        tracemalloc.start()
        try:
            arrived = released.download("1", "a1", file)
            uploaded = quickbooks.upload(ATTACHABLE, file, "r1")
            file.seek(0)
            released.upload("1", "a1", file)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert arrived.size == LARGE < uploaded["Size"]
    assert peak < LARGE / 8


def served(server: Server, content: Response, address: str = "") -> None:
    def answer(request: Request) -> Response:
        if "/download/" in request.path:
            return Response(200, (address or f"{server.url}/signed?x=1").encode(), {"content-type": "text/plain"})
        return content

    server.answer = answer


def test_a_file_that_broke_off_is_fetched_again_from_its_beginning(server: Server, quickbooks: QuickBooks) -> None:
    content = b"\x00PDF" * 50_000
    served(server, Response(200, content))
    server.knobs.add({"match": {"path": "/signed"}, "effect": {"kind": "truncate", "bytes": 90_000}})

    with room() as sink:
        assert quickbooks.download("7", sink) == Arrived(len(content), sha256(content).hexdigest())
        sink.seek(0)
        assert sink.read() == content


@pytest.mark.parametrize(
    "address",
    ["http://169.254.169.254/latest", "http://127.0.0.1:1/signed", "ftp://127.0.0.1/signed", "file:///etc/passwd"],
)
def test_no_file_is_fetched_from_an_unsafe_address(server: Server, quickbooks: QuickBooks, address: str) -> None:
    served(server, Response(200, b"content"), address)

    with pytest.raises(ApiError) as caught:
        quickbooks.download("7", BytesIO())

    assert caught.value.fault.code == "unsafe-file-address" and caught.value.action is Action.RECORD
    assert all("/download/" in request.path for request in server.requests)


def test_a_redirect_of_the_file_server_leads_nowhere(server: Server, quickbooks: QuickBooks) -> None:
    served(server, Response(302, b"", {"location": f"{server.url}/elsewhere"}))

    with pytest.raises(ApiError) as caught:
        quickbooks.download("7", BytesIO())

    assert caught.value.fault.code == "file-not-served" and caught.value.action is Action.RECORD
    assert len(server.requests) == 2


@pytest.mark.parametrize(("status", "tries"), [(403, 1), (404, 1), (503, 4), (429, 4)])
def test_what_the_file_server_refuses_is_the_matter_of_this_file_alone(
    server: Server, quickbooks: QuickBooks, grant: Grant, status: int, tries: int
) -> None:
    served(server, Response(status, b"<html>no</html>", {"content-type": "text/html"}))

    with pytest.raises(ApiError) as caught:
        quickbooks.download("7", BytesIO())

    assert caught.value.action is Action.RECORD
    assert len(server.requests) == 1 + tries
    assert grant.renewals == 0


def test_the_file_servers_throttle_does_not_hold_up_the_company(
    server: Server, quickbooks: QuickBooks, fake_time: FakeTime
) -> None:
    served(server, Response(429, b""))

    with pytest.raises(ApiError):
        quickbooks.download("7", BytesIO())

    assert max(fake_time.pauses) < 60
