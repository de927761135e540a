"""Names under a parent in QuickBooks are matched with plain names of Re-Leased: own name, full name, or a question.

Re-Leased's own set-up page puts the classes of properties under one parent class, "Property".
"""

import pytest

from bot.core.model import Outcome, RecordRef, RecordType
from tests.rarely import edge
from tests.sync.world import COMPANY, Json, World

ANA = "U0ANA"
QUEEN = "12 Queen Street"


def class_(world: World, name: str, parent: Json | None = None, **more: object) -> Json:
    below = {"ParentRef": {"value": parent["Id"]}, "SubClass": True} if parent else {}
    return world.books.create("Class", {"Name": name, **below, **more})


def option(world: World, name: str, **more: object) -> Json:
    return world.create("tracking-options", name=name, **more)


def names(world: World, collection: str = "tracking-options") -> list[str]:
    return sorted(row["name"] for row in world.all(collection))


def invoice_of(world: World, ours: Json, number: str = "INV-1", contact: str = "Kiosk Ltd") -> Json:
    known = [row for row in world.all("contacts") if row["name"] == contact]
    tenant = known[0] if known else world.contact(contact)
    return world.invoice(tenant, number, lines=[world.line(trackingOptionId=ours["id"])])


def class_of(world: World, invoice: Json) -> str:
    there = world.partner("Invoice", invoice, "invoices")
    return str(there["Line"][0]["SalesItemLineDetail"]["ClassRef"]["value"])


def partner_of(world: World, collection: str, ours: Json) -> str | None:
    return world.now(collection, ours)["externalId"]


def test_properties_under_a_parent_class_are_matched_by_their_own_names_and_made_once(world: World) -> None:
    """The set-up that Re-Leased recommends: each property is there once, and its invoices go out at once."""
    world.rent(), world.repairs(), world.gst()
    ours = [option(world, name) for name in (QUEEN, "3 Quay Street")]
    parent = class_(world, "Property")
    theirs = [class_(world, name, parent) for name in (QUEEN, "3 Quay Street")]
    invoice = invoice_of(world, ours[0])
    world.sync_blue()
    assert [partner_of(world, "tracking-options", one) for one in ours] == [one["Id"] for one in theirs]
    assert names(world) == [QUEEN, "3 Quay Street", "Property"] and world.count("Class") == 3
    assert class_of(world, invoice) == theirs[0]["Id"]
    with world.nothing_written():
        world.sync_blue()


@pytest.mark.parametrize(
    "name", ["12 QUEEN street ", "  12  Queen Street", "property:12 queen street", "Property : " + QUEEN]
)
def test_letter_case_and_blanks_do_not_tell_names_under_parents_apart(paired: World, name: str) -> None:
    ours = option(paired, name)
    theirs = class_(paired, QUEEN, class_(paired, "Property"))
    paired.sync_blue()
    assert partner_of(paired, "tracking-options", ours) == theirs["Id"]
    assert len(paired.all("tracking-options")) == 2 and paired.now("tracking-options", ours)["name"] == name


def test_an_own_name_that_two_classes_have_is_asked_about_and_what_needs_it_waits(paired: World) -> None:
    """Nothing is guessed and nothing made twice; the answer links one, and the other comes in by its full name."""
    ours = option(paired, "Quay Street")
    cities = [class_(paired, name) for name in ("Auckland", "Wellington")]
    theirs = [class_(paired, "Quay Street", city) for city in cities]
    invoice = invoice_of(paired, ours)
    paired.sync_red()
    assert names(paired) == ["Auckland", "Quay Street", "Wellington"]
    asked = [paired.row(one["Id"]) for one in theirs]
    assert {(row.code, row.cause) for row in asked} == {
        ("shared-own-name", RecordRef(RecordType.TRACKING_OPTION, ours["id"]))
    }
    assert asked[0].details.startswith(
        "Quay Street in Re-Leased could be Auckland:Quay Street or Wellington:Quay Street"
    )
    waiting = paired.row("INV-1")
    assert (waiting.outcome, waiting.code) == (Outcome.WAITING, "failing-parent")
    (cause,) = paired.causes()
    assert (cause.ref, cause.fix, cause.count) == (RecordRef(RecordType.TRACKING_OPTION, ours["id"]), "choose", 3)
    with paired.nothing_written():
        paired.sync_red()
    paired.app.desk.matching.choose(COMPANY, cause.ref, "Class", theirs[1]["Id"], ANA)
    paired.sync_blue()
    assert class_of(paired, invoice) == theirs[1]["Id"]
    assert names(paired) == ["Auckland", "Auckland:Quay Street", "Quay Street", "Wellington"]
    with paired.nothing_written():
        paired.sync_blue()


def test_what_is_asked_is_not_told_in_a_plan_as_missing(paired: World) -> None:
    ours = option(paired, "Quay Street")
    for city in ("Auckland", "Wellington"):
        class_(paired, "Quay Street", class_(paired, city))
    invoice_of(paired, ours)
    with paired.nothing_written():
        finished = paired.plan()
    assert {row.code for row in finished.failures} == {"shared-own-name", "failing-parent"}


