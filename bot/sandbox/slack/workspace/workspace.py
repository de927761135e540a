"""Who and what is in the workspace: people, channels, user groups, and the app itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

TEAM_ID = "T0HARBOUR"
TEAM_NAME = "Harbour Accounting"
TEAM_DOMAIN = "harbour-accounting"
APP_ID = "A0QBOSYNC"
APP_NAME = "qbo-sync"
BOT_ID = "B0QBOSYNC"
BOT_USER_ID = "U0QBOSYNC"
SLACKBOT_ID = "USLACKBOT"

ANA = "U0ANA"
BEN = "U0BEN"
CLEO = "U0CLEO"
ACCOUNTS = "C0ACCOUNTS"
GENERAL = "C0GENERAL"


@dataclass(frozen=True)
class User:
    id: str
    name: str
    real_name: str
    is_admin: bool = False
    is_bot: bool = False
    tz: str = "Pacific/Auckland"

    def to_json(self, now: datetime) -> dict[str, Any]:
        offset = now.astimezone(ZoneInfo(self.tz)).utcoffset()
        profile = {"real_name": self.real_name, "display_name": self.name, "email": f"{self.name}@example.com"}
        return {
            "id": self.id,
            "team_id": TEAM_ID,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": False,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "tz": self.tz,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": profile,
        }


@dataclass
class Channel:
    """A channel, or with `im_user` the direct messages between that person and the app.

    `forbidden` is what the app may not do there, and `refuses_with` the error that it is told; see `refusing`.
    """

    id: str
    name: str
    members: set[str] = field(default_factory=set)
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False
    im_user: str = ""
    refuses_with: str = ""
    forbidden: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        shared = {
            "id": self.id,
            "is_archived": self.is_archived,
            "is_ext_shared": self.is_ext_shared,
            "is_pending_ext_shared": self.is_pending_ext_shared,
        }
        if self.im_user:
            return {**shared, "is_im": True, "is_channel": False, "user": self.im_user}
        return {
            **shared,
            "name": self.name,
            "is_im": False,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_private": self.is_private,
            "is_member": BOT_USER_ID in self.members,
            "num_members": len(self.members),
        }


@dataclass(frozen=True)
class UserGroup:
    id: str
    handle: str
    name: str
    users: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "team_id": TEAM_ID, "handle": self.handle, "name": self.name, "date_delete": 0}


@dataclass
class Workspace:
    """Look-ups by id; a person may also be named `ana` or `@ana`, a channel `accounts` or `#accounts`."""

    users: dict[str, User]
    channels: dict[str, Channel]
    groups: dict[str, UserGroup]

    def user(self, reference: str) -> User | None:
        name = reference.removeprefix("@").lower()
        named = (user for user in self.users.values() if user.name == name)
        return self.users.get(reference) or next(named, None)

    def channel(self, reference: str) -> Channel | None:
        name = reference.removeprefix("#").lower()
        named = (channel for channel in self.channels.values() if channel.name == name and not channel.im_user)
        return self.channels.get(reference) or next(named, None)

    def direct_channel(self, user_id: str) -> Channel:
        """The direct messages between this person and the app, opened if need be."""
        channel_id = f"D{user_id[1:]}"
        members = {user_id, BOT_USER_ID}
        return self.channels.setdefault(channel_id, Channel(channel_id, APP_NAME, members, im_user=user_id))

    def people(self) -> list[User]:
        return [user for user in self.users.values() if not user.is_bot]

    def channels_of(self, user_id: str) -> list[Channel]:
        """What this person sees in the side bar: channels first, then direct messages."""
        mine = [channel for channel in self.channels.values() if user_id in channel.members]
        return sorted(mine, key=lambda channel: (bool(channel.im_user), channel.name))


def default_workspace(more_users: Iterable[User] = (), more_channels: Iterable[Channel] = ()) -> Workspace:
    """@ana (admin), @ben and @cleo; the app is in #accounts and not in #general; @cleo is only in #general."""
    users = [
        User(ANA, "ana", "Ana Accountant", is_admin=True),
        User(BEN, "ben", "Ben Bookkeeper"),
        User(CLEO, "cleo", "Cleo Lettings", tz="Europe/London"),
        User(BOT_USER_ID, APP_NAME, "qbo-sync", is_bot=True),
        User(SLACKBOT_ID, "slackbot", "Slackbot", is_bot=True),
        *more_users,
    ]
    channels = [
        Channel(ACCOUNTS, "accounts", {ANA, BEN, BOT_USER_ID}),
        Channel(GENERAL, "general", {ANA, BEN, CLEO}),
        *more_channels,
    ]
    groups = [UserGroup("S0LEDGER", "ledger", "Ledger keepers", (ANA,))]
    workspace = Workspace(
        {user.id: user for user in users},
        {channel.id: channel for channel in channels},
        {group.id: group for group in groups},
    )
    for user in workspace.people():
        workspace.direct_channel(user.id)
    return workspace
