"""A verification as one living message: whether both sides agree, control totals, and what somebody should look at."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from blocks.kit.kit import Block, Message, actions, button, context, escape, instant, money, section, user
from blocks.kit.words import counted, headline, listed, number
from bot.core.balance.control_totals import Sums
from bot.core.balance.verification import ContactBalance, Drift, Item, KindTotals, Sample, Verification
from bot.core.model import Side
from bot.core.runs import Verified
from bot.core.team.requested_verification import UNDER_WAY, RequestedVerification, VerificationState

SIDES = {Side.RELEASED: "Re-Leased", Side.QUICKBOOKS: "QuickBooks"}
KINDS = {
    **{"Invoice": "Invoices", "Bill": "Bills", "CreditMemo": "Credit notes", "VendorCredit": "Supplier credit notes"},
    **{"Payment": "Receipts", "BillPayment": "Payments out"},
    **{"AppliedCredit": "Credits set off", "AppliedVendorCredit": "Supplier credits set off"},
}
LEDGERS = {"receivable": "Receivable", "payable": "Payable"}
ONE_SIDED = "record on one side only to look at"
SHOWN = 6
"""Of one kind; the rest is counted."""
MOST_TOTALS = 12
MOST_ITEMS = 8
TEXT_CHARS = 2_800
NAME_CHARS = 80
WORDS_CHARS = 200


def asked(one: RequestedVerification) -> Message:
    """The message of a verification in every state; edited from "waiting…" to what it found."""
    lead = _lead(one)
    error = escape(one.error, 600) if one.state is VerificationState.FAILED else ""
    said = headline(one.flag, one.company_name, lead)
    blocks = [section("\n".join(filter(None, [said, error])))]
    found = one.found if one.state is VerificationState.DONE else None
    if found is not None:
        parts = [_unexplained(found), _totals(found.totals), _ledgers(found), _findings(found), _items(found.items)]
        blocks += [section(part) for part in parts if part]
        blocks.append(context(_effort(found)))
    if one.state not in UNDER_WAY:
        blocks += [context(_who(one)), actions(*_buttons(one), block_id=f"verify.{one.id}")]
    text = [headline(one.flag, one.company_name, lead, bold=False), error]
    text += [_unexplained(found, bold=False)] if found else []
    return Message(" · ".join(filter(None, text)), blocks)


def already_verifying(one: RequestedVerification) -> Message:
    """For somebody who asks for one while another is under way."""
    words = headline(one.flag, one.company_name, f"is being verified already, asked for by {user(one.requested_by)}")
    return Message(words, [section(words)])


def last(found: Verified | None) -> str:
    """For lists of companies: when it was verified, and how that went."""
    if found is None:
        return "never verified"
    if found.agrees:
        return f"verified {instant(found.at)}: both sides agree"
    apart = [counted(found.drift, "pair") + (" differs" if found.drift == 1 else " differ")] if found.drift else []
    apart += [f"{_money(found.unexplained)} unexplained"] if any(found.unexplained.values()) else []
    return f"verified {instant(found.at)}: {', '.join(apart) or 'something to look at'}"


def _lead(one: RequestedVerification) -> str:
    match one.state:
        case VerificationState.REQUESTED:
            return "waiting to verify…"
        case VerificationState.VERIFYING:
            return "verifying… both sides are read whole"
        case VerificationState.FAILED:
            return "could not be verified"
        case VerificationState.DONE:
            return f"verified: {_conclusion(one.found)}"


def _conclusion(found: Verification | None) -> str:
    if found is None or found.agrees:
        return "both sides agree"
    counts = (
        (found.drift_count, "pair that differs", "pairs that differ"),
        (found.duplicates.count, "duplicate", ""),
        (found.lost.count, "record overlooked", "records overlooked"),
        (sum(one.count for one in (*found.repaired.values(), *found.gone.values())), "change not heard of", ""),
        (sum(item.sums.count for item in found.items if item.attention), ONE_SIDED, ""),
    )
    several = {"change not heard of": "changes not heard of", ONE_SIDED: "records on one side only to look at"}
    said = [counted(count, noun, more or several.get(noun, "")) for count, noun, more in counts if count]
    return listed(said) or "something to look at"


def _unexplained(found: Verification, bold: bool = True) -> str:
    amount = _money(found.unexplained)
    return f"Unexplained difference: {f'*{amount}*' if bold else amount}"


def _money(amounts: Mapping[str, Decimal]) -> str:
    shown = {currency: amount for currency, amount in amounts.items() if amount} or dict(list(amounts.items())[:1])
    return escape(", ".join(money(amount, currency) for currency, amount in shown.items()), 200) or "0.00"


def _totals(totals: Sequence[KindTotals]) -> str:
    """Where both sides have the same it is said once."""
    lines = [line for one in totals[:MOST_TOTALS] for line in _kind(one)]
    rest = [f"and {counted(len(totals) - MOST_TOTALS, 'more total')}"] if len(totals) > MOST_TOTALS else []
    return _fitting(["*Control totals*", *(lines or ["No documents and payments yet."]), *rest])


def _kind(one: KindTotals) -> Iterator[str]:
    name = f"{KINDS.get(one.kind) or escape(one.kind, 40)} {escape(one.currency, 8)}".strip()
    if one.released == one.quickbooks:
        yield f"✓ {name}: {_sums(one.released)} on both sides"
        return
    yield f"≠ {name}"
    yield f"• Re-Leased: {_sums(one.released)}"
    yield f"• QuickBooks: {_sums(one.quickbooks)}"
    explained = f"unexplained {_sums(one.unexplained)}" if one.unexplained != Sums() else "all of it explained"
    yield f"• difference: {_sums(one.difference)}, {explained}"


def _sums(sums: Sums) -> str:
    """ "151 · 48,210.00 (tax 6,288.26) · open 1,200.00"."""
    tax = f" (tax {sums.tax:,.2f})" if sums.tax else ""
    return f"{number(sums.count)} · {sums.gross:,.2f}{tax} · open {sums.open:,.2f}"


def _ledgers(found: Verification) -> str:
    lines = [_balance(one, LEDGERS.get(one.ledger, "Open")) for one in found.ledgers]
    lines += [_balance(one, f"  {escape(one.name or one.contact, NAME_CHARS)}") for one in found.contacts[:SHOWN]]
    rest = found.contact_count - min(len(found.contacts), SHOWN)
    more = [f"and {counted(rest, 'more contact')} whose balances differ"] if rest > 0 else []
    return _fitting(["*Open balances*", *lines, *more]) if lines else ""


def _balance(one: ContactBalance, name: str) -> str:
    currency = f" {escape(one.currency, 8)}" if one.currency else ""
    if one.released == one.quickbooks:
        return f"✓ {name}{currency}: {one.released:,.2f} on both sides"
    return f"≠ {name}{currency}: {one.released:,.2f} in Re-Leased, {one.quickbooks:,.2f} in QuickBooks"


def _findings(found: Verification) -> str:
    """What somebody should look at, kind by kind."""
    lines: list[str] = []
    if found.drift_count:
        lines.append(
            f"*{counted(found.drift_count, 'linked pair')} that do{'es' * (found.drift_count == 1)} not agree*"
        )
        lines += [_drift(one) for one in found.drift[:SHOWN]]
        lines += _more(found.drift_count, len(found.drift))
    lines += _listed("There twice", found.duplicates)
    lines += _listed("On one side only, without a reason: the next sync takes them", found.lost)
    for side, name in SIDES.items():
        lines += _listed(f"Put right here: {name} had changed without our hearing of it", found.repaired.get(side))
        lines += _listed(f"Not in {name} any more", found.gone.get(side))
    return _fitting(lines)


def _drift(one: Drift) -> str:
    kind = str(one.ref.type).replace("-", " ")
    return f"• {kind} {escape(one.name, NAME_CHARS)}: {escape(one.moved, 40)} moved. {escape(one.words, WORDS_CHARS)}"


def _listed(title: str, found: Sample | None) -> list[str]:
    if found is None or not found.count:
        return []
    names = [f"• {escape(name, WORDS_CHARS)}" for name in found.examples[:SHOWN]]
    return [f"*{title}: {number(found.count)}*", *names, *_more(found.count, len(found.examples))]


def _more(count: int, known: int) -> list[str]:
    rest = count - min(known, SHOWN)
    return [f"and {number(rest)} more"] if rest > 0 else []


def _items(items: Sequence[Item]) -> str:
    """What is on one side only, and why; what nobody has to look at comes last."""
    ordered = sorted(items, key=lambda one: (one.explains, not one.attention))
    lines = [_item(one) for one in ordered[:MOST_ITEMS]]
    rest = [f"and {counted(len(items) - MOST_ITEMS, 'more reason')}"] if len(items) > MOST_ITEMS else []
    return _fitting(["*On one side only*", *lines, *rest]) if lines else ""


def _item(one: Item) -> str:
    kind = KINDS.get(one.kind) or escape(one.kind, 40)
    amount = escape(money(one.sums.gross, one.currency), 60)
    names = [escape(name, 40) for name in one.examples if name] if one.attention else []
    examples = f" ({listed(names)})" if names else ""
    return f"• {kind} in {SIDES[one.side]}: {number(one.sums.count)}, {amount} · {escape(one.reason, 160)}{examples}"


def _effort(found: Verification) -> str:
    checked, calls = found.checked, found.api_calls
    ours, theirs = number(checked.get(Side.RELEASED, 0)), number(checked.get(Side.QUICKBOOKS, 0))
    reads = f"{number(calls.quickbooks_reads)} QuickBooks reads, {number(calls.released)} Re-Leased calls"
    return f"Read {ours} records of Re-Leased and {theirs} of QuickBooks ({reads}). Nothing was written on either side."


def _who(one: RequestedVerification) -> str:
    when = one.found.at if one.found else one.requested_at
    return f"asked for by {user(one.requested_by)} · {instant(when)}"


def _buttons(one: RequestedVerification) -> list[Block]:
    view = button("View results", "open.company", one.company_id, spoken=f"View results of {one.company_name}")
    return [view, button("Verify again", "verify.again", one.company_id, spoken=f"Verify {one.company_name} again")]


def _fitting(lines: Sequence[str]) -> str:
    """Whole lines as many as a section takes: they are escaped already, so none is cut."""
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(kept) + len(line) > TEXT_CHARS:
            return "\n".join([*kept, "…"])
        kept.append(line)
    return "\n".join(kept)
