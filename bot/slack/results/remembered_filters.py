"""Remembers how a person last filtered, sorted and paged the results, in each channel for itself.

It is kept as long as any view: a week without use forgets it.
"""

import hashlib
from dataclasses import replace

from blocks.results.message import Note
from bot.core.faults import UserError
from bot.core.results import ResultsFilter
from bot.core.runs import CompanyView
from bot.desk.desk import Desk
from bot.slack.plumbing.payloads import Place
from bot.slack.results.state import ResultsState, filtered, from_json, in_company, to_json, with_rows

KEPT_FILTER = "This is your last filter here."


def remember(desk: Desk, place: Place, state: ResultsState) -> None:
    """A cause is not remembered: tomorrow it may be gone, and its filter would show nothing."""
    lasting = filtered(state, cause="", needs_attention=state.wanted.needs_attention and not _caused(state))
    desk.views.update(_id(place), to_json(replace(lasting, note=None, revision=0, shared_by="")))


def recall(desk: Desk, place: Place, company: CompanyView | None) -> ResultsState | None:
    """As it was left, in this company if one is given; None when nothing is remembered or its company is gone."""
    try:
        kept = from_json(desk.views.get(_id(place)))
        known = company or desk.companies.named(kept.wanted.company_id)
    except UserError:
        return None
    since = desk.companies.default_since(known.id)
    state = in_company(with_rows(kept, kept.rows), known.id, since)
    usual = ResultsFilter(known.id, since=since)
    return replace(state, note=None if state.wanted == usual else Note(KEPT_FILTER))


def results_of(desk: Desk, company: CompanyView) -> ResultsState:
    """What changed since the last clean sync, linked and unlinked."""
    return ResultsState(ResultsFilter(company.id, since=desk.companies.default_since(company.id)))


def opening(desk: Desk, place: Place, company: CompanyView | None) -> ResultsState | None:
    """What `/qbo-sync results` shows: as this person left it here, else the company, else the one in most need.

    None while no company is connected.
    """
    if company is not None:
        return as_left(desk, place, company)
    known = recall(desk, place, None)
    if known is not None:
        return known
    companies = desk.companies.all()
    return worst_of(desk, place, companies[0], len(companies)) if companies else None


def as_left(desk: Desk, place: Place, company: CompanyView) -> ResultsState:
    """What *View results* of a company shows: the filter that this person left here, and says so; else the usual."""
    return recall(desk, place, company) or results_of(desk, company)


def worst_of(desk: Desk, place: Place, company: CompanyView, of_all: int) -> ResultsState:
    """Nobody named a company: which one was opened is said, and where the others are."""
    state = as_left(desk, place, company)
    if of_all == 1:
        return state
    words = f"Of {of_all:,} companies this is the one to look at first: {company.name}. The menu above has the others."
    return replace(state, note=Note(f"{words} {KEPT_FILTER}" if state.note else words))


def with_habits(desk: Desk, place: Place, state: ResultsState) -> ResultsState:
    """What a button asks for by itself (a red message: what needs attention; a cause: what it holds up), in the order
    and with the rows a page that this person is used to here.
    """
    try:
        kept = from_json(desk.views.get(_id(place)))
    except UserError:
        return state
    return with_rows(replace(state, order=kept.order), kept.rows)


def _caused(state: ResultsState) -> bool:
    return state.wanted.cause != ""


def _id(place: Place) -> str:
    return "f" + hashlib.sha256(f"{place.user_id} {place.channel_id}".encode()).hexdigest()[:25]
