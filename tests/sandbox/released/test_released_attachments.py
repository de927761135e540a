"""Attachments: announced first, then the bytes, which must be those announced."""

from hashlib import sha256

import pytest

BYTES = bytes(range(256)) * 40


def announced(owner, **more) -> dict:
    return {
        "ownerType": "invoice",
        "ownerId": owner["id"],
        "fileName": "Beleg für März 🧾.pdf",
        "contentType": "application/pdf",
        "size": len(BYTES),
        "sha256": sha256(BYTES).hexdigest(),
        **more,
    }


def put(api, attachment, content: bytes):
    return api.call("PUT", api.path("attachments", attachment["id"], "content"), data=content)


def test_bytes_come_back_as_they_went(api, books) -> None:
    attachment = api.create("attachments", **announced(books.invoice()))
    assert put(api, attachment, BYTES).json() == attachment
    answer = api.call("GET", api.path("attachments", attachment["id"], "content"))
    assert (answer.status_code, answer.content) == (200, BYTES)
    assert answer.headers["content-type"] == "application/pdf"
    assert put(api, attachment, BYTES).status_code == 200
    assert api.read("attachments", attachment) == attachment


def test_bytes_need_the_attachment_first(api, refused) -> None:
    refused(put(api, {"id": "0"}, BYTES), 404)


def test_there_is_no_content_until_it_is_put(api, books, refused) -> None:
    attachment = api.create("attachments", **announced(books.invoice()))
    refused(api.call("GET", api.path("attachments", attachment["id"], "content")), 404)


@pytest.mark.parametrize(
    ("content", "wrong"),
    [(BYTES[:-1], {"size", "sha256"}), (BYTES + b"x", {"size", "sha256"}), (BYTES[::-1], {"sha256"}), (b"", None)],
)
def test_other_bytes_than_announced_are_refused(api, books, refused, content, wrong) -> None:
    attachment = api.create("attachments", **announced(books.invoice()))
    assert set(refused(put(api, attachment, content), 422)) == (wrong or {"size", "sha256"})
    refused(api.call("GET", api.path("attachments", attachment["id"], "content")), 404)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"ownerId": "0"}, "ownerId"),
        ({"ownerType": "creditNote"}, "ownerId"),
        ({"ownerType": "contact"}, "ownerType"),
        ({"fileName": ""}, "fileName"),
        ({"fileName": "x" * 256}, "fileName"),
        ({"contentType": "pdf"}, "contentType"),
        ({"contentType": "text/html\r\nX-Bad: 1"}, "contentType"),
        ({"size": "10240"}, "size"),
        ({"size": -1}, "size"),
        ({"size": True}, "size"),
        ({"size": 1e3}, "size"),
        ({"sha256": "0" * 63}, "sha256"),
        ({"sha256": "A" * 64}, "sha256"),
    ],
)
def test_an_attachment_is_refused_by_name(api, books, refused, change, wrong) -> None:
    assert set(refused(api.post("attachments", announced(books.invoice(), **change)), 422)) == {wrong}


def test_what_was_announced_is_fixed(api, books, refused) -> None:
    attachment = api.create("attachments", **announced(books.invoice()))
    other = books.invoice()
    for change in ({"size": 1}, {"sha256": "0" * 64}, {"ownerId": other["id"]}, {"contentType": "image/png"}):
        assert set(refused(api.patch("attachments", attachment, change), 409)) == set(change)
    assert api.change("attachments", attachment, externalId="5", fileName="a.pdf")["fileName"] == "a.pdf"


def test_a_credit_note_has_attachments_too_whatever_its_state(api, books) -> None:
    credit = api.create("credit-notes", **books.document())
    credit = api.change("credit-notes", credit, status="voided")
    attachment = api.create("attachments", **announced(credit, ownerType="creditNote"))
    assert put(api, attachment, BYTES).status_code == 200
    assert api.read("credit-notes", credit) == credit