def test_the_full_name_decides_between_two_classes_of_one_own_name(paired: World) -> None:
    theirs = {city: class_(paired, "Quay Street", class_(paired, city)) for city in ("Auckland", "Wellington")}
    ours = {city: option(paired, f"{city}:Quay Street") for city in theirs}
    paired.sync_blue()
    for city, there in theirs.items():
        assert partner_of(paired, "tracking-options", ours[city]) == there["Id"]
    assert len(paired.all("tracking-options")) == 4


def test_a_class_without_a_parent_has_the_better_right_to_its_name(paired: World) -> None:
    """It is called so in full; the one under a parent is another class, and comes in under its full name."""
    ours = option(paired, QUEEN)
    nested = class_(paired, QUEEN, class_(paired, "Property"))
    top = class_(paired, QUEEN)
    paired.sync_blue()
    assert partner_of(paired, "tracking-options", ours) == top["Id"]
    assert paired.named("tracking-options", f"Property:{QUEEN}")["externalId"] == nested["Id"]
    with paired.nothing_written():
        paired.sync_blue()


@edge
def test_an_inactive_class_of_the_same_own_name_is_no_rival(paired: World) -> None:
    ours = option(paired, QUEEN)
    class_(paired, QUEEN, class_(paired, "Old"), Active=False)
    there = class_(paired, QUEEN, class_(paired, "Property"))
    paired.sync_blue()
    assert partner_of(paired, "tracking-options", ours) == there["Id"]


def test_a_property_that_stands_twice_in_released_is_asked_about(paired: World) -> None:
    """Both names fit one class: the plain one, and the full one that an earlier sync made. Archiving one answers it."""
    plain, full = option(paired, QUEEN), option(paired, f"Property:{QUEEN}")
    there = class_(paired, QUEEN, class_(paired, "Property"))
    invoice_of(paired, plain)
    paired.sync_red()
    row = paired.row(there["Id"])
    assert (row.code, row.cause) == ("ambiguous-match", None)
    assert paired.row("INV-1").cause == row.ref, "the invoice waits for the answer, and is not told to add a class"
    (cause,) = paired.causes()
    assert (cause.fix, cause.partners, cause.count) == ("adopt", 2, 2)
    paired.change("tracking-options", full, archived=True)
    paired.sync_blue()
    assert partner_of(paired, "tracking-options", plain) == there["Id"]


@edge
def test_of_three_levels_the_own_name_is_enough_and_so_is_its_nearer_parent_with_it(paired: World) -> None:
    house = class_(paired, "Quay House", class_(paired, "Estate"))
    theirs = [class_(paired, name, house) for name in ("Shop 1", "Shop 2")]
    ours = [option(paired, name) for name in ("Shop 1", "Quay House:Shop 2", "Quay House")]
    paired.sync_blue()
    assert [partner_of(paired, "tracking-options", one) for one in ours] == [
        theirs[0]["Id"],
        theirs[1]["Id"],
        house["Id"],
    ]
    assert len(paired.all("tracking-options")) == 4


def test_a_renamed_parent_leaves_the_link_and_the_plain_name_as_they_are(paired: World) -> None:
    ours = option(paired, QUEEN)
    parent = class_(paired, "Property")
    there = class_(paired, QUEEN, parent)
    paired.sync_blue()
    paired.books.update("Class", parent["Id"], {"Name": "Estate"})
    before = paired.now("tracking-options", ours)
    paired.sync_blue()
    assert paired.now("tracking-options", ours) == before, "its own name has not moved"
    assert names(paired) == [QUEEN, "Estate"]
    paired.books.update("Class", there["Id"], {"Name": "14 Queen Street"})
    paired.sync_blue()
    assert names(paired) == ["14 Queen Street", "Estate"]
    assert paired.now("tracking-options", ours)["name"] == "14 Queen Street"


def test_what_came_in_under_its_full_name_follows_its_parent(paired: World) -> None:
    parent = class_(paired, "Property")
    class_(paired, QUEEN, parent)
    paired.sync_blue()
    paired.books.update("Class", parent["Id"], {"Name": "Estate"})
    paired.sync_blue()
    assert names(paired) == ["Estate", f"Estate:{QUEEN}"]


@edge
def test_a_class_that_is_moved_under_a_parent_stays_linked(paired: World) -> None:
    ours = option(paired, QUEEN)
    there, parent = class_(paired, QUEEN), class_(paired, "Property")
    paired.sync_blue()
    paired.books.update("Class", there["Id"], {"Name": QUEEN, "ParentRef": {"value": parent["Id"]}, "SubClass": True})
    with paired.nothing_written():
        paired.sync_blue()
    assert (partner_of(paired, "tracking-options", ours), names(paired)) == (there["Id"], [QUEEN, "Property"])


