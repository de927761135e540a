"""The `markdown` block, simply: headings, lists, quotes, code, bold, italic, strike, links."""

import re

from markupsafe import Markup, escape

from bot.sandbox.slack.render.emoji import with_emoji
from bot.sandbox.slack.render.reader import Reader

LINK = re.compile(r"\[([^\]\n]+)\]\(([^()\s]+)\)")
LINE = re.compile(r"(?P<hashes>#{1,6}) +(?P<heading>.+)|[-*] +(?P<item>.+)|\d+\. +(?P<step>.+)|> ?(?P<quote>.*)")
STYLES = ((r"\*\*(.+?)\*\*", "strong"), (r"(?<!\w)[*_](.+?)[*_](?!\w)", "em"), (r"~~(.+?)~~", "s"))
EMPTY = Markup("")


def markdown(text: str, reader: Reader) -> Markup:
    pieces = re.split(r"```\w*\n?(.+?)```", text, flags=re.DOTALL)
    drawn = [
        Markup("<pre>{}</pre>").format(piece.strip("\n")) if index % 2 else _lines(piece, reader)
        for index, piece in enumerate(pieces)
    ]
    return Markup('<div class="markdown">{}</div>').format(EMPTY.join(drawn))


def _lines(text: str, reader: Reader) -> Markup:
    lines = text.strip("\n").split("\n")
    return EMPTY.join(_line(line, reader) for line in lines)


def _line(line: str, reader: Reader) -> Markup:
    match = LINE.fullmatch(line)
    if match is None:
        return Markup("<p>{}</p>").format(_inline(line, reader)) if line.strip() else EMPTY
    if match["heading"]:
        return Markup("<h{0}>{1}</h{0}>").format(len(match["hashes"]), _inline(match["heading"], reader))
    if match["item"]:
        return Markup("<ul><li>{}</li></ul>").format(_inline(match["item"], reader))
    if match["step"]:
        return Markup("<p>{} {}</p>").format(line.partition(" ")[0], _inline(match["step"], reader))
    return Markup("<blockquote>{}</blockquote>").format(_inline(match["quote"], reader))


def _inline(text: str, reader: Reader) -> Markup:
    """Links and code are set apart first, so that their text is not styled again."""
    drawn = EMPTY
    end = 0
    for match in re.finditer(rf"{LINK.pattern}|`([^`]+)`", text):
        drawn += _styled(text[end : match.start()])
        label, url, code = match.groups()
        drawn += Markup("<code>{}</code>").format(code) if code else reader.link(url, label)
        end = match.end()
    return drawn + _styled(text[end:])


def _styled(text: str) -> Markup:
    html = str(escape(with_emoji(text)))
    for pattern, tag in STYLES:
        html = re.sub(pattern, rf"<{tag}>\1</{tag}>", html)
    return Markup(html)
