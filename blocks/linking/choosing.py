"""Which entry of a list in QuickBooks stands for this one? A search over the list, and what follows from it."""

from collections.abc import Sequence

from blocks.kit.kit import OPTION_VALUE_CHARS, Block, clean, context, escape, field, modal, option, plain, section
from blocks.kit.note import note_field
from blocks.kit.words import by_type
from blocks.linking.retrying import Retry, box
from bot.core.choosing import ListEntry
from bot.core.model import RecordType
from bot.core.results import Cause

LISTS = {
    RecordType.ACCOUNT: "products and services, or the chart of accounts",
    RecordType.TAX_TYPE: "tax codes",
    RecordType.TRACKING_OPTION: "classes",
}
SEPARATOR = "|"
FOLLOWS = "Linking writes nothing on either side. From then on a change in QuickBooks comes over to Re-Leased."


def question(cause: Cause, view_id: str, retry: Retry | None = None) -> Block:
    """`cause` is the entry of Re-Leased that has no partner, with what waits for it."""
    kind = cause.ref.type if cause.ref else RecordType.ACCOUNT
    noun = kind.noun
    held = f"\nIt holds up {escape(by_type(cause.held_up), 200)}." if cause.held_up else ""
    lead = f"*Which one in QuickBooks is the {noun} {escape(cause.name, 120)}?*"
    element: Block = {
        "type": "external_select",
        "action_id": "choose.entry",
        "placeholder": plain("Search by name"),
        "min_query_length": 0,
    }
    blocks = [
        section(f"{lead}\nNothing there is linked to it.{held}"),
        field("entry", f"In QuickBooks: {LISTS.get(kind, 'its list')}", element, optional=False),
        *box(retry),
        note_field(),
        context(FOLLOWS),
    ]
    return modal("choosing.choose", f"Choose {noun}", blocks, view_id, submit="Link to it", close="Cancel")


def linked(name: str, partner: str, note: str = "") -> str:
    """What was done, in raw words; the caller adds by whom."""
    why = f" (“{clean(note)}”)" if clean(note) else ""
    return f"{name} linked to {partner} in QuickBooks; what waits for it goes out with the next sync{why}"


def undone(name: str) -> str:
    return f"Undone: {name} is linked as it was before"


def entries(found: Sequence[ListEntry]) -> list[Block]:
    """Options of the search; one whose id does not fit is left out."""
    made = [option(one.name, f"{one.entity}{SEPARATOR}{one.id}", one.why) for one in found]
    return [one for one in made if len(one["value"]) <= OPTION_VALUE_CHARS]
