"""The rules of losing: each record is on the other side too, or a result says why it is not."""

from collections.abc import Iterator

from bot.core.model import Direction
from bot.records import BY_ENTITY, BY_TYPE
from tests.simulation.rules.case import SAYS_WHY, SYNC_FROM, Case
from tests.simulation.rules.pairs import DOCUMENTS, PAYMENTS, TYPES, Json, entities_of, is_set_off, is_void

EXPENSE_TYPES = ("Expense", "Cost of Goods Sold", "Other Expense")


def nothing_lost_in_released(case: Case) -> Iterator[str]:
    held = {(name, row["id"], entity): id_ for name, row, (entity, id_) in case.picture.claims}
    for (name, id_), record in case.picture.released.items():
        spec = BY_TYPE.get(TYPES[name])
        if spec is None or Direction.OUTGOING not in spec.directions:
            continue
        row = case.rows.get((TYPES[name], id_))
        if row is not None and row.outcome in SAYS_WHY:
            continue
        for entity in entities_of(name, record):
            partner = held.get((name, id_, entity))
            if partner is None:
                yield f"{name} {id_} has no {entity}, and no result says why ({row})"
            elif case.picture.external(entity, partner) is None and not _is_over(record):
                yield f"{entity} {partner} of {name} {id_} was deleted, and no result says so"


def nothing_lost_in_quickbooks(case: Case) -> Iterator[str]:
    told = case.told()
    for entity, spec in BY_ENTITY.items():
        if Direction.INCOMING not in spec.directions or entity not in case.picture.books.books.tables:
            continue
        for id_, record in case.picture.books.entity(entity).items():
            if (
                entity == "Attachable"
                or not _comes_in(entity, record)
                or (entity, id_) in case.picture.partner
                or id_ in told
            ):
                continue
            yield f"{entity} {id_} is not in Re-Leased, and no result says why"


def no_file_lost_in_quickbooks(case: Case) -> Iterator[str]:
    told = case.told()
    held = {key[1] for key in case.picture.partner if key[0] == "Attachable"}
    for id_, record in case.picture.books.entity("Attachable").items():
        for link in record.get("AttachableRef", ()):
            owner = link["EntityRef"]["type"], link["EntityRef"]["value"]
            part = f"{id_}:{owner[0][0]}{owner[1]}"
            if owner in case.picture.partner and not {part, id_} & {*told, *held}:
                yield f"the file {part} ({record['FileName']}) is not in Re-Leased, and no result says why"


def _is_over(record: Json) -> bool:
    return record.get("status") in ("voided", "reversed") or bool(record.get("archived"))


def _comes_in(entity: str, record: Json) -> bool:
    """What is eligible by the rules of the product: active names of the right kinds, documents from *sync from* on."""
    if entity in (*DOCUMENTS, *PAYMENTS):
        counts = not is_void(record) and not (entity in PAYMENTS and is_set_off(record))
        return record["TxnDate"] >= SYNC_FROM and counts
    if not record.get("Active", True):
        return False
    if entity == "Account":
        return record["AccountType"] in EXPENSE_TYPES
    return entity != "Item" or (record["Type"] in ("Service", "NonInventory") and "IncomeAccountRef" in record)
