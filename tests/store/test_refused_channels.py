"""Channels that take nothing are known to every process until something goes through there; so is who was told."""

import pytest

from bot.core.team.refused_channel import RefusedChannel, Way, worst
from bot.desk.refused_channels import RefusedChannels
from bot.store.database import Database
from tests.store.conftest import COMPANY

POST, REPLY, EDIT = Way.POST, Way.REPLY, Way.EDIT
RESTRICTED, ARCHIVED = "restricted_action", "is_archived"
ONLY_REPLIES, NO_THREADS = "restricted_action_thread_only_channel", "restricted_action_non_threadable_channel"


def refused(way: Way, word: str, channel: str = "C0ACCOUNTS") -> RefusedChannel:
    return RefusedChannel(channel, way, word)


@pytest.mark.parametrize(
    ("known", "went", "is_over"),
    [
        ((POST, RESTRICTED), POST, True),
        ((POST, RESTRICTED), EDIT, False),
        ((POST, RESTRICTED), REPLY, False),
        ((REPLY, RESTRICTED), POST, True),
        ((EDIT, RESTRICTED), POST, True),
        ((POST, ARCHIVED), EDIT, True),
        ((EDIT, ARCHIVED), REPLY, True),
        ((POST, ONLY_REPLIES), REPLY, False),
        ((REPLY, NO_THREADS), POST, False),
        ((REPLY, NO_THREADS), REPLY, True),
        ((EDIT, "edit_window_closed"), POST, False),
        ((EDIT, "cant_update_message"), EDIT, True),
    ],
)
def test_what_went_through_ends_what_it_disproves(
    database: Database, known: tuple[Way, str], went: Way, is_over: bool
) -> None:
    channels = RefusedChannels(database)
    channels.refuse(refused(*known))
    channels.refuse(refused(POST, RESTRICTED, "C0OTHER"))
    channels.went_through({"C0ACCOUNTS", "#accounts"}, went)
    left = {one.channel for one in RefusedChannels(database).all()}
    assert left == ({"C0OTHER"} if is_over else {"C0OTHER", "C0ACCOUNTS"})


def test_a_channel_is_known_by_any_of_its_names_and_with_the_last_word(database: Database) -> None:
    channels = RefusedChannels(database)
    channels.refuse(refused(POST, RESTRICTED, "#accounts"))
    channels.refuse(refused(POST, ARCHIVED, "#accounts"))
    assert channels.of({"C0ACCOUNTS", "#accounts"}, POST) == refused(POST, ARCHIVED, "#accounts")
    assert channels.of({"#accounts"}, EDIT) is None
    channels.went_through({"C0ACCOUNTS", "#accounts"}, POST)
    assert channels.all() == ()


def test_of_a_channel_the_worst_is_told() -> None:
    fixed, replies, posts = refused(EDIT, "edit_window_closed"), refused(REPLY, NO_THREADS), refused(POST, RESTRICTED)
    assert worst([fixed, replies, posts]) == posts
    assert worst([fixed, replies]) == replies
    assert worst([fixed]) == fixed and worst([]) is None


def test_the_hundred_newest_are_kept(database: Database) -> None:
    channels = RefusedChannels(database)
    for place in range(102):
        channels.refuse(refused(POST, RESTRICTED, f"C{place:03d}"))
    assert [one.channel for one in channels.all()] == [f"C{place:03d}" for place in range(2, 102)]


def test_who_was_told_directly_is_kept_for_each_company(database: Database) -> None:
    channels = RefusedChannels(database)
    assert channels.told_directly(COMPANY) == []
    channels.tell_directly(COMPANY, ["D0ANA"])
    channels.tell_directly(COMPANY, ["D0BEN", "D0ANA"])
    assert RefusedChannels(database).told_directly(COMPANY) == ["D0ANA", "D0BEN"]
    assert channels.told_directly("other") == []
