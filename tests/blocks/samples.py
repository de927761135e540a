"""Values to draw: companies, runs, causes and results of any number, ordinary or hostile."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zlib import crc32

from bot.core.balance.control_totals import Sums
from bot.core.balance.verification import ContactBalance, Drift, Item, KindTotals, Sample, Verification
from bot.core.model import Direction, Outcome, RecordRef, RecordType, Result, Side
from bot.core.results import Cause
from bot.core.runs import ApiCalls, CompanyStatus, CompanyView, Counts, Flag, RunState, RunView, Trigger
from bot.core.team.requested_verification import RequestedVerification, VerificationState
from tests.rarely import rarely

NOW = datetime(2026, 11, 22, 9, 14, tzinfo=UTC)
HOSTILE = (
    "<!channel> <!here> <@U0ANA>",
    "*bold* <https://evil.example|Approve>",
    "'; DROP TABLE links; --",
    "👩‍👩‍👧 Ünïcødé 🏢🏢",
    "\u202eevil\u202c שלום עולם مرحبا \u200b\u200fhidden",
    "`open back-tick and ```fence",
    "&amp; & &lt; <b>x</b> _under_ ~gone~",
    "line\nbreak\r\n\ttab \x00\x1b[31m null",
    "",
    "   ",
)
TYPES = tuple(RecordType)[:9]
"""Those of the sample results: tests count how many there are of each."""
ALWAYS = (0, 6, 7)
"""Of the hostile ones, those that each test tries; the rest are for the long run."""
LONG = "Kiosk & Sons <Holdings> of the very long name " * 12
HOSTILE_CASES = [text if place in ALWAYS else rarely(text)[0] for place, text in enumerate(HOSTILE)]
TEXTS = [None, LONG, *HOSTILE_CASES]
"""For a parametrize."""


def company(name: str = "Harbour City Property", flag: Flag | None = Flag.RED, **changes: object) -> CompanyView:
    status = {Flag.RED: CompanyStatus.HAS_ERRORS, Flag.BLUE: CompanyStatus.SYNCED}.get(flag, CompanyStatus.IN_PROGRESS)
    values: dict[str, object] = {
        "id": f"co-{crc32(name.encode())}" if name != "Harbour City Property" else "harbour",
        "name": name,
        "status": status,
        "flag": flag,
        "timezone": "Pacific/Auckland",
        "currency": "NZD",
        "connected_at": NOW - timedelta(days=90),
        "last_clean_at": NOW - timedelta(days=1),
        "needs_attention": 31 if flag is Flag.RED else 0,
        "last_run": run(name=name, flag=flag),
    }
    return CompanyView(**{**values, **changes})  # type: ignore[arg-type]


def run(name: str = "Harbour City Property", flag: Flag | None = Flag.BLUE, **changes: object) -> RunView:
    values: dict[str, object] = {
        "run_id": "run-1",
        "company_id": "harbour",
        "company_name": name,
        "state": RunState.FINISHED,
        "flag": flag,
        "trigger": Trigger.PERSON,
        "requested_by": "U0ANA",
        "requested_at": NOW - timedelta(seconds=15),
        "started_at": NOW - timedelta(seconds=14),
        "finished_at": NOW,
        "counts": Counts(created=3, updated=12, failed=31 if flag is Flag.RED else 0),
    }
    return RunView(**{**values, **changes})  # type: ignore[arg-type]


def result(place: int = 0, **changes: object) -> Result:
    failed = place % 3 == 0
    kind = TYPES[place % len(TYPES)]
    values: dict[str, object] = {
        "at": NOW - timedelta(minutes=place),
        "ref": RecordRef(kind, f"{place:08d}-aaaa-bbbb-cccc-0123456789ab"),
        "name": f"INV-{2041 + place}",
        "released_id": f"{place:08d}-aaaa-bbbb-cccc-0123456789ab",
        "entity": "Invoice",
        "external_id": "" if failed else str(1000 + place),
        "direction": Direction.OUTGOING if place % 2 else Direction.INCOMING,
        "outcome": Outcome.WAITING if failed else Outcome.CREATED,
        "code": "6240" if failed else "",
        "details": "Waits for contact Kiosk Ltd (archived)" if failed else "",
        "more_detail": "Fault 6240\nintuit_tid: 1-abc",
        "linked": place % 4 != 1,
        "amount": Decimal("1250.5"),
        "currency": "NZD",
        "released_url": f"https://app.re-leased.com/invoices/{place}",
        "external_url": "" if failed else f"https://app.qbo.intuit.com/app/invoice?txnId={1000 + place}",
    }
    return Result(**{**values, **changes})  # type: ignore[arg-type]


def results(count: int, text: str | None = None) -> tuple[Result, ...]:
    """`text` stands in every place that comes from outside."""
    if text is None:
        return tuple(result(place) for place in range(count))
    return tuple(
        result(place, name=text, details=text, more_detail=text, external_id=text, entity=text, code=text)
        for place in range(count)
    )


def cause(place: int = 0, text: str | None = None, **changes: object) -> Cause:
    ref = RecordRef(RecordType.CONTACT, f"kiosk-{place}")
    values: dict[str, object] = {
        "ref": ref,
        "code": "6240",
        "name": text if text is not None else "Kiosk Ltd",
        "headline": text if text is not None else "Kiosk Ltd is inactive in QuickBooks",
        "why": text if text is not None else "QuickBooks takes no documents for an inactive customer.",
        "how": text if text is not None else "Make it active again in QuickBooks, then retry.",
        "fix": ("retry", "relink", "none", "adopt", "rename", "choose", "reconnect", "resume")[place % 8],
        "move": "you, in QuickBooks",
        "partner": (text or "It may be INV-1 in QuickBooks: same number.") if place % 8 == 3 else "",
        "released_url": "https://app.re-leased.com/contacts/kiosk",
        "held_up": {RecordType.INVOICE: 23, RecordType.PAYMENT: 5},
        "refs": (ref,),
        "amount": Decimal("48210"),
        "currency": "NZD",
        "external_url": "https://app.qbo.intuit.com/app/customerdetail?nameId=12",
    }
    return Cause(**{**values, **changes})  # type: ignore[arg-type]


def verification(text: str | None = None, count: int = 1, **changes: object) -> Verification:
    """With `count` findings of each kind, and twice as many pairs that differ."""
    name = text if text is not None else "INV-2041"
    ref, sums = (
        RecordRef(RecordType.INVOICE, "i-1"),
        Sums(3, Decimal("100"), Decimal("15"), Decimal("115"), Decimal("5")),
    )
    found = Sample(count, (name,) * min(count, 40))
    balance = ContactBalance("receivable", "c-1", name, "NZD", Decimal("5"), Decimal("0"))
    item = Item(Side.RELEASED, "Invoice", "NZD", "Needs attention: a reason", sums, True, True, (name,))
    values: dict[str, object] = {
        **{"company_id": "harbour", "name": "Harbour City Property", "at": NOW, "timezone": "Pacific/Auckland"},
        "api_calls": ApiCalls(12, 0, 34),
        "totals": (KindTotals("Invoice", "NZD", sums, Sums()), KindTotals("Bill", "NZD", sums, sums)),
        "items": (item,) * count,
        "ledgers": (balance, replace(balance, ledger="payable", quickbooks=Decimal("5"))),
        **{"contacts": (balance,) * min(count, 40), "contact_count": count},
        "drift": (Drift(ref, name, "Invoice", "12", "QuickBooks", "The next sync brings it in."),) * min(2 * count, 40),
        **{"drift_count": 2 * count, "duplicates": found, "lost": found},
        "repaired": {Side.RELEASED: found, Side.QUICKBOOKS: found},
        "gone": {Side.RELEASED: Sample(), Side.QUICKBOOKS: found},
        "unexplained": {"NZD": Decimal("5.00") if count else Decimal(0)},
        "checked": {Side.RELEASED: 1204, Side.QUICKBOOKS: 1198},
    }
    return Verification(**{**values, **changes})  # type: ignore[arg-type]


def asked_verification(text: str | None = None, count: int = 1, **changes: object) -> RequestedVerification:
    name = text if text is not None else "Harbour City Property"
    done = RequestedVerification("v-1", "harbour", name, Flag.RED, VerificationState.DONE, "U0ANA", NOW)
    return replace(done, **{"found": verification(text, count), **changes})  # type: ignore[arg-type]


def causes(count: int, text: str | None = None) -> Sequence[Cause]:
    return [cause(place, text) for place in range(count)]
