"""For whom something is drawn: names of users and channels, the reader's time zone, and the time now."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from bot.sandbox.slack.render.dates import format_date
from bot.sandbox.slack.workspace.workspace import User, Workspace

SAFE_SCHEMES = ("http://", "https://", "mailto:", "slack://")


def is_safe_url(url: str) -> bool:
    return url.lower().startswith(SAFE_SCHEMES)


@dataclass(frozen=True)
class Reader:
    workspace: Workspace
    user: User
    now: datetime

    def mention(self, user_id: str, label: str = "") -> Markup:
        user = self.workspace.users.get(user_id)
        name = user.name if user else label or user_id
        me = " mention-me" if user_id == self.user.id else ""
        return Markup('<span class="mention{}" data-user="{}">@{}</span>').format(me, user_id, name)

    def channel_mention(self, channel_id: str, label: str = "") -> Markup:
        channel = self.workspace.channels.get(channel_id)
        name = channel.name if channel else label or channel_id
        return Markup('<span class="mention" data-channel="{}">#{}</span>').format(channel_id, name)

    def group_mention(self, group_id: str, label: str = "") -> Markup:
        group = self.workspace.groups.get(group_id)
        name = group.handle if group else label.removeprefix("@") or group_id
        return Markup('<span class="mention mention-all">@{}</span>').format(name)

    def broadcast(self, word: str) -> Markup:
        return Markup('<span class="mention mention-all" data-testid="broadcast">@{}</span>').format(word)

    def link(self, url: str, label: Markup | str) -> Markup:
        """A link that opens apart; an address that is not plainly one (`javascript:`) is shown and not linked."""
        if not is_safe_url(url):
            return Markup('<span class="refused-link" title="This address was refused">{}</span>').format(label)
        return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(url, label)

    def date(self, timestamp: str, template: str, url: str, fallback: str) -> Markup:
        try:
            text = format_date(template, int(timestamp), self.user.tz, self.now)
        except ValueError:
            text = fallback
        shown = Markup('<time title="{}">{}</time>').format(fallback, text)
        return self.link(url, shown) if url else shown
