"""App Home, digest, find, audit and settings: within Slack's limits and safe, over little and much, even hostile."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from blocks import audit, find, help, home, overview
from blocks.find import Found
from blocks.home import HomeCompany, MyItem
from blocks.kit import simpler
from blocks.kit.kit import LABEL_CHARS, Message
from blocks.kit.refused_channel import WORDS, in_full, remedy
from blocks.limits.check import Surface, violations
from blocks.runs import digest
from blocks.runs.digest import Figures
from blocks.settings import company as settings_view
from blocks.settings.schedule import schedule_words
from bot.core.runs import CompanyStatus, Flag, Verified
from bot.core.team.company_settings import AuditEntry, CompanySettings
from bot.core.team.refused_channel import RefusedChannel, Way
from bot.core.team.roles import Role, Roles
from bot.core.team.week import CauseSpan, week
from tests.blocks import outside, samples
from tests.blocks.checks import check_blocks, check_message, check_modal

TEXTS = samples.TEXTS
WEEK = week(samples.NOW, "UTC", [], [])
FLAGS = [Flag.RED, Flag.BLUE, None]


def companies(count: int, text: str | None) -> Iterable[HomeCompany]:
    for place in range(count):
        company = samples.company(f"{text or 'Harbour'} {place}", FLAGS[place % 3], id=f"co-{place}")
        status = list(CompanyStatus)[place % len(CompanyStatus)]
        run = samples.run(flag=FLAGS[place % 3], error=text or "")
        due = samples.NOW if place % 2 else None
        yield HomeCompany(
            replace(company, status=status, last_run=run, days_out_of_balance=place, observe_only=bool(place % 2)),
            place,
            due,
        )


def check_home(view: dict[str, Any]) -> None:
    assert violations(view, Surface.HOME) == []
    check_blocks(view["blocks"])
    outside.check_view(view)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("count", [0, 1, 20, 130])
def test_the_home_takes_any_number_of_companies_and_items(count: int, text: str | None) -> None:
    shown = list(companies(count, text))
    items = [MyItem(text or "Harbour", text or "Kiosk is inactive", text or "", "co|contact:1")] * count
    for page in (1, 2, 99):
        check_home(home.home(shown, items, page, "Flags go nowhere."))
    for one in shown[:1]:
        message = home.reconnect(one.view)
        check_message(message)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("count", [0, 1, 130])
def test_the_overview_fits_a_window_too(count: int, text: str | None) -> None:
    check_modal(overview.overview_modal([one.view for one in companies(count, text)], "Flags go nowhere."))


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("count", [0, 1, 400])
@pytest.mark.parametrize("figures", list(Figures))
def test_a_digest_takes_any_week(count: int, text: str | None, figures: Figures) -> None:
    spans = [
        CauseSpan(
            samples.cause(0, text).headline,
            place,
            samples.NOW - timedelta(hours=1 + place % 160),
            samples.NOW - timedelta(minutes=1) if place % 2 else None,
        )
        for place in range(count)
    ]
    made = week(samples.NOW, "Pacific/Auckland", spans, [samples.run()] * count, days_out_of_balance=count)
    unexplained = {f"{text or 'NZ'}{place}"[:40]: Decimal(place) for place in range(count)}
    found = Verified(samples.NOW, not count, unexplained, count)
    message = digest.digest(samples.company(text or "Harbour", verified=found), made, figures, "F0PICTURE")
    check_message(message)
    kinds = {block["type"] for block in message.blocks}
    assert ("data_visualization" in kinds) is (figures is Figures.CHART and count > 0)
    assert ("image" in kinds) is (figures is Figures.PICTURE and count > 0)


@pytest.mark.parametrize(
    ("found", "words", "is_in_text"),
    [
        (None, "*Drift* · never verified", False),
        (Verified(samples.NOW, True, {}, 0), "*Drift* · both sides agree · verified", False),
        (Verified(samples.NOW, False, {}, 1), "1 linked pair no longer agrees", True),
        (Verified(samples.NOW, False, {}, 0), "something to look at", False),
        (
            Verified(samples.NOW, False, {"NZD": Decimal("12.5"), "AUD": Decimal(0)}, 3),
            "3 linked pairs no longer agree and NZD 12.50 unexplained",
            True,
        ),
    ],
)
def test_a_digest_says_what_the_last_verification_found(found: Verified | None, words: str, is_in_text: bool) -> None:
    message = digest.digest(samples.company(verified=found), week(samples.NOW, "UTC", [], []))
    assert words in str(message.blocks)
    assert ("linked pair" in message.text) is is_in_text


def test_the_picture_says_its_numbers_to_who_does_not_see_it() -> None:
    hour_ago = samples.NOW - timedelta(hours=1)
    made = week(samples.NOW, "UTC", [CauseSpan("x", 3, hour_ago, hour_ago)], [])
    (image,) = [
        block
        for block in digest.digest(samples.company(), made, Figures.PICTURE, "F0PICTURE").blocks
        if block["type"] == "image"
    ]
    assert image["slack_file"] == {"id": "F0PICTURE"}
    assert image["alt_text"] == "Causes opened and closed, by day: Sun 22 Nov 1 opened, 1 closed."


@pytest.mark.parametrize("count", [1, 20, 130])
def test_companies_whose_messages_are_held_back_say_so_everywhere(count: int) -> None:
    channels = [f"C0123456{place:03d}" for place in range(count)]
    shown = [replace(one, held=channels) for one in companies(count, samples.LONG)]
    held = {one.view.id: channels for one in shown}
    check_home(home.home(shown))
    check_modal(overview.overview_modal([one.view for one in shown], "", held))
    message = overview.overview([one.view for one in shown], "", held)
    check_message(message)
    assert "held back" in message.text and "/qbo-sync settings" in str(message.blocks)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("count", [1, 20, 130])
def test_companies_whose_messages_cannot_be_posted_say_so_everywhere(count: int, text: str | None) -> None:
    channels = [RefusedChannel(text or f"C0123456{place:03d}", way, word) for place, way, word in _refusals()]
    shown = [replace(one, refused=channels) for one in companies(count, samples.LONG)]
    refused = {one.view.id: channels for one in shown}
    check_home(home.home(shown))
    check_modal(overview.overview_modal([one.view for one in shown], "", {}, refused))
    message = overview.overview([one.view for one in shown], "", {}, refused)
    check_message(message)
    assert "its messages cannot be posted" in message.text and "/qbo-sync settings" in str(message.blocks)


def _refusals() -> Iterable[tuple[int, Way, str]]:
    words = (*WORDS, "something_new")
    return ((place, list(Way)[place % 3], words[place]) for place in range(len(words)))


def test_a_word_that_nobody_knows_is_told_as_slack_says_it() -> None:
    said = in_full(RefusedChannel("C0ACCOUNTS", Way.POST, "something_new"))
    assert said.startswith("Messages cannot be posted in <#C0ACCOUNTS>: Slack refuses it (something_new).")


@pytest.mark.parametrize("text", TEXTS)
def test_plain_text_stands_alone_and_is_cut(text: str | None) -> None:
    plain = simpler.plain_text(Message((text or "Harbour") * 2000, digest.digest(samples.company(), WEEK).blocks))
    assert plain.blocks == [] and 0 < len(plain.text) <= 4000


@pytest.mark.parametrize("word", [word for word in WORDS if word != "cannot_reply_to_message"])
def test_only_who_may_be_outside_is_told_to_invite(word: str) -> None:
    """Inviting the bot helps nobody where it is in the channel already."""
    invited = {"not_in_channel", "channel_not_found", "no_permission"}
    assert ("/invite @qbo-sync" in remedy(word)) is (word in invited)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("count", [0, 1, 60])
def test_what_was_found_fits_a_message(count: int, text: str | None) -> None:
    words = text or "kiosk"
    places = [
        Found(one.view, words, 1000, samples.results(5, text), f"v{at:025d}")
        for at, one in enumerate(companies(count, text))
    ]
    check_message(find.found(words, places))
    check_message(find.found("", places))
    check_message(find.ask_for_words())


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("count", [0, 1, audit.ROWS])
def test_the_audit_trail_fits_a_message(count: int, text: str | None) -> None:
    said = text if text is not None else "tenant left"
    whats = [*audit.VERBS, "something new"]
    entries = [
        AuditEntry(samples.NOW, ("U0ANA", said)[at % 2], whats[at % len(whats)], said, at, [said] * 3, said, said, said)
        for at in range(count)
    ]
    check_message(audit.audit(entries, said, 2, True, "v" * 26))
    check_message(audit.audit(entries, "", 1, False, "v" * 26))


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("count", [1, 130])
def test_settings_fit_their_windows(count: int, text: str | None) -> None:
    known = [one.view for one in companies(count, text)]
    for schedule in ("", "0 6 * * mon-fri", "7 3 1 * *"):
        now = CompanySettings("co-0", text or "Harbour", "Pacific/Auckland", schedule, "C0ACCOUNTS", True, False)
        check_modal(settings_view.settings(now, "0 * * * *", samples.NOW, known, "v1", "Saved."))
        check_modal(settings_view.settings(replace(now, channel_id=""), "0 * * * *", None, known, "v1"))
    named = Roles({"U0ANA": Role.ADMIN, "S0LEDGER": Role.OPERATOR})
    groups = {f"S{at}": text or "ledger" for at in range(count)} | {"S0LEDGER": "ledger"}
    check_modal(settings_view.roles(named, groups, "v1", True))
    check_modal(settings_view.roles(Roles(), {}, "v1", False))


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 * * * *", "every hour"),
        ("20 * * * *", "every hour, 20 minutes past"),
        ("*/15 * * * *", "every 15 minutes"),
        ("0 */4 * * *", "every 4 hours"),
        ("5 6 * * *", "every day at 6:05"),
        ("0 6 * * 1-5", "weekdays at 6:00"),
        ("30 7 * * mon,thu", "every Monday and Thursday at 7:30"),
        ("0 9 * * 0", "every Sunday at 9:00"),
        ("0 * * * mon-fri", "every hour, weekdays"),
        ("0 6 1 * *", "“0 6 1 * *”"),
        ("*/7 3 * * *", "“*/7 3 * * *”"),
        ("nonsense", "“nonsense”"),
    ],
)
def test_a_schedule_is_said_in_words(cron: str, words: str) -> None:
    assert schedule_words(cron) == words


@pytest.mark.parametrize(
    ("typed", "meant"), [("resluts", "results"), ("snyc", "sync"), ("setings", "settings"), ("xyzzy", ""), ("", "")]
)
def test_a_typing_error_is_answered_with_the_nearest_word(typed: str, meant: str) -> None:
    assert help.nearest(typed) == meant
    said = help.help_page(typed).text
    assert (f"Did you mean `/qbo-sync {meant}`?" in said) is bool(meant)
    check_message(help.help_page(typed))


def test_help_fits_one_screen_and_has_an_example_for_every_word() -> None:
    message = help.help_page()
    lines = [line for block in message.blocks for line in str(block.get("text") or block["elements"]).split("\\n")]
    assert len(lines) <= 20
    with_company = [word for word in help.WORDS if word != "help"]
    assert all(any(f"/qbo-sync {word} " in example for example in help.EXAMPLES) for word in with_company)
    assert "For example" in str(message.blocks[-1])


def test_labels_fit_a_phone() -> None:
    buttons = [
        element
        for block in home.home(list(companies(30, None)))["blocks"]
        for element in block.get("elements", [])
        if element.get("type") == "button"
    ]
    assert buttons and all(len(button["text"]["text"]) <= LABEL_CHARS for button in buttons)
