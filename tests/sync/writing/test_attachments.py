"""Files that both sides have, files that change, and what they cost."""

from typing import Any

from bot.core.model import Outcome, RecordType
from bot.core.runs import Flag
from bot.sandbox.http.exchange import json_response
from tests.rarely import edge
from tests.sync.world import IDLE_CALLS, Json, World
from tests.sync.writing.filed import attachables, copies, ours, ref, theirs


def test_the_same_file_on_both_sides_is_matched_and_nothing_is_copied(lease: tuple[World, Json, Json]) -> None:
    world, invoice, partner = lease
    attachment = ours(world, invoice, "Lease.PDF")
    made = theirs(world, ("Invoice", partner), name="lease.pdf")

    world.sync_blue()

    assert copies(world) == (1, 1)
    assert world.row(attachment["id"]).outcome is Outcome.ADOPTED
    assert world.now("attachments", attachment)["externalId"] == made["Id"]


def test_two_files_of_one_name_and_size_are_two_files(lease: tuple[World, Json, Json]) -> None:
    world, invoice, partner = lease
    ours(world, invoice, content=b"one")
    theirs(world, ("Invoice", partner), content=b"two")

    world.sync_blue()

    assert copies(world) == (2, 2)
    with world.nothing_written():
        world.sync_blue()


@edge
def test_files_are_compared_only_where_name_and_size_are_equal(lease: tuple[World, Json, Json]) -> None:
    world, invoice, partner = lease
    ours(world, invoice, "a.pdf", b"four")
    theirs(world, ("Invoice", partner), name="a.pdf", content=b"three")
    before = world.sync_blue().api_calls.quickbooks_reads

    ours(world, invoice, "b.pdf", b"same")
    theirs(world, ("Invoice", partner), name="b.pdf", content=b"same")
    after = world.sync_blue().api_calls.quickbooks_reads

    assert before == 3, "settings, changes, and the one file that came in"
    assert after == 3, "settings, changes, and the one file that was compared"
    assert copies(world) == (3, 3)


@edge
def test_identical_files_are_paired_one_to_one(lease: tuple[World, Json, Json]) -> None:
    world, invoice, partner = lease
    for _ in range(2):
        ours(world, invoice)
        theirs(world, ("Invoice", partner))

    world.sync_blue()
    world.sync_blue()

    assert copies(world) == (2, 2)
    assert sorted(one["externalId"] for one in world.all("attachments")) == sorted(
        one["Id"] for one in attachables(world)
    )
    with world.nothing_written():
        world.sync_blue()


@edge
def test_files_are_found_again_after_our_store_was_lost(lease: tuple[World, Json, Json]) -> None:
    world, invoice, partner = lease
    attachment = ours(world, invoice)
    theirs(world, ("Invoice", partner), name="other.pdf", content=b"other")
    world.sync_blue()
    world.change("attachments", attachment, fileName="renamed meanwhile.pdf")

    world.app.close()
    (world.folder / "store.sqlite3").unlink()
    world.app = world.new_app()
    world.connect()
    world.sync_blue()

    assert copies(world) == (2, 2)


# Changes


def test_a_new_name_goes_across_both_ways(lease: tuple[World, Json, Json]) -> None:
    world, invoice, _ = lease
    attachment = ours(world, invoice)
    world.sync_blue()
    (made,) = attachables(world)

    world.change("attachments", attachment, fileName="signed lease.pdf")
    world.sync_blue()
    (renamed,) = attachables(world)
    assert renamed["FileName"] == "signed lease.pdf"
    assert renamed["AttachableRef"] == made["AttachableRef"] and renamed["Size"] == made["Size"]

    world.books.update("Attachable", made["Id"], {"FileName": "final lease.pdf"})
    world.sync_blue()
    assert world.now("attachments", attachment)["fileName"] == "final lease.pdf"
    with world.nothing_written():
        world.sync_blue()


@edge
def test_a_new_name_keeps_the_file_on_all_its_documents(paired: World) -> None:
    customer = paired.customer("Kiosk Ltd")
    invoices = [paired.qb_invoice(customer, f"INV-{number}") for number in range(2)]
    theirs(paired, *(("Invoice", one) for one in invoices))
    paired.sync_blue()

    paired.change("attachments", paired.all("attachments")[0], fileName="both.pdf")
    paired.sync_blue()
    paired.sync_blue()

    (made,) = attachables(paired)
    assert {link["EntityRef"]["value"] for link in made["AttachableRef"]} == {one["Id"] for one in invoices}
    assert {one["fileName"] for one in paired.all("attachments")} == {"both.pdf"}


