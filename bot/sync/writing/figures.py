"""Compares what QuickBooks made of a document with what Re-Leased says: net, tax and gross apart."""

from collections.abc import Mapping
from typing import Any

from bot.core.answers.shape import marks_of
from bot.core.money import ZERO, cents, decimal
from bot.core.planning.steps import Operation, Verb
from bot.core.spec import Facts
from bot.core.totals import Totals, differ
from bot.records import BY_ENTITY
from bot.records.allocation import PAYMENT_OF


def differing(facts: Facts, operation: Operation, answer: Mapping[str, Any]) -> tuple[Totals, Totals] | None:
    """(Re-Leased's, QuickBooks') totals where they differ. US sales tax is QuickBooks' own to compute, and is brought
    back instead; of what is one amount only that amount is compared.
    """
    if operation.verb is Verb.VOID or operation.amount is None or "TotalAmt" not in answer or marks_of(answer):
        return None
    if operation.entity in PAYMENT_OF:
        return None
    spec = BY_ENTITY[operation.entity]
    if operation.totals and spec.external_totals is not None:
        ours, theirs = Totals(*operation.totals), spec.external_totals(operation.entity, answer)
    else:
        amount, answered = cents(operation.amount), decimal(answer["TotalAmt"])
        ours, theirs = Totals(amount, ZERO, amount), Totals(answered, ZERO, answered)
    return (ours, theirs) if differ(ours, theirs, operation.entity in facts.taxed_there) else None
