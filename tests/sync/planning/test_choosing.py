"""Accounts, tax types and tracking options without a partner are given one from the lists of QuickBooks, by hand."""

import pytest

from bot.core.faults import UserError
from bot.core.model import RecordRef, RecordType
from tests.rarely import edge
from tests.sync.world import COMPANY, Json, World

ANA, BEN = "U0ANA", "U0BEN"
ACCOUNT, TAX, TRACKING = RecordType.ACCOUNT, RecordType.TAX_TYPE, RecordType.TRACKING_OPTION


def item(world: World, name: str, **more: object) -> Json:
    income = world.books.entity("Item").find("Name", "Rent")
    assert income is not None
    account = {"IncomeAccountRef": {"value": income["IncomeAccountRef"]["value"]}}
    return world.books.create("Item", {"Name": name, "Type": "Service", **account, **more})


def ref(type_: RecordType, record: Json) -> RecordRef:
    return RecordRef(type_, record["id"])


def parking(world: World, **line: object) -> Json:
    """An account that only Re-Leased has, on an invoice; QuickBooks calls it otherwise."""
    account = world.create("accounts", name="Parking", code="210", kind="sales")
    line = {**world.line(), "accountId": account["id"], **line}
    world.invoice(world.contact("Kiosk Ltd"), "INV-1", lines=[line])
    world.sync_red()
    return account


def offered(world: World, one: RecordRef, query: str = "") -> dict[str, str]:
    return {entry.name: entry.why for entry in world.app.desk.matching.list_entries(COMPANY, one, query, 100)}


def test_what_waits_for_an_account_without_a_partner_is_a_choice(paired: World) -> None:
    account = parking(paired)
    (cause,) = paired.causes()
    assert (cause.ref, cause.fix, cause.name) == (ref(ACCOUNT, account), "choose", "Parking")


def test_the_account_that_is_chosen_is_linked_and_what_waited_follows(paired: World) -> None:
    there = item(paired, "Car park")
    paired.sync_blue()
    account = parking(paired)
    one = ref(ACCOUNT, account)
    assert offered(paired, one)["Car park"] == "In place of Car park, which nothing in Re-Leased uses"
    with paired.nothing_written():
        change = paired.app.desk.matching.choose(COMPANY, one, "Item", there["Id"], ANA, "same thing", "C1 12.5")
    assert change.undo_token and paired.causes()[0].fix == "retry"
    finished = paired.sync_blue()
    assert finished.counts.created == 1
    assert paired.now("accounts", account)["externalId"] == there["Id"]
    (line,) = next(iter(paired.books.entity("Invoice").values()))["Line"][:1]
    assert line["SalesItemLineDetail"]["ItemRef"]["value"] == there["Id"]
    with paired.nothing_written():
        paired.sync_blue()
    entry = next(row for row in paired.app.desk.team.audit(COMPANY, 5) if row.what == "link")
    assert (entry.by, entry.note, entry.source) == (ANA, "same thing", "C1 12.5") and "Car park" in entry.after


@edge
def test_what_other_records_use_does_not_give_way(paired: World) -> None:
    account = parking(paired)
    paired.invoice(paired.named("contacts", "Kiosk Ltd"), "INV-2")
    paired.sync_red()
    one = ref(ACCOUNT, account)
    assert "Rent" not in offered(paired, one)
    with pytest.raises(UserError, match="Rent in QuickBooks is linked to Rent in Re-Leased already"):
        paired.app.desk.matching.choose(COMPANY, one, "Item", paired.id_of("Item", "Rent"), ANA)


@edge
def test_only_what_can_stand_for_it_is_offered_and_searched_by_every_word(paired: World) -> None:
    item(paired, "Car park east"), item(paired, "Car park west"), item(paired, "Old car park", Active=False)
    paired.sync_blue()
    one = ref(ACCOUNT, parking(paired))
    assert set(offered(paired, one, "park CAR")) == {"Car park east", "Car park west"}
    assert set(offered(paired, one, "car west")) == {"Car park west"}
    assert "Repairs and Maintenance" not in offered(paired, one), "that is an account, not a product or service"
    with pytest.raises(UserError, match="different kinds"):
        paired.app.desk.matching.choose(
            COMPANY, one, "Account", paired.id_of("Account", "Repairs and Maintenance"), ANA
        )
    inactive = next(row for row in paired.books.entity("Item").values() if row["Name"].startswith("Old"))
    with pytest.raises(UserError, match="inactive"):
        paired.app.desk.matching.choose(COMPANY, one, "Item", inactive["Id"], ANA)


