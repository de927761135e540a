"""Files as records: one for each document they hang on, what tells two apart, and names that do no harm."""

from typing import Any

import pytest

from bot.core.spec import Lookup, Problem
from bot.records.attachment import SPEC, alike, check, external_references, parts, references, same
from bot.records.fields.file_names import kind_of, kind_taken, safe_name
from tests.records.samples import FACTS, LOOKUP, PAIRS, Json

HASH = "ab" * 32


def ours(**fields: Any) -> Json:
    usual = {"id": "a1", "ownerType": "invoice", "ownerId": "inv-1", "fileName": "lease.pdf", "size": 5}
    return {**usual, "contentType": "application/pdf", "sha256": HASH, "externalId": None, **fields}


def whole(*owners: tuple[str, str], **fields: Any) -> Json:
    links = [{"EntityRef": {"type": entity, "value": id_}, "IncludeOnSend": False} for entity, id_ in owners]
    usual = {"Id": "77", "SyncToken": "1", "FileName": "lease.pdf", "ContentType": "application/pdf", "Size": 5}
    signed = dict.fromkeys(("TempDownloadUri", "ThumbnailTempDownloadUri"), "https://files/x?Signature=1")
    return {**usual, "AttachableRef": links, **signed, **fields}


def part(owner: tuple[str, str] = ("Invoice", "101"), **fields: Any) -> Json:
    (found,) = parts(whole(owner, **fields))
    return found


def test_an_attachable_is_one_record_for_each_document_it_hangs_on() -> None:
    body = whole(("Invoice", "101"), ("bill", "201"), ("Customer", "1"), ("Invoice", "101"))

    found = list(parts(body))

    assert [one["Id"] for one in found] == ["77:I101", "77:B201"]
    assert [external_references("Attachable", one) for one in found] == [(("Invoice", "101"),), (("Bill", "201"),)]
    assert all(one["AttachableRef"] == body["AttachableRef"] for one in found)


def test_a_signed_address_is_not_kept() -> None:
    assert "Signature" not in str(part())


@pytest.mark.parametrize(
    "body",
    [
        whole(("Invoice", "101"), FileName=None, Size=None, TempDownloadUri=None, Note="Call them"),
        whole(("Invoice", "101"), Size=None, TempDownloadUri=None),
        whole(("Customer", "1")),
        whole(),
        {"Id": "77", "FileName": "lease.pdf", "Size": 5},
    ],
)
def test_notes_and_what_hangs_on_no_document_are_no_records(body: Json) -> None:
    assert not list(parts(body))


@pytest.mark.parametrize("owner", ["invoice", "creditNote"])
def test_a_file_refers_to_its_document(owner: str) -> None:
    (found,) = references(ours(ownerType=owner, ownerId="x"))
    assert str(found.ref) == ("invoice:x" if owner == "invoice" else "credit-note:x")


@pytest.mark.parametrize(
    ("released", "external", "expected"),
    [
        (ours(), part(sha256=HASH), 3),
        (ours(fileName="LEASE.pdf"), part(sha256=HASH), 3),
        (ours(sha256=HASH.upper()), part(sha256=HASH), 3),
        (ours(fileName="other.pdf", externalId="77"), part(sha256=HASH), 3),
        (ours(), part(), 0),
        (ours(), part(sha256=""), 0),
        (ours(sha256=""), part(sha256=""), 0),
        (ours(), part(sha256="cd" * 32), 0),
        (ours(), part(("Invoice", "102"), sha256=HASH), 0),
        (ours(fileName="other.pdf"), part(sha256=HASH), 0),
        (ours(size=6), part(sha256=HASH), 0),
        (ours(ownerType="creditNote"), part(sha256=HASH), 0),
        (ours(ownerType="tenancy"), part(sha256=HASH), 0),
    ],
)
def test_two_files_are_the_same_only_by_document_name_size_and_hash(
    released: Json, external: Json, expected: int
) -> None:
    assert same(released, "Attachable", external, LOOKUP) == expected


def test_files_are_worth_comparing_before_their_hash_is_known() -> None:
    assert alike(ours(), "Attachable", part(), LOOKUP) == 3
    assert SPEC.released_keys(ours()) & SPEC.external_keys("Attachable", part())
    assert SPEC.released_keys(ours(fileName="x", externalId="77")) & SPEC.external_keys("Attachable", part())
    assert not SPEC.released_keys(ours(size=6)) & SPEC.external_keys("Attachable", part())


