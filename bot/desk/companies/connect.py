"""Connects a Re-Leased company with a QuickBooks company: checks both sides, keeps the grant, notes what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.adapters.meter import Meter
from bot.adapters.quickbooks.oauth import TokenSet
from bot.core.faults import UserError
from bot.core.planning.preflight import Finding
from bot.desk.companies.vault import Vault
from bot.store import companies
from bot.store.companies import Company
from bot.store.database import to_ms
from bot.sync.planning import preflight
from bot.sync.reading import pull
from bot.sync.run.context import Engine

ONE_ZONE = {"NZ": "Pacific/Auckland", "GB": "Europe/London", "UK": "Europe/London", "IE": "Europe/Dublin"}
"""Countries of Re-Leased whose days begin at one time everywhere, or nearly."""


@dataclass(frozen=True)
class Connected:
    """What was connected; `notes` are sentences for the person who did it."""

    company: Company
    quickbooks_name: str
    bank_account: str
    notes: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


def connect(engine: Engine, vault: Vault, company_id: str, realm: str, tokens: TokenSet) -> Connected:
    """Raises UserError when the company is unknown to Re-Leased or paired with another realm, ApiError by a side."""
    known = _paired(engine, company_id, realm)
    draft = _draft(company_id, realm, engine.clock())
    released, _ = engine.sides(draft, Meter())
    found = {str(one["id"]): one for one in released.companies()}
    if company_id not in found:
        listed = ", ".join(sorted(found)) or "none"
        raise UserError(f"Re-Leased does not know the company {company_id}. It knows: {listed}.")
    with vault.on_trial(realm, tokens):
        _, quickbooks = engine.sides(draft, Meter())
        preferences: dict[str, Any] = {"preferences": quickbooks.preferences(), "company": quickbooks.company_info()}
        banks = quickbooks.query("SELECT * FROM Account WHERE AccountType = 'Bank' ORDERBY Id MAXRESULTS 1").rows
    about = found[company_id]
    values = _values(about, realm, preferences, banks)
    findings = _findings(replace(draft, **values), preferences, engine.clock())
    preferences["preflight"] = preflight.as_json(findings)
    with engine.database.write() as connection:
        if known is None:
            companies.add(connection, company_id, connected_at=to_ms(engine.clock()), **values)
            companies.change(connection, company_id, preferences=preferences)
        else:
            companies.change(connection, company_id, needs_reconnect=False, preferences=preferences, **values)
        company = companies.get(connection, company_id)
    if company is None:
        raise UserError(f"{company_id} could not be stored.")
    bank = str(banks[0].get("Name")) if banks else ""
    return Connected(
        company,
        str(preferences["company"].get("CompanyName") or realm),
        bank,
        _notes(company, about, bank),
        tuple(findings),
    )


def _paired(engine: Engine, company_id: str, realm: str) -> Company | None:
    with engine.database.read() as connection:
        known, other = companies.get(connection, company_id), companies.by_realm(connection, realm)
    if known is not None and known.realm != realm:
        raise UserError(
            f"{known.name} is paired with the QuickBooks company {known.realm} for good; "
            f"it cannot be moved to {realm}. Reconnect it with the realm it has."
        )
    if other is not None and other.id != company_id:
        raise UserError(f"The QuickBooks company {realm} is already paired with {other.name} ({other.id}).")
    return known


def _draft(company_id: str, realm: str, now: datetime) -> Company:
    """Stands for the company until it is stored: the adapters need its ids only."""
    blank = {name: "" for name in ("country", "currency", "bank_account_id", "channel_id", "schedule")}
    return Company(
        id=company_id,
        name=company_id,
        timezone="UTC",
        sync_from=date.min.isoformat(),
        realm=realm,
        observe_only=False,
        needs_reconnect=False,
        connected_at=to_ms(now),
        flag=None,
        last_clean_at=None,
        last_run_id=None,
        cursors={},
        preferences={},
        **blank,
    )


def _values(
    about: Mapping[str, Any], realm: str, preferences: Mapping[str, Any], banks: list[dict[str, Any]]
) -> dict[str, Any]:
    sync_from = str(about.get("syncFrom") or datetime.now(UTC).date().replace(month=1, day=1).isoformat())
    try:
        date.fromisoformat(sync_from)
    except ValueError:
        raise UserError(f"Re-Leased gives {sync_from!r} as the date to sync from, which is no date.") from None
    return {
        "name": str(about.get("name") or about["id"]),
        "country": str(about.get("country") or ""),
        "timezone": _timezone(about),
        "currency": str(about.get("currency") or ""),
        "sync_from": sync_from,
        "realm": realm,
        "observe_only": about.get("builtInSync") is True,
        "bank_account_id": str(banks[0]["Id"]) if banks else "",
    }


def _timezone(about: Mapping[str, Any]) -> str:
    """That of the company; where Re-Leased gives none that is known, that of a country with one only, else UTC."""
    told = str(about.get("timezone") or "")
    try:
        return ZoneInfo(told).key if told else ONE_ZONE.get(str(about.get("country")), "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ONE_ZONE.get(str(about.get("country")), "UTC")


def _findings(company: Company, preferences: Mapping[str, Any], now: datetime) -> list[Finding]:
    return preflight.of_connection(company, preferences, now.astimezone(ZoneInfo(company.timezone)).date())


def _notes(company: Company, about: Mapping[str, Any], bank: str) -> tuple[str, ...]:
    facts = pull.facts_of(company, company.preferences)
    notes = [f"Documents dated before {company.sync_from} stay out."]
    if company.observe_only:
        notes.append(
            "Re-Leased's built-in QuickBooks sync is on for this company, so qbo-sync only observes: "
            "it reads, compares and explains, and writes nothing. Two writers would post everything twice."
        )
    if not isinstance(about.get("builtInSync"), bool):
        notes.append(
            "Re-Leased does not say whether its built-in QuickBooks sync is on for this company: make sure that it is "
            "off. Two writers would post everything twice."
        )
    if about.get("timezone") != company.timezone:
        notes.append(
            f"Re-Leased gives no time zone that is known: days and schedules are those of {company.timezone}. "
            "Have the time zone put right in Re-Leased and connect the company again if that is wrong."
        )
    if not about.get("syncFrom"):
        notes.append("Re-Leased gives no date to sync from, so it is the first day of this year.")
    if not bank:
        notes.append("QuickBooks has no active bank account; payments out will need one.")
    if company.currency and facts.home_currency and company.currency != facts.home_currency:
        notes.append(
            f"Re-Leased keeps this company in {company.currency}, QuickBooks in {facts.home_currency}: check the pair."
        )
    if not facts.custom_numbers:
        notes.append("QuickBooks numbers sales forms itself here; its numbers will be written back to Re-Leased.")
    notes.append(
        "QuickBooks does not tell whether it applies bill payments by itself: look under Account and settings, "
        "Advanced, Automation, and switch that off before the first sync."
    )
    if facts.close_date:
        notes.append(f"The books are closed up to {facts.close_date.isoformat()}; nothing dated until then is touched.")
    return tuple(notes)
