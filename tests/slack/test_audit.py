"""/qbo-sync audit: who did what, when, why, and what it was before."""

from blocks import audit
from bot.core.model import Outcome, RecordRef, RecordType
from bot.core.runs import Flag
from bot.core.team.company_settings import AuditEntry
from bot.core.team.roles import Role
from bot.store.database import to_ms
from bot.store.results import results
from bot.store.team import notes
from bot.store.team.notes import Deed
from tests.blocks import samples
from tests.blocks.checks import check_message
from tests.slack.conftest import ANA, BEN, Bot, eventually
from tests.slack.seeding import KIOSK


def unlinked(bot: Bot, minutes_ago: int, note: str = "", company: str = "harbour") -> None:
    others = [RecordRef(RecordType.INVOICE, str(place)) for place in range(28)]
    at = to_ms(bot.clock()) - minutes_ago * 60_000
    with bot.store.database.write() as connection:
        notes.write_audit(connection, company, at, BEN, "unlink", [KIOSK, *others], note)


def test_it_says_who_did_what_to_what_why_and_what_it_was(bot: Bot) -> None:
    unlinked(bot, 5, "tenant <left>")
    row = samples.result(0, ref=KIOSK, name="Kiosk Ltd", outcome=Outcome.FAILED)
    with bot.store.database.write() as connection:
        results.record(connection, "harbour", "run-1", [row])
    bot.desk.team.name_for_roles({ANA: Role.ADMIN}, bot.desk.team.roles(), ANA)
    bot.slack.command("audit harbour")
    message = bot.said("Who did what of Harbour City Property")
    shown = str(message["blocks"])
    assert f"<@{BEN}> unlinked Kiosk Ltd and 28 more · linked → unlinked" in shown
    assert "“tenant &lt;left&gt;”" in shown
    assert f"<@{ANA}> changed who may do what · nobody named → admin: <@{ANA}>" in shown
    assert "2 entries" in message["text"]


def test_syncs_are_in_it_with_their_flag(bot: Bot) -> None:
    with bot.store.database.write() as connection:
        from_person = {"state": "finished", "trigger": "person", "requested_by": ANA, "flag": Flag.RED}
        now = to_ms(bot.clock())
        connection.execute(
            notes.runs.insert().values(
                id="r1", company_id="harbour", requested_at=now, finished_at=now, changed_at=now, **from_person
            )
        )
    bot.slack.command("audit")
    bot.said(f"<@{ANA}> started a sync · Harbour City Property · red")


def test_letting_a_safety_stop_pass_is_said_with_how_much_it_let_pass_and_from_where(bot: Bot) -> None:
    words = "55 of 60 linked records would be voided, archived or lost at once"
    with bot.store.database.write() as connection:
        about = ("harbour", to_ms(bot.clock()), ANA, "override")
        notes.write_deed(connection, Deed(*about, after=words, source="C1 1790000000.000100"))
    bot.slack.command("audit")
    message = bot.said(f"<@{ANA}> let a safety stop pass · Harbour City Property · {words}")
    assert "from the message of <!date^1790000000^" in str(message["blocks"])


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
    with bot.store.database.write() as connection:
        notes.write_deed(connection, Deed("", to_ms(bot.clock()), ANA, "roles", after="admin: U0ANA"))
    assert [entry.what for entry in bot.desk.team.audit("harbour", 9)] == ["roles"]
    assert len(bot.desk.team.audit("", 9)) == 2


def test_people_groups_and_channels_are_mentioned_where_they_are_named_and_nowhere_else(bot: Bot) -> None:
    now = to_ms(bot.clock())
    deeds = [
        Deed("harbour", now, ANA, "cause", ("contact:kiosk",), before="nobody's", after=f"given to {BEN}, muted"),
        Deed("", now, ANA, "roles", before=f"operator: {BEN}, S0FIN", after="nobody named"),
        Deed("harbour", now, ANA, "settings", before="channel default", after="channel C0GENERAL"),
        Deed("harbour", now, ANA, "link", ("contact:kiosk",), after="W10RENTALS (Customer 12)"),
    ]
    with bot.store.database.write() as connection:
        for deed in deeds:
            notes.write_deed(connection, deed)
    bot.slack.command("audit")
    shown = str(bot.said("Who did what")["blocks"])
    assert f"nobody's → given to <@{BEN}>, muted" in shown
    assert f"operator: <@{BEN}>, <!subteam^S0FIN> → nobody named" in shown
    assert "channel default → channel <#C0GENERAL>" in shown
    assert "linked" in shown and "W10RENTALS" in shown and "<@W10" not in shown
    assert bot.slack.control("GET", "notifications") == []


def test_an_id_that_was_cut_off_is_no_mention_and_any_text_fits() -> None:
    for text in (f"{'x' * 93}U0ANABENCLO and more", samples.LONG, *samples.HOSTILE):
        entry = AuditEntry(samples.NOW, ANA, "cause", "Harbour", 1, ["Kiosk"], text, text, text)
        message = audit.audit([entry], "Harbour", 1, False, "v1")
        check_message(message)
        assert "<@U0ANAB" not in message.text


def test_a_file_that_somebody_took_along_is_written_down(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.type", value="payment")
    bot.slack.click(bot.after(message, "payments · since 21 Nov 2026 · 15 of 120"), "results.more", value="csv")
    entry = eventually(lambda: next(iter(bot.desk.team.audit("harbour", 1)), None))
    assert (entry.by, entry.what, entry.after) == (ANA, "export", "CSV file of 15 rows · payments · since 21 Nov 2026")
    assert entry.source.startswith("C0ACCOUNTS ")
    bot.slack.command("audit harbour")
    bot.said(f"<@{ANA}> took results along · CSV file of 15 rows · payments")
