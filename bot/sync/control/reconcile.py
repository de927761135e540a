"""Holds every linked pair, and every record without a partner, against what both sides say now, a page at a time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import Connection

from bot.core.balance.control_totals import MONEY, Figures, Sums
from bot.core.balance.verification import LISTED, Drift, largest
from bot.core.content import has_changed
from bot.core.model import NEEDS_ATTENTION, Direction, Link, MirrorRecord, RecordRef, RecordType, Side
from bot.core.money import ZERO, NotMoney
from bot.core.planning.plan import plan
from bot.core.planning.steps import InSync, Operation, Report, Step
from bot.core.spec import Problem, RecordSpec, external_hash, released_hash
from bot.records import BY_TYPE, SPECS
from bot.store.mirror import balances, control_sums, records
from bot.store.results import results
from bot.store.results.results import LastAttempt
from bot.sync.control import open_balances
from bot.sync.reading.gather import situations
from bot.sync.run.run import CHUNK, Run

CHANGED_SIDES = {
    (True, True): "both sides",
    (True, False): "Re-Leased",
    (False, True): "QuickBooks",
    (False, False): "neither side",
}
NEXT = {
    Direction.INCOMING: "The next sync brings it into Re-Leased.",
    Direction.OUTGOING: "The next sync brings it into QuickBooks.",
}


@dataclass
class Reconciliation:
    """What came of all linked pairs. Sums are Re-Leased less QuickBooks, by kind and currency."""

    home: dict[Side, str]
    drift: list[Drift] = field(default_factory=list)
    drift_count: int = 0
    explained: dict[tuple[str, str], Sums] = field(default_factory=lambda: defaultdict(Sums))
    unexplained: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))

    def currency(self, side: Side, figures: Figures) -> str:
        return figures.currency or self.home[side]


@dataclass(frozen=True)
class _Pair:
    """One link with both mirrors and figures; None where a side is not known or has no money."""

    link: Link
    released: MirrorRecord | None
    external: MirrorRecord | None
    ours: Figures | None
    theirs: Figures | None
    is_unlinked: bool
    last: LastAttempt | None

    @property
    def ref(self) -> RecordRef:
        return RecordRef(self.link.type, self.link.released_id)

    @property
    def has_reason(self) -> bool:
        return self.is_unlinked or (self.last is not None and self.last.outcome in balances.EXPLAINS)

    @property
    def has_other_totals(self) -> bool:
        ours, theirs = self.ours, self.theirs
        return ours is not None and theirs is not None and ours.totals != theirs.totals

    @property
    def has_other_balance(self) -> bool:
        ours, theirs = self.ours, self.theirs
        return ours is not None and theirs is not None and ours.open != theirs.open


def reconcile_pairs(run: Run, found: Reconciliation) -> None:
    """Every link of every type, into `found`."""
    for spec in SPECS:
        after = ("", "")
        while True:
            with run.database.read() as connection:
                links = control_sums.links_after(connection, run.company.id, spec.type, after, CHUNK)
                if not links:
                    break
                after = links[-1].released_id, links[-1].entity
                _check_chunk(run, connection, spec, _pairs(connection, run.company.id, spec, links), found)


def lost(run: Run) -> Iterator[tuple[RecordRef, str]]:
    """Records without partner or result that a sync would take, but none has been told to: (record, name)."""
    for spec in SPECS:
        for side, entity in [(Side.RELEASED, spec.collection), *((Side.QUICKBOOKS, one) for one in spec.entities)]:
            after = ""
            while True:
                with run.database.read() as connection:
                    place = (run.company.id, spec.type, side, entity)
                    ids = control_sums.without_reason(connection, *place, after, CHUNK)
                    if not ids:
                        break
                    after = ids[-1]
                    refs = [_unpaired(spec, side, entity, id_) for id_ in ids]
                    steps = _steps(run, connection, spec, refs)
                for ref, found in steps.items():
                    if (name := _would_act(found)) is not None:
                        yield ref, name


def _unpaired(spec: RecordSpec, side: Side, entity: str, id_: str) -> RecordRef:
    return RecordRef(spec.type, id_) if side is Side.RELEASED else RecordRef.in_quickbooks(spec.type, entity, id_)


def _would_act(steps: Sequence[Step]) -> str | None:
    """The name of a record that a sync would do something about, or should."""
    for step in steps:
        if isinstance(step, Operation) or (isinstance(step, Report) and step.outcome in NEEDS_ATTENTION):
            return step.name
    return None


def _pairs(connection: Connection, company_id: str, spec: RecordSpec, links: Sequence[Link]) -> list[_Pair]:
    refs = [RecordRef(link.type, link.released_id) for link in links]
    ours = records.get_mirror(connection, company_id, Side.RELEASED, [(spec.collection, ref.key) for ref in refs])
    ids = [(link.entity, link.external_id) for link in links]
    theirs = records.get_mirror(connection, company_id, Side.QUICKBOOKS, ids)
    keys: list[balances.Key] = [(Side.RELEASED, spec.collection, ref.key) for ref in refs]
    keys += [(Side.QUICKBOOKS, *id_) for id_ in ids]
    record_figures = balances.get(connection, company_id, keys) if spec.type in MONEY else {}
    figures = {key: one.figures for key, one in record_figures.items()}
    unlinked = records.unlinked_among(connection, company_id, refs)
    last = results.last_attempts(connection, company_id, refs)
    return [
        _Pair(
            link,
            ours.get((spec.collection, ref.key)),
            theirs.get(id_),
            figures.get((Side.RELEASED, spec.collection, ref.key)),
            figures.get((Side.QUICKBOOKS, *id_)),
            ref in unlinked,
            last.get(ref),
        )
        for link, ref, id_ in zip(links, refs, ids, strict=True)
    ]


def _check_chunk(
    run: Run, connection: Connection, spec: RecordSpec, chunk: Sequence[_Pair], found: Reconciliation
) -> None:
    suspects = [pair for pair in chunk if pair.has_other_totals or any(_changed_sides(spec, pair))]
    steps = _steps(run, connection, spec, list(dict.fromkeys(pair.ref for pair in suspects)))
    for pair in suspects:
        mine = [step for step in steps.get(pair.ref, ()) if _is_about(step, pair.link)]
        if (drift := _drift(spec, pair, mine)) is not None:
            found.drift_count += 1
            found.drift += [drift] if len(found.drift) < LISTED else []
    apart = [pair for pair in chunk if pair.has_other_totals or pair.has_other_balance]
    open_ = open_balances.explained(connection, run.company.id, [pair.link for pair in apart]) if apart else {}
    for pair in apart:
        _add(found, pair, open_[pair.link])


def _steps(
    run: Run, connection: Connection, spec: RecordSpec, refs: Sequence[RecordRef]
) -> dict[RecordRef, list[Step]]:
    """What a sync would do about these now."""
    found = situations(connection, run.company.id, spec, refs) if refs else []
    steps = {situation.ref: plan(spec, situation, run.facts) for situation in found}
    return {ref: some for ref, some in steps.items() if some}


def _is_about(step: Step, link: Link) -> bool:
    entity = step.link.entity if isinstance(step, InSync) else step.entity
    return entity == link.entity


def _changed_sides(spec: RecordSpec, pair: _Pair) -> tuple[bool, bool]:
    """Whether Re-Leased, and whether QuickBooks, says something else than when both last agreed, or is gone."""
    released, external = pair.released, pair.external
    if _is_gone_on_both(spec, pair):
        return False, False
    ours = released is None or released.deleted or has_changed(pair.link.released_hash, _hash_released(spec, released))
    theirs = (
        external is None or external.deleted or has_changed(pair.link.external_hash, _hash_external(spec, external))
    )
    return ours, theirs


def _is_gone_on_both(spec: RecordSpec, pair: _Pair) -> bool:
    released, external = pair.released, pair.external
    ours = released is None or released.deleted or spec.released_gone(released.body)
    theirs = external is None or external.deleted or spec.external_gone(external.entity, external.body)
    return ours and theirs


def _hash_released(spec: RecordSpec, record: MirrorRecord) -> str:
    return released_hash(spec, record.body)


def _hash_external(spec: RecordSpec, record: MirrorRecord) -> str:
    try:
        return external_hash(spec, record.entity, record.body)
    except (NotMoney, Problem):
        return "incomplete"


def _drift(spec: RecordSpec, pair: _Pair, steps: Sequence[Step]) -> Drift | None:
    """None for what was unlinked, and for what moved and says the same all the same."""
    gone = _gone(pair)
    agrees = all(isinstance(step, InSync) for step in steps)
    if pair.is_unlinked or (agrees and not pair.has_other_totals and not gone):
        return None
    body = pair.released.body if pair.released is not None else {}
    name = spec.released_name(body) if body else pair.ref.key
    moved = CHANGED_SIDES[_changed_sides(spec, pair)]
    return Drift(pair.ref, name, pair.link.entity, pair.link.external_id, moved, gone or _words(pair, steps))


def _gone(pair: _Pair) -> str:
    if pair.released is None or pair.released.deleted:
        return "It is not in Re-Leased any more."
    return "It is not in QuickBooks any more." if pair.external is None or pair.external.deleted else ""


def _words(pair: _Pair, steps: Sequence[Step]) -> str:
    totals = ""
    if pair.ours is not None and pair.theirs is not None and pair.has_other_totals:
        totals = f"Re-Leased has {pair.ours.gross} (tax {pair.ours.tax}), QuickBooks {pair.theirs.gross} "
        totals += f"(tax {pair.theirs.tax}). "
    for step in steps:
        if isinstance(step, Operation):
            return f"{totals}{NEXT[step.direction]}"
    if any(isinstance(step, Report) for step in steps):
        return f"{totals}Its result says why the sync cannot mend it."
    return f"{totals}No change since says why: compare the record on both sides.".strip()


def _add(found: Reconciliation, pair: _Pair, open_: Decimal) -> None:
    """A difference of a pair in money: explained by its result, or by the payments and credits that one side lacks."""
    ours, theirs = pair.ours, pair.theirs
    if ours is None or theirs is None:
        return
    mine, other = _sums(ours), _sums(theirs)
    if pair.has_reason:
        found.explained[ours.kind, found.currency(Side.RELEASED, ours)] += mine
        found.explained[theirs.kind, found.currency(Side.QUICKBOOKS, theirs)] -= other
        return
    currency = found.currency(Side.RELEASED, ours)
    found.explained[ours.kind, currency] += Sums(open=open_)
    found.unexplained[currency] += largest(mine - other - Sums(open=open_))


def _sums(figures: Figures) -> Sums:
    return Sums(int(figures.counted), figures.net, figures.tax, figures.gross, figures.open)


def names_of_contacts(connection: Connection, company_id: str, contacts: Sequence[str]) -> dict[str, str]:
    """Re-Leased id, or "@Customer:12" -> the contact's name."""
    spec = BY_TYPE[RecordType.CONTACT]
    ours = records.get_mirror(connection, company_id, Side.RELEASED, [(spec.collection, one) for one in contacts])
    names = {id_: spec.released_name(record.body) for (_, id_), record in ours.items()}
    refs = [RecordRef(spec.type, one) for one in contacts]
    theirs = [ref.external for ref in refs if ref.external is not None]
    for (entity, id_), record in records.get_mirror(connection, company_id, Side.QUICKBOOKS, theirs).items():
        names[f"@{entity}:{id_}"] = spec.external_name(entity, record.body)
    return names
