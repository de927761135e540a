"""What a plan would update, old and new: a page of records, those that settle a conflict first."""

from blocks.kit.kit import Block, actions, button, divider, escape, section
from blocks.kit.words import counted, number, sentence
from bot.core.model import Direction
from bot.core.planning.steps import FieldChange
from bot.core.team.requested_plan import PlannedChange, PlannedChanges

TO_SIDE = {Direction.OUTGOING: "QuickBooks", Direction.INCOMING: "Re-Leased"}
VALUE_CHARS = 110
MOST_FIELDS = 8


def page_of(plan_id: str, changes: PlannedChanges) -> list[Block]:
    """At least one record; at most 20 blocks and two."""
    where = f" · page {number(changes.page)} of {number(changes.pages)}" if changes.pages > 1 else ""
    lead = f"*What changes, old → new* · {counted(changes.total, 'record')}{where}"
    return [divider(), section(lead), *(section(_record(row)) for row in changes.rows), *_turn(plan_id, changes)]


def _record(row: PlannedChange) -> str:
    title = f"*{escape(sentence(row.type.noun), 40)} {escape(row.name, 120) or '–'}* in {TO_SIDE[row.direction]}"
    lines = [_change(change, row.direction) for change in row.changes[:MOST_FIELDS]]
    rest = len(row.changes) - MOST_FIELDS
    return "\n".join([title, *lines, *([f"and {counted(rest, 'more field')}"] if rest > 0 else [])])


def _change(change: FieldChange, direction: Direction) -> str:
    before, after = (escape(value, VALUE_CHARS) or "nothing" for value in (change.before, change.after))
    said = f"{escape(sentence(change.field), 60)}: {before} → {after}"
    return f"🔶 {said} (changed in {TO_SIDE[direction]} too: that value is lost)" if change.is_lost else said


def _turn(plan_id: str, changes: PlannedChanges) -> list[Block]:
    if changes.pages == 1:
        return []
    turn = []
    if changes.page > 1:
        turn.append(button("‹ Previous", "plan.previous", f"{plan_id}:{changes.page - 1}", spoken="Previous changes"))
    if changes.page < changes.pages:
        turn.append(button("Next ›", "plan.next", f"{plan_id}:{changes.page + 1}", spoken="Next changes"))
    return [actions(*turn, block_id="plan.pages")]
