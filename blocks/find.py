"""What was found in the results of all companies: by words, or by what a message says."""

from collections.abc import Sequence
from dataclasses import dataclass

from blocks.kit.kit import Block, Message, button, context, escape, link, section
from blocks.kit.words import OUTCOME_WORDS, company_name, counted, headline, number, sentence
from bot.core.model import Result
from bot.core.runs import CompanyView

MOST_FOUND = 6
DETAIL_CHARS = 80


@dataclass(frozen=True)
class Found:
    """The first rows of one company that hold all words of `text`; `view_id` is of a results view with all of them."""

    company: CompanyView
    text: str
    total: int
    rows: Sequence[Result]
    view_id: str


def found(text: str, places: Sequence[Found]) -> Message:
    """`text` is what was looked for, "" = what a message says."""
    if not places:
        return _nothing(text)
    shown, rest = places[:MOST_FOUND], places[MOST_FOUND:]
    records = sum(place.total for place in places)
    lead = f"{counted(records, 'record')} {'fits' if records == 1 else 'fit'} {_looked_for(text)}"
    blocks = [section(f"*{lead}*"), *(_place(at, place) for at, place in enumerate(shown))]
    if rest:
        blocks.append(context(f"and {number(len(rest))} more places: use more words"))
    said = [_line(place) for place in shown]
    return Message("\n".join([lead, *said]), blocks)


def ask_for_words() -> Message:
    text = "What shall I look for? A name, a number or an id, such as `/qbo-sync find INV-2041`."
    return Message(text, [section(text)])


def _nothing(text: str) -> Message:
    said = f"No record of any company fits {_looked_for(text)}."
    hint = "Numbers, names, ids and what the results say are looked through; every word must be there."
    return Message(said, [section(said), context(hint)])


def _looked_for(text: str) -> str:
    return f"“{escape(text, 80)}”" if text else "what this message names"


def _line(place: Found) -> str:
    return headline(place.company.flag, place.company.name, _count(place), bold=False)


def _count(place: Found) -> str:
    return f"{counted(place.total, 'record')} with “{escape(place.text, 60)}”"


def _place(at: int, place: Found) -> Block:
    lines = [headline(place.company.flag, place.company.name, _count(place)), *(_row(row) for row in place.rows)]
    if place.total > len(place.rows):
        lines.append(f"and {number(place.total - len(place.rows))} more")
    label = "Show it" if place.total == 1 else f"Show the {number(place.total)}"
    spoken = f"{label} of {company_name(place.company.name)}"
    return section("\n".join(lines), button(label, f"find.show.{at}", place.view_id, spoken=spoken))


def _row(row: Result) -> str:
    url = row.external_url or row.released_url
    name = link(url, row.name) if url else escape(row.name, 60)
    said = f" · {escape(row.details, DETAIL_CHARS)}" if row.details else ""
    return f"{sentence(row.ref.type.noun)} {name} · {OUTCOME_WORDS[row.outcome].lower()}{said}"