def test_a_tax_type_is_linked_to_a_code_of_the_same_rate_only(paired: World) -> None:
    odd = paired.create("tax-types", name="GST as it was", rate="15.00")
    line = {**paired.line(), "taxTypeId": odd["id"]}
    paired.invoice(paired.contact("Kiosk Ltd"), "INV-1", lines=[line])
    paired.sync_red()
    one = ref(TAX, odd)
    (cause,) = paired.causes()
    assert (cause.ref, cause.fix) == (one, "choose")
    names = offered(paired, one)
    assert names and all("15" in name for name in names)
    code = next(row for row in paired.books.entity("TaxCode").values() if row["Name"] not in names)
    with pytest.raises(UserError, match="its rate is"):
        paired.app.desk.matching.choose(COMPANY, one, "TaxCode", code["Id"], ANA)
    chosen = paired.app.desk.matching.list_entries(COMPANY, one, "", 1)[0]
    paired.app.desk.matching.choose(COMPANY, one, chosen.entity, chosen.id, ANA)
    paired.sync_blue()
    assert paired.now("tax-types", odd)["externalId"] == chosen.id


@edge
def test_a_tracking_option_is_chosen_from_the_classes(paired: World) -> None:
    harbour = paired.books.create("Class", {"Name": "12 Harbour St"})
    paired.sync_blue()
    ours = paired.create("tracking-options", name="Harbour Street 12")
    line = {**paired.line(), "trackingOptionId": ours["id"]}
    paired.invoice(paired.contact("Kiosk Ltd"), "INV-1", lines=[line])
    paired.sync_red()
    one = ref(TRACKING, ours)
    assert paired.causes()[0].fix == "choose"
    paired.app.desk.matching.choose(COMPANY, one, "Class", harbour["Id"], ANA)
    paired.sync_blue()
    invoice = next(iter(paired.books.entity("Invoice").values()))
    assert invoice["Line"][0]["SalesItemLineDetail"]["ClassRef"]["value"] == harbour["Id"]


@edge
def test_undoing_gives_the_old_partner_back(paired: World) -> None:
    there = item(paired, "Car park")
    paired.sync_blue()
    account, desk = parking(paired), paired.app.desk
    before = paired.named("accounts", "Car park")
    token = desk.matching.choose(COMPANY, ref(ACCOUNT, account), "Item", there["Id"], ANA).undo_token
    desk.undo.take_back(token, BEN)
    paired.books.update("Item", there["Id"], {"Name": "Car park new"})
    paired.sync_red()
    assert paired.now("accounts", before)["name"] == "Car park new"
    assert paired.now("accounts", account)["externalId"] is None and paired.causes()[0].fix == "choose"


@edge
def test_what_has_its_partner_by_now_is_not_chosen_for(paired: World) -> None:
    there = item(paired, "Car park")
    paired.sync_blue()
    one = ref(ACCOUNT, parking(paired))
    paired.app.desk.matching.choose(COMPANY, one, "Item", there["Id"], ANA)
    with pytest.raises(UserError, match="has its partner"):
        paired.app.desk.matching.list_entries(COMPANY, one, "", 100)
    other = item(paired, "Garage")
    paired.sync()
    with pytest.raises(UserError, match="is linked to Car park in QuickBooks already"):
        paired.app.desk.matching.choose(COMPANY, one, "Item", other["Id"], BEN)


@edge
def test_contacts_and_documents_are_not_chosen_from_a_list(paired: World) -> None:
    tenant = paired.contact("Kiosk Ltd")
    paired.sync_blue()
    other = paired.customer("Someone")
    paired.sync()
    one = RecordRef(RecordType.CONTACT, paired.named("contacts", "Someone")["id"])
    with pytest.raises(UserError):
        paired.app.desk.matching.list_entries(COMPANY, one, "", 100)
    with pytest.raises(UserError):
        paired.app.desk.matching.choose(
            COMPANY, RecordRef(RecordType.CONTACT, tenant["id"]), "Customer", other["Id"], ANA
        )
