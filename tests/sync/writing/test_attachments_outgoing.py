"""Files out of Re-Leased: attached in QuickBooks once, whole, whatever happens on the way."""

from typing import Any

import pytest

from bot.core.model import Direction, Outcome
from bot.core.runs import Flag
from bot.sandbox.released.rules.shapes import Collection
from tests.rarely import edge, rarely
from tests.sync.world import COMPANY, Json, World, invoice_ref
from tests.sync.writing.filed import PDF, announced, attachables, copies, ours, ref, theirs


@pytest.mark.parametrize("entity", ["Invoice", "Bill"])
def test_a_file_is_attached_to_its_document_in_the_same_sync(paired: World, entity: str) -> None:
    income = entity == "Invoice"
    contact = paired.contact("Kiosk Ltd", "tenant" if income else "supplier")
    document = paired.invoice(
        contact,
        "N-1",
        kind="income" if income else "expense",
        lines=[paired.line("100.00", "income" if income else "expense")],
    )
    attachment = ours(paired, document)

    finished = paired.sync_blue()

    (made,) = attachables(paired)
    assert paired.books.files[made["Id"]] == PDF
    assert made["FileName"] == "lease.pdf" and made["ContentType"] == "application/pdf"
    (link,) = made["AttachableRef"]
    assert link["EntityRef"] == {"type": entity, "value": paired.partner(entity, document, "invoices")["Id"]}
    row = paired.row("lease.pdf")
    assert (row.outcome, row.direction) == (Outcome.ATTACHED, Direction.OUTGOING)
    assert row.external_id == made["Id"] == paired.now("attachments", attachment)["externalId"]
    assert finished.counts.created >= 3, "attached counts as created"
    with paired.nothing_written():
        assert paired.sync_blue().counts.created == 0


@pytest.mark.parametrize("kind", ["income", *rarely("expense")])
def test_a_file_of_a_credit_note_is_attached(paired: World, kind: str) -> None:
    contact = paired.contact("Both Ltd", "tenant", "supplier")
    credit = paired.create(
        "credit-notes",
        number="CN-1",
        kind=kind,
        status="approved",
        contactId=contact["id"],
        issueDate="2026-10-05",
        amountsAre="exclusive",
        lines=[paired.line("10.00", kind)],
    )
    ours(paired, credit, ownerType="creditNote")

    paired.sync_blue()

    (made,) = attachables(paired)
    assert made["AttachableRef"][0]["EntityRef"]["type"] == ("CreditMemo" if kind == "income" else "VendorCredit")


@edge
def test_a_file_of_a_draft_goes_when_its_invoice_is_approved(paired: World) -> None:
    draft = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1", status="draft")
    ours(paired, draft)
    paired.sync_blue()
    assert not attachables(paired)

    paired.change("invoices", draft, status="approved")
    paired.sync_blue()

    assert len(attachables(paired)) == 1
    assert paired.row("lease.pdf").outcome is Outcome.ATTACHED


@edge
def test_files_of_documents_that_stay_out_stay_out_and_are_not_red(paired: World) -> None:
    old = paired.invoice(paired.contact("Kiosk Ltd"), "OLD-1", issueDate="2020-01-05", dueDate="2020-02-05")
    ours(paired, old)
    customer = paired.customer("Old tenant")
    theirs(paired, ("Invoice", paired.qb_invoice(customer, "OLD-2", TxnDate="2020-01-05")), name="old.pdf")

    paired.sync_blue()

    assert copies(paired) == (1, 1)
    with paired.nothing_written():
        paired.sync_blue()


def test_a_file_waits_with_a_document_that_fails(paired: World) -> None:
    invoice = paired.invoice(paired.contact("Kiosk Ltd"), "INV-1", currency="EUR")
    ours(paired, invoice)

    paired.sync_red()

    assert paired.row("lease.pdf").outcome is Outcome.WAITING
    assert paired.row("lease.pdf").cause is not None
    assert not attachables(paired)


@edge
def test_a_file_waits_for_an_unlinked_document_and_goes_with_the_cascade(lease: tuple[World, Json, Json]) -> None:
    world, invoice, _ = lease
    world.unlink(invoice_ref(invoice))
    attachment = ours(world, invoice)
    world.sync_red()
    assert world.row("lease.pdf").outcome is Outcome.WAITING
    assert invoice["id"] in world.row("lease.pdf").details

    assert ref(attachment) in world.unlink(invoice_ref(invoice), propagate=True).cascade
    world.sync_blue()
    assert world.row("lease.pdf").outcome is Outcome.SKIPPED and not world.row("lease.pdf").linked

    world.relink(invoice_ref(invoice), propagate=True)
    world.sync_blue()
    assert len(attachables(world)) == 1


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"size": 100 * 2**20 + 1}, "6030"),
        ({"name": "setup.exe", "contentType": "application/x-msdownload"}, "file-kind-not-taken"),
    ],
)
def test_what_quickbooks_would_not_take_is_refused_before_anything_is_fetched(
    lease: tuple[World, Json, Json], told: Json, code: str
) -> None:
    world, invoice, _ = lease
    attachment = announced(
        world, invoice, told.pop("name", "lease.pdf"), contentType=told.get("contentType", "image/png")
    )
    if "size" in told:
        world.released._ledgers[COMPANY]._tables[Collection.ATTACHMENTS].put({**attachment, **told})
    world.released_knobs.add({"match": {"path": "/content"}, "times": None, "effect": {"kind": "delay"}})
    world.sync_red()

    row = world.row(attachment["id"])
    assert row.outcome is Outcome.FAILED and row.code == code and "QuickBooks" in row.details
    assert not attachables(world)
    assert world.released_knobs.rules[0].seen == 0


