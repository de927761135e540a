"""Unlink and relink do what was confirmed or nothing: compared in the transaction that acts."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from bot.core.links import differs
from bot.core.model import Outcome, RecordRef, RecordType
from bot.core.results import LinkStatus, ResultsFilter
from bot.desk.links.linking import ChangedMeanwhile, Confirmed
from tests.rarely import edge
from tests.sync.world import COMPANY, Json, World, contact_ref, invoice_ref

ANA = "U0ANA"


def synced(world: World) -> tuple[Json, Json]:
    tenant = world.contact("Kiosk Ltd")
    invoice = world.invoice(tenant, "INV-1")
    world.sync_blue()
    return tenant, invoice


def confirmed(world: World, *refs: RecordRef, wanted: ResultsFilter | None = None) -> Confirmed:
    return Confirmed(world.app.desk.linking.preview(COMPANY, refs, wanted), wanted)


def dearer(world: World, tenant: Json, invoice: Json) -> None:
    world.change("invoices", invoice, lines=[world.line("300.00")])
    world.sync_blue()


def one_more(world: World, tenant: Json, invoice: Json) -> None:
    world.invoice(tenant, "INV-2", "0.01")
    world.sync_blue()


def unlinked_by_another(world: World, tenant: Json, invoice: Json) -> None:
    world.unlink(invoice_ref(invoice))


@edge
@pytest.mark.parametrize("deed", [dearer, one_more, unlinked_by_another])
def test_what_follows_otherwise_by_now_is_not_done_but_said(
    paired: World, deed: Callable[[World, Json, Json], None]
) -> None:
    tenant, invoice = synced(paired)
    ref = contact_ref(tenant)
    seen = confirmed(paired, ref)
    deed(paired, tenant, invoice)
    deeds = len(paired.app.desk.team.audit(COMPANY, 20))
    with pytest.raises(ChangedMeanwhile) as changed:
        paired.app.desk.linking.unlink(COMPANY, [ref], ANA, True, confirmed=seen)
    assert not differs(changed.value.now, paired.app.desk.linking.preview(COMPANY, [ref]))
    assert paired.row("Kiosk Ltd").linked and len(paired.app.desk.team.audit(COMPANY, 20)) == deeds
    again = Confirmed(changed.value.now)
    assert ref in paired.app.desk.linking.unlink(COMPANY, [ref], ANA, True, confirmed=again).changed


def test_the_open_amount_that_changed_is_given_with_what_it_is_now(paired: World) -> None:
    tenant, invoice = synced(paired)
    seen = confirmed(paired, contact_ref(tenant))
    assert [one.receivable for one in seen.shown.open_amounts] == [Decimal("115.00")]
    dearer(paired, tenant, invoice)
    with pytest.raises(ChangedMeanwhile) as changed:
        paired.app.desk.linking.unlink(COMPANY, [contact_ref(tenant)], ANA, confirmed=seen)
    assert [one.receivable for one in changed.value.now.open_amounts] == [Decimal("345.00")]


@edge
def test_rows_that_turned_good_are_not_unlinked_with_all_that_match(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    account = paired.create("accounts", name="Parking", code="210", kind="sales")
    line = {**paired.line(), "accountId": account["id"]}
    bad = [paired.invoice(tenant, f"INV-{place}", lines=[line]) for place in range(2)]
    paired.sync_red()
    wanted = ResultsFilter(COMPANY, type=RecordType.INVOICE, needs_attention=True)
    refs = [invoice_ref(one) for one in bad]
    seen = confirmed(paired, *refs, wanted=wanted)
    assert not seen.shown.unmatched
    paired.change("invoices", bad[0], lines=[paired.line()])
    paired.sync()
    with pytest.raises(ChangedMeanwhile) as changed:
        paired.app.desk.linking.unlink(COMPANY, refs, ANA, confirmed=seen)
    assert changed.value.now.unmatched == {invoice_ref(bad[0])}
    assert all(row.linked for row in paired.rows())
    known = Confirmed(changed.value.now, wanted)
    assert len(paired.app.desk.linking.unlink(COMPANY, refs, ANA, confirmed=known).changed) == 2


@edge
def test_relinking_is_compared_as_well(paired: World) -> None:
    tenant, invoice = synced(paired)
    paired.unlink(contact_ref(tenant), propagate=True)
    wanted = ResultsFilter(COMPANY, status=LinkStatus.UNLINKED)
    refs = [contact_ref(tenant), invoice_ref(invoice)]
    seen = confirmed(paired, *refs, wanted=wanted)
    paired.relink(invoice_ref(invoice))
    with pytest.raises(ChangedMeanwhile) as changed:
        paired.app.desk.linking.relink(COMPANY, refs, ANA, confirmed=seen)
    assert changed.value.now.unmatched == {invoice_ref(invoice)}
    assert paired.row("Kiosk Ltd").outcome is Outcome.SKIPPED and not paired.row("Kiosk Ltd").linked
