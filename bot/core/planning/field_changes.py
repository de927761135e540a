"""Says an update in words: of each field what the side that is written says now, and what it will say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bot.core.content import contains
from bot.core.faults import field_words
from bot.core.model import Direction, RecordType
from bot.core.money import NotMoney, decimal, formatted
from bot.core.planning.steps import FieldChange, Situation, Slot
from bot.core.spec import Lookup, RecordSpec

NOT_SAID = frozenset(
    {"Id", "SyncToken", "sparse", "TxnTaxDetail", "GlobalTaxCalculation", "amountsAre", "netTotal", "AttachableRef"}
)
"""What names the record, and what the lines, the tax and the amount say already."""
LINES = frozenset({"Line", "lines"})
AMOUNT, TAX, APPLIED = "amount", "tax", "what it pays"
WORDS = {"total": AMOUNT, "TotalAmt": AMOUNT, "allocations": APPLIED, "applied": APPLIED, "issueDate": "date"}
MONEY_WORDS = frozenset({AMOUNT, TAX})
DATE_WORDS = frozenset({"date", "due date"})
OWN_LINES = ("SubTotalLineDetail", "TaxLineDetail")  # which QuickBooks adds by itself
LIST_OF = {
    **{"CustomerRef": "Customer", "VendorRef": "Vendor", "ClassRef": "Class", "ItemRef": "Item"},
    **{"AccountRef": "Account", "DepositToAccountRef": "Account", "bankAccountId": "Account"},
}
TYPE_OF = {"contactId": RecordType.CONTACT, "invoiceId": RecordType.INVOICE, "creditNoteId": RecordType.CREDIT_NOTE}
VALUE_LENGTH = 120
LINES_SAID = 6
Body = Mapping[str, Any]


def words_for(spec: RecordSpec, name: str) -> str:
    """What a person calls a field of either side, or a mark of a link: one word for one thing."""
    first = name.partition(".")[0]
    if first in LINES:
        return APPLIED if spec.moves_money else "lines"
    return WORDS.get(first) or field_words(first)


def changes_of(
    spec: RecordSpec, situation: Situation, slot: Slot, direction: Direction, body: Body
) -> tuple[FieldChange, ...]:
    """Each field that the update `body` changes, with what the side that is written has in it. () for no pair."""
    released, external = situation.released, slot.external
    if released is None or external is None:
        return ()
    outgoing = direction is Direction.OUTGOING
    said = _Said(spec, external.body if outgoing else released.body, situation.lookup)
    found = {change.field: change for key, value in body.items() for change in said.changed(key, value)}
    if outgoing and "Line" in body and "TxnTaxDetail" in body:  # QuickBooks adds them up itself
        found |= {change.field: change for change in _sums(spec, slot.entity, released.body, external.body)}
    return tuple(found.values())


@dataclass(frozen=True)
class _Said:
    """What the side that is written says, and how both of its values are put for a person."""

    spec: RecordSpec
    body: Body
    lookup: Lookup

    def changed(self, key: str, wanted: Any) -> Iterator[FieldChange]:
        existing = self.body.get(key)
        if key in LINES:
            existing = [line for line in existing or [] if line.get("DetailType") not in OWN_LINES]
            wanted = [line for line in wanted or [] if line.get("DetailType") not in OWN_LINES]
        if key in NOT_SAID or contains(existing, wanted):
            return
        name = words_for(self.spec, key)
        before, after = self.words(key, name, existing), self.words(key, name, wanted)
        amounts = isinstance(wanted, list) and _amounts(existing) != _amounts(wanted)
        if before == after and isinstance(wanted, list):
            after = f"{after} (another account, tax or class)"
        if before != after:
            yield FieldChange(name, before, after, weighs=amounts or name in MONEY_WORDS | DATE_WORDS)

    def words(self, key: str, name: str, value: Any) -> str:
        if value in (None, "", [], {}):
            return ""
        if isinstance(value, list):
            parts = [self._part(part) if isinstance(part, Mapping) else str(part) for part in value[:LINES_SAID]]
            more = f" and {len(value) - LINES_SAID} more" if len(value) > LINES_SAID else ""
            return ", ".join(parts) + more
        if isinstance(value, Mapping):
            return self._object(key, value)
        if name in DATE_WORDS:
            return _day(value)
        if name in MONEY_WORDS:
            return _money(value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return self._named(key, str(value))

    def _object(self, key: str, value: Body) -> str:
        if "value" in value:
            return self._named(key, str(value["value"] or ""))
        parts = (str(part) for part in value.values() if part and not isinstance(part, Mapping | list))
        return _short(", ".join(parts))

    def _named(self, key: str, id_: str) -> str:
        """The name of what is referred to, as far as it is known; other text as it is."""
        if key in TYPE_OF:
            ours = self.lookup.ours.get((TYPE_OF[key], id_), {})
            return _short(str(ours.get("name") or ours.get("number") or id_))
        body = self.lookup.bodies.get((LIST_OF.get(key, key), id_), {})
        name = next((str(body[field]) for field in ("DisplayName", "Name", "DocNumber") if body.get(field)), "")
        return _short(name or id_)

    def _part(self, line: Body) -> str:
        """A line of a document, or what a payment pays: "Rent 1,500.00", "115.00 to INV-1"."""
        if "invoiceId" in line:
            return f"{_money(line.get('amount'))} to {self._named('invoiceId', str(line['invoiceId']))}"
        linked = line.get("LinkedTxn")
        if isinstance(linked, list) and linked:
            target = linked[0]
            return (
                f"{_money(line.get('Amount'))} to {self._named(str(target.get('TxnType')), str(target.get('TxnId')))}"
            )
        words = str(line.get("Description") or line.get("description") or "no description")
        amount = _line_amount(line)
        return f"{_short(words)} {_money(amount)}" if amount is not None else _short(words)


def _sums(spec: RecordSpec, entity: str, released: Body, external: Body) -> Iterator[FieldChange]:
    if spec.totals is None or spec.external_totals is None:
        return
    ours, theirs = spec.totals(released), spec.external_totals(entity, external)
    for name, before, after in ((AMOUNT, theirs.gross, ours.gross), (TAX, theirs.tax, ours.tax)):
        if before != after:
            yield FieldChange(name, formatted(before), formatted(after), weighs=True)


def _line_amount(line: Body) -> Any:
    return next((line[name] for name in ("Amount", "netAmount", "amount") if line.get(name) is not None), None)


def _amounts(lines: Any) -> list[Decimal]:
    found = [_line_amount(line) for line in lines or [] if isinstance(line, Mapping)]
    try:
        return sorted(decimal(amount) for amount in found if amount is not None)
    except NotMoney:
        return []


def _money(value: Any) -> str:
    try:
        return formatted(value)
    except NotMoney:
        return _short(str(value))


def _day(value: Any) -> str:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return _short(str(value))
    return f"{day.day} {day:%b %Y}"


def _short(text: str) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= VALUE_LENGTH else f"{joined[: VALUE_LENGTH - 1].rstrip()}…"


def in_words(changes: Sequence[FieldChange]) -> str:
    """ "due date 20 Nov 2026 → 4 Dec 2026; note nothing → per lease"; "" for none."""
    return "; ".join(f"{one.field} {one.before or 'nothing'} → {one.after or 'nothing'}" for one in changes)
