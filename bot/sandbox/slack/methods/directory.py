"""The auth.*, users.*, usergroups.* and conversations.* methods of the Web API.

Source: https://docs.slack.dev/reference/methods (one page a method)
"""

from collections.abc import Sequence
from typing import Any

from bot.sandbox.slack.methods import arguments
from bot.sandbox.slack.methods.arguments import Arguments
from bot.sandbox.slack.methods.chat import find_channel
from bot.sandbox.slack.workspace.errors import SlackRefusal
from bot.sandbox.slack.workspace.state import SlackState
from bot.sandbox.slack.workspace.workspace import APP_ID, APP_NAME, BOT_ID, BOT_USER_ID, TEAM_ID, TEAM_NAME, Channel

PAGE = 100


def auth_test(state: SlackState, _given: Arguments) -> dict[str, Any]:
    return {
        "url": f"{state.base_url}/",
        "team": TEAM_NAME,
        "team_id": TEAM_ID,
        "user": APP_NAME,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "is_enterprise_install": False,
    }


def _page(items: Sequence[Any], given: Arguments, name: str) -> dict[str, Any]:
    """One page of a list; the cursor is the index of the next item."""
    cursor = arguments.text(given, "cursor") or "0"
    if not cursor.isdecimal():
        raise SlackRefusal("invalid_cursor")
    limit = min(max(arguments.number(given, "limit", PAGE), 1), 1000)
    end = int(cursor) + limit
    next_cursor = str(end) if end < len(items) else ""
    return {name: list(items[int(cursor) : end]), "response_metadata": {"next_cursor": next_cursor}}


def users_info(state: SlackState, given: Arguments) -> dict[str, Any]:
    user = state.workspace.users.get(arguments.text(given, "user"))
    if user is None:
        raise SlackRefusal("user_not_found")
    return {"user": user.to_json(state.clock())}


def users_list(state: SlackState, given: Arguments) -> dict[str, Any]:
    now = state.clock()
    return _page([user.to_json(now) for user in state.workspace.users.values()], given, "members")


def users_conversations(state: SlackState, given: Arguments) -> dict[str, Any]:
    user = arguments.text(given, "user") or BOT_USER_ID
    mine = state.workspace.channels_of(user)
    return _page([one.to_json() for one in _of_types(mine, given)], given, "channels")


def _of_types(channels: Sequence[Channel], given: Arguments) -> list[Channel]:
    types = (arguments.text(given, "types") or "public_channel").split(",")
    wanted = {name.strip() for name in types}
    hide_archived = arguments.flag(given, "exclude_archived")
    return [one for one in channels if _type(one) in wanted and not (hide_archived and one.is_archived)]


def _type(channel: Channel) -> str:
    if channel.im_user:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def conversations_list(state: SlackState, given: Arguments) -> dict[str, Any]:
    visible = [
        channel
        for channel in state.workspace.channels.values()
        if not (channel.is_private or channel.im_user) or BOT_USER_ID in channel.members
    ]
    return _page([one.to_json() for one in _of_types(visible, given)], given, "channels")


def _by_id(state: SlackState, given: Arguments) -> Channel:
    """A channel by its id; a private one the app is not in stays unknown to it."""
    channel = state.workspace.channels.get(arguments.text(given, "channel"))
    if channel is None or (channel.is_private and BOT_USER_ID not in channel.members):
        raise SlackRefusal("channel_not_found")
    return channel


def conversations_info(state: SlackState, given: Arguments) -> dict[str, Any]:
    return {"channel": _by_id(state, given).to_json()}


def conversations_members(state: SlackState, given: Arguments) -> dict[str, Any]:
    return _page(sorted(_by_id(state, given).members), given, "members")


def conversations_open(state: SlackState, given: Arguments) -> dict[str, Any]:
    users = arguments.text(given, "users").split(",")
    if len(users) != 1 or users[0] not in state.workspace.users:
        raise SlackRefusal("user_not_found")
    return {"channel": state.workspace.direct_channel(users[0]).to_json()}


def conversations_join(state: SlackState, given: Arguments) -> dict[str, Any]:
    channel = find_channel(state, arguments.text(given, "channel"))
    if channel.is_private or channel.im_user:
        raise SlackRefusal("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackRefusal("is_archived")
    channel.members.add(BOT_USER_ID)
    return {"channel": channel.to_json()}


def usergroups_list(state: SlackState, _given: Arguments) -> dict[str, Any]:
    return {"usergroups": [group.to_json() for group in state.workspace.groups.values()]}


def usergroups_users(state: SlackState, given: Arguments) -> dict[str, Any]:
    group = state.workspace.groups.get(arguments.text(given, "usergroup"))
    if group is None:
        raise SlackRefusal("no_such_subteam")
    return {"users": list(group.users)}
