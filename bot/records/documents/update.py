"""An update of a document in QuickBooks: what changed in Re-Leased, over all that QuickBooks holds of it.

QuickBooks keeps a header field that is left out, but a `Line` array replaces every line, and a field that is left out
of a line is cleared. So lines are sent only when one of them changed, and then each with all that QuickBooks has of it:
who pays for it (BillableStatus, CustomerRef), its service date, its class, its text lines in their places.
https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice (sparse update)
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.content import contains
from bot.core.money import ZERO, decimal
from bot.core.planning import update
from bot.core.spec import Body
from bot.records.documents.line_kinds import LineKind, detail_of, kind_of, refuse_special
from bot.records.fields.names import reference

WITH_LINES = ("Line", "TxnTaxDetail", "GlobalTaxCalculation")
PARTIES = ("CustomerRef", "VendorRef")
"""QuickBooks wants the supplier in a sparse update too (Bill, VendorCredit); the customer does no harm."""
CARRIED = frozenset({LineKind.PLAIN, LineKind.DISCOUNT})
OF_THE_AMOUNT = ("Qty", "UnitPrice", "TaxInclusiveAmt", "ItemRef", "AccountRef", "DiscountAccountRef")
"""What a line's amount is made of: where we do not say them anew they are over once its amount or account changes."""


def changed(existing: Body, wanted: Body) -> dict[str, Any]:
    """What to send, without identity; {} when QuickBooks says all of `wanted` already.

    Raises Problem where lines changed and one of QuickBooks' own cannot be written back as it is.
    """
    header = {key: value for key, value in wanted.items() if key not in WITH_LINES}
    result = update.changed(existing, header)
    if not _same_lines(existing, wanted):
        result |= {key: wanted[key] for key in WITH_LINES if key in wanted}
        result["Line"] = merged_lines(existing.get("Line") or [], wanted.get("Line") or [])
    return {**{key: existing[key] for key in PARTIES if key in existing}, **result} if result else {}


def merged_lines(existing: Sequence[Body], wanted: Sequence[Body]) -> list[dict[str, Any]]:
    """The lines of `wanted`, each over the line that it replaces, with QuickBooks' text lines in their places."""
    own = [line for line in existing if kind_of(line) is not LineKind.COMPUTED or line.get("Id")]
    carried = [line for line in own if kind_of(line) in CARRIED]
    refuse_special(own)
    new = [line for line in wanted if kind_of(line) is not LineKind.TEXT or not _has_text(existing, line)]
    partners = _partners(carried, new)
    lines = [
        _over(carried[partners[place]], line) if place in partners else dict(line) for place, line in enumerate(new)
    ]
    return _with_texts(own, partners, lines)


def _same_lines(existing: Body, wanted: Body) -> bool:
    if "Line" not in wanted:
        return True
    texts_known = [line for line in wanted["Line"] if kind_of(line) is LineKind.TEXT]
    ours = [line for line in wanted["Line"] if kind_of(line) is not LineKind.TEXT]
    theirs = [line for line in existing.get("Line") or [] if kind_of(line) not in (LineKind.TEXT, LineKind.COMPUTED)]
    return (
        contains(theirs, ours)
        and all(_has_text(existing.get("Line") or [], line) for line in texts_known)
        and _same_tax(existing.get("TxnTaxDetail"), wanted.get("TxnTaxDetail"))
        and contains(existing.get("GlobalTaxCalculation"), wanted.get("GlobalTaxCalculation"))
    )


def _has_text(lines: Sequence[Body], text: Body) -> bool:
    return any(
        kind_of(line) is LineKind.TEXT and contains(line.get("Description"), text.get("Description")) for line in lines
    )


def _same_tax(existing: Any, wanted: Any) -> bool:
    """The same total, and the same tax for each rate, in whatever order QuickBooks lists them."""
    if not isinstance(wanted, Mapping):
        return True
    existing = existing if isinstance(existing, Mapping) else {}
    return decimal(existing.get("TotalTax")) == decimal(wanted.get("TotalTax")) and (
        not wanted.get("TaxLine") or _by_rate(existing) == _by_rate(wanted)
    )


def _by_rate(detail: Body) -> dict[str, Any]:
    sums: dict[str, Any] = {}
    for line in detail.get("TaxLine") or []:
        rate = reference(detail_of(line), "TaxRateRef")
        sums[rate] = sums.get(rate, ZERO) + decimal(line.get("Amount"))
    return {rate: amount for rate, amount in sums.items() if amount}


def _partners(carried: Sequence[Body], wanted: Sequence[Body]) -> dict[int, int]:
    """Which line of QuickBooks each wanted one replaces: what says the same first, then the one most like it."""
    free, partners = list(range(len(carried))), {}
    for place, line in enumerate(wanted):
        same = next((one for one in free if contains(carried[one], line)), None)
        if same is not None:
            partners[place] = same
            free.remove(same)
    rest = [place for place in range(len(wanted)) if place not in partners]
    likeness = sorted(
        (
            (_likeness(carried[one], wanted[place], one == place), -abs(one - place), -place, one)
            for place in rest
            for one in free
        ),
        reverse=True,
    )
    for points, _, minus_place, one in likeness:
        if points and -minus_place not in partners and one in free:
            partners[-minus_place] = one
            free.remove(one)
    return partners


def _likeness(existing: Body, wanted: Body, same_place: bool) -> int:
    """How sure it is that the one became the other; 0 = it is another line.

    A line keeps its text or its amount, or its account at its place. Where all three changed, somebody took one line
    out and put another one in, and what QuickBooks knows of the first (its service date) is not true of the second.
    """
    if kind_of(existing) is not kind_of(wanted):
        return 0
    names = ("ItemRef", "AccountRef", "DiscountAccountRef")
    told, said = detail_of(existing), detail_of(wanted)
    account = any(reference(told, name) and reference(told, name) == reference(said, name) for name in names)
    words = bool(wanted.get("Description")) and contains(existing.get("Description"), wanted.get("Description"))
    amount = contains(existing.get("Amount"), wanted.get("Amount"))
    return 4 * account + 2 * words + amount if words or amount or (account and same_place) else 0


def _over(existing: Body, wanted: Body) -> dict[str, Any]:
    """The wanted line with all that QuickBooks has of it beside."""
    before, after = str(existing.get("DetailType")), str(wanted.get("DetailType"))
    told = detail_of(wanted)
    stays = contains(existing.get("Amount"), wanted.get("Amount")) and contains(detail_of(existing), told)
    kept = {key: value for key, value in detail_of(existing).items() if stays or key not in OF_THE_AMOUNT}
    outer = {key: value for key, value in existing.items() if key not in (before, "DetailType", "LineNum")}
    return {**outer, **wanted, after: {**kept, **told}}


def _with_texts(own: Sequence[Body], partners: Mapping[int, int], lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Text lines keep their place: behind the line that they stood behind, or before the first."""
    places = {carried: place for place, carried in partners.items()}
    behind: dict[int, list[dict[str, Any]]] = {}
    at, carried = -1, 0
    for line in own:
        if kind_of(line) in CARRIED:
            at, carried = places.get(carried, at), carried + 1
        else:
            behind.setdefault(at, []).append({key: value for key, value in line.items() if key != "LineNum"})
    return [*behind.get(-1, []), *(one for place, line in enumerate(lines) for one in (line, *behind.get(place, [])))]
