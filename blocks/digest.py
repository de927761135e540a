"""The week of one company: its causes that came and went, how long they took, how its syncs ended; with a chart.

The chart is Slack's own (https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block); where it is not
taken, the same figures stand as text.
"""

from collections.abc import Sequence

from blocks.kit import Block, Message, actions, button, calendar, context, escape, instant, section, shorten
from blocks.words import attention, counted, duration, headline, listed, number, sentence
from bot.core.model import CompanyView
from bot.core.week import CauseSpan, DayOfCauses, Week

CHART_TITLE_CHARS = 50
CHART_LABEL_CHARS = 20
HEADLINE_CHARS = 120


def digest(company: CompanyView, week: Week, has_chart: bool = True) -> Message:
    """`has_chart` False: the figures of the chart in words."""
    said = f"the week to {calendar(week.days[-1].day)}"
    facts = [_causes(week), _now(company), _runs(week)]
    text = headline(company.flag, company.name, said, *facts, bold=False)
    blocks = [section(f"{headline(company.flag, company.name, said)}\n{' · '.join(facts)}")]
    if week.opened or week.closed:
        blocks.append(_chart(week.days) if has_chart else section(_table(week.days)))
    blocks += [section(part) for part in (_top(week.top), _oldest(week.oldest), _balance(week)) if part]
    blocks.append(actions(button("View results", "open.company", company.id), block_id=f"digest.{company.id}"))
    blocks.append(context("Once a week · an admin changes this with `/qbo-sync settings`"))
    return Message(text, blocks)


def _causes(week: Week) -> str:
    if not week.opened and not week.closed:
        return "no cause opened or closed"
    fixed = f", fixed in {duration(week.fixed_in_s)} (median)" if week.fixed_in_s is not None else ""
    return f"{counted(week.opened, 'cause')} opened, {number(week.closed)} closed{fixed}"


def _now(company: CompanyView) -> str:
    return attention(company.needs_attention) if company.needs_attention else "nothing needs attention now"


def _runs(week: Week) -> str:
    if not week.runs:
        return "no syncs"
    kinds = ((week.blue, "blue"), (week.red, "red"), (week.incomplete, "incomplete"))
    return f"{counted(week.runs, 'sync')}: {listed([f'{number(count)} {word}' for count, word in kinds if count])}"


def _chart(days: Sequence[DayOfCauses]) -> Block:
    labels = [_day(day) for day in days]
    series = [
        {"name": name, "data": [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)]}
        for name, values in (("Opened", [day.opened for day in days]), ("Closed", [day.closed for day in days]))
    ]
    axes = {"categories": labels, "y_label": "Causes"}
    title = shorten("Causes opened and closed, by day", CHART_TITLE_CHARS)
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {"type": "bar", "series": series, "axis_config": axes},
    }


def _table(days: Sequence[DayOfCauses]) -> str:
    """A line a day on which something happened."""
    return "\n".join(
        f"{_day(day)}   {number(day.opened)} opened, {number(day.closed)} closed"
        for day in days
        if day.opened or day.closed
    )


def _day(day: DayOfCauses) -> str:
    return shorten(f"{day.day:%a} {day.day.day} {day.day:%b}", CHART_LABEL_CHARS)


def _top(top: Sequence[CauseSpan]) -> str:
    if not top:
        return ""
    lines = [
        f"{place}  {escape(sentence(span.headline), HEADLINE_CHARS)} · {counted(span.records, 'record')}"
        f"{'' if span.closed_at is None else ' · fixed'}"
        for place, span in enumerate(top, start=1)
    ]
    return "\n".join(["*What held up most*", *lines])


def _oldest(oldest: CauseSpan | None) -> str:
    if oldest is None:
        return ""
    return f"*Open longest*\n{escape(sentence(oldest.headline), HEADLINE_CHARS)} · since {instant(oldest.opened_at)}"


def _balance(week: Week) -> str:
    days = week.days_out_of_balance
    return f"*The totals of the two sides differ* · for {counted(days, 'day')}" if days else ""
