"""Which answers are the matter of one kind of record, and how such a kind is said."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.faults import ApiError, Fault
from bot.core.faults import Side as System
from bot.core.model import RecordType, Side
from bot.core.unreadable import CODES, UnreadableKind, in_words, is_of_one_kind

BAD_ADDRESS = Fault("4002", "Error processing query", "To email address entered is invalid.", http_status=400)
SYSTEM_FAULT = Fault("10000", "An application error", "System Failure Error: it broke", http_status=500)
FORBIDDEN = Fault("http-403", "Forbidden", "no access to invoices", http_status=403, side=System.RELEASED)
OF_ONE_KIND = [
    BAD_ADDRESS,
    SYSTEM_FAULT,
    FORBIDDEN,
    Fault("5020", "Permission Denied", http_status=400),
    Fault("http-403", http_status=403),
    Fault("http-500", http_status=500, side=System.RELEASED),
    Fault("http-404", http_status=404, side=System.RELEASED),
    Fault("not-json", http_status=200),
    Fault("unexpected-answer", side=System.RELEASED),
    Fault("endless-paging", side=System.RELEASED),
]
OF_EVERYBODY = [
    *(Fault(code) for code in ("network", "timeout", "truncated", "bad-address")),
    *(Fault(f"http-{status}", http_status=status) for status in (302, 401, 408, 429, 502, 503, 504)),
    *(Fault(f"http-{status}", http_status=status, side=System.RELEASED) for status in (401, 429, 502, 503, 504)),
    *(Fault(code, http_status=400) for code in ("3200", "3001", "3100", "100", "110", "120", "10200", "6190")),
    *(Fault(code, http_status=400, side=System.INTUIT) for code in ("invalid_grant", "invalid_client")),
]


def kind(fault: Fault, **more: Any) -> UnreadableKind:
    said = {"side": Side.QUICKBOOKS, "name": "Invoice", "words": "invoices", "type": RecordType.INVOICE, **more}
    return UnreadableKind(**said, fault=fault, entities=frozenset({"Invoice"}))


@pytest.mark.parametrize("fault", OF_ONE_KIND, ids=lambda fault: f"{fault.side}-{fault.code}")
def test_an_answer_about_the_question_is_the_matter_of_its_kind(fault: Fault) -> None:
    assert is_of_one_kind(ApiError(fault))


@pytest.mark.parametrize("fault", OF_EVERYBODY, ids=lambda fault: f"{fault.side}-{fault.code}")
def test_a_network_a_grant_a_throttle_and_an_outage_are_no_matter_of_one_kind(fault: Fault) -> None:
    assert not is_of_one_kind(ApiError(fault))


@pytest.mark.parametrize(
    ("unread", "what", "how"),
    [
        (kind(BAD_ADDRESS), "Invoices could not be read from QuickBooks", "Look in QuickBooks through the e-mail"),
        (kind(SYSTEM_FAULT), "Invoices could not be read from QuickBooks", "The sync tries it again by itself"),
        (kind(Fault("5020", http_status=400)), "Invoices could not be read from QuickBooks", "company administrator"),
        (kind(Fault("4000", http_status=400)), "Invoices could not be read from QuickBooks", "Look in QuickBooks at"),
        (kind(FORBIDDEN, side=Side.RELEASED), "Invoices could not be read from Re-Leased", "Re-Leased administrator"),
    ],
)
def test_each_reason_has_a_remedy_of_its_own(unread: UnreadableKind, what: str, how: str) -> None:
    assert unread.code in CODES
    assert unread.explanation.what == what
    assert how in unread.explanation.how


def test_it_is_said_in_the_words_of_the_side_and_where_to_look_from() -> None:
    said = in_words([kind(BAD_ADDRESS, since=datetime(2026, 10, 20, 9, tzinfo=UTC))])
    assert said.startswith("Invoices could not be read from QuickBooks. What depends on them waits and is untouched;")
    assert "The words of QuickBooks: “To email address entered is invalid”." in said
    assert "the invoices that were entered or changed since 20 Oct 2026" in said
    two = in_words([kind(BAD_ADDRESS), kind(FORBIDDEN, side=Side.RELEASED, words="tracking options")])
    first = "Invoices could not be read from QuickBooks. Tracking options could not be read from Re-Leased."
    assert two.startswith(first), "whatever is cut off, each kind is named"
    assert in_words([]) == ""
    assert "Trace id 1-65." in kind(Fault("10000", "broke", http_status=500, trace_id="1-65")).more
