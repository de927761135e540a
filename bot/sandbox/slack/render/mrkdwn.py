"""Slack's mrkdwn as HTML: tokens in angle brackets, bold, italic, strike, code, quotes, emoji.

Entities are decoded once and never read as tokens again.
Source: https://docs.slack.dev/messaging/formatting-message-text
"""

import re

from markupsafe import Markup, escape

from bot.sandbox.slack.render.emoji import with_emoji
from bot.sandbox.slack.render.reader import Reader, is_safe_url
from bot.sandbox.slack.workspace.text import unescape

OPEN, CLOSE = "\ue000", "\ue001"
PIECE = re.compile(
    r"```(?P<block>.+?)```|`(?P<code>[^`\n]+)`|<(?P<token>[^<>\n]+)>|(?P<url>https?://[^\s<>|`]+[^\s<>|`.,;:!?)'\"])",
    re.DOTALL,
)
PLACEHOLDER = re.compile(f"{OPEN}(\\d+){CLOSE}")
STYLES = (("*", "strong"), ("_", "em"), ("~", "s"))


def mrkdwn(text: str, reader: Reader, *, verbatim: bool = False) -> Markup:
    """`verbatim` leaves bare addresses unlinked."""
    kept: list[Markup] = []

    def keep(match: re.Match[str]) -> str:
        if match["url"] and verbatim:
            return match.group()
        kept.append(_piece(match, reader))
        return f"{OPEN}{len(kept) - 1}{CLOSE}"

    marked = PIECE.sub(keep, text.replace(OPEN, "").replace(CLOSE, ""))
    lines = _with_quotes(_with_styles(str(escape(with_emoji(unescape(marked))))))
    return Markup(PLACEHOLDER.sub(lambda match: str(kept[int(match.group(1))]), lines))


def plain(text: str, *, emoji: bool = True) -> Markup:
    """Plain text: no tokens, no styles; short codes become emoji unless that is switched off."""
    return Markup("<br>").join(escape(line) for line in (with_emoji(text) if emoji else text).split("\n"))


def _piece(match: re.Match[str], reader: Reader) -> Markup:
    if match["block"] is not None:
        return Markup("<pre>{}</pre>").format(unescape(match["block"].strip("\n")))
    if match["code"] is not None:
        return Markup("<code>{}</code>").format(unescape(match["code"]))
    if match["url"] is not None:
        return reader.link(unescape(match["url"]), unescape(match["url"]))
    return _token(match["token"], reader)


def _token(token: str, reader: Reader) -> Markup:
    """`@U1`, `#C1|name`, `!channel`, `!date^...`, `!subteam^S1`, or an address with an optional label."""
    body, _, label = token.partition("|")
    if body.startswith("@"):
        return reader.mention(body[1:], unescape(label))
    if body.startswith("#"):
        return reader.channel_mention(body[1:], unescape(label))
    if body.startswith("!"):
        return _special(body[1:], unescape(label), reader)
    if not label and not is_safe_url(body):
        return escape(f"<{unescape(body)}>")
    return reader.link(unescape(body), with_emoji(unescape(label)) or unescape(body))


def _special(body: str, label: str, reader: Reader) -> Markup:
    name, *parts = body.split("^")
    if name in ("channel", "here", "everyone"):
        return reader.broadcast(name)
    if name == "subteam" and parts:
        return reader.group_mention(parts[0], label)
    if name == "date" and len(parts) >= 2:
        return reader.date(parts[0], parts[1], parts[2] if len(parts) > 2 else "", label)
    return escape(label or f"<!{body}>")


def _with_styles(html: str) -> str:
    for mark, tag in STYLES:
        sign = re.escape(mark)
        styled = rf"(?<![\w{sign}]){sign}(?=\S)([^{sign}\n]*?\S){sign}(?![\w{sign}])"
        html = re.sub(styled, rf"<{tag}>\1</{tag}>", html)
    return html


def _with_quotes(html: str) -> str:
    """Lines that start with > become one quotation; the other line breaks are kept."""
    parts: list[str] = []
    for line in html.split("\n"):
        if line.startswith("&gt;"):
            quoted = line.removeprefix("&gt;").lstrip()
            if parts and parts[-1].startswith("<blockquote>"):
                parts[-1] = parts[-1].removesuffix("</blockquote>") + f"<br>{quoted}</blockquote>"
            else:
                parts.append(f"<blockquote>{quoted}</blockquote>")
        else:
            parts.append(line)
    joined = "<br>".join(parts)
    return joined.replace("</blockquote><br>", "</blockquote>").replace("<br><blockquote>", "<blockquote>")
