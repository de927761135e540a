"""Notes which kinds of record one side does not give in this run, so that all others go on without them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

import structlog

from bot.core.faults import Action, ApiError, action_for
from bot.core.model import Side, plural_of
from bot.core.unreadable import SYSTEMS, UnreadableKind, is_of_one_kind
from bot.records import BY_COLLECTION, BY_ENTITY, SPECS
from bot.records.allocation import APPLIED_BY
from bot.sync.run.outcome import noun_of
from bot.sync.run.run import Run

log = structlog.get_logger()

LISTS = {"Item": "products and services", "Class": "classes", "Account": "accounts", "TaxCode": "tax codes"}
T = TypeVar("T")


def tried(run: Run, side: Side, name: str, read: Callable[[], T], since: datetime | None = None) -> T | None:
    """What `read` gives; None where this kind cannot be read, which the run then knows.

    `name` is a collection of Re-Leased or an entity of QuickBooks. Raises ApiError for what is no kind's own matter.
    """
    try:
        return read()
    except ApiError as error:
        if not is_of_one_kind(error):
            raise
        run.unread[side, name] = _kind(side, name, error, since)
        log.warning("a kind cannot be read", company=run.company.id, side=side, kind=name, said=str(error))
        return None


def require_any(run: Run, side: Side, names: Sequence[str]) -> None:
    """Raises ApiError when a side gives none of these kinds: it is down or closed to us, and no kind is to blame.

    Where some could not be read for more than a refusal, the side must answer a small question now: it may have gone
    down in the middle of its kinds.
    """
    faults = [run.unread[side, name].fault for name in names if (side, name) in run.unread]
    if faults and len(faults) == len(names):
        raise ApiError(faults[0])
    if any(action_for(fault) is Action.RETRY for fault in faults):
        if side is Side.RELEASED:
            run.released.companies()
        else:
            run.quickbooks.company_info()


def words_of_kind(side: Side, name: str) -> str:
    """What people call records of this kind: "invoices", "products and services"."""
    if side is Side.RELEASED:
        return BY_COLLECTION[name].type.plural
    return LISTS.get(name) or plural_of(noun_of(name))


def as_sentence(kind: UnreadableKind) -> str:
    """For a deed that cannot be done at all without this kind."""
    return f"{kind.explanation.what}. {kind.explanation.why} {kind.explanation.how}"


def unreadable_settings(error: ApiError) -> str:
    """Without a company's own settings (its closing date, its currency) nothing may be written."""
    system = SYSTEMS[Side.QUICKBOOKS]
    said = " ".join((error.fault.detail or error.fault.message).split()).rstrip(".:")
    return (
        f"The company's own settings could not be read from {system}. {system} said: “{said}”. Nothing was written, "
        "for the closing date is among them. The sync tries it again by itself; should it stay, ask the support of "
        f"{system} why a program cannot read them."
    )


def _kind(side: Side, name: str, error: ApiError, since: datetime | None) -> UnreadableKind:
    """With the parts of its records, which the mirror keeps apart, and in QuickBooks with those of the same type."""
    words = words_of_kind(side, name)
    if side is Side.QUICKBOOKS:
        entities = frozenset({name, APPLIED_BY.get(name, name)})
        return UnreadableKind(side, name, words, BY_ENTITY[name].type, error.fault, entities, since=since)
    specs = [spec for spec in SPECS if name in (spec.collection, spec.part_of)]
    entities = frozenset(entity for spec in specs for entity in spec.entities)
    types = frozenset(spec.type for spec in specs)
    return UnreadableKind(side, name, words, BY_COLLECTION[name].type, error.fault, entities, types, since)
