"""The week of one company: its causes that came and went, how long they took, how its syncs ended; with a chart.

The chart is Slack's own (https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block); where it is not
taken a picture of it comes, and where that is not taken either the same figures stand as text.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from blocks.kit.kit import (
    Block,
    Message,
    actions,
    button,
    calendar,
    context,
    escape,
    instant,
    money,
    picture,
    section,
    shorten,
)
from blocks.kit.words import attention, counted, duration, headline, listed, number, sentence
from bot.core.runs import CompanyView, Verified
from bot.core.team.week import CauseSpan, DayOfCauses, Week

CHART_TITLE = "Causes opened and closed, by day"
CHART_LABEL_CHARS = 20
HEADLINE_CHARS = 120
MOST_CURRENCIES = 3


class Figures(StrEnum):
    """How the figures by day are shown."""

    CHART = "chart"
    PICTURE = "picture"
    TEXT = "text"


def digest(company: CompanyView, week: Week, figures: Figures = Figures.CHART, file_id: str = "") -> Message:
    """`file_id` is that of the uploaded picture, for Figures.PICTURE."""
    said = f"the week to {calendar(week.days[-1].day)}"
    facts = [_causes(week), _now(company), _runs(week), *_apart(company.verified)]
    text = headline(company.flag, company.name, said, *facts, bold=False)
    blocks = [section(f"{headline(company.flag, company.name, said)}\n{' · '.join(facts)}")]
    if has_figures(week):
        blocks.append(_figures(week.days, figures, file_id))
    parts = (_top(week.top), _oldest(week.oldest), _balance(week), _drift(company.verified))
    blocks += [section(part) for part in parts if part]
    blocks.append(actions(button("View results", "open.company", company.id), block_id=f"digest.{company.id}"))
    blocks.append(context("Once a week · an admin changes this with `/qbo-sync settings`"))
    return Message(text, blocks)


def has_figures(week: Week) -> bool:
    return bool(week.opened or week.closed)


def figures_in_words(days: Sequence[DayOfCauses]) -> str:
    """For whoever does not see the picture: a day on which something happened each."""
    told = [f"{day_label(day)} {_day_in_words(day)}" for day in days if day.opened or day.closed]
    return f"{CHART_TITLE}: {'; '.join(told) or 'none'}."


def day_label(day: DayOfCauses) -> str:
    """ "Mon 16 Nov"."""
    return shorten(f"{day.day:%a} {day.day.day} {day.day:%b}", CHART_LABEL_CHARS)


def _figures(days: Sequence[DayOfCauses], figures: Figures, file_id: str) -> Block:
    match figures:
        case Figures.CHART:
            return _chart(days)
        case Figures.PICTURE:
            return picture(file_id, figures_in_words(days))
        case Figures.TEXT:
            return section(_table(days))
    assert_never(figures)


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
    labels = [day_label(day) for day in days]
    series = [
        {"name": name, "data": [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)]}
        for name, values in (("Opened", [day.opened for day in days]), ("Closed", [day.closed for day in days]))
    ]
    axes = {"categories": labels, "y_label": "Causes"}
    return {
        "type": "data_visualization",
        "title": CHART_TITLE,
        "chart": {"type": "bar", "series": series, "axis_config": axes},
    }


def _table(days: Sequence[DayOfCauses]) -> str:
    """A line a day on which something happened."""
    return "\n".join(f"{day_label(day)}   {_day_in_words(day)}" for day in days if day.opened or day.closed)


def _day_in_words(day: DayOfCauses) -> str:
    return f"{number(day.opened)} opened, {number(day.closed)} closed"


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


def _drift(found: Verified | None) -> str:
    """What the last verification found between both sides, so that nobody takes silence for agreement."""
    if found is None:
        return "*Drift* · never verified: `/qbo-sync verify` holds both sides against each other"
    apart = _apart(found)
    words = listed(apart) if apart else "both sides agree" if found.agrees else "something to look at"
    return f"*Drift* · {words} · verified {instant(found.at)}"


def _apart(found: Verified | None) -> list[str]:
    """ "3 linked pairs no longer agree", "NZD 12.00 unexplained"; nothing where both sides agree."""
    if found is None:
        return []
    pairs = counted(found.drift, "linked pair") + (" no longer agrees" if found.drift == 1 else " no longer agree")
    amounts = [money(amount, currency) for currency, amount in found.unexplained.items() if amount]
    unexplained = escape(listed(amounts[:MOST_CURRENCIES]), 200)
    return [*([pairs] if found.drift else []), *([f"{unexplained} unexplained"] if amounts else [])]
