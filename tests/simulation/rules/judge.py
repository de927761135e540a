"""Judges a history by the two stand-ins' own states and logs, and by what our results say: which rules were broken."""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import select

from bot.core.model import LinkChange, RecordRef, Side
from bot.records import BY_ENTITY, BY_TYPE
from bot.store.database import load
from bot.store.tables import mirror
from bot.sync.ending import Finished
from tests.simulation.rules import agreeing, keeping, losing, writing
from tests.simulation.rules.audit import audit
from tests.simulation.rules.case import DATES, SYNC_FROM, Case, rows_of
from tests.simulation.rules.pairs import DOCUMENTS, NAMES, PAYMENTS, TYPES, Json, Picture, email_of
from tests.simulation.stage import Stage

RULES: tuple[Callable[[Case], Iterator[str]], ...] = (
    writing.once_on_either_side,
    writing.nothing_deleted,
    writing.unlinked_untouched,
    writing.closed_periods_untouched,
    writing.nothing_overwritten_unseen,
    writing.dates_unmoved,
    keeping.nothing_wiped,
    losing.nothing_lost_in_released,
    losing.nothing_lost_in_quickbooks,
    losing.no_file_lost_in_quickbooks,
    agreeing.pairs_agree,
    agreeing.what_we_wrote_is_whole,
    agreeing.balances_agree,
    agreeing.errors_clear,
)


class Judge:
    """Watches a stage. `verdict` gives the broken rules, one sentence each."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.dates: dict[tuple[str, str], set[str]] = {}
        self.alone: dict[tuple[str, str], str] = {}
        self.problems: list[str] = []
        self.saw_people()

    # While it happens

    def saw_people(self) -> None:
        """The dates that people gave, nobody else may give any; and who has which address before it has a partner."""
        picture = Picture(self.stage.sides)
        self.alone |= {
            ("contacts", row["id"]): email_of(row) for row in picture.rows["contacts"] if not row["externalId"]
        }
        for entity in NAMES:
            theirs = picture.books.entity(entity).items()
            self.alone |= {(entity, id_): email_of(one) for id_, one in theirs if (entity, id_) not in picture.partner}
        for (collection, id_), row in picture.released.items():
            if collection in DATES:
                self.dates.setdefault((collection, id_), set()).add(row[DATES[collection]])
        for entity in (*DOCUMENTS, *PAYMENTS):
            for id_, record in picture.books.entity(entity).items():
                self.dates.setdefault((entity, id_), set()).add(record["TxnDate"])

    def run_begins(self) -> None:
        closed = self.stage.sides.books.books.close_date
        self.stage.closed_when_started = closed.isoformat() if closed else ""

    def known_refs(self) -> list[RecordRef]:
        """What a person may name in Slack: what is in Re-Leased, and what is in QuickBooks only."""
        picture = Picture(self.stage.sides)
        ours = [RecordRef(TYPES[name], id_) for name, id_ in picture.released if TYPES[name] in BY_TYPE]
        money = [entity for entity in (*DOCUMENTS, *PAYMENTS, *NAMES) if entity in BY_ENTITY]
        theirs = [picture.ref_of(entity, id_) for entity in money for id_ in picture.books.entity(entity)]
        return sorted({*ours, *theirs})

    def unlinked(self, refs: Sequence[RecordRef], change: LinkChange, propagate: bool) -> None:
        """Everything that refers to what was unlinked, as our mirror knows it, must stop or be named as waiting."""
        told = {*change.changed, *change.cascade, *self.stage.unlinked}
        missing = [ref for ref in self._dependents(set(refs)) if ref not in told]
        self.problems += [f"unlinking {refs[0]} says nothing of {ref}, which depends on it" for ref in missing]
        if propagate:
            left = [ref for ref in change.cascade if ref not in {*change.changed, *self.stage.unlinked}]
            self.problems += [f"unlinking {refs[0]} with all that depends on it left {ref} linked" for ref in left]

    def _dependents(self, refs: set[RecordRef]) -> set[RecordRef]:
        found, grown = set[RecordRef](), set(refs)
        bodies = self._mirrored()
        while grown:
            ids = {ref.key for ref in grown}
            grown = {
                RecordRef(TYPES[name], id_)
                for (name, id_), body in bodies.items()
                if TYPES[name] in BY_TYPE and _takes_part(name, body) and ids & _referred(body)
            } - {*found, *refs}
            found |= grown
        return found

    def _mirrored(self) -> dict[tuple[str, str], Json]:
        with self.stage.disk.database.read() as connection:
            rows = connection.execute(select(mirror).where(mirror.c.side == Side.RELEASED)).all()
        return {(row.entity, row.id): load(row.body) for row in rows if row.entity in TYPES}

    # When all is over

    def verdict(self, finished: Finished) -> list[str]:
        with self.stage.disk.database.read() as connection:
            case = Case(self.stage, Picture(self.stage.sides), rows_of(connection), self.dates, self.alone)
            broken = [*self.problems, *audit(connection, self.stage)]
        for rule in RULES:
            broken += rule(case)
        broken += agreeing.rows_say_why(case, finished)
        broken += agreeing.blue_means_equal(case, finished)
        return list(dict.fromkeys(broken))


def _takes_part(collection: str, body: Json) -> bool:
    date = body.get(DATES.get(collection, ""), SYNC_FROM)
    return bool(date >= SYNC_FROM and body.get("status") not in ("draft", "voided", "reversed"))


def _referred(body: Json) -> set[str]:
    ids = {body.get("contactId"), body.get("ownerId")}
    ids |= {part["invoiceId"] for part in body.get("allocations") or ()}
    for line in body.get("lines") or ():
        ids |= {line["accountId"], line["taxTypeId"], line["trackingOptionId"]}
    return {id_ for id_ in ids if id_}
