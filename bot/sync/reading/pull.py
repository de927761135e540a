"""Reads what changed on both sides into the mirror. A cursor moves only when everything up to it is there."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.adapters.quickbooks.wire import BatchItem, QueryReply
from bot.adapters.released.client import Released
from bot.core.answers.shape import is_nameless
from bot.core.faults import ApiError, UserError
from bot.core.model import RecordRef, Side
from bot.core.spec import Facts, RecordSpec
from bot.core.unreadable import is_of_one_kind
from bot.records import BY_COLLECTION, BY_ENTITY, SPECS
from bot.records.attachment import ENTITY
from bot.records.fields.rates import with_rates
from bot.store import companies
from bot.store.companies import Company
from bot.store.mirror import control_sums, records
from bot.store.mirror.records import NormalisedRecord
from bot.sync.reading import normalise
from bot.sync.reading.allocations import put_with_parts
from bot.sync.reading.attachables import with_parts
from bot.sync.reading.settings import company_among, known_zone, refuse_unreadable
from bot.sync.reading.unreadable import require_any, tried, unreadable_settings
from bot.sync.run.run import CHUNK, Run, SafetyStop

log = structlog.get_logger()

READ_SPECS = tuple(spec for spec in SPECS if not spec.part_of)
CDC_ENTITIES = tuple(entity for spec in READ_SPECS for entity in spec.entities if entity != "TaxCode")  # not in CDC
CLOCKS_APART = timedelta(days=1)  # what is said to change later than that is no reading of a clock
OVERLAP = timedelta(minutes=2)  # a change may become visible a little after the time it carries
CDC_MARGIN = timedelta(days=1)
ALL_ROWS = "MAXRESULTS 1000"
SETTINGS_QUERIES = {
    "TaxCode": f"SELECT * FROM TaxCode WHERE Active IN (true, false) {ALL_ROWS}",
    "TaxRate": f"SELECT * FROM TaxRate WHERE Active IN (true, false) {ALL_ROWS}",
    "Preferences": "SELECT * FROM Preferences",
    "CompanyInfo": "SELECT * FROM CompanyInfo",
}


@dataclass(frozen=True)
class Settings:
    """What QuickBooks says of itself, and its tax codes with their rates."""

    preferences: Mapping[str, Any]
    tax_codes: Sequence[Mapping[str, Any]]


def refresh_company(
    transaction: Callable[[], AbstractContextManager[Connection]], company: Company, released: Released
) -> Company:
    """What Re-Leased says of the company today. Switching its built-in sync on must stop our writes at once.

    Raises UserError when the company is gone there, ApiError when it cannot be read.
    """
    about = company_among(released.companies(), company.id)
    if about is None:
        raise UserError(f"Re-Leased does not show {company.name} any more. Check the API key's access to it.")
    fresh = replace(
        company,
        name=str(about.get("name") or company.name),
        timezone=known_zone(str(about.get("timezone") or company.timezone), company.timezone),
        currency=str(about.get("currency") or company.currency),
        observe_only=about.get("builtInSync") is True,
    )
    if fresh != company:
        values = {name: getattr(fresh, name) for name in ("name", "timezone", "currency", "observe_only")}
        with transaction() as connection:
            companies.change(connection, company.id, **values)
    return fresh


def pull_documents_again(run: Run) -> None:
    """The documents of Re-Leased once more, from where their cursors stand by now."""
    with run.database.read() as connection:
        now = companies.get(connection, run.company.id)
    run.company = replace(run.company, cursors=now.cursors if now else run.company.cursors)
    pull_released(run, [spec for spec in READ_SPECS if spec.totals is not None])


def pull_released(run: Run, specs: Sequence[RecordSpec] = READ_SPECS) -> None:
    """Each collection since its own mark; one that cannot be read keeps it. Raises ApiError when none can be read."""
    for spec in specs:
        if (Side.RELEASED, spec.collection) not in run.unread:
            since = (run.company.cursors.get("released") or {}).get(spec.collection)
            at = datetime.fromisoformat(since) if since else None
            tried(run, Side.RELEASED, spec.collection, partial(_pull_collection, run, spec, since), at)
    require_any(run, Side.RELEASED, [spec.collection for spec in READ_SPECS])


def _pull_collection(run: Run, spec: RecordSpec, since: str | None) -> None:
    """The mark moves with each page: the list is in order of modifiedAt, so all up to there is in the mirror.

    It stays where a record came without an id that can be read: the next run is shown it once more.
    """
    any_rows, reached, all_named = False, since, True
    for page in run.released.changed(run.company.id, spec.collection, since, run.clock() + CLOCKS_APART):
        run.raise_if_stopping()
        any_rows = True
        normalised = [normalise.released(spec, body) for body in page]
        all_named = all_named and not any(is_nameless(body["id"]) for body in page)
        instants = [str(body["modifiedAt"]) for body in page if body.get("modifiedAt")]
        reached = max(instants) if all_named and instants else reached
        with run.ledger() as connection:
            changed = put_with_parts(connection, run.company.id, normalised)
            refs = [RecordRef(BY_COLLECTION[record.entity].type, record.id) for record in changed]
            records.add_todo(connection, run.company.id, refs)
            if reached and reached != since:
                _move_released_mark(run, connection, spec.collection, reached)
    if since and not any_rows:
        _refuse_empty_collection(run, spec.collection)


def read_settings(run: Run) -> Settings:
    """Tax codes, their rates, preferences and company info in one call; what a batch refuses is asked alone."""
    items = [
        BatchItem(bid=name, operation="query", entity="", statement=said) for name, said in SETTINGS_QUERIES.items()
    ]
    answers: Mapping[str, Any] = {}
    try:
        answers = run.quickbooks.batch(items, requestid=run.new_id()[:24]).items
    except ApiError as error:
        if error.fault.http_status not in (400, 404, 405):
            raise
    codes = tried(run, Side.QUICKBOOKS, "TaxCode", lambda: _tax_codes(run, answers)) or []
    try:
        rows = {name: _rows(run, name, answers.get(name)) for name in ("Preferences", "CompanyInfo")}
        preferences = {
            "preferences": rows["Preferences"][0] if rows["Preferences"] else run.quickbooks.preferences(),
            "company": rows["CompanyInfo"][0] if rows["CompanyInfo"] else run.quickbooks.company_info(),
        }
    except ApiError as error:
        if not is_of_one_kind(error):
            raise
        raise UserError(f"{run.company.name}: {unreadable_settings(error)}") from error
    refuse_unreadable(*preferences.values())
    return Settings(preferences, codes)


def _tax_codes(run: Run, answers: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A tax code without its rates says nothing that can be matched, so both or neither."""
    rates = _rows(run, "TaxRate", answers.get("TaxRate"))
    return [with_rates(code, rates) for code in _rows(run, "TaxCode", answers.get("TaxCode"))]