def account(world: World, name: str, parent: Json | None = None, number: str = "", **more: object) -> Json:
    below = {"ParentRef": {"value": parent["Id"]}, "SubAccount": True} if parent else {}
    told = {"AcctNum": number} if number else {}
    return world.books.create("Account", {"Name": name, "AccountType": "Expense", **told, **below, **more})


def item(world: World, name: str, parent: Json | None = None, **more: object) -> Json:
    income = world.books.read("Item", world.id_of("Item", "Rent"))["IncomeAccountRef"]
    below = {"ParentRef": {"value": parent["Id"]}, "SubItem": True} if parent else {}
    return world.books.create("Item", {"Name": name, "Type": "Service", "IncomeAccountRef": income, **below, **more})


def purchase(world: World, name: str, code: str) -> Json:
    return world.create("accounts", name=name, code=code, kind="purchase")


def test_a_sub_account_is_matched_by_its_own_name_and_keeps_the_code_of_released(paired: World) -> None:
    """QuickBooks has no number for it, so a renamed parent must not write an id over the code."""
    ours = purchase(paired, "Water rates", "455")
    parent = account(paired, "Property costs")
    there = account(paired, "Water rates", parent)
    line = {**paired.line("50.00", "expense"), "accountId": ours["id"]}
    bill = paired.bill(paired.contact("Plumb Co", "supplier"), "B-1", lines=[line])
    paired.sync_blue()
    sent = paired.partner("Bill", bill, "invoices")["Line"][0]
    assert sent["AccountBasedExpenseLineDetail"]["AccountRef"]["value"] == there["Id"]
    before = paired.now("accounts", ours)
    paired.books.update("Account", parent["Id"], {"Name": "Outgoings"})
    paired.sync_blue()
    assert paired.now("accounts", ours) == before and before["code"] == "455"
    assert [name for name in names(paired, "accounts") if "Water" in name] == ["Water rates"]


def test_the_account_number_decides_between_sub_accounts_of_one_name(paired: World) -> None:
    parents = [account(paired, name) for name in ("North", "South")]
    theirs = [account(paired, "Water", parent, number) for parent, number in zip(parents, ("512", "613"), strict=True)]
    ours = [purchase(paired, "Water", number) for number in ("613", "512")]
    paired.sync_blue()
    assert [partner_of(paired, "accounts", one) for one in ours] == [theirs[1]["Id"], theirs[0]["Id"]]
    assert names(paired, "accounts").count("Water") == 2 and "North:Water" not in names(paired, "accounts")


def test_an_account_number_under_another_name_is_asked_about(paired: World) -> None:
    ours = purchase(paired, "Water rates", "512")
    there = account(paired, "Council charges", account(paired, "Property costs"), "512")
    paired.sync_red()
    row = paired.row(there["Id"])
    assert (row.outcome, row.code) == (Outcome.WAITING, "suggested-match")
    assert "same account number" in row.more_detail and partner_of(paired, "accounts", ours) is None
    paired.app.desk.matching.choose(COMPANY, RecordRef(RecordType.ACCOUNT, ours["id"]), "Account", there["Id"], ANA)
    paired.sync_blue()
    assert partner_of(paired, "accounts", ours) == there["Id"]


def test_sub_accounts_of_one_name_without_numbers_are_asked_about(paired: World) -> None:
    ours = purchase(paired, "Water", "455")
    for name in ("North", "South"):
        account(paired, "Water", account(paired, name))
    paired.sync_red()
    (cause,) = paired.causes()
    assert (cause.ref, cause.code, cause.fix) == (
        RecordRef(RecordType.ACCOUNT, ours["id"]),
        "shared-own-name",
        "choose",
    )
    assert [name for name in names(paired, "accounts") if "Water" in name] == ["Water"]


@edge
def test_an_account_of_a_kind_that_stays_out_is_no_rival(paired: World) -> None:
    ours = purchase(paired, "Water", "455")
    there = account(paired, "Water", account(paired, "North"))
    account(paired, "Water", account(paired, "Deposits", AccountType="Bank"), AccountType="Bank")
    paired.sync_blue()
    assert partner_of(paired, "accounts", ours) == there["Id"]


def test_an_item_in_a_category_is_matched_and_the_category_is_no_item(paired: World) -> None:
    ours = paired.create("accounts", name="Water", code="255", kind="sales")
    category = paired.books.create("Item", {"Name": "Water", "Type": "Category"})
    there = item(paired, "Water", category)
    paired.sync_blue()
    assert partner_of(paired, "accounts", ours) == there["Id"]
    assert names(paired, "accounts").count("Water") == 1 and "Water:Water" not in names(paired, "accounts")


@edge
def test_an_item_and_a_sub_account_of_one_name_are_no_rivals(paired: World) -> None:
    sales = paired.create("accounts", name="Water", code="255", kind="sales")
    ours = purchase(paired, "Water", "455")
    theirs = item(paired, "Water"), account(paired, "Water", account(paired, "North"))
    paired.sync_blue()
    assert [partner_of(paired, "accounts", one) for one in (sales, ours)] == [one["Id"] for one in theirs]
