"""The table of Block Kit limits: what is just allowed passes, one more is refused, and nothing crashes it."""

from typing import Any

import pytest
import slackblocks
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.limits.check import NEWER, SAFE, TableLimits, text_total, violations


def text(length: int, kind: str = "mrkdwn") -> dict[str, Any]:
    return {"type": kind, "text": "x" * length}


def plain(length: int = 5) -> dict[str, Any]:
    return text(length, "plain_text")


def section(length: int = 5, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": text(length), **more}


def options(count: int, label: int = 5, value: int = 1) -> list[dict[str, Any]]:
    return [{"text": plain(label), "value": str(n).zfill(value)} for n in range(count)]


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "b", "text": plain(), **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def workflow_button(**trigger: Any) -> dict[str, Any]:
    return {"type": "workflow_button", "action_id": "w", "text": plain(75), "workflow": {"trigger": trigger}}


RUNS = "https://slack.com/shortcuts/Ft0123ABC456/xyz"
INPUTS = [{"name": "company", "value": "Harbour"}]


def select(count: int = 2, kind: str = "static_select", **more: Any) -> dict[str, Any]:
    return actions({"type": kind, "action_id": "s", "options": options(count), **more})


def data_table(rows: int = 2, columns: int = 2, chars: int = 1, **more: Any) -> dict[str, Any]:
    cells = [[{"type": "raw_text", "text": "x" * chars} for _ in range(columns)] for _ in range(rows)]
    return {"type": "data_table", "caption": "Results", "rows": cells, **more}


def table(rows: int = 2, columns: int = 2, chars: int = 1) -> dict[str, Any]:
    return {"type": "table", "rows": data_table(rows, columns, chars)["rows"]}


def typed_input(**more: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain(), "element": {"type": "plain_text_input", "action_id": "i"}, **more}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain(24), "submit": plain(24), "blocks": list(blocks) or [section()], **more}


def rules(payload: Any, surface: str = "message", tables: TableLimits = NEWER) -> set[str]:
    return {found.rule for found in violations(payload, surface, tables)}


JUST_ALLOWED: list[tuple[str, Any]] = [
    ("message", [section(100)] * 50),
    ("message", [section(3000)]),
    ("message", [{"type": "section", "fields": [text(20)] * 10}]),
    ("message", [{"type": "header", "text": plain(150), "level": 4}]),
    ("message", [{"type": "context", "elements": [text(9)] * 10}]),
    ("message", [actions(*[button(action_id=str(n)) for n in range(25)])]),
    ("message", [actions(button(text=plain(75), value="v" * 2000, url="https://x.nz/" + "u" * 2900))]),
    ("message", [actions(workflow_button(url=RUNS), button())]),
    ("message", [section(accessory=workflow_button(url=RUNS, customizable_input_parameters=INPUTS))]),
    ("message", [select(100)]),
    ("message", [select(5, "overflow")]),
    ("message", [select(10, "checkboxes")]),
    ("message", [data_table(201, 20)]),
    ("message", [data_table(2, 20, 500)]),
    ("message", [data_table(page_size=100, row_header_column_index=1)]),
    ("message", [table(100, 20)]),
    ("message", [{"type": "markdown", "text": "x" * 12_000}]),
    ("home", {"type": "home", "blocks": [section()] * 100}),
    ("home", {"type": "home", "blocks": [data_table()]}),
    ("modal", modal(*[section()] * 100)),
    ("modal", modal(typed_input(), private_metadata="m" * 3000, close=plain(24), external_id="e" * 255)),
    ("modal", modal({"type": "alert", "level": "warning", "text": text(200)})),
]

