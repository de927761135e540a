"""Grouping by cause: what fails for one reason is one line, and it says how to mend that reason."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.causes.fix import NextActor, fix_of, next_actor
from bot.core.causes.grouping import group, summaries
from bot.core.causes.work import ResolvedCause, Snooze, Work, really_resolved
from bot.core.faults import Fix
from bot.core.model import Direction, Outcome, RecordRef, RecordType, Result

CONTACT, INVOICE, PAYMENT = RecordType.CONTACT, RecordType.INVOICE, RecordType.PAYMENT
KIOSK = RecordRef(CONTACT, "kiosk")


def result(
    type_: RecordType, key: str, code: str, cause: RecordRef | None = None, details: str = "", **more: Any
) -> Result:
    waits = code in ("unlinked-parent", "failing-parent", "missing-parent")
    return Result(
        at=datetime(2026, 11, 22, tzinfo=UTC),
        ref=RecordRef(type_, key),
        name=key.upper(),
        released_id=key,
        entity="",
        external_id="",
        direction=Direction.OUTGOING,
        outcome=Outcome.WAITING if waits else Outcome.FAILED,
        code=code,
        details=details or f"{key.upper()} has a problem.",
        more_detail=more.pop("more_detail", ""),
        linked=True,
        cause=cause,
        **more,
    )


def test_a_chain_of_causes_leads_to_the_record_that_starts_it_all() -> None:
    rows = [
        result(PAYMENT, "p1", "failing-parent", RecordRef(INVOICE, "i1")),
        result(INVOICE, "i1", "failing-parent", KIOSK),
        result(CONTACT, "kiosk", "6240", details="Kiosk Ltd exists already."),
        result(INVOICE, "other", "6140"),
    ]
    first, second = group(rows)
    assert (first.ref, first.count, first.code) == (KIOSK, 3, "6240")
    assert first.headline == "Kiosk Ltd exists already"
    assert first.held_up == {PAYMENT: 1, INVOICE: 1, CONTACT: 1}
    assert (second.ref, second.count) == (RecordRef(INVOICE, "other"), 1)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_an_unlinked_contact_is_one_line_that_offers_to_relink_it(order: tuple[int, ...]) -> None:
    waits = "INV-1 waits for contact Kiosk Ltd (kiosk), which is unlinked."
    rows = [
        result(INVOICE, "i1", "unlinked-parent", KIOSK, waits),
        result(PAYMENT, "p1", "failing-parent", KIOSK, "P1 waits for invoice INV-1 (i1)."),
        result(INVOICE, "i2", "unlinked-parent", KIOSK, waits.replace("INV-1", "INV-2")),
    ]
    (cause,) = group([rows[place] for place in order])
    assert (cause.ref, cause.fix, cause.count) == (KIOSK, "relink", 3)
    assert cause.headline == "contact Kiosk Ltd (kiosk) is unlinked"


@pytest.mark.parametrize("loop", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_a_loop_of_causes_ends(loop: list[str]) -> None:
    rows = [
        result(INVOICE, key, "failing-parent", RecordRef(INVOICE, loop[(place + 1) % len(loop)]))
        for place, key in enumerate(loop)
    ]
    assert sum(cause.count for cause in group(rows)) == len(loop)


@st.composite
def tangled(draw: st.DrawFn) -> list[Result]:
    """Rows that may be each other's causes, in chains and loops, or have causes that have no row."""
    refs = [RecordRef(draw(st.sampled_from((CONTACT, INVOICE))), key) for key in "abcdef"[: draw(st.integers(1, 6))]]
    codes = st.sampled_from(("6240", "6200", "closed-period", "unlinked-parent", "failing-parent", "missing-parent"))
    causes = st.none() | st.sampled_from([*refs, KIOSK, RecordRef(CONTACT, "nobody")])
    words = st.sampled_from(("INV-1 is closed.", "INV-1 waits for contact Kiosk Ltd (kiosk), which is unlinked."))
    return [result(ref.type, ref.key, draw(codes), draw(causes), draw(words)) for ref in refs]