def store_tax_codes(run: Run, codes: Iterable[Mapping[str, Any]]) -> None:
    _store(run, [normalise.quickbooks("TaxCode", code) for code in codes])


def facts_of(company: Company, preferences: Mapping[str, Any]) -> Facts:
    """The facts of a company from what QuickBooks said of itself; silence means what a plain company has."""
    prefs = preferences.get("preferences") or {}
    info = preferences.get("company") or {}
    currency = prefs.get("CurrencyPrefs") or {}
    accounting = prefs.get("AccountingInfoPrefs") or {}
    closed = accounting.get("BookCloseDate")
    home = (currency.get("HomeCurrency") or {}).get("value") or company.currency
    per_line, per_form = accounting.get("ClassTrackingPerTxnLine"), bool(accounting.get("ClassTrackingPerTxn"))
    return Facts(
        company_id=company.id,
        sync_from=date.fromisoformat(company.sync_from),
        released_currency=company.currency,
        home_currency=str(home),
        country=str(info.get("Country") or company.country or "NZ").upper(),
        close_date=date.fromisoformat(str(closed)[:10]) if closed else None,
        multicurrency=currency.get("MultiCurrencyEnabled") is True,
        custom_numbers=(prefs.get("SalesFormsPrefs") or {}).get("CustomTxnNumbers") is not False,
        classes_on=per_line is not False or per_form,
        class_per_document=per_form and not per_line,
        bank_account_id=company.bank_account_id,
    )