REFUSED: list[tuple[str, str, Any]] = [
    ("too_many", "message", [section()] * 51),
    ("too_few", "message", []),
    ("too_long", "message", [section(3001)]),
    ("too_short", "message", [section(0)]),
    ("required", "message", [{"type": "section"}]),
    ("too_many", "message", [{"type": "section", "fields": [text(1)] * 11}]),
    ("too_long", "message", [{"type": "section", "fields": [text(2001)]}]),
    ("too_long", "message", [{"type": "header", "text": plain(151)}]),
    ("not_allowed", "message", [{"type": "header", "text": text(5)}]),
    ("too_many", "message", [{"type": "context", "elements": [text(9)] * 11}]),
    ("too_many", "message", [actions(*[button(action_id=str(n)) for n in range(26)])]),
    ("too_long", "message", [actions(button(text=plain(76)))]),
    ("too_long", "message", [actions(button(value="v" * 2001))]),
    ("wrong_format", "message", [actions(button(url="javascript:alert(1)"))]),
    ("not_allowed", "message", [actions(button(style="warning"))]),
    ("unknown_field", "message", [actions(button(colour="red"))]),
    ("required", "message", [actions(workflow_button())]),
    ("wrong_format", "message", [actions(workflow_button(url="javascript:alert(1)"))]),
    ("required", "message", [actions(workflow_button(url=RUNS, customizable_input_parameters=[{"name": "x"}]))]),
    ("required", "message", [actions({"type": "workflow_button", "action_id": "w", "text": plain()})]),
    ("unknown_field", "message", [actions({**workflow_button(url=RUNS), "url": RUNS})]),
    ("not_allowed_here", "modal", modal(typed_input(element=workflow_button(url=RUNS)))),
    ("too_many", "message", [select(101)]),
    ("too_many", "message", [select(6, "overflow")]),
    ("too_many", "message", [select(11, "checkboxes")]),
    ("too_many", "message", [select(11, "radio_buttons")]),
    ("too_long", "message", [actions({"type": "static_select", "options": options(1, 76)})]),
    ("too_long", "message", [actions({"type": "static_select", "options": options(1, 5, 151)})]),
    ("initial_option", "message", [select(2, initial_option=options(3)[2])]),
    ("wrong_format", "message", [actions({"type": "datepicker", "initial_date": "3/11/2026"})]),
    ("not_allowed_here", "message", [actions({"type": "plain_text_input"})]),
    (
        "too_long",
        "message",
        [actions(button(confirm={"title": plain(101), "text": text(1), "confirm": plain(), "deny": plain()}))],
    ),
    ("required", "message", [actions(button(confirm={"title": plain(), "text": text(1), "confirm": plain()}))]),
    ("unknown_type", "message", [{"type": "chart"}]),
    ("unknown_type", "message", [actions({"type": "slider"})]),
    ("duplicate_block_id", "message", [section(block_id="a"), section(block_id="a")]),
    ("duplicate_action_id", "message", [actions(button(), button())]),
    ("too_many", "message", [data_table(202, 1)]),
    ("too_few", "message", [data_table(1)]),
    ("too_many", "message", [data_table(2, 21)]),
    ("too_short", "message", [data_table(chars=0)]),
    ("table_chars", "message", [data_table(2, 20, 501)]),
    ("out_of_range", "message", [data_table(page_size=101)]),
    ("out_of_range", "message", [data_table(row_header_column_index=2)]),
    ("required", "message", [{"type": "data_table", "rows": data_table()["rows"]}]),
    ("ragged", "message", [{**data_table(), "rows": [*data_table()["rows"], [{"type": "raw_text", "text": "x"}]]}]),
    ("only_one_table_allowed", "message", [data_table(), table()]),
    ("too_many", "message", [table(101)]),
    ("too_many", "message", [table(1, 21)]),
    ("table_chars", "message", [table(100, 10, 11)]),
    ("msg_blocks_too_long", "message", [section(2700)] * 5),
    ("too_long", "message", [{"type": "markdown", "text": "x" * 6001}] * 2),
    ("surface", "message", [{"type": "alert", "text": text(5)}]),
    ("surface", "modal", modal(data_table())),
    ("surface", "modal", modal(table())),
    ("surface", "modal", modal({"type": "markdown", "text": "x"})),
    ("surface", "message", [typed_input(element={"type": "number_input", "is_decimal_allowed": True})]),
    ("too_many", "modal", modal(*[section()] * 101)),
    ("too_long", "modal", modal(title=plain(25))),
    ("too_long", "modal", modal(submit=plain(25))),
    ("too_long", "modal", modal(private_metadata="m" * 3001)),
    ("submit_required", "modal", {"type": "modal", "title": plain(), "blocks": [typed_input()]}),
    ("too_long", "modal", modal({"type": "alert", "text": text(201)})),
    ("unknown_field", "modal", modal(submit_disabled=True)),
    ("view_too_large", "modal", modal(*[section(2900)] * 90)),
    ("focus_on_load", "modal", modal(*[typed_input(element={"type": "plain_text_input", "focus_on_load": True})] * 2)),
    ("too_many", "home", {"type": "home", "blocks": [section()] * 101}),
]


