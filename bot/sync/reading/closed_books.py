"""Notices that the books were closed, or closed further, while a run was under way, so that it stops trying."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.core.faults import ApiError
from bot.store.runs.ledger import Batch
from bot.sync.reading.settings import refuse_unreadable
from bot.sync.run.run import Run

CLOSED_BOOKS = frozenset({"6200", "6210"})


def refresh_close_date(run: Run, batch: Batch, answers: Mapping[str, Any]) -> None:
    """Reads the closing date again after a refusal that the one we know does not explain; planning then minds it.

    https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/preferences (BookCloseDate)
    """
    refused = [
        str(intent.operation.body.get("TxnDate") or "")
        for intent in batch.intents
        if isinstance(answer := answers.get(intent.bid), ApiError) and answer.fault.code in CLOSED_BOOKS
    ]
    known = run.facts.close_date.isoformat() if run.facts.close_date else ""
    if not any(known < dated for dated in refused):
        return
    try:
        preferences = run.quickbooks.preferences()
        refuse_unreadable(preferences)
    except ApiError:
        return  # the refusal itself is what matters, and is told without the date
    closed = (preferences.get("AccountingInfoPrefs") or {}).get("BookCloseDate")
    run.facts = replace(run.facts, close_date=date.fromisoformat(str(closed)[:10]) if closed else None)
