"""Runs the pre-flight checks: on settings at every run, on lists when they changed, on documents as planned."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.core.choosing import LISTS
from bot.core.model import RecordType, Side
from bot.core.planning.preflight import Finding, Severity, finding, of_duplicates, of_numbers, of_reports, of_settings
from bot.core.spec import RecordSpec
from bot.records import BY_COLLECTION, SPECS
from bot.records.fields.names import is_active
from bot.store.companies import Company
from bot.store.mirror import look_alikes, records
from bot.store.runs import ledger
from bot.sync.reading.pull import facts_of
from bot.sync.run import safety_stop
from bot.sync.run.run import Run, SafetyStop

LIST_SPECS = tuple(spec for spec in SPECS if spec.type in LISTS)
ENTITIES = {"Item": "products and services", "Account": "accounts", "TaxCode": "tax codes", "Class": "classes"}
SIDES = {Side.RELEASED: "Re-Leased", Side.QUICKBOOKS: "QuickBooks"}
DUPLICATES = "duplicate-names"


def before(run: Run, preferences: Mapping[str, Any], todo: Mapping[RecordType, int]) -> list[Finding]:
    """What the settings and the lists say. Lists are looked through only where one of their records has changed."""
    today = run.clock().astimezone(ZoneInfo(run.company.timezone)).date()
    found = of_settings(preferences, run.facts, run.company.observe_only, today)
    with run.database.read() as connection:
        any_numbers = look_alikes.has_any(connection, run.company.id, Side.RELEASED, "invoices")
        found += of_numbers(run.facts, any_numbers)
        known = [one for one in stored(run.company) if one.code == DUPLICATES]
        if any(todo.get(spec.type) for spec in LIST_SPECS):
            known = [one for spec in LIST_SPECS for one in _duplicates(connection, run.company.id, spec)]
    return found + known


def unread(run: Run) -> list[Finding]:
    """The kinds of record that one side does not give, so that what depends on them waits."""
    return [finding(kind.code, kind.words, Severity.WARNS, **kind.context) for kind in run.unread_kinds]


def ahead(run: Run) -> list[Finding]:
    """What a run that writes would stumble over first: for a plan, which does not write itself."""
    found = []
    with run.database.read() as connection:
        if ledger.open_batches(connection, run.company.id) or ledger.open_released(connection, run.company.id):
            found.append(finding("cut-off-run", "what that run was writing", Severity.STOPS))
    try:
        safety_stop.check(run)
    except SafetyStop as stop:
        found.append(finding("safety-stop-ahead", str(stop), Severity.STOPS))
    return found


def documents(run: Run) -> list[Finding]:
    """What the planned documents have in common that keeps them from going out."""
    named = {about for _, about in run.report_groups.groups}
    ids = [(spec.collection, id_) for spec in LIST_SPECS for id_ in named]
    with run.database.read() as connection:
        known = records.get_mirror(connection, run.company.id, Side.RELEASED, ids)
    names = {id_: _called(collection, record.body) for (collection, id_), record in known.items()}
    return of_reports(run.report_groups, names, run.facts)


def of_connection(company: Company, preferences: Mapping[str, Any], today: Any) -> list[Finding]:
    """What is known on the day a company is connected, before anything was read."""
    return of_settings(preferences, facts_of(company, preferences), company.observe_only, today)


def as_json(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    return [asdict(one) for one in findings]


def stored(company: Company) -> list[Finding]:
    """What the last run, or connecting, found: kept beside QuickBooks' preferences."""
    rows = company.preferences.get("preflight") or []
    return [Finding(**{**row, "severity": Severity(row["severity"])}) for row in rows]


def _duplicates(connection: Connection, company_id: str, spec: RecordSpec) -> list[Finding]:
    found = []
    lists = [(Side.RELEASED, spec.collection), *((Side.QUICKBOOKS, entity) for entity in spec.entities)]
    for side, entity in lists:
        names: set[str] = set()
        for ids in look_alikes.shared_names(connection, company_id, side, entity):
            bodies = records.get_mirror(connection, company_id, side, [(entity, id_) for id_ in ids])
            kinds: dict[str, list[str]] = {}
            for record in bodies.values():
                if is_active(record.body) and not record.body.get("archived"):
                    called = _called(entity, record.body) if side is Side.RELEASED else ""
                    name = called or spec.external_name(entity, record.body)
                    kinds.setdefault(str(record.body.get("kind") or ""), []).append(name)
            names |= {shared[0] for shared in kinds.values() if len(shared) > 1}
        if names:
            words = spec.type.plural if side is Side.RELEASED else ENTITIES.get(entity, "records")
            found.append(of_duplicates(SIDES[side], words, names))
    return found


def _called(collection: str, body: Mapping[str, Any]) -> str:
    return BY_COLLECTION[collection].released_name(body)