@pytest.mark.parametrize(("surface", "payload"), JUST_ALLOWED)
def test_what_is_just_within_a_limit_passes(surface: str, payload: Any) -> None:
    assert violations(payload, surface) == []


@pytest.mark.parametrize(("rule", "surface", "payload"), REFUSED)
def test_what_is_just_beyond_a_limit_is_refused_by_that_rule(rule: str, surface: str, payload: Any) -> None:
    assert rule in rules(payload, surface)


def test_the_safe_figures_of_a_data_table_can_be_chosen() -> None:
    assert rules([data_table(101, 1)], tables=SAFE) == set()
    assert rules([data_table(102, 1)], tables=SAFE) == {"too_many"}
    assert rules([data_table(2, 20, 251)], tables=SAFE) == {"table_chars"}


def test_a_header_row_holds_no_rich_text_but_other_rows_do() -> None:
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
    }
    raw = {"type": "raw_text", "text": "x"}
    assert rules([{"type": "data_table", "caption": "c", "rows": [[raw], [rich]]}]) == set()
    assert rules([{"type": "data_table", "caption": "c", "rows": [[rich], [raw]]}]) == {"header_cell"}


def test_pointers_and_words_are_those_of_slack() -> None:
    [found] = violations([section(), section(accessory=button(text=plain(76)))], "message")
    assert str(found) == "[ERROR] must be less than 76 characters [json-pointer:/blocks/1/accessory/text/text]"
    [found] = violations(modal(title=plain(25)), "modal")
    assert found.pointer == "/view/title/text"


def test_text_is_counted_escaped_with_a_charge_for_headers_and_without_tables() -> None:
    blocks = [{"type": "header", "text": plain(10)}, {"type": "section", "text": {"type": "mrkdwn", "text": "<a>"}}]
    assert text_total([*blocks, data_table(100, 5, 10)]) == 10 + 100 + 3 + 6


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 300) | st.sampled_from(["", "x", "section", "data_table", "button"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "text",
                    "elements",
                    "element",
                    "accessory",
                    "rows",
                    "options",
                    "option_groups",
                    "block_id",
                    "action_id",
                    "initial_option",
                    "initial_options",
                    "fields",
                    "label",
                    "confirm",
                    "blocks",
                    "title",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
BLOCK = st.builds(
    lambda kind, rest: {**(rest if isinstance(rest, dict) else {}), "type": kind},
    st.sampled_from(["section", "actions", "data_table", "table", "rich_text", "input", "context", "markdown"]),
    JSON,
)


@settings(max_examples=150, deadline=None)
@given(payload=st.lists(BLOCK, max_size=3) | JSON, surface=st.sampled_from(["message", "modal", "home"]))
def test_no_payload_however_odd_crashes_the_check(payload: Any, surface: str) -> None:
    assert isinstance(violations(payload, surface), list)


def test_what_the_slackblocks_library_builds_passes() -> None:
    built = [
        slackblocks.SectionBlock("Hello *there*", accessory=slackblocks.Button("Go", action_id="go")),
        slackblocks.HeaderBlock("Results"),
        slackblocks.DividerBlock(),
        slackblocks.ContextBlock([slackblocks.Text("now")]),
    ]
    assert violations([block._resolve() for block in built], "message") == []
