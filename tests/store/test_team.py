"""What a team settles and what is kept of its weeks: roles, settings, causes, runs out of balance, visits, deeds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.causes.grouping import key
from bot.core.causes.work import Work
from bot.core.faults import UserError
from bot.core.model import Outcome
from bot.core.runs import Flag, RedReason, RunState, Trigger
from bot.core.team.roles import Role, Roles
from bot.desk.cause_work import TeamWork
from bot.desk.team import STALE, Team
from bot.store.database import Database, from_ms, to_ms
from bot.store.mirror import records
from bot.store.results import cause_spans
from bot.store.runs import runs
from bot.store.tables import cause_spans as spans
from bot.store.team import cause_work as team_queries
from bot.store.team import home_visits, notes, roles, settings
from bot.store.team.notes import Deed
from tests.blocks import samples
from tests.store.conftest import COMPANY

HOUR = 3_600_000


def team(database: Database, at: int = 10 * HOUR) -> Team:
    return Team(database, lambda: from_ms(at) or samples.NOW)


def ended(database: Database, run_id: str, at: int, reason: RedReason | None, flag: Flag = Flag.RED) -> None:
    with database.write() as connection:
        runs.request(connection, run_id, COMPANY, Trigger.PERSON, "U0ANA", at)
        runs.change(connection, run_id, at, state=RunState.FINISHED, flag=flag, finished_at=at, red_reason=reason)


def test_roles_are_these_and_nobody_else(database: Database) -> None:
    with database.write() as connection:
        roles.name(connection, {"U1": Role.ADMIN, "S1": Role.VIEWER})
        roles.name(connection, {"U1": Role.OPERATOR})
        assert roles.named(connection) == {"U1": Role.OPERATOR}
        roles.name(connection, {})
        assert roles.named(connection) == {}


def test_settings_are_kept_by_company_and_changed_in_place(database: Database) -> None:
    with database.write() as connection:
        settings.put(connection, COMPANY, {"digest": "on", "digest_day": "fri"})
        settings.put(connection, COMPANY, {"digest": "off"})
        assert settings.of(connection, COMPANY) == {"digest": "off", "digest_day": "fri"}
        assert settings.of(connection, "other") == {}


def test_of_two_who_settle_at_once_the_second_is_refused(database: Database) -> None:
    found = team(database)
    found.name_for_roles({"U1": Role.ADMIN}, Roles(), "U1")
    with pytest.raises(UserError, match=STALE[:30]):
        found.name_for_roles({"U2": Role.ADMIN}, Roles(), "U2")
    assert found.roles().named == {"U1": Role.ADMIN}


def test_a_cause_is_open_once_and_keeps_the_most_it_held_up(database: Database) -> None:
    one = samples.result(0, outcome=Outcome.FAILED)
    waiting = samples.result(3, outcome=Outcome.WAITING, cause=one.ref)
    with database.write() as connection:
        for at, rows in ((1, [one]), (2, [one, waiting]), (3, [one]), (4, [])):
            cause_spans.note(connection, COMPANY, at, rows)
        (span,) = cause_spans.since(connection, COMPANY, 4)
        assert (span.opened_at, span.closed_at, span.records) == (1, 4, 2)
        assert cause_spans.since(connection, COMPANY, 5) == []


def test_days_out_of_balance_count_from_the_first_run_that_was(database: Database) -> None:
    def since() -> int | None:
        with database.read() as connection:
            return runs.out_of_balance_since(connection, COMPANY)

    assert since() is None
    ended(database, "r1", 1 * HOUR, None, Flag.BLUE)
    assert since() is None
    ended(database, "r2", 2 * HOUR, RedReason.OUT_OF_BALANCE)
    ended(database, "r3", 3 * HOUR, RedReason.OUT_OF_BALANCE)
    assert since() == 2 * HOUR
    ended(database, "r3b", 3 * HOUR + 1, RedReason.UNREADABLE)  # did not look at the totals
    assert since() == 2 * HOUR
    ended(database, "r4", 4 * HOUR, None, Flag.BLUE)
    assert since() is None


def test_visits_are_remembered_with_their_page_and_what_was_shown(database: Database) -> None:
    with database.write() as connection:
        home_visits.note(connection, "U1", 5, 1)
        home_visits.shown(connection, "U1", "digest")
        home_visits.note(connection, "U2", 6, 3)
        assert [(one.user_id, one.page, one.digest) for one in home_visits.since(connection, 5)] == [
            ("U2", 3, ""),
            ("U1", 1, "digest"),
        ]
        home_visits.note(connection, "U1", 9, 2)
        assert [one.user_id for one in home_visits.since(connection, 7)] == ["U1"]


def test_deeds_are_told_newest_first_with_the_syncs_of_people(database: Database) -> None:
    with database.write() as connection:
        notes.write_deed(connection, Deed(COMPANY, 5, "U1", "unlink", ("contact:kiosk",), "why", "linked", "unlinked"))
        notes.write_deed(connection, Deed("", 9, "U1", "roles"))
        notes.write_deed(connection, Deed("other", 8, "U2", "settings"))
    ended(database, "r1", 7, None, Flag.BLUE)
    with database.read() as connection:
        found = notes.deeds(connection, COMPANY, 10)
        assert [(deed.what, deed.at) for deed in found] == [("roles", 9), ("sync", 7), ("unlink", 5)]
        assert (found[2].records, found[2].before) == (("contact:kiosk",), "linked")
        assert [deed.what for deed in notes.deeds(connection, "", 2)] == ["roles", "settings"]


def test_what_was_put_right_is_shown_for_a_day_to_whom_it_was_given(database: Database) -> None:
    one, now = samples.result(0, outcome=Outcome.FAILED), [samples.NOW]
    work = TeamWork(database, lambda: now[0])
    with database.write() as connection:
        cause_spans.note(connection, COMPANY, to_ms(now[0]), [one])
        (cause,) = team_queries.opened_since(connection, COMPANY, 0)
    work.settle(Work(COMPANY, cause, now[0], "U1", "U2"), None)
    with database.write() as connection:
        cause_spans.note(connection, COMPANY, to_ms(now[0]), [])
    for hours, shown in ((23, 1), (25, 0)):
        now[0] = samples.NOW + timedelta(hours=hours)
        work.forget_gone(COMPANY, ())
        with database.read() as connection:
            assert len(work.ended_of("U2")) == len(team_queries.kept_keys(connection, COMPANY)) == shown


@pytest.mark.parametrize(("later_ms", "is_new"), [(400, False), (2_000, True)])
def test_what_came_in_the_second_in_which_an_episode_began_is_no_news_of_it(
    database: Database, later_ms: int, is_new: bool
) -> None:
    """The beginning of an episode is told by the time of a message, to the second."""
    cause = samples.cause(0)
    began_ms = to_ms(samples.NOW)
    with database.write() as connection:
        about = {"company_id": COMPANY, "key": key(cause), "headline": "", "records": 1}
        connection.execute(spans.insert().values(opened_at=began_ms + later_ms, **about))
    company = samples.company(id=COMPANY, last_run=None)
    settled = TeamWork(database, lambda: samples.NOW).settled(company, [cause], samples.NOW)
    assert settled.new == ({key(cause)} if is_new else set())


def test_what_was_left_out_and_is_linked_again_is_not_put_right_yet(database: Database) -> None:
    one = samples.result(0, outcome=Outcome.FAILED)
    ref = one.ref
    with database.write() as connection:
        cause_spans.note(connection, COMPANY, 1, [one])
        records.set_unlinked(connection, COMPANY, [ref], "U1", 5)
        notes.write_deed(connection, Deed(COMPANY, 5, "U1", "unlink", (str(ref),), "", "linked", "unlinked"))
        cause_spans.note(connection, COMPANY, 5, [])
        assert [one.how for one in team_queries.resolved_since(connection, COMPANY, 1)] == ["unlink"]
        records.set_linked(connection, COMPANY, [ref])
        assert [one.how for one in team_queries.resolved_since(connection, COMPANY, 1)] == ["back"]


def test_the_next_run_is_that_of_the_company_or_of_all(database: Database) -> None:
    found = team(database, 10 * HOUR + 1)
    assert found.next_run(COMPANY) == from_ms(11 * HOUR)
    seen = found.settings(COMPANY)
    found.change_settings(replace(seen, schedule="30 * * * *"), seen, "U1")
    assert found.next_run(COMPANY) == from_ms(10 * HOUR + HOUR // 2)
    assert found.next_run("nobody") is None
