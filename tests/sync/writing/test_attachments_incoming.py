"""Files out of QuickBooks: once for each document, with their hash, and finished where they broke off."""

from hashlib import sha256

import pytest

from bot.core.model import Direction, Outcome
from tests.rarely import edge, rarely
from tests.sync.world import COMPANY, Json, World
from tests.sync.writing.filed import PDF, attachables, content_of, copies, ours, theirs


def test_a_file_of_quickbooks_comes_in_with_its_hash(lease: tuple[World, Json, Json]) -> None:
    world, invoice, partner = lease
    made = theirs(world, ("Invoice", partner))

    world.sync_blue()

    (attachment,) = world.all("attachments")
    assert attachment["ownerId"] == invoice["id"] and attachment["ownerType"] == "invoice"
    assert attachment["sha256"] == sha256(PDF).hexdigest() and attachment["size"] == len(PDF)
    assert attachment["externalId"] == made["Id"]
    assert content_of(world, attachment) == PDF
    row = world.row("lease.pdf")
    assert (row.outcome, row.direction, row.external_id) == (Outcome.ATTACHED, Direction.INCOMING, made["Id"])
    with world.nothing_written():
        world.sync_blue()


def test_a_file_comes_in_with_a_document_that_comes_in(paired: World) -> None:
    customer = paired.customer("Kiosk Ltd")
    theirs(paired, ("Invoice", paired.qb_invoice(customer, "INV-9")))

    paired.sync_blue()

    (attachment,) = paired.all("attachments")
    assert attachment["ownerId"] == paired.named("invoices", "INV-9")["id"]


@edge
def test_one_file_on_two_documents_comes_in_once_for_each(paired: World) -> None:
    customer, vendor = paired.customer("Kiosk Ltd"), paired.vendor("Plumber Ltd")
    invoice, bill = paired.qb_invoice(customer, "INV-9"), paired.qb_bill(vendor, "B-9")
    made = theirs(paired, ("Invoice", invoice), ("Bill", bill), ("Customer", customer))

    paired.sync_blue()

    owners = {paired.named("invoices", "INV-9")["id"], paired.named("invoices", "B-9")["id"]}
    assert {one["ownerId"] for one in paired.all("attachments")} == owners
    assert {one["externalId"] for one in paired.all("attachments")} == {made["Id"]}
    with paired.nothing_written():
        paired.sync_blue()


def test_notes_and_files_of_other_things_stay_out(lease: tuple[World, Json, Json]) -> None:
    world, _, partner = lease
    target = {"AttachableRef": [{"EntityRef": {"type": "Invoice", "value": partner["Id"]}}]}
    world.books.create("Attachable", {"Note": "Call them", **target})
    world.books.create("Attachable", {"FileName": "nothing-in-it.pdf", **target})
    theirs(world, ("Customer", {"Id": partner["CustomerRef"]["value"]}))
    world.books.attach({"FileName": "loose.pdf", "ContentType": "application/pdf"}, PDF)

    world.sync_blue()

    assert not world.all("attachments")


def test_a_loose_file_that_is_attached_later_comes_in_then(lease: tuple[World, Json, Json]) -> None:
    world, invoice, partner = lease
    loose = world.books.attach({"FileName": "loose.pdf", "ContentType": "application/pdf"}, PDF)
    world.sync_blue()

    target = [{"EntityRef": {"type": "Invoice", "value": partner["Id"]}}]
    world.books.update("Attachable", loose["Id"], {"AttachableRef": target})
    world.sync_blue()

    assert [one["ownerId"] for one in world.all("attachments")] == [invoice["id"]]


@pytest.mark.parametrize(
    ("effect", "method", "path"),
    [
        ({"kind": "drop_after"}, "POST", "/attachments"),
        ({"kind": "drop_after"}, "PUT", "/content"),
        *rarely(
            ({"kind": "drop_before"}, "PUT", "/content"),
            ({"kind": "reply", "status": 503, "body": ""}, "PUT", "/content"),
            ({"kind": "reply", "status": 429, "body": "", "headers": {"retry-after": "2"}}, "PUT", "/content"),
        ),
    ],
)
def test_a_file_that_broke_off_on_its_way_in_is_there_once(
    lease: tuple[World, Json, Json], effect: Json, method: str, path: str
) -> None:
    world, _, partner = lease
    theirs(world, ("Invoice", partner))
    world.released_knobs.add({"match": {"method": method, "path": path}, "effect": effect})

    world.sync_blue()

    (attachment,) = world.all("attachments")
    assert content_of(world, attachment) == PDF


