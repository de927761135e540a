"""What an API said went wrong, what to do about it, and how to say it to a person (the sentences: faults.toml)."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from typing import Any

from bot.core.invisible import visible

NUMBER_TAKEN = "6140"
"""QuickBooks refuses a document number that another document has, and names that one: see `duplicate_of`."""


DATES = frozenset({"closing_date", "date", "sync_from"})
"""Placeholders of faults.toml that hold a calendar date."""


class Action(StrEnum):
    RETRY = "retry"  # it passes: the same request again, later
    RECORD = "record"  # this record is refused; the others go on
    STOP = "stop"  # nothing in this run can go on


class Side(StrEnum):
    QUICKBOOKS = "quickbooks"
    RELEASED = "released"
    INTUIT = "intuit"  # the sign-in service in front of QuickBooks
    PLAN = "plan"  # nobody refused anything: a fact that we saw before sending


class Fix(StrEnum):
    """The button that suits an explanation."""

    NONE = "none"
    RETRY = "retry"
    RELINK = "relink"
    ADOPT = "adopt"
    RENAME = "rename"
    CHOOSE = "choose"
    RECONNECT = "reconnect"
    RESUME = "resume"


@dataclass(frozen=True)
class Fault:
    """One thing that went wrong.

    `code` is QuickBooks' number without leading zeros ("6240"), an OAuth error word, "http-503" where there is nothing
    better, or a word of ours ("network", "unlinked-parent"); "" if there is none. `http_status` is 0 without an answer.
    `trace_id` is what Intuit's support asks for (its header intuit_tid).
    """

    code: str
    message: str = ""
    detail: str = ""
    element: str = ""
    kind: str = ""
    http_status: int = 0
    trace_id: str = ""
    side: Side = Side.QUICKBOOKS


@dataclass(frozen=True)
class Explanation:
    """`what` is a headline, `why` and `how` are sentences; `retries` = it may pass without anybody doing anything."""

    what: str
    why: str
    how: str
    retries: bool
    code: str
    fix: Fix


class ApiError(Exception):
    """An API refused, failed or could not be reached.

    `maybe_applied` is False when the request was surely not carried out; while it is True, only the same request with
    the same request id may be sent again.
    """

    def __init__(
        self,
        faults: Fault | Sequence[Fault],
        *,
        action: Action | None = None,
        retry_after_s: float | None = None,
        maybe_applied: bool | None = None,
    ) -> None:
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        self.fault = _most_telling(self.faults)
        self.action = action or action_for(self.fault)
        self.retry_after_s = retry_after_s
        self.maybe_applied = _maybe_applied(self.fault, self.action) if maybe_applied is None else maybe_applied
        super().__init__(_one_line(self.fault))


class UserError(Exception):
    """Something a person can put right; the text is shown to them as it is."""


def planned(code: str, detail: str = "") -> Fault:
    """A fact that needs no request to be known, such as "unlinked-parent"."""
    return Fault(code, detail=detail, side=Side.PLAN)


def action_for(fault: Fault) -> Action:
    return _row_of(fault)[0].action


def explain(fault: Fault, context: Mapping[str, str] | None = None) -> Explanation:
    """The row of faults.toml for this fault, its {placeholders} filled.

    Words come from `context` first, then from the fault itself, then from the defaults that keep a sentence readable.
    """
    row, found = _row_of(fault)
    given = {name: _spoken(name, value) for name, value in _known(context or {}).items()}
    words = {**_words_of(fault), **_known(found), **given}
    what, why, how = (_fill(text, words) for text in (row.what, row.why, row.how))
    return Explanation(what, why, how, row.retries, fault.code, row.fix)


def duplicate_of(fault: Fault) -> tuple[str, str] | None:
    """Who holds a document number already: (TxnType in QuickBooks' words, TxnId), from the text of a 6140.

    Form of the text: https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting/handling-common-errors
    """
    found = _HOLDER.search(fault.detail) if fault.code == NUMBER_TAKEN else None
    return (found["type"].strip(), found["id"]) if found else None


def answered(fault: Fault) -> str:
    """What a side said, for whoever is asked for support: "QuickBooks answered code 6210: … Trace id 1-65…." """
    said = " · ".join(part for part in (fault.message, fault.detail, fault.element) if part)
    side = {Side.QUICKBOOKS: "QuickBooks", Side.RELEASED: "Re-Leased"}.get(fault.side, "The other side")
    trace = f" Trace id {fault.trace_id}." if fault.trace_id else ""
    return f"{side} answered code {fault.code}: {visible(said).rstrip('.')}.{trace}"


@dataclass(frozen=True)
class _Row:
    what: str
    why: str
    how: str
    action: Action
    retries: bool
    fix: Fix
    side: Side | None
    detail: re.Pattern[str] | None


_HOLDER = re.compile(r"TxnType=(?P<type>[\w ]+?)\s+with\s+TxnId=(?P<id>[\w:-]+)", re.IGNORECASE)
MOST_CHARS = 100  # of a name in a sentence
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_PLACEHOLDER = re.compile(r"(?P<start>^|[.!?] )?\{(?P<key>\w+)\}")
_SYSTEMS = {Side.QUICKBOOKS: "QuickBooks", Side.RELEASED: "Re-Leased", Side.INTUIT: "Intuit", Side.PLAN: "the sync"}
_SURELY_NOT_APPLIED = (401, 403, 429)
_SEVERITY = (Action.STOP, Action.RECORD, Action.RETRY)


def _read_table() -> Mapping[str, Any]:
    return tomllib.loads(files("bot.core").joinpath("faults.toml").read_text(encoding="utf-8"))


def _row(table: Mapping[str, Any]) -> _Row:
    action = Action(table.get("action", Action.RECORD))
    return _Row(
        what=table["what"],
        why=table["why"],
        how=table["how"],
        action=action,
        retries=table.get("retries", action is Action.RETRY),
        fix=Fix(table.get("fix", Fix.NONE)),
        side=Side(table["side"]) if "side" in table else None,
        detail=re.compile(table["detail_contains"], re.IGNORECASE) if "detail_contains" in table else None,
    )


def _rows_by_code(tables: Sequence[Mapping[str, Any]]) -> Mapping[str, tuple[_Row, ...]]:
    by_code: dict[str, tuple[_Row, ...]] = {}
    for table in tables:
        row = _row(table)
        for code in [table["code"]] if isinstance(table["code"], str) else table["code"]:
            by_code[code] = (*by_code.get(code, ()), row)
    return by_code


_TABLE = _read_table()
_ROWS = _rows_by_code(_TABLE["row"])
_DEFAULT = _row(_TABLE["default"])
_DEFAULT_WORDS: Mapping[str, str] = _TABLE["words"]
_FIELDS: Mapping[str, str] = _TABLE["fields"]


def _row_of(fault: Fault) -> tuple[_Row, Mapping[str, str | None]]:
    """The first row that fits, and what its pattern caught by name; the file's order decides among variants."""
    for code in _codes(fault):
        for row in _ROWS.get(code, ()):
            if row.side not in (None, fault.side):
                continue
            if row.detail is None:
                return row, {}
            if found := row.detail.search(f"{fault.message}\n{fault.detail}"):
                return row, found.groupdict()
    return _DEFAULT, {}


def _codes(fault: Fault) -> Iterator[str]:
    """From the exact code to the family of its status, so that an unknown code still gets what its status means."""
    yield fault.code
    status = fault.http_status
    if fault.code.startswith("http-") and fault.code[5:].isdigit():
        status = int(fault.code[5:])
    if status:
        yield f"http-{status}"
        yield f"http-{status // 100}xx"


def _most_telling(faults: Sequence[Fault]) -> Fault:
    """The gravest; among equals one that has its own row, then the first."""
    if not faults:
        raise ValueError("an ApiError needs at least one fault")
    return min(faults, key=lambda fault: (_SEVERITY.index(action_for(fault)), _row_of(fault)[0] is _DEFAULT))


def _maybe_applied(fault: Fault, action: Action) -> bool:
    return action is Action.RETRY and fault.http_status not in _SURELY_NOT_APPLIED and fault.code != "3001"


def _one_line(fault: Fault) -> str:
    said = fault.detail or fault.message
    status = f" (HTTP {fault.http_status})" if fault.http_status else ""
    trace = f" [intuit_tid {fault.trace_id}]" if fault.trace_id else ""
    return f"{fault.side} {fault.code or 'no code'}{status}: {' '.join(said.split())}{trace}"


def field_words(name: str) -> str:
    """What a person calls a field of either API: "due date" for DueDate."""
    return _FIELDS.get(name, re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("Ref")).lower())


