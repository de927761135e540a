"""/qbo-sync audit: who did what, when, why, and what it was before."""

from bot.core.model import Flag, Outcome, RecordRef, RecordType
from bot.core.roles import Role
from bot.store import notes, results
from bot.store.database import to_ms
from bot.store.notes import Deed
from tests.blocks import samples
from tests.slack.conftest import ANA, BEN, KIOSK, Bot


def unlinked(bot: Bot, minutes_ago: int, note: str = "", company: str = "harbour") -> None:
    bot.desk.team  # noqa: B018 - the company is put into its database
    others = [RecordRef(RecordType.INVOICE, str(place)) for place in range(28)]
    at = to_ms(bot.clock()) - minutes_ago * 60_000
    with bot.desk.team_store.database.write() as connection:
        notes.write_audit(connection, company, at, BEN, "unlink", [KIOSK, *others], note)


def test_it_says_who_did_what_to_what_why_and_what_it_was(bot: Bot) -> None:
    unlinked(bot, 5, "tenant <left>")
    row = samples.result(0, ref=KIOSK, name="Kiosk Ltd", outcome=Outcome.FAILED)
    with bot.desk.team_store.database.write() as connection:
        results.record(connection, "harbour", "run-1", [row])
    bot.desk.team.name_for_roles({ANA: Role.ADMIN}, bot.desk.team.roles(), ANA)
    bot.slack.command("audit harbour")
    message = bot.said("Who did what of Harbour City Property")
    shown = str(message["blocks"])
    assert f"<@{BEN}> unlinked Kiosk Ltd and 28 more · linked → unlinked" in shown
    assert "“tenant &lt;left&gt;”" in shown
    assert f"<@{ANA}> changed who may do what · nobody named → admin: {ANA}" in shown
    assert "2 entries" in message["text"]


def test_syncs_are_in_it_with_their_flag(bot: Bot) -> None:
    bot.desk.team  # noqa: B018
    with bot.desk.team_store.database.write() as connection:
        from_person = {"state": "finished", "trigger": "person", "requested_by": ANA, "flag": Flag.RED}
        now = to_ms(bot.clock())
        connection.execute(
            notes.runs.insert().values(
                id="r1", company_id="harbour", requested_at=now, finished_at=now, changed_at=now, **from_person
            )
        )
    bot.slack.command("audit")
    bot.said(f"<@{ANA}> started a sync · Harbour City Property · red")


def test_pages_go_back_in_time_and_forth(bot: Bot) -> None:
    for minutes in reversed(range(40)):
        unlinked(bot, minutes, f"note {minutes}.")
    bot.slack.command("audit")
    message = bot.said("note 0.")
    bot.slack.click(message, "audit.older")
    bot.after(message, "note 12.")
    bot.slack.click(message, "audit.older")
    bot.after(message, "note 24.")
    bot.slack.click(message, "audit.older")
    bot.after(message, "note 39.")
    bot.slack.click(message, "audit.newer")
    bot.after(message, "note 35.")


def test_nothing_done_yet_is_said(bot: Bot) -> None:
    bot.slack.command("audit")
    bot.said("Nobody has done anything yet.")


def test_a_viewer_does_not_see_it(bot: Bot) -> None:
    bot.slack.command("audit", user="@ben")
    bot.said("only workspace admins can see who did what", user="@ben")


def test_deeds_of_one_company_are_not_anothers(bot: Bot) -> None:
    unlinked(bot, 1, company="elsewhere")
    with bot.desk.team_store.database.write() as connection:
        notes.write_deed(connection, Deed("", to_ms(bot.clock()), ANA, "roles", after="admin: U0ANA"))
    assert [entry.what for entry in bot.desk.team.audit("harbour", 9)] == ["roles"]
    assert len(bot.desk.team.audit("", 9)) == 2
