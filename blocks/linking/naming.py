"""Which name shall it have in QuickBooks? Names that are free there, and one that is written by hand."""

from collections.abc import Sequence

from blocks.kit.kit import Block, clean, context, escape, field, link, modal, option, plain, radio, section
from blocks.kit.note import note_field
from blocks.linking.retrying import Retry, box
from bot.core.naming import SUFFIX_CHARS, NameChoice, NameHolder

OWN = "own"
KINDS = {"Customer": "customer", "Vendor": "supplier"}
MOST_HOLDERS = 3
EMPLOYEE = "by somebody who is not synced, an employee as a rule"
STAYS = "In Re-Leased nothing changes. In QuickBooks it stays behind the name, also when the contact is renamed."


def question(
    choice: NameChoice,
    own: str,
    view_id: str,
    chosen: str = "0",
    written: str = "",
    note: str = "",
    problem: str = "",
    retry: Retry | None = None,
) -> Block:
    """`own` is its name in Re-Leased; `chosen` the place of a suffix, or OWN for what is `written`."""
    blocks = [section(f"⚠ {escape(problem, 600)}")] if problem else []
    taken = f"“{escape(choice.name, 120)}” is taken there {_by(choice.holders)}."
    blocks.append(section(f"*Which name shall contact {escape(own, 120)} have in QuickBooks?*\n{taken}"))
    blocks += [_choices(choice, own, chosen), _written(written), *box(retry), note_field(note), context(STAYS)]
    return modal("naming.choose", "A name for QuickBooks", blocks, view_id, submit="Save name", close="Cancel")


def renamed(own: str, name: str, note: str = "") -> str:
    """What was done, in raw words; the caller adds by whom."""
    why = f" (“{clean(note)}”)" if clean(note) else ""
    return f"{own} goes to QuickBooks as “{name}” with the next sync{why}"


def undone(own: str) -> str:
    return f"Undone: {own} goes to QuickBooks by the name that it had"


def _by(holders: Sequence[NameHolder]) -> str:
    named = [_holder(one) for one in holders[:MOST_HOLDERS]]
    return f"by {', '.join(named)}" if named else EMPLOYEE


def _holder(one: NameHolder) -> str:
    marks = [] if one.is_active else ["inactive"]
    marks += [f"the partner of {escape(one.partner, 80)}"] if one.partner else []
    about = f" ({', '.join(marks)})" if marks else ""
    return f"the {KINDS.get(one.entity, 'record')} {link(one.url, one.name, 80)}{about}"


def _choices(choice: NameChoice, own: str, chosen: str) -> Block:
    options = [option(f"{own}{suffix}", str(place)) for place, suffix in enumerate(choice.suffixes)]
    options.append(option("With what is written below", OWN))
    known = {one["value"] for one in options}
    element = radio("name", options, chosen if chosen in known else OWN)
    return field("name", "Name in QuickBooks", element, optional=False)


def _written(written: str) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": "written",
        "max_length": SUFFIX_CHARS,
        "placeholder": plain("Unit 4", 150),
    }
    element |= {"initial_value": written} if written.strip() else {}
    return field("written", "Added to its name", element, hint="Stands in brackets behind it, for example the town")
