"""The control at the end of a run: what it wrote or changed is in no side twice, and both sides' totals are equal.

It looks at fresh figures and at pairs known to differ, never at everything, so that it costs what changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from bot.core.balance.control_totals import MONEY, agree
from bot.core.model import Link, RecordRef, RecordType, Side
from bot.core.money import text
from bot.records import BY_TYPE
from bot.store.mirror import balances, records
from bot.store.mirror.balances import Key, RecordFigures
from bot.store.results import results
from bot.sync.control.duplicates import CODE, close_findings, duplicates_among, forget, report
from bot.sync.control.open_findings import CODE as OPEN_CODE
from bot.sync.control.open_findings import OpenBalanceDifference, look_up_numbers, open_findings, report_open
from bot.sync.control.unreadable import report_unreadable
from bot.sync.reading.touched import Versions, read_touched
from bot.sync.run.run import Run

PAGE = 300
NAMED = 10  # pairs and duplicates that are named; the rest is counted


@dataclass(frozen=True)
class Difference:
    """A linked pair whose totals are not the same on both sides. Amounts as text, in `currency` ("" = not said)."""

    ref: RecordRef
    name: str
    entity: str
    external_id: str
    currency: str
    released: tuple[str, str, str]  # net, tax, gross
    quickbooks: tuple[str, str, str]

    @property
    def words(self) -> str:
        """ "INV-1: Re-Leased NZD 115.00 (tax 15.00), QuickBooks NZD 114.99 (tax 14.99)"."""
        ours, theirs = (
            f"{self.currency} {said[2]} (tax {said[1]})".strip() for said in (self.released, self.quickbooks)
        )
        return f"{self.name}: Re-Leased {ours}, QuickBooks {theirs}"


@dataclass(frozen=True)
class Control:
    """What came of it. `duplicates` are the names of records that seem to be there twice, old findings included."""

    checked: int = 0
    duplicates: tuple[str, ...] = ()
    open_apart: tuple[str, ...] = ()  # linked documents of which not the same is open: the headlines of their rows
    differences: tuple[Difference, ...] = ()
    difference_count: int = 0
    is_postponed: bool = False  # a kind that moves money was not read: what this would find need not be so

    @property
    def statement(self) -> str:
        if self.is_postponed:
            return "Duplicates and totals were not checked: the next sync that can read everything does it."
        if self.duplicates:
            count = len(self.duplicates)
            what = "1 suspected duplicate" if count == 1 else f"{count:,} suspected duplicates"
            return f"{what}: {_listed(self.duplicates)}."
        if not self.checked:
            return "No duplicates: no document or payment is new or changed since the last run."
        if self.checked == 1:
            return "No duplicates: 1 new or changed document or payment was checked on both sides."
        return f"No duplicates: {self.checked:,} new or changed documents and payments were checked on both sides."

    @property
    def out_of_balance(self) -> str:
        """Which pairs differ, in total or in what is open, with both figures; "" when both sides agree."""
        parts = (self._totals_apart, f"{_listed(self.open_apart)}." if self.open_apart else "")
        return " ".join(part for part in parts if part)

    @property
    def _totals_apart(self) -> str:
        if not self.difference_count:
            return ""
        pairs = (
            "1 linked pair differs" if self.difference_count == 1 else f"{self.difference_count:,} linked pairs differ"
        )
        more = self.difference_count - len(self.differences)
        named = "; ".join(one.words for one in self.differences) + (f"; and {more:,} more" if more else "")
        return f"The totals of {pairs} and no result says why. {named}."


@dataclass
class _Checked:
    records: int = 0
    duplicates: set[RecordRef] = field(default_factory=set)
    open_apart: dict[RecordRef, OpenBalanceDifference] = field(default_factory=dict)
    later: set[Key] = field(default_factory=set)  # what cannot be compared yet, and stays fresh

    def take(self, found: Sequence[OpenBalanceDifference], later: Sequence[OpenBalanceDifference]) -> None:
        self.open_apart |= {one.ref: one for one in found}
        self.later |= {side.key for one in later for side in (one.ours, one.theirs)}


def check_control(run: Run) -> Control:
    """Check what is fresh, page by page, each in one transaction with what came of it. Raises LeaseLost, ApiError.

    While a document or payment cannot be read, everything stays fresh for the run that can.
    """
    if any(kind.type in MONEY for kind in run.unread_kinds):
        return Control(is_postponed=True)
    checked, known = _Checked(), _open_findings(run)
    before = read_touched(run) if run.writes else {}
    report_unreadable(run)
    apart_before = _recheck_open_balances(run, checked, before)
    with run.ledger() as connection:
        _check_duplicates(
            run, connection, list(_findings_as_figures(connection, run.company.id, known).values()), checked
        )
    while _check_page(run, checked, before):
        pass
    told = _report_open_balances(run, checked, apart_before)
    with run.ledger() as connection:
        balances.mark_fresh(connection, run.company.id, checked.later)
        forget(run, connection, [ref for ref in known if ref not in checked.duplicates])
        links, count = balances.unexplained_pairs(connection, run.company.id, NAMED)
        records.add_todo(connection, run.company.id, [RecordRef(link.type, link.released_id) for link in links])
        pairs = _figures_of(connection, run.company.id, links)
        names = [row.name for row in results.get(connection, run.company.id, sorted(checked.duplicates))]
    differences = tuple(_difference(*pair) for pair in pairs)
    return Control(checked.records, tuple(names), tuple(told.values()), differences, count)


def _recheck_open_balances(run: Run, checked: _Checked, before: Versions) -> list[RecordRef]:
    """The documents that had another balance open after the last run; gives their refs."""
    if not run.writes:
        return []
    with run.database.read() as connection:
        known = balances.findings(connection, run.company.id, OPEN_CODE)
        keys = [(Side.QUICKBOOKS, *ref.external) for ref in known if ref.external is not None]
        record_figures = list(balances.get(connection, run.company.id, keys).values())
        pairs = _figures_of(connection, run.company.id, links_of(connection, run.company.id, record_figures))
        checked.take(*open_findings(run, connection, pairs, before))
    return known


def _report_open_balances(run: Run, checked: _Checked, known: Sequence[RecordRef]) -> dict[RecordRef, str]:
    """Rows for what is open otherwise, and none any more for what agrees again."""
    if not run.writes:
        return {}
    found = list(checked.open_apart.values())
    numbers = look_up_numbers(run, found)
    with run.ledger() as connection:
        told = report_open(run, connection, found, numbers)
        close_findings(run, connection, [ref for ref in known if ref not in told])
    return told


def _check_page(run: Run, checked: _Checked, before: Versions) -> bool:
    """The next fresh figures with their partners; False when there are none."""
    company_id = run.company.id
    with run.ledger() as connection:
        page = balances.fresh(connection, company_id, PAGE)
        if not page:
            return False
        pairs = _figures_of(connection, company_id, links_of(connection, company_id, page))
        agreeing = [link for link, ours, theirs in pairs if agree(ours.figures, theirs.figures)]
        differing = [link for link, ours, theirs in pairs if not agree(ours.figures, theirs.figures)]
        balances.record_differences(connection, company_id, agreeing, differing)
        if run.writes:
            checked.take(*open_findings(run, connection, pairs, before))
        everything = {one.key: one for one in page}
        everything |= {side.key: side for _, *sides in pairs for side in sides}
        _check_duplicates(run, connection, list(everything.values()), checked)
        balances.mark_checked(connection, company_id, everything)
        checked.records += _count(everything.values(), [(ours.key, theirs.key) for _, ours, theirs in pairs])
    return True


def links_of(connection: Connection, company_id: str, found: Sequence[RecordFigures]) -> list[Link]:
    """The links of these records, whichever side they are of; each once."""
    theirs = [(one.entity, one.id) for one in found if one.side is Side.QUICKBOOKS]
    ours = [RecordRef(one.figures.type, one.id) for one in found if one.side is Side.RELEASED]
    links = list(records.links_to(connection, company_id, theirs).values())
    links += [link for some in records.links_of(connection, company_id, ours).values() for link in some]
    return list({(link.type, link.released_id, link.entity): link for link in links}.values())


def _figures_of(
    connection: Connection, company_id: str, links: Sequence[Link]
) -> list[tuple[Link, RecordFigures, RecordFigures]]:
    """Each pair with the figures of both sides, where both are known."""
    keys = [(_released_key(link), _external_key(link)) for link in links]
    known = balances.get(connection, company_id, {key for pair in keys for key in pair})
    return [
        (link, known[ours], known[theirs])
        for link, (ours, theirs) in zip(links, keys, strict=True)
        if ours in known and theirs in known
    ]


def _check_duplicates(run: Run, connection: Connection, found: Sequence[RecordFigures], checked: _Checked) -> None:
    duplicates = duplicates_among(connection, run.company.id, found)
    checked.duplicates |= report(run, connection, duplicates)


def _count(found: Iterable[RecordFigures], pairs: Sequence[tuple[Key, Key]]) -> int:
    """Documents and payments; a pair is one. Credits that are set off are part of others."""
    partners = {ours for ours, _ in pairs}
    return sum(1 for one in found if one.figures.type is not RecordType.ALLOCATION and one.key not in partners)


def _open_findings(run: Run) -> list[RecordRef]:
    with run.database.read() as connection:
        return balances.findings(connection, run.company.id, CODE)


def _findings_as_figures(
    connection: Connection, company_id: str, refs: Sequence[RecordRef]
) -> dict[Key, RecordFigures]:
    keys = [_key(ref) for ref in refs if ref.type in MONEY]
    return balances.get(connection, company_id, keys)


def _key(ref: RecordRef) -> Key:
    return (Side.QUICKBOOKS, *ref.external) if ref.external else (Side.RELEASED, BY_TYPE[ref.type].collection, ref.key)


def _released_key(link: Link) -> Key:
    return Side.RELEASED, BY_TYPE[link.type].collection, link.released_id


def _external_key(link: Link) -> Key:
    return Side.QUICKBOOKS, link.entity, link.external_id


def _difference(link: Link, ours: RecordFigures, theirs: RecordFigures) -> Difference:
    net, tax, gross = (text(value) for value in ours.figures.totals)
    currency = ours.figures.currency or theirs.figures.currency
    told = tuple(text(value) for value in theirs.figures.totals)
    ref = RecordRef(link.type, link.released_id)
    sides = {"released": (net, tax, gross), "quickbooks": (told[0], told[1], told[2])}
    return Difference(ref, ours.figures.name, link.entity, link.external_id, currency, **sides)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
