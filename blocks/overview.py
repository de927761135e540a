"""All companies with their flags, the ones that need somebody first."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from blocks.kit.company_select import company_select
from blocks.kit.kit import (
    Block,
    Message,
    actions,
    button,
    channel,
    context,
    escape,
    instant,
    modal,
    option,
    overflow,
    section,
)
from blocks.kit.refused_channel import in_full, in_short
from blocks.kit.words import company_name, company_state, counted, headline, listed, number
from bot.core.runs import CompanyStatus, CompanyView, Flag
from bot.core.team.refused_channel import RefusedChannel

MOST_SHOWN = 20
MOST_BUTTONS = 5
HELD = "its messages are held back"
NOT_WRITTEN = "its messages cannot be posted"
Held = Mapping[str, Sequence[str]]
"""By company id, the ids of the channels that another organisation reads: nothing is written there."""
NOTHING: Held = MappingProxyType({})
Refused = Mapping[str, Sequence[RefusedChannel]]
"""By company id, its channels in which Slack lets nothing be written."""
NONE_REFUSED: Refused = MappingProxyType({})
MOST_REFUSED = 2
"""Channels that are told in full; where more companies than `MOST_NAMED` have such, their lines do not name them."""
MOST_NAMED = 5
CONNECT = "☐  Connect a company: whoever runs qbo-sync does it with `qbo-sync connect`"
CALM = frozenset({CompanyStatus.SYNCED, CompanyStatus.IN_PROGRESS, CompanyStatus.INCOMPLETE_SETUP})


def overview(
    companies: Sequence[CompanyView], trouble: str = "", held: Held = NOTHING, refused: Refused = NONE_REFUSED
) -> Message:
    """`companies` worst first, as the desk gives them. `trouble` is what keeps messages from coming, safe text.

    `held` and `refused` are the companies whose messages do not come.
    """
    if not companies:
        return nothing_connected()
    said = summary(companies)
    shown, rest = companies[:MOST_SHOWN], companies[MOST_SHOWN:]
    lead = [*_trouble(trouble), *_held_back(held), *_not_written(refused), section(f"*{said}*")]
    own = _lines(refused)
    blocks = [*lead, *(_row(one, held.get(one.id, ()), own.get(one.id, "")) for one in shown)]
    if rest:
        blocks.append(context(_rest(rest)))
    blocks.append(actions(*_footer(companies), block_id="overview"))
    lines = [
        headline(
            one.flag,
            one.name,
            company_state(one),
            *([HELD] if held.get(one.id) else []),
            *([NOT_WRITTEN] if refused.get(one.id) else []),
            bold=False,
        )
        for one in shown
    ]
    return Message("\n".join([said, *lines]), blocks)


def overview_modal(
    companies: Sequence[CompanyView], trouble: str = "", held: Held = NOTHING, refused: Refused = NONE_REFUSED
) -> Block:
    """The same where no message can stand: the shortcut opens it from anywhere."""
    shown, rest = companies[:MOST_SHOWN], companies[MOST_SHOWN:]
    lead = section(f"*{summary(companies)}*" if companies else first_steps(0))
    own = _lines(refused)
    rows = [_row(one, held.get(one.id, ()), own.get(one.id, "")) for one in shown]
    blocks = [*_held_back(held), *_not_written(refused), *_trouble(trouble), lead, *rows]
    return modal("overview", "QuickBooks sync", [*blocks, *([context(_rest(rest))] if rest else [])])


def _trouble(words: str) -> list[Block]:
    return [section(f"⚠ {words}")] if words else []


def _held_back(held: Held) -> list[Block]:
    """Said once in full; each company has a short line of its own."""
    channels = dict.fromkeys(id_ for ids in held.values() for id_ in ids)
    return _trouble(held_back(list(channels))) if channels else []


def _not_written(refused: Refused) -> list[Block]:
    """Each channel once in full; each company has a short line of its own."""
    channels = list(dict.fromkeys(one for of_company in refused.values() for one in of_company))
    said = [block for one in channels[:MOST_REFUSED] for block in _trouble(in_full(one))]
    more = len(channels) - MOST_REFUSED
    return [*said, *([context(f"and {counted(more, 'more channel')}: the App Home says more")] if more > 0 else [])]


def _lines(refused: Refused) -> dict[str, str]:
    """By company id, its own short line."""
    if len(refused) > MOST_NAMED:
        return dict.fromkeys(refused, f"⚠ {NOT_WRITTEN}")
    return {id_: f"⚠ {_line(channels)}" for id_, channels in refused.items() if channels}


def _line(refused: Sequence[RefusedChannel]) -> str:
    more = f", and {counted(len(refused) - 1, 'more channel')}" if len(refused) > 1 else ""
    return f"{in_short(refused[0])}{more}"


def held_back(channels: Sequence[str]) -> str:
    """Messages that go nowhere, because others would read them in these channels."""
    more = [f"{number(len(channels) - 1)} more"] if len(channels) > 1 else []
    return (
        f"Messages are held back: {listed([channel(channels[0]), *more])} {'are' if more else 'is'} shared with "
        "another organisation. An admin chooses another channel with `/qbo-sync settings`, and they come."
    )


def nothing_connected() -> Message:
    """First use."""
    text = "No company is connected yet."
    return Message(f"{text} Connect one with: qbo-sync connect", [section(first_steps(0))])


def first_steps(companies: int) -> str:
    """What is left to do before the first flag, with what is done ticked off."""
    connected = f"☑  {counted(companies, 'company', 'companies')} connected" if companies else CONNECT
    lead = "Nothing has been synced yet." if companies else "No company is connected yet."
    steps = ("☑  qbo-sync is installed in this workspace", connected, "☐  Start the first sync: `/qbo-sync sync`")
    return "\n".join([f"*{lead}*", *steps])


def choose_company(companies: Sequence[CompanyView], action_id: str, question: str) -> Message:
    """Asks which company is meant; `action_id` gets the company id as its value."""
    names = ", ".join(company_name(company.name) for company in companies[:MOST_BUTTONS])
    blocks = [section(f"*{question}*")]
    if len(companies) <= MOST_BUTTONS:
        chosen = [
            button(company.name, f"{action_id}.{place}", company.id, spoken=company.name)
            for place, company in enumerate(companies)
        ]
        blocks.append(actions(*chosen, block_id="choose"))
    else:
        blocks.append(actions(company_select(companies, action_id), block_id="choose"))
    return Message(f"{question} {names}", blocks)


def summary(companies: Sequence[CompanyView]) -> str:
    """ "2 of 5 companies need attention." """
    needy = sum(1 for company in companies if company.flag is Flag.RED or company.status not in CALM)
    new = sum(1 for company in companies if company.status is CompanyStatus.INCOMPLETE_SETUP)
    if new and not needy:
        return _first_sync(new, len(companies))
    if len(companies) == 1 and not needy:
        return "Your company is in sync."
    if not needy:
        return f"{_every(len(companies))} companies are in sync."
    if len(companies) == 1:
        return "Your company needs attention."
    who = _every(needy) if needy == len(companies) else f"{number(needy)} of {number(len(companies))}"
    return f"{who} companies {'needs' if needy == 1 else 'need'} attention."


def _every(count: int) -> str:
    """Of several."""
    return "Both" if count == 2 else f"All {number(count)}"


def _first_sync(new: int, of_all: int) -> str:
    if of_all == 1:
        return "Your company waits for its first sync."
    who = _every(of_all) if new == of_all else f"{number(new)} of {number(of_all)}"
    return f"{who} companies {'waits for its' if new == 1 else 'wait for their'} first sync."


def _row(company: CompanyView, held: Sequence[str], refused: str) -> Block:
    facts = filter(None, [_last_run(company), _last_clean(company), _observing(company)])
    lines = [headline(company.flag, company.name, company_state(company)), " · ".join(facts), _error(company)]
    lines.append(f"⚠ Held back: {channel(held[0])} is shared" if held else "")
    lines.append(refused)
    choices = [option("View results", f"results|{company.id}"), option("Sync now", f"sync|{company.id}")]
    if company.flag is Flag.RED:
        choices.insert(1, option("Causes…", f"causes|{company.id}"))
    choices.append(option("Verify", f"verify|{company.id}", "Read both sides whole and compare them"))
    return section("\n".join(filter(None, lines)), overflow("company.more", *choices))


def _last_run(company: CompanyView) -> str:
    run = company.last_run
    return f"last sync {instant(run.finished_at)}" if run and run.finished_at else ""


def _last_clean(company: CompanyView) -> str:
    if company.last_clean_at is None or company.flag is Flag.BLUE:
        return ""
    return f"last clean sync {instant(company.last_clean_at)}"


def _observing(company: CompanyView) -> str:
    return "observing only, nothing is written" if company.observe_only else ""


def _error(company: CompanyView) -> str:
    stuck = company.status in (CompanyStatus.NEEDS_RECONNECTING, CompanyStatus.INCOMPLETE_RUN)
    return escape(company.last_run.error, 200) if stuck and company.last_run else ""


def _rest(rest: Sequence[CompanyView]) -> str:
    return f"and {number(len(rest))} more · see one with `/qbo-sync results` and the beginning of its name"


def _footer(companies: Sequence[CompanyView]) -> list[Block]:
    worst = companies[0]
    needy = worst.flag is Flag.RED
    opens = "open.company" if len(companies) == 1 else "open.worst"
    view = button("View results", opens, worst.id, "primary" if needy else "", spoken=f"Results of {worst.name}")
    sync = button("Sync now", "sync.company", worst.id) if len(companies) == 1 else button("Sync…", "sync.choose")
    return [view, sync]
