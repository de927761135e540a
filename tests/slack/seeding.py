"""Puts into a store what a test begins with, as a sync leaves it behind: companies, what is known of records, runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from bot.core.faults import Fault, Side, explain
from bot.core.model import Link, Outcome, RecordRef, RecordType, Result
from bot.core.results import ResultsFilter
from bot.core.runs import CompanyView, Counts, Flag, RunState, RunView, Trigger, Verified
from bot.core.team.posting import Claim
from bot.store import companies
from bot.store.database import Database, to_ms
from bot.store.mirror import records
from bot.store.mirror.records import NormalisedRecord
from bot.store.results import cause_spans, results
from bot.store.runs import runs
from bot.store.tables import cause_spans as spans
from bot.store.team import settings
from bot.store.team.notes import PostedMessage
from bot.store.team.tables import posts, views
from tests.blocks import samples
from tests.slack import mirrored
from tests.slack.mirrored import CUSTOMER_ID, KIOSK_ID, LAKE_ID
from tests.store.thrift import lay_out, share_statements

HARBOUR = "harbour"
KIOSK = RecordRef(RecordType.CONTACT, KIOSK_ID)
LONG_AGO = timedelta(days=2)
"""Longer than anybody looks back for runs to tell of."""
EARLIER = "earlier-"
INSTANTS = ("started_at", "finished_at")
NUMBERS = count(1)


def failing(row: Result, code: str, detail: str = "", **words: str) -> Result:
    """This row as the engine writes it down for a fault. `detail` is what QuickBooks said; "" = nothing was sent."""
    side = Side.QUICKBOOKS if detail else Side.PLAN
    told = explain(
        Fault(code, detail=detail, side=side), {"record": row.name, "name": row.name, "number": row.name, **words}
    )
    answered = f"QuickBooks answered code {code}: {detail}. Trace id 1-abc." if detail else ""
    more = "\n".join(filter(None, (told.why, f"How to fix it: {told.how}", answered)))
    return replace(row, code=code, details=told.what, more_detail=more, outcome=Outcome.FAILED, linked=True)


def put_right(row: Result) -> Result:
    """The same record after a sync that went well."""
    return replace(row, outcome=Outcome.UPDATED, code="", details="", more_detail="", cause=None)


def kiosk_row(code: str = "archived-contact", detail: str = "", **changes: Any) -> Result:
    about = {"ref": KIOSK, "name": "Kiosk Ltd", "released_id": KIOSK_ID, "entity": "Customer"}
    return failing(samples.result(0, **{**about, "external_id": CUSTOMER_ID, "amount": None, **changes}), code, detail)


def held_up(code: str = "failing-parent", parent: RecordRef = KIOSK, name: str = "Kiosk Ltd") -> list[Result]:
    """Twenty-eight records that wait for one: five payments and twenty-three invoices."""
    rows = []
    for place, kind in enumerate([RecordType.PAYMENT] * 5 + [RecordType.INVOICE] * 23, start=1):
        ref = RecordRef(kind, f"held-{place}")
        row = samples.result(place, ref=ref, released_id=ref.key, external_id="", cause=parent)
        words = {"parent": f"{parent.type.noun} {name} ({parent.key})", "parent_type": parent.type.noun}
        rows.append(replace(failing(row, code, **words), outcome=Outcome.WAITING))
    return rows


def fine_row(place: int) -> Result:
    return put_right(samples.result(place, external_id=str(place), linked=True))


@cache
def _empty() -> bytes:
    return _made(lambda connection: None)


@cache
def _harbour(is_calm: bool) -> bytes:
    """Harbour is red: Kiosk Ltd, which is inactive in QuickBooks, holds up 28 records of 120. Made once.

    Calm = it is blue, and nothing needs attention.
    """
    return _made(lambda connection: _lay_out_harbour(connection, is_calm))


def _made(lay: Callable[[Connection], None]) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "store.sqlite3"
        lay_out(file)
        database = Database(f"sqlite:///{file}")
        with database.write() as connection:
            lay(connection)
        database.close()
        return file.read_bytes()


def _lay_out_harbour(connection: Connection, is_calm: bool) -> None:
    held, fine = held_up(), [fine_row(place) for place in range(29, 120)]
    flag = Flag.BLUE if is_calm else Flag.RED
    _add_company(connection, samples.company(flag=flag))
    inactive = mirrored.party("Customer", CUSTOMER_ID, "Kiosk Limited", Active=False)
    known = [*(mirrored.record_of(row, KIOSK_ID) for row in held), *(mirrored.record_of(row) for row in fine)]
    lake = mirrored.contact(LAKE_ID, "Lake Trust", email=None)
    records.put_mirror(connection, HARBOUR, [mirrored.contact(), lake, inactive, *filter(None, known)])
    records.put_link(connection, HARBOUR, Link(RecordType.CONTACT, KIOSK_ID, "Customer", CUSTOMER_ID))
    rows = [kiosk_row(), *held, *fine]
    results.record(connection, HARBOUR, EARLIER + HARBOUR, [put_right(row) for row in rows] if is_calm else rows)
    _was_synced(connection, HARBOUR, flag, 0)


def _add_company(connection: Connection, view: CompanyView) -> None:
    settings.put(connection, view.id, {"digest": "off"})  # or every test of a Monday would get one
    companies.add(
        connection,
        view.id,
        name=view.name,
        timezone=view.timezone,
        currency=view.currency,
        sync_from="2026-01-01",
        realm=view.id,
        connected_at=to_ms(view.connected_at or samples.NOW),
        last_clean_at=to_ms(view.last_clean_at or samples.NOW),
        flag=view.flag,
        channel_id=view.channel_id,
    )


def _was_synced(connection: Connection, company_id: str, flag: Flag | None, at: int) -> None:
    run_id = EARLIER + company_id
    runs.request(connection, run_id, company_id, Trigger.SCHEDULE, "", at)
    runs.change(connection, run_id, at, state=RunState.FINISHED, flag=flag, started_at=at, finished_at=at)
    companies.change(connection, company_id, last_run_id=run_id)
    _note_causes(connection, company_id, at)


def _note_causes(connection: Connection, company_id: str, at: int) -> None:
    """Which there are, as the engine writes it down at the end of a run."""
    cause_spans.note(connection, company_id, at, results.NeedingAttention(connection, company_id))


@dataclass(frozen=True)
class Store:
    """The store behind a bot: what a test puts there, and what it finds there afterwards."""

    database: Database
    clock: Callable[[], datetime]

    @classmethod
    def at(cls, file: Path, clock: Callable[[], datetime], number: int, is_calm: bool = False) -> "Store":
        """With so many companies, Harbour the first of them; the others are blue and empty."""
        file.write_bytes(_harbour(is_calm) if number else _empty())
        store = cls(Database(f"sqlite:///{file}"), clock)
        share_statements(store.database.engine)
        with store.database.write() as connection:
            if number:
                at = to_ms(clock() - LONG_AGO)
                runs.change(connection, EARLIER + HARBOUR, at, requested_at=at, started_at=at, finished_at=at)
                connection.execute(update(spans).values(opened_at=at))
            for place in range(1, number):
                store._add(connection, samples.company(f"Lakeside {place}", Flag.BLUE, id=f"lakeside-{place}"))
        return store

    # Companies

    def add(self, view: CompanyView, rows: Sequence[Result] = ()) -> None:
        with self.database.write() as connection:
            self._add(connection, view, rows)

    def _add(self, connection: Connection, view: CompanyView, rows: Sequence[Result] = ()) -> None:
        _add_company(connection, view)
        results.record(connection, view.id, EARLIER + view.id, rows)
        if view.last_run is not None:
            _was_synced(connection, view.id, view.flag, to_ms(self.clock() - LONG_AGO))

    def change_company(self, company_id: str = HARBOUR, **values: Any) -> None:
        with self.database.write() as connection:
            companies.change(connection, company_id, **values)

    def was_verified(self, found: Verified) -> None:
        with self.database.write() as connection:
            companies.put_verified(connection, HARBOUR, found)

    # Results and what is known of their records

    def rows(self, company_id: str = HARBOUR) -> list[Result]:
        """The newest first."""
        with self.database.read() as connection:
            return list(results.every(connection, ResultsFilter(company_id), "UTC"))

    def put(self, rows: Sequence[Result], company_id: str = HARBOUR) -> None:
        """These are the results from now on, and no others."""
        known = {row.ref: row for row in self.rows(company_id)}
        new = [replace(row, released_url="", external_url="") for row in rows]
        gone, changed = known.keys() - {row.ref for row in new}, [row for row in new if known.get(row.ref) != row]
        with self.database.write() as connection:
            results.forget(connection, company_id, list(gone))
            results.record(connection, company_id, EARLIER + company_id, changed)
            records.set_linked(connection, company_id, [row.ref for row in changed if row.linked])
            unlinked = [row.ref for row in changed if not row.linked]
            records.set_unlinked(connection, company_id, unlinked, "a test", to_ms(self.clock()))

    def add_rows(self, *rows: Result, contact_id: str = LAKE_ID) -> None:
        """Besides those that are there, of this contact's."""
        self.hear(*filter(None, (mirrored.record_of(row, contact_id) for row in rows)))
        self.put(list({row.ref: row for row in (*self.rows(), *rows)}.values()))

    def go_through(self, count: int) -> None:
        """So many of what Kiosk Ltd holds up are put right, its five payments first."""
        held = [row.ref for row in self.rows() if row.cause == KIOSK][:count]
        self.put([put_right(row) if row.ref in held else row for row in self.rows()])

    def hear(self, *heard: NormalisedRecord) -> None:
        """What a side says of records."""
        with self.database.write() as connection:
            records.put_mirror(connection, HARBOUR, heard)

    def drop_link(self, link: Link) -> None:
        with self.database.write() as connection:
            records.drop_links(connection, HARBOUR, [link])

    def put_link(self, link: Link) -> None:
        with self.database.write() as connection:
            records.put_link(connection, HARBOUR, link)

    def note_causes(self) -> None:
        """Those that there are by now are known."""
        with self.database.write() as connection:
            _note_causes(connection, HARBOUR, to_ms(self.clock()))

    # Runs

    def runs(self) -> list[RunView]:
        """Those that were asked for since the test began."""
        with self.database.read() as connection:
            return [run for run in runs.changed_since(connection, 0) if not run.run_id.startswith(EARLIER)]

    def change_run(self, run_id: str, **changes: Any) -> None:
        """As a worker does while it runs."""
        values = {name: to_ms(value) if name in INSTANTS else value for name, value in changes.items()}
        with self.database.write() as connection:
            runs.change(connection, run_id, to_ms(self.clock()), **values)

    def finish(self, run_id: str, flag: Flag = Flag.BLUE, **changes: Any) -> None:
        """As the engine ends a run. After a blue one nothing needs attention."""
        with self.database.read() as connection:
            run = runs.get(connection, run_id)
        assert run is not None
        at = to_ms(self.clock())
        with self.database.write() as connection:
            if flag is Flag.BLUE:
                needing = results.needing_attention(connection, run.company_id)
                results.record(connection, run.company_id, run_id, [put_right(row) for row in needing])
            _note_causes(connection, run.company_id, at)
            failed, waiting = results.count_needing_attention(connection, run.company_id)
            clean = {"last_clean_at": at} if flag is Flag.BLUE else {}
            companies.change(connection, run.company_id, flag=flag, last_run_id=run_id, needs_reconnect=False, **clean)
            counts = Counts(created=3, updated=12, failed=failed, waiting=waiting)
            ended = {"state": RunState.FINISHED, "flag": flag, "finished_at": at, "counts": counts}
            runs.change(connection, run_id, at, **{**ended, **changes})

    def sync(self, rows: Sequence[Result] | None = None, flag: Flag = Flag.BLUE, **changes: Any) -> None:
        """A run of Harbour's schedule ends, with these rows or with those that are there."""
        run_id, now = f"scheduled-{next(NUMBERS)}", to_ms(self.clock())
        with self.database.write() as connection:
            assert runs.request(connection, run_id, HARBOUR, Trigger.SCHEDULE, "", now)
        if rows is not None:
            self.put(rows)
        self.finish(run_id, flag, **changes)

    def was_synced(self, rows: Sequence[Result], flag: Flag = Flag.RED) -> None:
        """Harbour's last run, which nobody is told of any more, ended like this."""
        self.put(rows)
        run_id, at = EARLIER + HARBOUR, to_ms(self.clock() - LONG_AGO)
        with self.database.write() as connection:
            _note_causes(connection, HARBOUR, at)
            companies.change(connection, HARBOUR, flag=flag)
            runs.change(connection, run_id, at, flag=flag)

    def calm(self) -> None:
        """Nothing needs attention."""
        self.was_synced([put_right(row) for row in self.rows()], Flag.BLUE)

    # What the bot wrote down

    def posted(self) -> dict[str, PostedMessage]:
        """Messages of ours that stand in Slack, by their keys."""
        with self.database.read() as connection:
            rows = connection.execute(select(posts).where(posts.c.ts != "")).all()
        return {row.key: PostedMessage(row.key, row.channel_id, row.ts, row.digest) for row in rows}

    def claims(self) -> dict[str, Claim]:
        """Messages that somebody is posting."""
        with self.database.read() as connection:
            rows = connection.execute(select(posts).where(posts.c.ts == "")).all()
        return {row.key: Claim.parse(row.digest, datetime.fromtimestamp(row.at / 1000, UTC)) for row in rows}

    def views(self) -> list[str]:
        """Ids of what messages and windows remember."""
        with self.database.read() as connection:
            return list(connection.execute(select(views.c.id)).scalars())

    def forget(self, table: Table) -> None:
        """Everything that stands in it."""
        with self.database.write() as connection:
            connection.execute(delete(table))
