"""Verifies a company: reads both sides whole, puts the mirror right, draws up control totals. It writes to neither."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from sqlalchemy import Connection

from bot.adapters.meter import Meter
from bot.core.balance.control_totals import PAYABLE, RECEIVABLE
from bot.core.balance.verification import (
    LISTED,
    ContactBalance,
    Item,
    Sample,
    Verification,
    add_up,
    largest,
    reason,
    sample,
)
from bot.core.faults import ApiError, UserError
from bot.core.model import RecordRef, Side
from bot.core.money import ZERO
from bot.core.runs import ApiCalls, Verified
from bot.store import companies
from bot.store.companies import Company
from bot.store.database import UNUSABLE
from bot.store.mirror import balances, control_sums, records
from bot.store.mirror.control_sums import Balance
from bot.store.runs.leases import LeaseLost
from bot.sync.control.duplicates import Duplicate, duplicates_among, in_words
from bot.sync.control.reconcile import Reconciliation, lost, names_of_contacts, reconcile_pairs
from bot.sync.ending import DEAD_GRANT, words_of
from bot.sync.reading import pull
from bot.sync.reading.full_read import FullRead, read_everything
from bot.sync.run.context import Engine
from bot.sync.run.lease import Lease, leased
from bot.sync.run.run import Run, Stopped

LEDGERS = (("receivable", RECEIVABLE, "Customer"), ("payable", PAYABLE, "Vendor"))


def verify(engine: Engine, company_id: str) -> Verification:
    """Raises UserError with words for a person when it cannot be done: the company is unknown or being synced, a side
    cannot be read, or far too much seems gone. Nothing is marked as deleted then.
    """
    with engine.database.read() as connection:
        company = companies.get(connection, company_id)
    if company is None:
        raise UserError(f"{company_id} is not connected. Connect it first: qbo-sync connect {company_id} …")
    try:
        with leased(engine.database, company_id, company.name, engine.new_id()) as lease:
            return _verify(engine, company, lease)
    except LeaseLost:
        raise UserError(f"Another process has taken {company.name} over. Verify it again when that is done.") from None
    except UNUSABLE as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        raise UserError(f"The database cannot be used just now ({kind}). Try again in a minute.") from None


def _verify(engine: Engine, company: Company, lease: Lease) -> Verification:
    meter = Meter(lease.check)
    try:
        run = _open_run(engine, company, lease, meter)
        read = read_everything(run)
    except ApiError as error:
        if error.fault.code in DEAD_GRANT:
            with lease.transaction() as connection:
                companies.change(connection, company.id, needs_reconnect=True)
        raise UserError(words_of(company, error)) from error
    except Stopped:
        raise UserError(f"{company.name}: the verification was told to stop. Nothing was marked as deleted.") from None
    found = _report(run, read, ApiCalls(meter.quickbooks_reads, meter.quickbooks_writes, meter.released))
    with run.ledger() as connection:
        kept = Verified(found.at, found.agrees, found.unexplained, found.drift_count)
        companies.put_verified(connection, company.id, kept)
    return found


def _open_run(engine: Engine, company: Company, lease: Lease, meter: Meter) -> Run:
    released, quickbooks = engine.sides(company, meter)
    company = pull.refresh_company(lease.transaction, company, released)
    run = Run(
        database=engine.database,
        company=company,
        run_id="",
        lease=lease,
        released=released,
        quickbooks=quickbooks,
        facts=pull.facts_of(company, company.preferences),
        clock=engine.clock,
        new_id=engine.new_id,
        pause=engine.pause,
        writes=False,
        stopping=engine.stopping,
    )
    settings = pull.read_settings(run)
    run.facts = pull.facts_of(company, settings.preferences)
    pull.store_tax_codes(run, settings.tax_codes)
    return run


def _report(run: Run, read: FullRead, calls: ApiCalls) -> Verification:
    home = {Side.RELEASED: run.facts.released_currency, Side.QUICKBOOKS: run.facts.home_currency}
    found = Reconciliation(home)
    reconcile_pairs(run, found)
    missing = list(lost(run))
    with run.database.read() as connection:
        items = _items(connection, run, home)
        for item in items:
            _add(found, item)
        totals = add_up(control_sums.sums(connection, run.company.id, home), found.explained)
        ledgers, contacts, contact_count = _ledgers(connection, run.company.id, home)
        duplicates = _duplicates(connection, run.company.id)
    with run.ledger() as connection:
        records.add_todo(connection, run.company.id, [ref for ref, _ in missing])
    return Verification(
        company_id=run.company.id,
        name=run.company.name,
        at=run.clock(),
        timezone=run.company.timezone,
        api_calls=calls,
        totals=totals,
        items=items,
        ledgers=ledgers,
        contacts=contacts,
        contact_count=contact_count,
        drift=tuple(found.drift),
        drift_count=found.drift_count,
        duplicates=duplicates,
        lost=sample([f"{str(ref.type).replace('-', ' ')} {name}" for ref, name in missing]),
        repaired=read.repaired,
        gone=read.gone,
        unexplained=_unexplained(found, home),
        checked=read.checked,
    )


def _items(connection: Connection, run: Run, home: Mapping[Side, str]) -> tuple[Item, ...]:
    found: dict[tuple[Side, str, str, str], Item] = {}
    for one in control_sums.one_sided(connection, run.company.id, home):
        words, explains, attention = reason(one.outcome, one.code, one.is_unlinked, one.to_be_planned)
        key = (one.side, one.kind, one.currency, words)
        before = found.get(key)
        total = before.sums + one.sums if before else one.sums
        names = tuple(dict.fromkeys((*(before.examples if before else ()), *one.examples)))
        found[key] = Item(one.side, one.kind, one.currency, words, total, explains, attention, names)
    return tuple(found[key] for key in sorted(found))


def _add(found: Reconciliation, item: Item) -> None:
    """What is on one side only explains that much of the difference, if it is known why."""
    if item.explains:
        signed = item.sums if item.side is Side.RELEASED else -item.sums
        found.explained[item.kind, item.currency] += signed
    else:
        found.unexplained[item.currency] += largest(item.sums)


def _ledgers(
    connection: Connection, company_id: str, home: Mapping[Side, str]
) -> tuple[tuple[ContactBalance, ...], tuple[ContactBalance, ...], int]:
    """(whole ledgers, contacts whose balances differ, how many these are)."""
    whole: list[ContactBalance] = []
    apart: list[ContactBalance] = []
    count = 0
    for name, signs, party in LEDGERS:
        totals = control_sums.ledger_totals(connection, company_id, signs, party, home)
        whole += _named(name, totals, {})
        some, number = control_sums.contact_balances(connection, company_id, signs, party, home, LISTED)
        apart += _named(name, some, names_of_contacts(connection, company_id, [one.contact for one in some]))
        count += number
    return tuple(whole), tuple(apart), count


def _named(ledger: str, found: Sequence[Balance], names: Mapping[str, str]) -> Iterator[ContactBalance]:
    for one in found:
        name = names.get(one.contact, one.contact)
        yield ContactBalance(ledger, one.contact, name, one.currency, one.released, one.quickbooks)


def _duplicates(connection: Connection, company_id: str) -> Sample:
    """What is in one side twice, and links that are not one to one."""
    duplicates: dict[RecordRef, Duplicate] = {}
    for group in control_sums.all_suspected_duplicates(connection, company_id):
        for duplicate in duplicates_among(connection, company_id, group):
            duplicates.setdefault(duplicate.ref, duplicate)
    words = [in_words(duplicate) for duplicate in duplicates.values()]
    words += [f"{ref} is linked with {count} records" for ref, count in balances.linked_twice(connection, company_id)]
    return sample(words)


def _unexplained(found: Reconciliation, home: Mapping[Side, str]) -> dict[str, Decimal]:
    """By currency; the company's own is always there, if only to say 0.00."""
    return {home[Side.RELEASED]: ZERO, **found.unexplained}
