"""When a document of one side is the same as one of the other: by its number, its counterparty, its total and date."""

from collections.abc import Callable

from bot.core.money import NotMoney, text
from bot.core.spec import Body, Lookup
from bot.records.parties import party_of

Entities = Callable[[Body], tuple[str, ...]]


def released_keys(body: Body) -> set[str]:
    keys = {f"total:{body.get('issueDate')}|{text(body.get('total'))}"}
    return keys | {f"number:{str(body.get('number')).casefold()}"} if body.get("number") else keys


def external_keys(entity: str, body: Body) -> set[str]:
    try:
        keys = {f"total:{body.get('TxnDate')}|{text(body.get('TotalAmt'))}"}
    except NotMoney:
        keys = set()
    return keys | {f"number:{str(body.get('DocNumber')).casefold()}"} if body.get("DocNumber") else keys


def same(entities_of: Entities, released: Body, entity: str, external: Body, lookup: Lookup) -> int:
    """3 = number, counterparty, total and date are equal (or no number on one side); 1 = number and counterparty."""
    if entity not in entities_of(released) or released.get("status") == "voided":
        return 0
    if lookup.released.get(party_of(entity, external)) != str(released.get("contactId")):
        return 0
    numbers = str(released.get("number") or "").casefold(), str(external.get("DocNumber") or "").casefold()
    sums = bool(released_keys(released) & {key for key in external_keys(entity, external) if key.startswith("total:")})
    if sums and numbers[0] == numbers[1]:
        return 3
    return 1 if numbers[0] == numbers[1] != "" else 0
