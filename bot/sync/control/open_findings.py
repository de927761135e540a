"""Linked documents that agree in every total, and of which not the same is open: said in a row that clears itself.

What is open moves with payments and credits. Where one that is synced is missing on a side, its own row says why. The
rest comes from what is not synced: a credit refunded by an expense or a cheque, a deposit on the invoice itself, a
journal entry, a bank deposit. QuickBooks' own document names it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.core.balance.control_totals import PAYMENTS, agree
from bot.core.faults import Action, ApiError, Explanation, explain, planned
from bot.core.model import NEEDS_ATTENTION, Direction, Link, Outcome, RecordRef, RecordType, Result, Side
from bot.core.money import ZERO, formatted
from bot.records.payments.matching import naming_key
from bot.records.payments.settlement import Maker, makers_of, remedy_for
from bot.store.mirror import balances, records
from bot.store.mirror.balances import RecordFigures
from bot.store.results import results
from bot.sync.control.open_balances import explained
from bot.sync.control.unreadable import clouded_parties
from bot.sync.reading.touched import Versions
from bot.sync.run.run import Run

CODE = "open-balance-differs"
DOCUMENTS = frozenset({RecordType.INVOICE, RecordType.CREDIT_NOTE})
MOST_LOOKED_UP = 10
"""Transactions of kinds that are not synced whose numbers are asked for in one run: each is a read of its own."""

Pair = tuple[Link, RecordFigures, RecordFigures]


@dataclass(frozen=True)
class OpenBalanceDifference:
    link: Link
    ours: RecordFigures
    theirs: RecordFigures

    @property
    def ref(self) -> RecordRef:
        """Under the name of QuickBooks' record: the pair's own row says how its sync went, and holds nothing up."""
        return RecordRef.in_quickbooks(self.link.type, self.link.entity, self.link.external_id)


def open_findings(
    run: Run, connection: Connection, pairs: Sequence[Pair], before: Versions
) -> tuple[list[OpenBalanceDifference], list[OpenBalanceDifference]]:
    """Of these pairs, those whose open balances differ for no reason that anybody has said; and those of which that
    cannot be told yet, because something of them is still to be done: the next run has to look again.
    """
    apart = [
        (link, ours, theirs)
        for link, ours, theirs in pairs
        if link.type in DOCUMENTS and ours.figures.counted and theirs.figures.counted
        if agree(ours.figures, theirs.figures) and ours.figures.open != theirs.figures.open
    ]
    if not apart:
        return [], []
    clouded = clouded_parties(connection, run.company.id)
    hidden = [pair for pair in apart if clouded & {"", pair[1].figures.party, pair[2].figures.party}]
    apart = [pair for pair in apart if pair not in hidden]
    explained_by = explained(connection, run.company.id, [link for link, _, _ in apart], with_unknown=False)
    rest = [
        OpenBalanceDifference(link, ours, theirs)
        for link, ours, theirs in apart
        if ours.figures.open - theirs.figures.open != explained_by.get(link, ZERO)
    ]
    own = [RecordRef(one.link.type, one.link.released_id) for one in rest]
    busy = {row.ref for row in results.get(connection, run.company.id, own) if row.outcome in balances.EXPLAINS}
    busy |= records.unlinked_among(connection, run.company.id, own)
    busy |= records.todo_among(connection, run.company.id, own)
    found = [
        one
        for one, ref in zip(rest, own, strict=True)
        if ref not in busy and not _is_moving(run, connection, one, before)
    ]
    return found, [*(OpenBalanceDifference(*pair) for pair in hidden), *(one for one in rest if one not in found)]


def report_open(
    run: Run, connection: Connection, found: Sequence[OpenBalanceDifference], numbers: Mapping[Maker, str]
) -> dict[RecordRef, str]:
    """Write a row for each that has none with these words; gives all that are reported, with their headlines."""
    present = {row.ref: row for row in results.get(connection, run.company.id, [one.ref for one in found])}
    rows: list[Result] = []
    told: dict[RecordRef, str] = {}
    for one in found:
        old = present.get(one.ref)
        if old is not None and old.code != CODE and old.outcome in NEEDS_ATTENTION:
            continue  # something else is said of it already
        row = _row(run, one, _makers(run, connection, one), numbers)
        told[one.ref] = row.details
        if old is None or (old.details, old.more_detail) != (row.details, row.more_detail):
            rows.append(row)
    results.record(connection, run.company.id, run.run_id, rows)
    return told


def look_up_numbers(run: Run, found: Sequence[OpenBalanceDifference]) -> dict[Maker, str]:
    """The numbers of transactions that are not synced, as a person knows them; without one, their ids must do."""
    with run.database.read() as connection:
        wanted = list(dict.fromkeys(maker for one in found for maker in _makers(run, connection, one) if maker.entity))
    numbers: dict[Maker, str] = {}
    for maker in wanted[:MOST_LOOKED_UP]:
        try:
            body = run.quickbooks.read(maker.entity, maker.id)
        except ApiError as error:
            if error.action is Action.STOP:
                raise
            continue  # QuickBooks does not give this record now: its id is said
        numbers[maker] = str((body or {}).get("DocNumber") or "")
    return numbers


def _makers(run: Run, connection: Connection, one: OpenBalanceDifference) -> list[Maker]:
    """What makes the difference, as the document and the payments that name it say."""
    company_id, key = run.company.id, (one.link.entity, one.link.external_id)
    document = records.get_mirror(connection, company_id, Side.QUICKBOOKS, [key]).get(key)
    if document is None:
        return []
    naming = {
        (entity, id_)
        for entity in PAYMENTS
        for ids in records.find_by_keys(connection, company_id, Side.QUICKBOOKS, entity, [naming_key(*key)]).values()
        for id_ in ids
    }
    paying = records.get_mirror(connection, company_id, Side.QUICKBOOKS, naming)
    return makers_of(key, document.body, [record.body for record in paying.values() if not record.deleted])


def _is_moving(run: Run, connection: Connection, one: OpenBalanceDifference, before: Versions) -> bool:
    """Whether a person paid it while this run was under way: the next run takes that in, and looks again."""
    for record_figures in (one.ours, one.theirs):
        known = records.get_mirror(
            connection, run.company.id, record_figures.side, [(record_figures.entity, record_figures.id)]
        )
        version = before.get((record_figures.side, record_figures.entity, record_figures.id))
        for record in known.values():
            if version is not None and record.version != version and _has_unheard(run, connection, record.body):
                return True
    return False


def _has_unheard(run: Run, connection: Connection, body: Mapping[str, object]) -> bool:
    parts = body.get("LinkedTxn")
    if not isinstance(parts, list):
        return False
    named = {
        (entity, str(part.get("TxnId")))
        for part in parts
        for entity in PAYMENTS
        if str(part.get("TxnType")).startswith(entity)
    }
    return bool(named - records.get_mirror(connection, run.company.id, Side.QUICKBOOKS, named).keys())


def _row(run: Run, one: OpenBalanceDifference, makers: Sequence[Maker], numbers: Mapping[Maker, str]) -> Result:
    figures = one.ours.figures
    words = _explanation(run, one, makers, numbers)
    return Result(
        at=run.clock(),
        ref=one.ref,
        name=figures.name,
        released_id=one.link.released_id,
        entity=one.link.entity,
        external_id=one.link.external_id,
        direction=Direction.INCOMING,
        outcome=Outcome.FAILED,
        code=CODE,
        details=words.what,
        more_detail=f"{words.why}\nHow to fix it: {words.how}",
        linked=True,
        amount=abs(figures.open - one.theirs.figures.open),
        currency=figures.currency or one.theirs.figures.currency,
    )


def _explanation(
    run: Run, one: OpenBalanceDifference, makers: Sequence[Maker], numbers: Mapping[Maker, str]
) -> Explanation:
    ours, theirs = one.ours.figures, one.theirs.figures
    currency = ours.currency or theirs.currency
    said_as = [maker.words(numbers.get(maker, "")) for maker in makers]
    context = {
        "record": ours.name,
        "name": ours.name,
        "ours": f"{currency} {formatted(ours.open)}".strip(),
        "theirs": f"{currency} {formatted(theirs.open)}".strip(),
        "remedy": remedy_for(one.link.entity, makers, formatted(abs(ours.open - theirs.open))),
        **({"makers": "; ".join(said_as)} if said_as else {}),
    }
    return explain(planned(CODE), context)