@edge
def test_a_file_that_was_deleted_in_quickbooks_is_kept_and_not_attached_again(lease: tuple[World, Json, Json]) -> None:
    world, invoice, _ = lease
    attachment = ours(world, invoice)
    world.sync_blue()
    (made,) = attachables(world)
    world.books.delete("Attachable", made["Id"])

    world.sync_blue()
    row = world.row("lease.pdf")
    assert row.outcome is Outcome.SKIPPED and "deleted in QuickBooks" in row.details
    with world.nothing_written():
        world.sync_blue()

    world.unlink(ref(attachment))
    world.relink(ref(attachment))
    world.sync_blue()
    (again,) = attachables(world)
    assert again["Id"] != made["Id"] and world.now("attachments", attachment)["externalId"] == again["Id"]


@edge
def test_a_file_taken_off_one_of_two_documents_stays_with_the_other(paired: World) -> None:
    customer = paired.customer("Kiosk Ltd")
    invoices = [paired.qb_invoice(customer, f"INV-{number}") for number in range(2)]
    made = theirs(paired, *(("Invoice", one) for one in invoices))
    paired.sync_blue()

    paired.books.update("Attachable", made["Id"], {"AttachableRef": made["AttachableRef"][:1]})
    paired.sync_blue()

    outcomes = sorted(row.outcome for row in paired.rows(type=RecordType.ATTACHMENT))
    assert outcomes == [Outcome.ATTACHED, Outcome.SKIPPED]
    assert len(paired.all("attachments")) == 2


def test_an_unlinked_file_is_left_alone(lease: tuple[World, Json, Json]) -> None:
    world, invoice, _ = lease
    attachment = ours(world, invoice)
    world.sync_blue()
    world.unlink(ref(attachment))

    world.change("attachments", attachment, fileName="other.pdf")
    with world.nothing_written():
        world.sync_blue()
    assert attachables(world)[0]["FileName"] == "lease.pdf"


# Around it


def test_a_dry_run_says_what_it_would_attach_and_attaches_nothing(lease: tuple[World, Json, Json]) -> None:
    world, invoice, partner = lease
    ours(world, invoice, "out.pdf", b"out")
    theirs(world, ("Invoice", partner), name="in.pdf", content=b"in")
    ours(world, invoice, "same.pdf", b"same")
    theirs(world, ("Invoice", partner), name="same.pdf", content=b"same")

    with world.nothing_written():
        assert world.sync(dry_run=True).flag is Flag.BLUE

    assert copies(world) == (2, 2)
    world.sync_blue()
    assert copies(world) == (3, 3)


@edge
def test_the_sync_goes_on_where_changes_of_files_cannot_be_asked_for(lease: tuple[World, Json, Json]) -> None:
    world, _, partner = lease
    refused = {"Fault": {"Error": [{"code": "2000", "Message": "Object Name:Attachable is unsupported or invalid"}]}}
    asked = world.state.handle

    def without_files(request: Any) -> Any:
        if request.path.endswith("/cdc") and "Attachable" in request.query.get("entities", ""):
            return json_response(400, refused)
        return asked(request)

    world.state.handle = without_files  # type: ignore[method-assign]
    theirs(world, ("Invoice", partner))
    world.change("contacts", world.named("contacts", "Kiosk Ltd"), phone="09 222")

    world.sync_blue()

    assert len(world.all("attachments")) == 1
    assert world.partner("Customer", world.named("contacts", "Kiosk Ltd"), "contacts")["PrimaryPhone"]


@edge
def test_the_sync_goes_on_where_files_cannot_be_read_at_all(world: World) -> None:
    refused = {"Fault": {"Error": [{"code": "4000", "Message": "Error parsing query"}]}}
    asked = world.state.handle

    def without_files(request: Any) -> Any:
        if "FROM Attachable" in request.query.get("query", ""):
            return json_response(400, refused)
        return asked(request)

    world.state.handle = without_files  # type: ignore[method-assign]
    world.rent(), world.gst()
    world.invoice(world.contact("Kiosk Ltd"), "INV-1")

    world.sync_blue()

    assert world.books.entity("Invoice").find("DocNumber", "INV-1") is not None


def test_a_sync_without_changes_costs_as_much_as_before(lease: tuple[World, Json, Json]) -> None:
    world, invoice, partner = lease
    ours(world, invoice, "a.pdf", b"a")
    theirs(world, ("Invoice", partner), name="b.pdf", content=b"b")
    world.sync_blue()

    calls = world.sync_blue().api_calls

    assert calls.quickbooks_reads + calls.quickbooks_writes <= 2
    assert calls.released <= IDLE_CALLS