def test_an_update_carries_everything_but_the_new_name_along() -> None:
    held = part(Note="kept", Category="Receipt")
    lookup = Lookup(
        {**PAIRS, (SPEC.type, "a1", "Attachable"): "77:I101"}, LOOKUP.released, {("Attachable", "77:I101"): held}
    )

    body = SPEC.to_quickbooks(ours(fileName="signed.pdf"), "Attachable", lookup, FACTS)

    kept = {name: held[name] for name in ("Note", "Category", "ContentType", "AttachableRef")}
    assert body == {**kept, "FileName": "signed.pdf"}


def test_a_name_that_only_lost_what_is_not_safe_is_no_change() -> None:
    held = part(FileName="a/b.pdf")
    lookup = Lookup(
        {**PAIRS, (SPEC.type, "a1", "Attachable"): "77:I101"}, LOOKUP.released, {("Attachable", "77:I101"): held}
    )

    assert SPEC.to_quickbooks(ours(fileName="a_b.pdf"), "Attachable", lookup, FACTS)["FileName"] == "a/b.pdf"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (ours(size=100 * 2**20 + 1), "file-too-large"),
        (ours(fileName="a.zip", contentType="application/zip"), "file-kind-not-taken"),
        (ours(fileName="noname", contentType=""), "file-kind-not-taken"),
    ],
)
def test_what_quickbooks_does_not_take_is_said_beforehand(body: Json, code: str) -> None:
    with pytest.raises(Problem) as caught:
        check(body, FACTS)
    assert caught.value.code == code


def test_a_file_of_one_hundred_megabytes_is_taken() -> None:
    check(ours(size=100 * 2**20), FACTS)


@pytest.mark.parametrize(
    ("name", "kind", "taken"),
    [
        ("a.pdf", "application/octet-stream", "application/pdf"),
        ("SCAN.JPG", "image/jpg", "image/jpeg"),
        ("scan", "image/jpg", "image/jpeg"),
        ("sheet.xlsx", "application/zip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("invoice.v2", "application/pdf; name=x", "application/pdf"),
        ("a.heic", "image/heic", ""),
        ("setup.exe", "application/x-msdownload", ""),
    ],
)
def test_the_kind_of_a_file_is_told_by_its_ending_first(name: str, kind: str, taken: str) -> None:
    assert kind_taken(name, kind) == taken


@pytest.mark.parametrize(
    ("name", "kind", "found"),
    [
        ("a.pdf", "", "application/pdf"),
        ("a.zip", "application/zip", "application/zip"),
        ("a.zip", "no media type", "application/octet-stream"),
        ("a.pdf", "text/html\r\nX-Evil: 1", "application/pdf"),
        ("a", "image/PNG; q=1", "image/png"),
    ],
)
def test_what_comes_in_always_has_a_media_type(name: str, kind: str, found: str) -> None:
    assert kind_of(name, kind) == found


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("lease.pdf", "lease.pdf"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("C:\\files\\a.pdf", "C:_files_a.pdf"),
        ("a\r\nContent-Type: x\r\n\r\nb.pdf", "a Content-Type: x b.pdf"),
        ('"quoted".pdf', "'quoted'.pdf"),
        ("nul\x00.pdf", "nul .pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("line\u2028break.pdf", "line break.pdf"),
        ("\ud800.pdf", ".pdf"),
        ("契約 – Ōtāhuhu.pdf", "契約 – Ōtāhuhu.pdf"),
        ("", "file"),
        ("\r\n", "file"),
        ("x" * 400 + ".pdf", "x" * 251 + ".pdf"),
        ("x" * 400, "x" * 255),
        ("x." + "y" * 400, "x." + "y" * 253),
        ("x" * 400 + "." + "y" * 12, "x" * 242 + "." + "y" * 12),
        ("x" * 400 + "." + "y" * 13, "x" * 255),
    ],
)
def test_a_name_is_safe_and_stays_readable(name: str, kept: str) -> None:
    assert safe_name(name) == kept
    assert safe_name(kept) == kept
