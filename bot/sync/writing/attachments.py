"""Carries files across, both ways: checked by size and hash before anything is sent, and never whole in memory."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import IO, Any

from bot.adapters.files import Arrived, room
from bot.core.faults import Action, ApiError, Fault, Side
from bot.core.model import MirrorRecord, RecordRef
from bot.core.planning.steps import Operation
from bot.core.spec import RecordSpec
from bot.records import attachment
from bot.records.attachment import COLLECTION, ENTITY, HASH, attachable_id
from bot.store.mirror import records
from bot.sync.reading import normalise
from bot.sync.reading.gather import situations
from bot.sync.run.run import Run
from bot.sync.run.worker_pool import map_concurrently

NOT_TOLD = ("Size", HASH)  # what the file must be; QuickBooks finds its size out by itself
Pair = tuple[MirrorRecord, MirrorRecord]  # in Re-Leased, in QuickBooks


def upload(run: Run, operation: Operation, body: Mapping[str, Any], requestid: str) -> dict[str, Any]:
    """Fetch a file from Re-Leased and attach it in QuickBooks; nothing is sent unless it is what it should be.

    However often it is sent, it is the same to the last byte. Raises ApiError, of Re-Leased's side while the file is
    fetched: "file-missing", "file-differs".
    """
    with room() as file:
        arrived = _fetched(run, operation.released_id, file)
        _require_equal(arrived, _announced(arrived, body.get("Size"), body.get(HASH)), Side.RELEASED)
        told = {name: value for name, value in body.items() if name not in NOT_TOLD}
        return {**body, **run.quickbooks.upload(told, file, requestid)}


def import_file(run: Run, operation: Operation) -> dict[str, Any]:
    """Fetch a file from QuickBooks, announce it in Re-Leased and put it there; gives the attachment.

    When it breaks off after the announcement, `compare` finds the attachment without its file, and finishes it.
    """
    id_ = attachable_id(operation.external_id)
    with room() as file:
        arrived = run.quickbooks.download(id_, file)
        told = operation.body.get("size")  # an empty file is told of as well: a page of an error is not taken for it
        _require_equal(arrived, _announced(arrived, told, ""), Side.QUICKBOOKS)
        body = {**operation.body, "size": arrived.size, "sha256": arrived.sha256, "externalId": id_}
        key = hashlib.sha256(f"{run.company.id}|{operation.entity}|{operation.external_id}".encode()).hexdigest()[:32]
        made = run.released.create(run.company.id, COLLECTION, body, key)
        run.released.upload(run.company.id, str(made["id"]), file)
        return made


def compare(run: Run, spec: RecordSpec, refs: Sequence[RecordRef]) -> None:
    """Learn the hashes of files that may be the same one on both sides, so that planning can tell.

    Only where document, name and size are equal, because each costs a read. Re-Leased may tell its hash, or not.
    """
    with run.database.read() as connection:
        found = situations(connection, run.company.id, replace(spec, same=attachment.alike), refs, run.plan_id)
    pairs: dict[str, Pair] = {}
    for one in found:
        for slot in one.slots if not one.unlinked else ():
            for candidate in slot.candidates:
                ours, theirs = one.released or candidate.record, slot.external or candidate.record
                pairs.setdefault(theirs.id, (ours, theirs))
    unknown = [pair for pair in pairs.values() if HASH not in pair[1].body]
    for start in range(0, len(unknown), run.writers):
        run.raise_if_stopping()
        group = unknown[start : start + run.writers]
        hashes = map_concurrently(run.writers, lambda pair: _hash_of(run, *pair), group)
        bodies = [{**theirs.body, HASH: known} for (_, theirs), known in zip(group, hashes, strict=True)]
        with run.ledger() as connection:
            records.put_mirror(connection, run.company.id, [normalise.quickbooks(ENTITY, body) for body in bodies])
    for ours in {ours.id: ours for ours, _ in pairs.values() if not ours.body.get(HASH)}.values():
        run.raise_if_stopping()
        body = {**ours.body, HASH: _our_hash(run, ours)}
        with run.ledger() as connection:
            records.put_mirror(connection, run.company.id, [normalise.released(spec, body)])


def _our_hash(run: Run, ours: MirrorRecord) -> str:
    """The hash of a file in Re-Leased that announced none; "" when it cannot be had, or is not of its size."""
    with room() as file:
        try:
            arrived = _fetched(run, ours.id, file)
        except ApiError as error:
            if error.action is not Action.RECORD:
                raise
            return ""
    return arrived.sha256 if arrived == _announced(arrived, ours.body.get("size"), "") else ""


def _hash_of(run: Run, ours: MirrorRecord, theirs: MirrorRecord) -> str:
    """The hash of a file in QuickBooks; "" when it cannot be had, so that it is the same as nothing."""
    id_ = attachable_id(theirs.id)
    with room() as file:
        try:
            arrived = run.quickbooks.download(id_, file)
        except ApiError as error:
            if error.action is not Action.RECORD:
                raise
            return ""
        came_from_us = str(ours.body.get("externalId") or "") == id_
        is_announced = arrived == _announced(arrived, ours.body.get("size"), ours.body.get(HASH))
        if run.writes and not run.plan_id and came_from_us and is_announced:
            _finish(run, ours.id, file)
        return arrived.sha256


def _finish(run: Run, attachment_id: str, file: IO[bytes]) -> None:
    """Put the file of an attachment that was announced, where that broke off before the file came."""
    with room() as present:
        try:
            run.released.download(run.company.id, attachment_id, present)
        except ApiError as error:
            if error.fault.http_status != 404:
                raise
            run.released.upload(run.company.id, attachment_id, file)


def _fetched(run: Run, attachment_id: str, file: IO[bytes]) -> Arrived:
    try:
        return run.released.download(run.company.id, attachment_id, file)
    except ApiError as error:
        if error.fault.http_status == 404:
            raise ApiError(Fault("file-missing", error.fault.detail, http_status=404, side=Side.RELEASED)) from error
        if error.fault.http_status >= 500:  # this file's matter: whoever is down altogether does not answer at all
            raise ApiError(error.faults, action=Action.RECORD) from error
        raise


def _announced(arrived: Arrived, size: Any, sha256: Any) -> Arrived:
    """What was told of a file; what was not told of it is as it arrived."""
    return Arrived(arrived.size if size is None else int(size), str(sha256 or arrived.sha256))


def _require_equal(arrived: Arrived, announced: Arrived, side: Side) -> None:
    if arrived == announced:
        return
    said = f"{arrived.size} bytes, {announced.size} announced; sha256 {arrived.sha256}, {announced.sha256} announced"
    raise ApiError(Fault("file-differs", detail=said, http_status=422, side=side))
