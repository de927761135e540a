"""What a test or a demo asks and sets beside the contract: counters, the log of writes, settings."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.released.ledger.lacking import lacks_from
from bot.sandbox.released.ledger.ledger import Ledger
from bot.sandbox.released.ledger.meter import Meter
from bot.sandbox.released.rules.shapes import Collection

UNREADABLE = (403, 500)


def act(meter: Meter, ledgers: Mapping[str, Ledger], method: str, name: str, body: Any) -> dict[str, Any] | None:
    """GET or DELETE `counters` and `writes`; GET or PUT `settings`. None for what is no control.

    Counters: `{"total": n, "calls": {"GET invoices": n, ...}, "answers": {"200": n, ...}}`.
    Writes: `{"writes": [{"at", "deed", "company", "collection", "id", "version"}, ...]}`, oldest first; a deed is
    create, update, settle (an invoice, by a payment or credit) or content.
    Settings: `{"callsPerMinute": n or null, "companies": {id: {"access": bool, "builtInSync": bool, "unreadable":
    {collection: 403 or 500}, "lacks": {"attachments": {"sha256": "absent" or "null"}, ...}}}}`, of which a PUT names
    those to change; it names all that is unreadable or lacking, or {}. Raises ValueError for settings that are not so.
    """
    match method, name:
        case "DELETE", "counters":
            meter.forget_counts()
        case "DELETE", "writes":
            meter.writes.clear()
        case "PUT", "settings":
            _change_settings(meter, ledgers, body)
    match method, name:
        case "GET" | "DELETE", "counters":
            return meter.counters()
        case "GET" | "DELETE", "writes":
            return {"writes": [write.to_json() for write in meter.writes]}
        case "GET" | "PUT", "settings":
            return _settings(meter, ledgers)
    return None


def _settings(meter: Meter, ledgers: Mapping[str, Ledger]) -> dict[str, Any]:
    companies = {
        company_id: {
            "access": ledger.open_to_key,
            "builtInSync": ledger.company["builtInSync"],
            "unreadable": {collection.value: status for collection, status in ledger.unreadable.items()},
            "lacks": ledger.lacks,
        }
        for company_id, ledger in ledgers.items()
    }
    return {"callsPerMinute": meter.calls_per_minute, "companies": companies}


def _change_settings(meter: Meter, ledgers: Mapping[str, Ledger], body: Any) -> None:
    """Checks all of it before it changes any of it."""
    if not isinstance(body, dict) or body.keys() - {"callsPerMinute", "companies"}:
        raise ValueError("settings are callsPerMinute and companies")
    limit = body.get("callsPerMinute", meter.calls_per_minute)
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):
        raise ValueError("callsPerMinute must be a whole number or null")
    companies = body.get("companies", {})
    if not isinstance(companies, dict) or not all(isinstance(switches, dict) for switches in companies.values()):
        raise ValueError("companies are settings by company id")
    for company_id, switches in companies.items():
        if company_id not in ledgers or switches.keys() - {"access", "builtInSync", "unreadable", "lacks"}:
            raise ValueError("companies are known ids with access, builtInSync, unreadable and lacks")
        plain = (switch for name, switch in switches.items() if name not in ("unreadable", "lacks"))
        if not all(isinstance(switch, bool) for switch in plain):
            raise ValueError("access and builtInSync must be true or false")
        _check_unreadable(switches.get("unreadable", {}))
        lacks_from(switches.get("lacks", {}))
    meter.calls_per_minute = limit
    for company_id, switches in companies.items():
        ledger = ledgers[company_id]
        ledger.open_to_key = switches.get("access", ledger.open_to_key)
        if "lacks" in switches:
            ledger.lacks = lacks_from(switches["lacks"])
        if "builtInSync" in switches:
            ledger.set_built_in_sync(switches["builtInSync"])
        if "unreadable" in switches:
            ledger.unreadable = {Collection(name): status for name, status in switches["unreadable"].items()}


def _check_unreadable(broken: Any) -> None:
    if not isinstance(broken, dict) or not all(
        name in list(Collection) and status in UNREADABLE for name, status in broken.items()
    ):
        raise ValueError("unreadable are known collections with the status 403 or 500")