@given(tangled())
def test_what_is_remembered_of_causes_is_what_their_rows_come_to_together(rows: list[Result]) -> None:
    told = [(cause.ref, cause.code, cause.headline, cause.count) for cause in group(rows)]
    assert [(one.ref, one.code, one.headline, one.count) for one in summaries(rows)] == told


@pytest.mark.parametrize("code", ["6200", "6210", "closed-period"])
def test_closed_books_are_one_reason_for_many_records_and_blame_none(code: str) -> None:
    rows = [result(INVOICE, key, code, details="The books are closed up to 2026-04-30.") for key in ("i1", "i2")]
    later = result(INVOICE, "i3", code, details="The books are closed up to 2026-05-31.")
    first, second = group([*rows, later])
    assert (first.ref, first.count, first.fix) == (None, 2, "retry")
    assert second.refs == (later.ref,)


def test_a_payment_that_waits_for_a_document_in_closed_books_is_held_up_by_the_books() -> None:
    closed = result(INVOICE, "i1", "6210", details="The books are closed.")
    waiting = result(PAYMENT, "p1", "failing-parent", closed.ref)
    (cause,) = group([waiting, closed])
    assert cause.count == 2 and cause.headline == "The books are closed"


def test_what_holds_up_most_comes_first() -> None:
    rows = [result(INVOICE, "alone", "6140"), *(result(INVOICE, key, "failing-parent", KIOSK) for key in "ab")]
    assert [cause.count for cause in group(rows)] == [2, 1]


def test_money_is_counted_once_and_only_in_one_currency() -> None:
    invoice = result(INVOICE, "i1", "6140", amount=Decimal("115.00"), currency="NZD")
    payment = result(PAYMENT, "p1", "failing-parent", invoice.ref, amount=Decimal("115.00"), currency="NZD")
    (cause,) = group([invoice, payment])
    assert (cause.amount, cause.currency) == (Decimal("115.00"), "NZD")
    foreign = result(PAYMENT, "p2", "failing-parent", invoice.ref, amount=Decimal("9.00"), currency="AUD")
    (mixed,) = group([invoice, payment, foreign])
    assert (mixed.amount, mixed.currency) == (None, "")


def test_why_and_how_are_read_from_the_lines_of_more_detail() -> None:
    row = result(INVOICE, "i1", "6140", more_detail="The number is taken.\nHow to fix it: Give it another.\nTrace 1")
    (cause,) = group([row])
    assert (cause.why, cause.how) == ("The number is taken.", "Give it another.")
    (silent,) = group([result(INVOICE, "i1", "6140", more_detail="How to fix it: Give it another.")])
    assert (silent.why, silent.how) == ("", "Give it another.")


def test_nothing_wrong_has_no_cause() -> None:
    assert group([]) == []


def answered(code: str, said: str, by: str = "QuickBooks") -> Result:
    return result(INVOICE, "i1", code, more_detail=f"Why.\nHow to fix it: Do it.\n{by} answered code {code}: {said}.")


@pytest.mark.parametrize(
    ("row", "fix"),
    [
        (answered("6240", "The name supplied already exists"), Fix.ADOPT),
        (answered("6240", "tax code: the name exists already"), Fix.RENAME),
        (answered("6140", "DocNumber=1042 is assigned to TxnType=Bill with TxnId=12"), Fix.ADOPT),
        (answered("2050", "Max:21 characters"), Fix.RENAME),
        (answered("2010", "Property ClassRef:name"), Fix.NONE),
        (answered("610", "Object Not Found"), Fix.ADOPT),
        (answered("http-404", "gone", by="Re-Leased"), Fix.ADOPT),
        (result(INVOICE, "i1", "unlinked-parent", KIOSK), Fix.RELINK),
        (result(INVOICE, "i1", "ambiguous-match"), Fix.CHOOSE),
        (result(INVOICE, "i1", "6210", details="The books are closed."), Fix.RETRY),
        (result(PAYMENT, "p1", "failing-parent", KIOSK), Fix.RETRY),
    ],
)
def test_the_button_is_the_one_that_the_explanation_names(row: Result, fix: Fix) -> None:
    assert fix_of(row) is fix


