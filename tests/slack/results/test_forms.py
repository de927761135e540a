"""Which form of table is sent: the richest first, then what Slack takes, learnt for each kind of message."""

import logging

import pytest

from blocks.kit.kit import Message
from blocks.limits.check import NEWER, SAFE
from blocks.results.table import TableForm
from bot.slack.results.forms import Attempt, TableForms


class Workspace:
    """Takes tables up to one form; `seen` is what it was sent."""

    def __init__(self, takes: TableForm, refusal: str = "invalid_blocks") -> None:
        self.takes, self.refusal = takes, refusal
        self.seen: list[str] = []

    def send(self, message: Message) -> str:
        self.seen.append(message.text)
        form = TableForm(message.text.split()[0])
        return self.refusal if list(TableForm).index(form) < list(TableForm).index(self.takes) else ""


def render(attempt: Attempt) -> Message:
    return Message(f"{attempt.form.value} {attempt.limits.rows}", [])


def test_each_form_is_tried_until_one_is_taken_and_then_that_one_only() -> None:
    forms, workspace = TableForms(NEWER), Workspace(TableForm.SECTIONS)
    assert forms.deliver("own", render, workspace.send) == ""
    assert workspace.seen == ["data_table 201", "data_table 101", "table 101", "sections 101"]
    workspace.seen.clear()
    assert forms.deliver("own", render, workspace.send) == ""
    assert workspace.seen == ["sections 101"]


def test_each_kind_of_message_learns_for_itself() -> None:
    forms = TableForms(NEWER)
    forms.deliver("own", render, Workspace(TableForm.TABLE).send)
    other = Workspace(TableForm.DATA_TABLE)
    forms.deliver("shared", render, other.send)
    assert other.seen == ["data_table 201"]


def test_what_was_learnt_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    forms = TableForms(NEWER)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            forms.deliver("own", render, Workspace(TableForm.TABLE).send)
    assert [record.getMessage() for record in caplog.records] == [
        "this workspace answered invalid_blocks: from now on own results are sent as table of at most 101 rows "
        "and 10000 characters"
    ]


def test_a_message_that_is_only_too_long_teaches_nothing() -> None:
    forms = TableForms(NEWER)
    forms.deliver("own", render, Workspace(TableForm.TABLE, "msg_blocks_too_long").send)
    other = Workspace(TableForm.DATA_TABLE)
    forms.deliver("own", render, other.send)
    assert other.seen == ["data_table 201"]


def test_any_other_refusal_ends_it() -> None:
    workspace = Workspace(TableForm.SECTIONS, "channel_not_found")
    assert TableForms(NEWER).deliver("own", render, workspace.send) == "channel_not_found"
    assert len(workspace.seen) == 1


def test_the_settings_say_where_to_begin() -> None:
    workspace = Workspace(TableForm.DATA_TABLE)
    TableForms(SAFE).deliver("own", render, workspace.send)
    TableForms(NEWER, TableForm.TABLE).deliver("own", render, workspace.send)
    TableForms(NEWER, TableForm.SECTIONS).deliver("own", render, workspace.send)
    assert workspace.seen == ["data_table 101", "table 101", "sections 101"]