def store_bodies(run: Run, entity: str, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Put QuickBooks bodies that were read on the way into the mirror."""
    _store(run, [normalise.quickbooks(entity, body) for body in bodies])


def mark_deleted(run: Run, ids: Sequence[tuple[str, str]]) -> None:
    """These QuickBooks records (entity, id) are there no more."""
    _delete(run, ids)


def scope_condition(run: Run, entity: str) -> str:
    """The condition of a query for all records of an entity that are our business."""
    dated = BY_ENTITY[entity].dates[1]
    return f"{dated} >= '{run.company.sync_from}'" if dated else including_inactive(entity).removeprefix(" AND ")


def including_inactive(entity: str) -> str:
    """What a query needs lest it leave inactive names out; "" for documents and files, which are never inactive."""
    return "" if BY_ENTITY[entity].dates[1] or entity == ENTITY else " AND Active IN (true, false)"


def read_all(run: Run, entity: str) -> datetime:
    """Every row of an entity by pages; what is not there any more is marked deleted. Gives the time it began.

    Which rows came is noted in the mirror, not in memory; where the mirror had none before, none can be missing.
    """
    known_before = bool(_unseen(run, entity, "", 1))
    started = None
    for reply in pages(run, entity, scope_condition(run, entity)):
        started = started or reply.time
        if known_before:
            mark_seen(run, entity, [str(body["Id"]) for body in reply.rows])
    if known_before and not has_nameless(run, entity):
        _delete_unseen(run, entity)
    return started or run.clock() - OVERLAP


def has_nameless(run: Run, entity: str) -> bool:
    """One of those that seem gone may be the one whose id could not be read."""
    with run.database.read() as connection:
        return bool(records.find_by_keys(connection, run.company.id, Side.QUICKBOOKS, entity, [normalise.NAMELESS_KEY]))


def mark_seen(run: Run, entity: str, ids: Sequence[str]) -> None:
    """QuickBooks showed these records in this run; noted by its fencing token, which no other run has."""
    with run.ledger() as connection:
        whole = with_parts(connection, run.company.id, [(entity, id_) for id_ in ids])
        control_sums.mark_seen(connection, run.company.id, Side.QUICKBOOKS, whole, run.lease.fence)


def _unseen(run: Run, entity: str, after: str, limit: int) -> list[str]:
    """Ids of living records of the mirror that QuickBooks has not shown in this run, in order."""
    with run.database.read() as connection:
        about = (run.company.id, Side.QUICKBOOKS, entity, run.lease.fence)
        return control_sums.unseen(connection, *about, after, limit)


def _delete_unseen(run: Run, entity: str) -> None:
    after = ""
    while ids := _unseen(run, entity, after, CHUNK):
        after = ids[-1]
        _delete(run, [(entity, id_) for id_ in ids], since=run.company.sync_from)


def pages(run: Run, entity: str, where: str) -> Iterator[QueryReply]:
    """Each page once it is in the mirror."""
    for reply in run.quickbooks.pages(entity, where):
        run.raise_if_stopping()
        _store(run, [normalise.quickbooks(entity, body) for body in reply.rows])
        yield reply


def store_changes(
    run: Run, objects: Mapping[str, Sequence[Mapping[str, Any]]], deleted: Iterable[tuple[str, str]]
) -> None:
    for entity, bodies in objects.items():
        if entity in BY_ENTITY:
            _store(run, [normalise.quickbooks(entity, body) for body in bodies])
    _delete(run, [(entity, id_) for entity, id_ in deleted if entity in BY_ENTITY])


def _delete(run: Run, ids: Sequence[tuple[str, str]], since: str = "") -> None:
    """Documents dated before `since` were not asked for, so that their absence says nothing."""
    with run.database.read() as connection:
        ids = with_parts(connection, run.company.id, ids)
        known = records.get_mirror(connection, run.company.id, Side.QUICKBOOKS, ids)
    gone = [record for record in known.values() if str(record.body.get("TxnDate") or since) >= since]
    _store(run, [normalise.quickbooks(record.entity, record.body, deleted=True) for record in gone])


def _store(run: Run, normalised: Sequence[NormalisedRecord]) -> None:
    if not normalised:
        return
    with run.ledger() as connection:
        changed = put_with_parts(connection, run.company.id, normalised)
        links = records.links_to(connection, run.company.id, [(record.entity, record.id) for record in changed])
        refs = []
        for record in changed:
            link = links.get((record.entity, record.id))
            spec = BY_ENTITY[record.entity]
            unpaired = RecordRef.in_quickbooks(spec.type, record.entity, record.id)
            refs.append(RecordRef(link.type, link.released_id) if link else unpaired)
        records.add_todo(connection, run.company.id, refs)


def _rows(run: Run, name: str, answer: Any) -> list[Mapping[str, Any]]:
    if isinstance(answer, Mapping):
        return list(answer.get("rows") or [])
    if name == "Preferences":
        return [run.quickbooks.preferences()]
    if name == "CompanyInfo":
        return [run.quickbooks.company_info()]
    return list(run.quickbooks.query(SETTINGS_QUERIES[name]).rows)


def set_cursors(run: Run, connection: Any, **moved: Any) -> None:
    current = companies.get(connection, run.company.id)
    if current is not None:
        companies.change(connection, run.company.id, cursors={**current.cursors, **moved})


def _move_released_mark(run: Run, connection: Connection, collection: str, to: str) -> None:
    current = companies.get(connection, run.company.id)
    marks = (current.cursors.get("released") or {}) if current else {}
    set_cursors(run, connection, released={**marks, collection: to})


def _refuse_empty_collection(run: Run, collection: str) -> None:
    """`modifiedSince` is inclusive: the last record known must come again. If even the whole list is empty, stop."""
    if any(True for _ in run.released.changed(run.company.id, collection, None)):
        return
    raise SafetyStop(f"Re-Leased shows no {collection.replace('-', ' ')} at all any more, though there were some.")
