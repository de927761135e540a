"""The audit trail: who did what, to what, when, why, and what it was before."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from blocks.kit.kit import Block, Message, actions, button, channel, context, escape, group, instant, section, user
from blocks.kit.words import company_name, counted, listed, number
from bot.core.team.company_settings import AuditEntry

ROWS = 12
VERBS = {
    "unlink": "unlinked",
    "relink": "relinked",
    "undo": "undid a change of",
    "link": "linked",
    "create": "kept apart, to be created,",
    "rename": "chose a name for QuickBooks for",
    "verify": "started a verification",
    "export": "took results along",
    "plan": "asked for a plan",
    "approve": "approved a",
    "sync": "started a sync",
    "override": "let a safety stop pass",
    "cause": "assigned or snoozed",
    "settings": "changed settings",
    "roles": "changed who may do what",
}
LINKS = {"unlink": ("linked", "unlinked"), "relink": ("unlinked", "linked")}
CHANGE_CHARS = 100
WITH_PEOPLE = frozenset({"cause", "roles", "approve", "settings"})
"""What these say of before and after names people, groups and channels by their ids."""
_NAMED = re.compile(r"\b(?=[A-Z]*\d)([UWSCG])[A-Z0-9]{2,30}\b(?!…)")
_MENTIONS = {"U": user, "W": user, "S": group, "C": channel, "G": channel}


def audit(entries: Sequence[AuditEntry], company: str, page: int, has_more: bool, view_id: str) -> Message:
    """`entries` of one page, the newest first; `company` "" = of all companies. `view_id` is an opaque id."""
    whose = f" of {company_name(company)}" if company else ""
    if not entries:
        said = f"Nobody has done anything{whose} yet."
        return Message(said, [section(said)])
    lead = f"Who did what{whose}"
    lines = [section(_line(entry, bool(company))) for entry in entries]
    blocks = [section(f"*{lead}*"), *lines, *_paging(page, has_more, view_id)]
    newest = _said(entries[0], bool(company))
    return Message(f"{lead} · {counted(len(entries), 'entry', 'entries')} · the newest: {newest}", blocks)


def _line(entry: AuditEntry, in_one_company: bool) -> str:
    return "\n".join(filter(None, [f"{instant(entry.at)} · {_said(entry, in_one_company)}", _why(entry)]))


def _said(entry: AuditEntry, in_one_company: bool) -> str:
    who = user(entry.by) if entry.by else "Somebody"
    where = f" · {company_name(entry.company)}" if entry.company and not in_one_company else ""
    return f"{who} {VERBS.get(entry.what, escape(entry.what, 40))}{_what(entry)}{where}{_change(entry)}"


def _what(entry: AuditEntry) -> str:
    if not entry.count:
        return ""
    names = [escape(name, 40) for name in entry.names]
    rest = entry.count - len(names)
    return f" {listed([*names, f'{number(rest)} more'] if rest > 0 else names)}"


def _change(entry: AuditEntry) -> str:
    """What it was and what it is."""
    raw = LINKS.get(entry.what, (entry.before, entry.after))
    before, after = (_named(escape(text, CHANGE_CHARS), entry.what) for text in raw)
    if before and after:
        return f" · {before} → {after}"
    return f" · {after}" if after else ""


def _named(text: str, what: str) -> str:
    """Ids as mentions: only its reader sees this message, so nobody is called by them. A cut id stays text."""
    return _NAMED.sub(lambda id_: _MENTIONS[id_[1]](id_[0]), text) if what in WITH_PEOPLE else text


def _why(entry: AuditEntry) -> str:
    why = f"“{escape(entry.note, 150)}”" if entry.note else ""
    return " · ".join(filter(None, [why, _where(entry.source)]))


def _where(source: str) -> str:
    """ "from the message of today 9:14": which one it was done from."""
    seconds = source.partition(" ")[2].partition(".")[0]
    return f"from the message of {instant(datetime.fromtimestamp(int(seconds), UTC))}" if seconds.isdecimal() else ""


def _paging(page: int, has_more: bool, view_id: str) -> list[Block]:
    turn = []
    if page > 1:
        turn.append(button("‹ Newer", "audit.newer"))
    if has_more:
        turn.append(button("Older ›", "audit.older"))
    return [context(f"page {number(page)}"), actions(*turn, block_id=f"audit.{view_id}.{page}")] if turn else []