SENTENCES = frozenset({"remedy", "makers"})
"""Words that are sentences of ours, and lists that the reader needs whole: never cut."""


def _spoken(name: str, value: str) -> str:
    """A name in a sentence is cut where it would drown it. Only a field that is a date is said as people say dates: a
    document may be numbered 2026-02-30.
    """
    if name in DATES and _ISO_DATE.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return value
        return f"{day.day} {day:%b %Y}"
    value = visible(value)
    if name in SENTENCES:
        return value
    return value if len(value) <= MOST_CHARS else f"{value[: MOST_CHARS - 1].rstrip()}…"


def _known(words: Mapping[str, str | None]) -> dict[str, str]:
    return {key: value for key, value in words.items() if value}


def _words_of(fault: Fault) -> dict[str, str]:
    said = " ".join(visible(fault.detail or fault.message).split())
    return _known({"system": _SYSTEMS[fault.side], "field": _field(fault.element), "said": said.rstrip(".")})


def _field(element: str) -> str:
    """The last step of a path as a person would say it: "Line.SalesItemLineDetail.ItemRef" gives "item"."""
    known = field_words(re.split(r"[./\[\]]", element.strip("./[] "))[-1])
    return f"the {known}" if known else ""


def _fill(template: str, words: Mapping[str, str]) -> str:
    """A default that begins a sentence gets its capital; a given word stays as it was given."""

    def word(found: re.Match[str]) -> str:
        start, key = found["start"], found["key"]
        if key in words and key not in ("field", "said"):
            return f"{start or ''}{words[key]}"
        text = words.get(key, _DEFAULT_WORDS[key])
        return f"{start or ''}{text}" if start is None else f"{start}{text[:1].upper()}{text[1:]}"

    return _PLACEHOLDER.sub(word, template)
