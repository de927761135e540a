"""Reads what changed in QuickBooks; each kind has a reading mark, which moves only when all up to it is there."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.adapters.quickbooks.rate_limits import CDC_LOOK_BACK
from bot.core.faults import ApiError
from bot.core.model import Side
from bot.core.unreadable import is_of_one_kind
from bot.records.attachment import ENTITY
from bot.store.companies import Company
from bot.sync.reading.pull import (
    CDC_ENTITIES,
    CDC_MARGIN,
    OVERLAP,
    has_nameless,
    pages,
    read_all,
    set_cursors,
    store_changes,
)
from bot.sync.reading.unreadable import require_any, tried
from bot.sync.run.run import Run

log = structlog.get_logger()

NOT_OFFERED = frozenset({"2000", "4000"})
"""What QuickBooks says to a question for files where a company has none to give."""


def mark_of(company: Company, entity: str) -> datetime | None:
    """Up to when this kind was read. Kinds that are asked apart have a mark of their own, all others share one."""
    apart = company.cursors.get("quickbooks_apart") or {}
    said = apart[entity] if entity in apart else company.cursors.get("quickbooks")
    return datetime.fromisoformat(said) if said else None


def pull_quickbooks(run: Run) -> None:
    """One CDC call for all kinds; where it is cut off or refused, each kind alone; where that is too, all its pages.

    A kind that cannot be read keeps its mark, and one that CDC refuses gets its own: they are asked apart from then on,
    until CDC gives them again. Raises ApiError when QuickBooks gives none at all, or for what is no kind's matter.
    """
    apart = [entity for entity in CDC_ENTITIES if entity in (run.company.cursors.get("quickbooks_apart") or {})]
    together = [entity for entity in CDC_ENTITIES if entity not in apart]
    marks: dict[str, datetime | None] = {}
    since = mark_of(run.company, together[0]) if together else None
    read_to = _together(run, together, since, marks)
    for entity in apart:
        _alone(run, entity, mark_of(run.company, entity), marks)
    require_any(run, Side.QUICKBOOKS, CDC_ENTITIES)
    _set_marks(run, read_to or since, marks)


def _together(
    run: Run, entities: Sequence[str], since: datetime | None, marks: dict[str, datetime | None]
) -> datetime | None:
    """Up to when these are read now, but for those that get a mark of their own in `marks`."""
    if not entities:
        return None
    if since is None or _is_too_old(run, since):
        started = [_whole(run, entity, since, marks) for entity in entities]
        return min((one for one in started if one is not None), default=None)
    try:
        reply = run.quickbooks.cdc(entities, since - OVERLAP)
    except ApiError as error:
        if not is_of_one_kind(error):
            raise
        log.warning("changes are asked for kind by kind", company=run.company.id, said=str(error))
        read_to = [_alone(run, entity, since, marks) for entity in entities]
        return min((one for one in read_to if one is not None), default=None)
    if reply.full:
        for entity in entities:
            _alone(run, entity, since, marks)
    else:
        store_changes(run, reply.objects, reply.deleted)
    return reply.time or since


def _alone(run: Run, entity: str, since: datetime | None, marks: dict[str, datetime | None]) -> datetime | None:
    """Up to when the kind is read now. None where CDC does not give it: `marks` then has where it stands by itself."""
    if since is None or _is_too_old(run, since):
        return _whole(run, entity, since, marks)
    try:
        reply = run.quickbooks.cdc([entity], since - OVERLAP)
    except ApiError as error:
        if not is_of_one_kind(error):
            raise
        log.warning("changes of a kind are not given", company=run.company.id, kind=entity, said=str(error))
        marks[entity] = since
        if (began := _whole(run, entity, since, marks)) is not None:
            marks[entity] = began
        return None
    if reply.full:
        return _whole(run, entity, since, marks)
    store_changes(run, reply.objects, reply.deleted)
    return reply.time or since


def _whole(run: Run, entity: str, since: datetime | None, marks: dict[str, datetime | None]) -> datetime | None:
    """When the reading of all its pages began; None where it cannot be read, and its mark is as it was."""

    def read() -> datetime | None:
        try:
            return _files(run, since) if entity == ENTITY and since is not None else read_all(run, entity)
        except ApiError as error:
            if entity != ENTITY or error.fault.code not in NOT_OFFERED:
                raise
            log.warning("files cannot be read and stay out", company=run.company.id, said=str(error))
            return since or run.clock() - OVERLAP

    began = tried(run, Side.QUICKBOOKS, entity, read, since)
    if began is None:
        marks[entity] = since
    return began


def _files(run: Run, since: datetime) -> datetime:
    """Files that were changed; those that were deleted are kept anyway."""
    began = run.clock() - OVERLAP
    changed = f"MetaData.LastUpdatedTime >= '{(since - OVERLAP).astimezone(UTC).isoformat(timespec='seconds')}'"
    for _page in pages(run, ENTITY, changed):
        pass
    return began


def _is_too_old(run: Run, since: datetime) -> bool:
    return run.clock() - since > CDC_LOOK_BACK - CDC_MARGIN


def _set_marks(run: Run, read_to: datetime | None, marks: dict[str, datetime | None]) -> None:
    """One for all that were read together, and one for each other kind.

    A record without an id that can be read holds its mark: the next run is shown it once more.
    """
    nameless = [entity for entity in CDC_ENTITIES if has_nameless(run, entity)]
    marks = {entity: mark_of(run.company, entity) if entity in nameless else at for entity, at in marks.items()}
    apart: dict[str, Any] = {entity: at.astimezone(UTC).isoformat() if at else None for entity, at in marks.items()}
    moves = read_to is not None and set(nameless) <= marks.keys()
    shared = {"quickbooks": read_to.astimezone(UTC).isoformat()} if read_to and moves else {}
    with run.ledger() as connection:
        set_cursors(run, connection, quickbooks_apart=apart, **shared)
