"""When a document of one side is the same as one of the other: by its number, its counterparty, its total and date."""

from collections.abc import Callable

from bot.core.invisible import cleaned
from bot.core.money import NotMoney, text
from bot.core.spec import Body, Lookup
from bot.records.fields.parties import party_of

Entities = Callable[[Body], tuple[str, ...]]


def released_keys(body: Body) -> set[str]:
    keys = {f"total:{body.get('issueDate')}|{text(body.get('total'))}"}
    return keys | {f"number:{_number(body.get('number'))}"} if body.get("number") else keys


def external_keys(entity: str, body: Body) -> set[str]:
    try:
        keys = {f"total:{body.get('TxnDate')}|{text(body.get('TotalAmt'))}"}
    except NotMoney:
        keys = set()
    return keys | {f"number:{_number(body.get('DocNumber'))}"} if body.get("DocNumber") else keys


def same(entities_of: Entities, released: Body, entity: str, external: Body, lookup: Lookup) -> int:
    """3 = number, counterparty, total and date are equal, none on both sides being equal too.

    2 = all but the number, where numbers tell little: one side has none, QuickBooks gives its own, or they differ in
    what people write or leave out (INV-0010, 10). 1 = number and counterparty.
    """
    if entity not in entities_of(released) or released.get("status") == "voided":
        return 0
    if lookup.released.get(party_of(entity, external)) != str(released.get("contactId")):
        return 0
    ours, theirs = _number(released.get("number")), _number(external.get("DocNumber"))
    sums = bool(released_keys(released) & {key for key in external_keys(entity, external) if key.startswith("total:")})
    if sums and ours == theirs:
        return 3
    if sums and (not ours or not theirs or entity in lookup.numbered_there or _digits(ours) == _digits(theirs)):
        return 2
    return 1 if ours == theirs != "" else 0


def _number(value: object) -> str:
    return cleaned(str(value or "")).casefold()


def _digits(number: str) -> str:
    """What is left of a number without the letters and noughts before it; without a digit, the number itself."""
    bare = "".join(character for character in number if character.isdecimal()).lstrip("0")
    return bare or number
