"""What one results message shows, as a value that is kept under an opaque id, and how each control changes it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from blocks.results.filter import ALL_TYPES
from blocks.results.message import ROW_CHOICES, Note
from bot.core.causes.grouping import key
from bot.core.faults import UserError
from bot.core.model import Outcome, RecordType
from bot.core.results import Cause, LinkStatus, ResultsFilter, ResultsOrder

ALL_ROWS = 10**6
"""The window of "all" before it is known how many rows a message takes."""


@dataclass(frozen=True)
class ResultsState:
    """`rows` is what the reader chose, `window` how many rows a message really holds (never more).

    `has_own_since` tells a date that somebody chose from the last clean sync, which moves on by itself. `shared_by` is
    who posted it for everybody, "" for a message of the reader's own.
    """

    wanted: ResultsFilter
    rows: str = "25"
    window: int = 25
    page: int = 1
    revision: int = 0
    note: Note | None = field(default=None)
    order: ResultsOrder = ResultsOrder.NEWEST
    has_own_since: bool = False
    shared_by: str = ""


def to_json(state: ResultsState) -> dict[str, Any]:
    wanted = state.wanted
    return {
        "company_id": wanted.company_id,
        "status": wanted.status.value,
        "type": wanted.type.value if wanted.type else "",
        "text": wanted.text,
        "since": wanted.since.isoformat() if wanted.since else "",
        "needs_attention": wanted.needs_attention,
        "cause": wanted.cause,
        "outcome": wanted.outcome.value if wanted.outcome else "",
        "rows": state.rows,
        "window": state.window,
        "page": state.page,
        "revision": state.revision,
        "note": asdict(state.note) if state.note else None,
        "order": state.order.value,
        "has_own_since": state.has_own_since,
        "shared_by": state.shared_by,
    }


def from_json(kept: Mapping[str, Any]) -> ResultsState:
    """Raises UserError when what was kept is no results message. One of an older version lacks what came later."""
    if "company_id" not in kept or "window" not in kept:
        raise UserError("This message is too old to be changed. Ask again with /qbo-sync results.")
    wanted = ResultsFilter(
        company_id=kept["company_id"],
        status=LinkStatus(kept["status"]),
        type=RecordType(kept["type"]) if kept["type"] else None,
        text=kept["text"],
        since=date.fromisoformat(kept["since"]) if kept["since"] else None,
        needs_attention=kept["needs_attention"],
        cause=kept["cause"],
        outcome=Outcome(kept["outcome"]) if kept.get("outcome") else None,
    )
    return ResultsState(
        wanted=wanted,
        rows=kept["rows"],
        window=kept["window"],
        page=kept["page"],
        revision=kept["revision"],
        note=Note(**kept["note"]) if kept["note"] else None,
        order=ResultsOrder(kept.get("order", ResultsOrder.NEWEST)),
        has_own_since=kept.get("has_own_since", False),
        shared_by=kept.get("shared_by", ""),
    )


def filtered(state: ResultsState, **changes: Any) -> ResultsState:
    """Another filter starts on its first page."""
    return replace(state, wanted=replace(state.wanted, **changes), page=1)


def with_rows(state: ResultsState, choice: str) -> ResultsState:
    """Another number of rows keeps the first row of the page in sight."""
    if choice not in ROW_CHOICES:
        return state
    return resized(replace(state, rows=choice), ALL_ROWS if choice == "all" else int(choice))


def resized(state: ResultsState, window: int) -> ResultsState:
    first_row = (state.page - 1) * state.window
    return replace(state, window=window, page=first_row // window + 1)


def changed(state: ResultsState, control: str, value: str) -> ResultsState:
    """The state after a control of the message was used; `control` is what follows "results." in its action id."""
    state = replace(state, note=None)
    match control:
        case "status":
            return filtered(state, status=LinkStatus(value))
        case "type":
            return filtered(state, type=None if value == ALL_TYPES else RecordType(value))
        case "since":
            since = date.fromisoformat(value) if value else None
            return replace(filtered(state, since=since), has_own_since=since is not None)
        case "clear":
            return replace(state, wanted=ResultsFilter(state.wanted.company_id), page=1, has_own_since=False)
        case "order":
            return replace(state, order=ResultsOrder(value), page=1)
        case "rows":
            return with_rows(state, value)
        case "previous":
            return replace(state, page=max(1, state.page - 1))
        case "next":
            return replace(state, page=state.page + 1)
        case _:
            return state


def refined(state: ResultsState, wanted: ResultsFilter, order: ResultsOrder) -> ResultsState:
    """Everything of the filter modal at once."""
    has_own_since = wanted.since is not None and (state.has_own_since or wanted.since != state.wanted.since)
    return replace(state, wanted=wanted, order=order, page=1, note=None, has_own_since=has_own_since)


def in_company(state: ResultsState, company_id: str, since: date | None) -> ResultsState:
    """The same filter in another company; a cause belongs to its company, and so does its last clean sync."""
    if state.has_own_since:
        since = state.wanted.since
    return filtered(replace(state, note=None), company_id=company_id, cause="", since=since)


def about_cause(company_id: str, cause: Cause) -> ResultsState:
    """Exactly what a cause holds up, as many rows as its card counts."""
    return ResultsState(ResultsFilter(company_id, needs_attention=True, cause=key(cause)))
