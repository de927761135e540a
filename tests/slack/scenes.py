"""What may hold Harbour's records up, each as the sync would have left it behind: for tests of what mends it."""

from dataclasses import replace

from bot.core.model import Link, Outcome, RecordRef, RecordType, Result
from tests.blocks import samples
from tests.slack import mirrored
from tests.slack.mirrored import CUSTOMER_ID, KIOSK_ID
from tests.slack.seeding import KIOSK, Store, failing, held_up, kiosk_row, put_right

NAME_TAKEN = (
    "Duplicate Name Exists Error · The name supplied already exists. : "
    "Another customer, vendor or employee is already using this name"
)
PARKING = RecordRef(RecordType.ACCOUNT, "parking")
TAKEN = RecordRef(RecordType.INVOICE, "alone-1")
DOUBLE = RecordRef(RecordType.INVOICE, "double")
KIOSK_LINK = Link(RecordType.CONTACT, KIOSK_ID, "Customer", CUSTOMER_ID)
EMAIL = {"PrimaryEmailAddr": {"Address": "accounts@kiosk.example"}}


def alone(place: int) -> Result:
    """An invoice that fails by itself: QuickBooks has its number. By their names they come in this order."""
    ref = RecordRef(RecordType.INVOICE, f"alone-{place}")
    row = samples.result(place, ref=ref, name=f"INV-{place:02}", released_id=ref.key, external_id="")
    return number_taken(row, "Invoice", str(place))


def fails_alone(ref: RecordRef, name: str, place: int = 0) -> Result:
    row = samples.result(place, ref=ref, name=name, released_id=ref.key, external_id="")
    return failing(row, "inactive-product", parent="account Storage")


def number_taken(row: Result, entity: str, id_: str) -> Result:
    """QuickBooks refused the number of this record for one of its own."""
    said = f"Duplicate Document Number Error · DocNumber={row.name} is assigned to TxnType={entity} with TxnId={id_}"
    return failing(row, "6140", said)


def _instead_of_kiosk(store: Store, rows: list[Result]) -> None:
    """What held records up until now does no more; these are held up, or hold others up."""
    others = [row for row in store.rows() if row.ref != KIOSK and not row.ref.key.startswith("held-")]
    store.was_synced([*rows, *others])


def kiosk_is_unlinked(store: Store) -> None:
    """Somebody left it out, and a sync has been there since: what refers to it waits."""
    unlinked = replace(kiosk_row(), outcome=Outcome.SKIPPED, code="left-out", details="Left out.", more_detail="")
    _instead_of_kiosk(store, [replace(unlinked, linked=False), *held_up("unlinked-parent")])


def name_is_taken(store: Store) -> None:
    """The supplier Kiosk Ltd has the name in QuickBooks that the tenant Kiosk Ltd was to get there."""
    store.drop_link(KIOSK_LINK)
    store.hear(mirrored.contact("works", roles=["supplier"], email=None), mirrored.party("Vendor", "58", "Kiosk Ltd"))
    store.put_link(Link(RecordType.CONTACT, "works", "Vendor", "58"))
    _instead_of_kiosk(store, [kiosk_row("6240", NAME_TAKEN, external_id=""), *held_up()])


def may_be_another(store: Store, count: int = 1) -> None:
    """Customers of QuickBooks have the e-mail address of Kiosk Ltd, which has no partner there."""
    store.drop_link(KIOSK_LINK)
    store.hear(*(mirrored.party("Customer", str(58 + place), f"Kiosk {place}", **EMAIL) for place in range(count)))
    _instead_of_kiosk(store, [kiosk_row("6240", NAME_TAKEN, external_id=""), *held_up()])


def account_without_partner(store: Store) -> None:
    """Re-Leased books on the account Parking; QuickBooks has the products Car park and Garage, which nobody uses."""
    store.hear(mirrored.account(PARKING.key, "Parking"), mirrored.item("12", "Car park"), mirrored.item("13", "Garage"))
    _instead_of_kiosk(store, [*held_up("missing-parent", PARKING, "Parking"), put_right(kiosk_row())])


def number_is_taken(store: Store) -> None:
    """QuickBooks has an invoice of Kiosk Ltd with the number of the one that fails, of another day and total."""
    store.hear(
        mirrored.invoice(TAKEN.key, "INV-01"),
        mirrored.quickbooks_invoice("1", "INV-01", "900.00", tax="135.00", TxnDate="2025-10-08"),
    )
    _instead_of_kiosk(store, [alone(1), put_right(kiosk_row())])


def alike(store: Store) -> None:
    """An invoice of Re-Leased may be one of two in QuickBooks: another total, or another day."""
    row = samples.result(1, ref=DOUBLE, name="INV-1", released_id=DOUBLE.key, external_id="")
    store.add_rows(
        replace(failing(row, "suggested-match", other="INV-1"), outcome=Outcome.WAITING), contact_id=KIOSK_ID
    )
    store.hear(
        mirrored.quickbooks_invoice("146", "INV-1", "120.00", tax="18.00", TxnDate="2026-10-05"),
        mirrored.quickbooks_invoice("147", "INV-1", TxnDate="2026-10-08"),
    )