@pytest.mark.parametrize("code", ["610", "2500", "6250"])
def test_an_archived_contact_is_retried_once_it_is_active_and_not_relinked(code: str) -> None:
    said = f"How to fix it: In QuickBooks make it active.\nQuickBooks answered code {code}: inactive."
    (cause,) = group([result(INVOICE, "i1", code, KIOSK, more_detail=said)])
    assert (cause.ref, cause.fix, cause.move) == (KIOSK, Fix.RETRY, NextActor.IN_QUICKBOOKS)


@pytest.mark.parametrize(
    ("how", "mover"),
    [
        ("Make it active again in QuickBooks, then retry.", NextActor.IN_QUICKBOOKS),
        ("Shorten it in Re-Leased, then retry.", NextActor.IN_RELEASED),
        ("Ask whoever keeps the books to reopen October in QuickBooks.", NextActor.BOOKKEEPER),
        ("Nothing to do: the sync tries again by itself.", NextActor.SYNC),
        ("Nothing to do. Approve it in Re-Leased, and it comes along.", NextActor.IN_RELEASED),
        ("Correct it in QuickBooks. If that fails, ask whoever looks after the sync.", NextActor.IN_QUICKBOOKS),
        ("Ask a company administrator of QuickBooks to connect it again.", NextActor.ADMINISTRATOR),
        ("Give one of the two another name, then retry.", NextActor.YOU),
        ("", ""),
    ],
)
def test_it_says_whose_move_it_is(how: str, mover: str) -> None:
    assert next_actor(how) == mover


NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rest", "until", "last_sync", "rests"),
    [
        (Snooze.NONE, None, None, False),
        (Snooze.SYNC, None, None, True),
        (Snooze.SYNC, None, NOW - timedelta(minutes=1), True),
        (Snooze.SYNC, None, NOW + timedelta(minutes=1), False),
        (Snooze.DATE, date(2026, 11, 23), None, True),
        (Snooze.DATE, date(2026, 11, 22), None, False),
        (Snooze.PERIOD, None, NOW + timedelta(days=1), True),
        (Snooze.MUTED, None, NOW + timedelta(days=1), True),
    ],
)
def test_a_cause_rests_as_long_as_was_said(
    rest: Snooze, until: date | None, last_sync: datetime | None, rests: bool
) -> None:
    work = Work("harbour", "contact:kiosk", NOW, "U0ANA", rest=rest, until=until)
    assert work.is_snoozed(NOW.date(), last_sync) is rests


def test_what_only_waits_for_another_reason_now_is_not_said_to_be_mended() -> None:
    waiting = group([result(INVOICE, "i1", "unlinked-parent", KIOSK)])
    gone = [ResolvedCause(key, key, 1, NOW) for key in ("invoice:i1", str(KIOSK), "invoice:other")]
    assert [one.key for one in really_resolved(gone, waiting)] == ["invoice:other"]


OPTION = RecordRef(RecordType.TRACKING_OPTION, "quay")


@pytest.mark.parametrize("turn", range(6))
def test_a_cause_without_a_row_is_told_by_what_waits_for_it_and_not_by_what_waits_for_that(turn: int) -> None:
    """Children are planned last, so that theirs are the newest rows: which comes first must not matter."""
    details = "INV-1 needs tracking option 2 Quay (quay), which the other side does not have"
    invoice = result(INVOICE, "inv-1", "missing-parent", OPTION, details)
    payment = result(
        PAYMENT, "p-1", "failing-parent", invoice.ref, "P-1 waits for invoice INV-1, which needs attention"
    )
    file = result(RecordType.ATTACHMENT, "f-1", "failing-parent", invoice.ref, "a.pdf waits for invoice INV-1")
    rows = list(permutations((invoice, payment, file)))[turn]
    (cause,), (outline,) = group(rows), summaries(rows)
    assert cause.headline == outline.headline == details and cause.ref == OPTION
    assert cause.code == "missing-parent" and cause.fix == fix_of(invoice) and cause.count == 3