def test_nothing_is_sent_unless_the_file_is_what_was_announced(lease: tuple[World, Json, Json]) -> None:
    world, invoice, _ = lease
    spoilt = {"gone.pdf": None, "shorter.pdf": PDF[:-1], "other.pdf": PDF[:-1] + b"X"}
    ids = {name: ours(world, invoice, name)["id"] for name in spoilt}
    contents = world.released._ledgers[COMPANY]._contents
    for name, content in spoilt.items():
        contents.pop(ids[name]) if content is None else contents.update({ids[name]: content})
    world.sync_red()

    codes = [world.row(name).code for name in spoilt]
    assert codes == ["file-missing", "file-differs", "file-differs"]
    assert all(world.row(name).more_detail for name in spoilt) and not attachables(world)

    contents.update(dict.fromkeys(ids.values(), PDF))
    world.sync_blue()
    assert len(attachables(world)) == 3 and {world.row(name).outcome for name in spoilt} == {Outcome.ATTACHED}


@pytest.mark.parametrize(
    "effect",
    [
        {"kind": "drop_after"},
        {"kind": "after_reply", "status": 200, "body": {"AttachableResponse": [{"Attachable": None}]}},
        *rarely(
            {"kind": "drop_before"},
            {"kind": "after_reply", "status": 502, "body": "<html>Bad Gateway</html>"},
            {"kind": "reply", "status": 429, "body": "", "headers": {"retry-after": "3"}},
            {"kind": "truncate"},
        ),
    ],
)
def test_an_upload_whose_answer_is_lost_is_there_once(lease: tuple[World, Json, Json], effect: Json) -> None:
    world, invoice, _ = lease
    ours(world, invoice)
    world.quickbooks_knobs.add({"match": {"path": "/upload"}, "effect": effect})

    world.sync_blue()

    assert copies(world) == (1, 1)
    with world.nothing_written():
        world.sync_blue()


@edge
@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_an_upload_that_is_never_answered_fails_alone_and_is_never_there_twice(
    lease: tuple[World, Json, Json], kind: str
) -> None:
    world, invoice, _ = lease
    ours(world, invoice)
    world.quickbooks_knobs.add({"match": {"path": "/upload"}, "times": None, "effect": {"kind": kind}})

    finished = world.sync()

    assert not finished.could_not_run
    assert finished.flag is (Flag.BLUE if kind == "drop_after" else Flag.RED)
    assert len(attachables(world)) == (1 if kind == "drop_after" else 0)
    world.quickbooks_knobs.clear()
    world.sync_blue()
    assert copies(world) == (1, 1)


@edge
@pytest.mark.parametrize("later_min", [0, 90])
@pytest.mark.parametrize("kind", ["drop_after", *rarely("drop_before")])
def test_an_upload_that_an_earlier_run_left_unanswered_is_taken_up(
    lease: tuple[World, Json, Json], kind: str, later_min: int
) -> None:
    world, invoice, _ = lease
    ours(world, invoice)
    world.quickbooks_knobs.add({"match": {"path": "/upload"}, "times": None, "effect": {"kind": kind}})
    down = {"match": {"path": "/query"}, "times": None, "effect": {"kind": "reply", "status": 503, "body": ""}}
    world.quickbooks_knobs.add(down)
    assert world.sync().could_not_run
    world.quickbooks_knobs.clear()
    world.clock.advance(minutes=later_min)

    world.sync_blue()

    assert copies(world) == (1, 1)
    assert world.row("lease.pdf").outcome in (Outcome.ATTACHED, Outcome.ADOPTED)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (413, "<html>Request Entity Too Large</html>", "http-413"),
        (200, {"AttachableResponse": [{"Fault": {"Error": [{"code": "6030", "Message": "Too large"}]}}]}, "6030"),
    ],
)
def test_a_file_that_quickbooks_refuses_says_why_and_clears_itself(
    lease: tuple[World, Json, Json], status: int, body: Any, code: str
) -> None:
    world, invoice, _ = lease
    ours(world, invoice)
    world.quickbooks_knobs.add(
        {"match": {"path": "/upload"}, "effect": {"kind": "reply", "status": status, "body": body}}
    )

    world.sync_red()
    assert world.row("lease.pdf").code == code and world.row("lease.pdf").details

    world.sync_blue()
    assert copies(world) == (1, 1)


def test_a_file_that_re_leased_cannot_hand_out_fails_alone(lease: tuple[World, Json, Json]) -> None:
    world, invoice, _ = lease
    broken, sound = ours(world, invoice, "a.pdf", b"a"), ours(world, invoice, "b.pdf", b"b")
    path = f"/attachments/{broken['id']}/content"
    world.released_knobs.add({"match": {"path": path}, "times": None, "effect": {"kind": "reply", "status": 500}})

    world.sync_red()

    assert world.row("a.pdf").outcome is Outcome.FAILED
    assert world.row(sound["id"]).outcome is Outcome.ATTACHED