@edge
@pytest.mark.parametrize("status", [503, 422])
def test_an_announcement_without_its_file_is_finished_by_the_next_sync(
    lease: tuple[World, Json, Json], status: int
) -> None:
    world, _, partner = lease
    theirs(world, ("Invoice", partner))
    world.released_knobs.add(
        {"match": {"method": "PUT"}, "times": None, "effect": {"kind": "reply", "status": status, "body": ""}}
    )
    world.sync()
    (attachment,) = world.all("attachments")
    assert attachment["id"] not in world.released._ledgers[COMPANY]._contents
    world.released_knobs.clear()

    world.sync_blue()

    assert copies(world) == (1, 1)
    assert content_of(world, attachment) == PDF
    assert world.now("attachments", attachment)["externalId"]


@pytest.mark.parametrize("effect", [{"status": 404}, *rarely({"status": 503})])
def test_a_file_that_quickbooks_does_not_hand_out_fails_alone(lease: tuple[World, Json, Json], effect: Json) -> None:
    world, _, partner = lease
    made = theirs(world, ("Invoice", partner))
    rule = {
        "match": {"path": f"/v3/files/9341/{made['Id']}"},
        "times": None,
        "effect": {"kind": "reply", "body": "", **effect},
    }
    world.quickbooks_knobs.add(rule)

    world.sync_red()
    assert world.row("lease.pdf").external_id == made["Id"] and not world.all("attachments")

    world.quickbooks_knobs.clear()
    world.sync_blue()
    assert len(world.all("attachments")) == 1


@edge
@pytest.mark.parametrize("content", [b"", PDF])
def test_a_page_of_an_error_is_not_taken_for_the_file(lease: tuple[World, Json, Json], content: bytes) -> None:
    world, _, partner = lease
    made = theirs(world, ("Invoice", partner), content=content)
    effect = {"kind": "reply", "status": 200, "body": {"Fault": {"Error": [{"code": "10000"}], "type": "SYSTEM"}}}
    world.quickbooks_knobs.add({"match": {"path": f"/v3/files/9341/{made['Id']}"}, "times": None, "effect": effect})

    world.sync_red()

    assert not world.all("attachments")
    world.quickbooks_knobs.clear()
    world.sync_blue()
    assert [content_of(world, attachment) for attachment in world.all("attachments")] == [content]


def test_a_file_that_is_shorter_than_quickbooks_says_does_not_come_in(lease: tuple[World, Json, Json]) -> None:
    world, _, partner = lease
    made = theirs(world, ("Invoice", partner))
    world.books.files[made["Id"]] = PDF[:5]

    world.sync_red()

    assert world.row("lease.pdf").code == "file-differs"
    assert not world.all("attachments")


KEPT = {
    "../../etc/passwd.pdf": ".._.._etc_passwd.pdf",
    "a\r\nX-Evil: 1.pdf": "a X-Evil: 1.pdf",
    '"Größe" – Ōtāhuhu 契約.pdf': "'Größe' – Ōtāhuhu 契約.pdf",
    "x" * 400 + ".pdf": "x" * 251 + ".pdf",
}
"""What becomes of a file's name on the other side."""


def test_no_file_name_does_harm_on_the_other_side(lease: tuple[World, Json, Json]) -> None:
    world, invoice, partner = lease
    for number, name in enumerate(KEPT):
        if len(name) <= 255:
            ours(world, invoice, name, b"ours %d" % number)
        theirs(world, ("Invoice", partner), name=name, content=b"theirs %d" % number)

    world.sync_blue()

    here = [one["fileName"] for one in world.all("attachments")]
    there = [one["FileName"] for one in attachables(world)]
    assert set(KEPT.values()) <= set(here) and set(here) | set(there) <= {*KEPT, *KEPT.values()}
    assert len(here) == len(there) == 2 * len(KEPT) - 1
    with world.nothing_written():
        world.sync_blue()
