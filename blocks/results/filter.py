"""The filter of results: in words, as menus of the message, and all of it in one modal."""

from collections.abc import Sequence

from blocks.causes.red import cause_key
from blocks.kit.company_select import company_select
from blocks.kit.kit import (
    OPTION_VALUE_CHARS,
    Block,
    button,
    calendar,
    clean,
    escape,
    field,
    modal,
    option,
    plain,
    section,
    select,
    shorten,
)
from blocks.kit.words import OUTCOME_WORDS, by_type, company_name, number, sentence, without_id
from bot.core.model import Outcome, RecordType
from bot.core.results import Cause, LinkStatus, ResultsFilter, ResultsOrder
from bot.core.runs import CompanyView

LINK_WORDS = {
    LinkStatus.ALL: "Linked and unlinked",
    LinkStatus.LINKED: "Linked",
    LinkStatus.UNLINKED: "Unlinked",
}
ORDER_WORDS = {
    ResultsOrder.NEWEST: "Newest first",
    ResultsOrder.OLDEST: "Oldest first",
    ResultsOrder.TYPE: "By type",
    ResultsOrder.CAUSE: "By cause",
}
ALL_TYPES = "all-types"
EVERYTHING, ATTENTION = "everything", "attention"
SHOWN_OUTCOMES = tuple(outcome for outcome in Outcome if outcome is not Outcome.PLANNED)
SEARCH_CHARS = 100
ANY_CAUSE, KEPT_CAUSE = "any", "kept"
KEPT_OPTION = option("The one cause that is shown now", KEPT_CAUSE)
MOST_CAUSES = 100


def summary(company: CompanyView, wanted: ResultsFilter, total: int, of_all: int) -> str:
    """The filter in words, safe: "Harbour City · unlinked · invoices · since 3 Nov 2026 · “kiosk” · 12 of 340"."""
    named = [escape(part) for part in narrowed_by(wanted)] or ["all records"]
    return " · ".join([company_name(company.name), *named, f"{number(total)} of {number(of_all)}"])


def narrowed_by(wanted: ResultsFilter) -> list[str]:
    """What the filter leaves, in raw words."""
    parts = [
        "needs attention" if wanted.needs_attention else "",
        f"only “{OUTCOME_WORDS[wanted.outcome]}”" if wanted.outcome else "",
        "held up by one cause" if wanted.cause else "",
        wanted.status.value if wanted.status is not LinkStatus.ALL else "",
        wanted.type.plural if wanted.type else "",
        f"since {calendar(wanted.since)}" if wanted.since else "",
        f"“{shorten(clean(wanted.text), 60)}”" if wanted.text else "",
    ]
    return [part for part in parts if part]


def is_narrowed(wanted: ResultsFilter) -> bool:
    return wanted != ResultsFilter(wanted.company_id)


def menus(wanted: ResultsFilter, companies: Sequence[CompanyView], view_id: str) -> list[Block]:
    """The filters that are used most, each a menu of its own; the others are behind the last button."""
    since: Block = {"type": "datepicker", "action_id": "results.since", "placeholder": plain("Since…")}
    if wanted.since:
        since["initial_date"] = wanted.since.isoformat()
    return [
        *([company_select(companies, "results.company", wanted.company_id)] if len(companies) > 1 else []),
        select("results.status", "Link", _links(), wanted.status.value),
        select("results.type", "Type", _types(), wanted.type.value if wanted.type else ALL_TYPES),
        since,
        button("Filter…", "results.filter", view_id),
    ]


def order_select(chosen: ResultsOrder) -> Block:
    return select("results.order", "Order", _orders(), chosen.value)


def filter_modal(
    wanted: ResultsFilter, order: ResultsOrder, companies: Sequence[CompanyView], view_id: str, problem: str = ""
) -> Block:
    """Every filter and the order at once; what it shows is what the message shows now."""
    text: Block = {
        "type": "plain_text_input",
        "action_id": "text",
        "max_length": SEARCH_CHARS,
        "placeholder": plain("Name, number, id or words of the details", 150),
        "focus_on_load": True,
    }
    if wanted.text:
        text["initial_value"] = wanted.text[:SEARCH_CHARS]
    since: Block = {"type": "datepicker", "action_id": "since", "placeholder": plain("Any date")}
    if wanted.since:
        since["initial_date"] = wanted.since.isoformat()
    kind = wanted.type.value if wanted.type else ALL_TYPES
    blocks = [
        *([section(escape(problem, 300))] if problem else []),
        field("text", "Search", text),
        *_company(wanted, companies),
        field("show", "Show", select("show", "Show", _shows(), show_value(wanted)), optional=False),
        field("status", "Link", select("status", "Link", _links(), wanted.status.value), optional=False),
        field("type", "Type", select("type", "Type", _types(), kind), optional=False),
        field("since", "Since", since, hint="Empty means from the beginning."),
        _cause(wanted),
        field("order", "Order", select("order", "Order", _orders(), order.value), optional=False),
    ]
    return modal("results.filter", "Filter", blocks, view_id, submit="Show results", close="Cancel")


def show_value(wanted: ResultsFilter) -> str:
    return wanted.outcome.value if wanted.outcome else ATTENTION if wanted.needs_attention else EVERYTHING


def _company(wanted: ResultsFilter, companies: Sequence[CompanyView]) -> list[Block]:
    if len(companies) < 2:
        return []
    return [field("company", "Company", company_select(companies, "company", wanted.company_id), optional=False)]


def cause_options(causes: Sequence[Cause], query: str = "") -> list[Block]:
    """The causes whose words hold `query`, the one that holds up most first, and the way back to all of them."""
    said = [(cause, clean(without_id(cause.headline, cause.ref))) for cause in causes]
    found = [
        option(sentence(words) or cause.code, cause_key(cause), held_up(cause))
        for cause, words in said
        if query.casefold().strip() in words.casefold() and len(cause_key(cause)) <= OPTION_VALUE_CHARS
    ]
    return [option("Any cause", ANY_CAUSE), *found[: MOST_CAUSES - 1]]


def held_up(cause: Cause) -> str:
    """ "holds up 23 invoices and 5 payments"."""
    return f"holds up {by_type(cause.held_up)}" if cause.count else ""


def _cause(wanted: ResultsFilter) -> Block:
    chosen = KEPT_OPTION if wanted.cause else option("Any cause", ANY_CAUSE)
    chooser = {
        "type": "external_select",
        "action_id": "filter.cause",
        "placeholder": plain("Any cause"),
        "min_query_length": 0,
        "initial_option": chosen,
    }
    return field("cause", "Held up by", chooser)


def _links() -> list[Block]:
    return [option(words, status.value) for status, words in LINK_WORDS.items()]


def _types() -> list[Block]:
    return [
        option("All types", ALL_TYPES),
        *(option(kind.plural.capitalize(), kind.value) for kind in RecordType),
    ]


def _shows() -> list[Block]:
    return [
        option("Everything", EVERYTHING),
        option("Only what needs attention", ATTENTION),
        *(option(f"Only: {OUTCOME_WORDS[outcome]}", outcome.value) for outcome in SHOWN_OUTCOMES),
    ]


def _orders() -> list[Block]:
    return [option(words, order.value) for order, words in ORDER_WORDS.items()]
