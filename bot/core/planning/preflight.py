"""Pre-flight checks: what of both sides' settings and records would make a sync go otherwise than people expect."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.core.faults import explain, planned
from bot.core.model import Direction, Outcome, RecordRef, RecordType
from bot.core.money import ZERO, formatted
from bot.core.planning.steps import Operation, Report, Step
from bot.core.spec import Facts

MOST_NAMED = 3
MOST_GROUPS = 200  # accounts, tax types and currencies that findings tell apart


class Severity(StrEnum):
    STOPS = "stops writing"
    WARNS = "warns"


@dataclass(frozen=True)
class Finding:
    """One thing found before writing. `code` is a row of faults.toml, `touches` says in words what it is about."""

    code: str
    severity: Severity
    what: str
    why: str
    how: str
    touches: str
    count: int = 0
    amount: Decimal | None = None
    currency: str = ""


@dataclass
class ReportGroups:
    """What the reports of one run have in common: (code, what it is about) -> how many documents, and their sum."""

    groups: dict[tuple[str, str], "Group"] = field(default_factory=dict)

    def add(self, report: Report) -> None:
        found = _group_of(report)
        if found is None or (found not in self.groups and len(self.groups) >= MOST_GROUPS):
            return
        self.groups[found] = self.groups.get(found, Group()).plus(report)


@dataclass(frozen=True)
class Group:
    count: int = 0
    amount: Decimal = ZERO
    currencies: frozenset[str] = frozenset()
    latest: str = ""
    names: tuple[str, ...] = ()

    def plus(self, report: Report) -> "Group":
        names = (*self.names, report.name)[:MOST_NAMED]
        currencies = self.currencies | {report.currency}
        latest = max(self.latest, report.context.get("date", ""))
        return Group(self.count + 1, self.amount + (report.amount or ZERO), currencies, latest, names)


def of_settings(preferences: Mapping[str, Any], facts: Facts, observe_only: bool, today: date) -> list[Finding]:
    """What can be seen from QuickBooks' preferences and the company's own settings alone.

    AutoApplyCredit and AutoApplyPayments: developer.intuit.com, preferences: SalesFormsPrefs. Whether bill payments
    are applied automatically, and estimates copied, QuickBooks does not tell a program.
    """
    forms = (preferences.get("preferences") or {}).get("SalesFormsPrefs") or {}
    found = []
    if observe_only:
        found.append(finding("built-in-sync", "everything", Severity.STOPS))
    if facts.sync_from > today:
        found.append(finding("sync-from-ahead", "all documents", sync_from=facts.sync_from.isoformat()))
    if forms.get("AutoApplyCredit") is True:
        found.append(finding("auto-apply-credits", "credit notes"))
    if forms.get("AutoApplyPayments") is True:
        found.append(finding("auto-apply-payments", "payments"))
    if facts.released_currency and facts.released_currency != facts.home_currency and not facts.multicurrency:
        ours, theirs = facts.released_currency, facts.home_currency
        found.append(finding("home-currency-differs", "all documents", currency=ours, other=theirs))
    return found


def of_numbers(facts: Facts, any_numbers: bool) -> list[Finding]:
    return [] if facts.custom_numbers or not any_numbers else [finding("numbers-from-quickbooks", "invoice numbers")]


def of_duplicates(side: str, type_words: str, names: Iterable[str]) -> Finding:
    """Several records of one name on one side: nobody can tell which of them the other side means."""
    listed = sorted(names)
    shown = ", ".join(listed[:MOST_NAMED]) + (" …" if len(listed) > MOST_NAMED else "")
    found = finding("duplicate-names", f"{type_words} in {side}", name=shown, system=side, type=type_words)
    return replace(found, count=len(listed))


def of_reports(report_groups: ReportGroups, names: Mapping[str, str], facts: Facts) -> list[Finding]:
    """One finding for each account, tax type, currency or closed period that keeps documents from going out.

    `names` says how people call the records that are to blame, by their ids.
    """
    found = []
    for (code, about), group in sorted(report_groups.groups.items()):
        currency = next(iter(group.currencies)) if len(group.currencies) == 1 else ""
        called = names.get(about, about)
        one = finding(
            code,
            called or "documents",
            account=called,
            tax=called,
            currency=about,
            count=_documents(group.count),
            amount=f"{currency} {formatted(group.amount)}".strip(),
            date=group.latest,
            closing_date=facts.close_date.isoformat() if facts.close_date else "",
            names=", ".join(group.names) + (" …" if group.count > len(group.names) else ""),
        )
        found.append(replace(one, count=group.count, amount=group.amount, currency=currency))
    return found


def finding(code: str, touches: str, severity: Severity = Severity.WARNS, **context: str) -> Finding:
    explanation = explain(planned(code), context)
    return Finding(code, severity, explanation.what, explanation.why, explanation.how, touches)


def hold_back(step: Step, facts: Facts) -> Step:
    """A document with a class cannot go to a company that keeps none on its lines: better said than sent without it."""
    if facts.classes_on or not isinstance(step, Operation) or step.direction is Direction.INCOMING:
        return step
    if not any(_has_class(line) for line in step.body.get("Line") or []):
        return step
    return Report(
        ref=step.ref,
        outcome=Outcome.FAILED,
        direction=step.direction,
        code="classes-off",
        name=step.name,
        entity=step.entity,
        released_id=step.released_id,
        external_id=step.external_id,
        context={"record": step.name, "name": step.name},
        amount=step.amount,
        currency=step.currency,
    )


def _has_class(line: Mapping[str, Any]) -> bool:
    detail = line.get(str(line.get("DetailType") or ""))
    return isinstance(detail, Mapping) and bool(detail.get("ClassRef"))


def _group_of(report: Report) -> tuple[str, str] | None:
    to_blame = report.cause
    match report.code:
        case "closed-period" if not report.external_id:
            return "books-closed-over-documents", ""
        case "classes-off":
            return "classes-off-for-documents", ""
        case "currency-not-enabled":
            return "currency-not-kept", report.context.get("currency", "")
        case "account-missing" | "missing-parent" if _is(to_blame, RecordType.ACCOUNT):
            return "account-without-partner", to_blame.key if to_blame else ""
        case "tax-missing" | "missing-parent" if _is(to_blame, RecordType.TAX_TYPE):
            return "tax-type-without-partner", to_blame.key if to_blame else ""
    return None


def _is(ref: RecordRef | None, type_: RecordType) -> bool:
    return ref is not None and ref.type is type_


def _documents(count: int) -> str:
    return "1 document" if count == 1 else f"{count} documents"
