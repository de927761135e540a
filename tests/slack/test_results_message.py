"""The results message in Slack: filters, pages, rows, search, sharing, and what happens when Slack refuses a form."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from blocks.limits import SAFE
from bot.core.model import Outcome
from tests.blocks import samples
from tests.slack.conftest import Bot, Start, eventually


def rows_of(message: dict[str, object]) -> list[list[dict[str, object]]]:
    blocks = message["blocks"]
    assert isinstance(blocks, list)
    return next((block["rows"][1:] for block in blocks if block["type"] in ("data_table", "table")), [])


def test_results_start_at_the_last_clean_sync(bot: Bot) -> None:
    bot.desk.since = date(2026, 11, 3)
    message = bot.results()
    assert "since 3 Nov 2026 · 120 of 120" in message["text"]
    assert len(rows_of(message)) == 25


def test_the_message_is_the_readers_own(bot: Bot) -> None:
    bot.results()
    assert not any("results" in one["text"] for one in bot.slack.seen("@ben"))


@pytest.mark.parametrize(
    ("action", "value", "words"),
    [
        ("results.status", "unlinked", "unlinked · 0 of 120"),
        ("results.type", "payment", "payments · 17 of 120"),
        ("results.since", "2026-11-22", "since 22 Nov 2026 · 120 of 120"),
        ("results.rows", "50", "page 1 of 3"),
        ("results.rows", "all", "page 1 of 1"),
    ],
)
def test_each_filter_changes_the_message_in_place(bot: Bot, action: str, value: str, words: str) -> None:
    message = bot.results()
    count = len(bot.slack.seen())
    bot.slack.click(message, action, value=value)
    bot.after(message, words)
    assert len(bot.slack.seen()) == count


def test_pages_are_turned_and_another_filter_starts_on_the_first(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.next")
    bot.after(message, "page 2 of 5 · rows 26 to 50 of 120")
    bot.slack.click(message, "results.next")
    bot.after(message, "page 3 of 5")
    bot.slack.click(message, "results.previous")
    bot.after(message, "page 2 of 5")
    bot.slack.click(message, "results.rows", value="50")
    bot.after(message, "page 1 of 3")
    bot.slack.click(message, "results.next")
    bot.after(message, "page 2 of 3")
    bot.slack.click(message, "results.type", value="invoice")
    bot.after(message, "page 1 of 1")


def test_more_clicks_than_one_answer_url_allows_are_no_problem(bot: Bot) -> None:
    message = bot.results()
    for _ in range(4):
        bot.slack.click(message, "results.refresh")
        bot.slack.click(message, "results.next")
    bot.after(message, "page 5 of 5")


def test_two_quick_clicks_turn_two_pages(bot: Bot) -> None:
    message = bot.results()
    with ThreadPoolExecutor(2) as hands:
        list(hands.map(lambda _: bot.slack.click(message, "results.next"), range(2)))
    bot.after(message, "page 3 of 5")


def test_the_filter_modal_searches_and_clear_takes_it_back(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.filter")
    bot.modal("Only what needs attention")
    bot.slack.submit(text={"text": "kiosk"}, show={"show": "attention"})
    changed = bot.after(message, "needs attention · “kiosk” · 10 of 120")
    assert bot.slack.modal() is None
    bot.slack.click(changed, "results.clear")
    bot.after(message, "all records · 120 of 120")


def test_a_filter_that_matches_nothing_says_so_and_how_to_go_back(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.filter")
    bot.modal("Search")
    bot.slack.submit(text={"text": "<!channel> nobody"}, show={"show": "everything"})
    changed = bot.after(message, "No record matches this filter.")
    assert "&lt;!channel&gt;" in changed["text"]
    assert bot.slack.control("GET", "notifications") == []


def test_a_shared_copy_is_seen_by_all_and_pings_nobody(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.type", value="payment")
    message = bot.after(message, "payments · 17 of 120")
    bot.slack.click(message, "results.more", value="share")
    copy = bot.said("shared by @ana", user="@ben")
    assert len(rows_of(copy)) == 17
    assert bot.slack.control("GET", "notifications") == []
    bot.slack.click(copy, "open.shared", user="@ben")
    own = bot.said("results.refresh", user="@ben")
    assert "payments · 17 of 120" in own["text"]


def test_sharing_where_the_bot_is_no_member_says_how_to_invite_it(bot: Bot) -> None:
    bot.slack.command("results", channel="#general")
    message = bot.said("results.refresh", channel="#general")
    bot.slack.click(message, "results.more", value="share", channel="#general")
    bot.said("/invite @qbo-sync", channel="#general")


def test_sync_now_starts_a_run_and_says_who_did(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.sync")
    bot.after(message, "Sync started by <@U0ANA>")
    bot.said("waiting to start", user="@ben")


def test_a_view_that_is_too_old_says_what_to_do(bot: Bot) -> None:
    message = bot.results()
    bot.desk.views.clear()
    bot.slack.click(message, "results.next")
    bot.said("This is too old. Ask again with /qbo-sync results.")


def refuse(bot: Bot, *kinds: str) -> None:
    """As a workspace answers that does not know these blocks yet."""
    for kind in kinds:
        rule = {
            "match": {"path": "/response/", "body": f'"type": "{kind}"'},
            "times": None,
            "effect": {"kind": "reply", "status": 400, "body": {"ok": False, "error": "invalid_blocks"}},
        }
        bot.slack.control("POST", "faults", **rule)


def test_a_workspace_without_data_table_gets_a_table_and_is_not_asked_twice(bot: Bot) -> None:
    refuse(bot, "data_table")
    message = bot.results()
    assert [block["type"] for block in message["blocks"] if "table" in block["type"]] == ["table"]
    assert len(rows_of(message)) == 25
    bot.slack.control("DELETE", "faults")
    bot.slack.click(message, "results.next")
    turned = bot.after(message, "page 2 of 5")
    assert [block["type"] for block in turned["blocks"] if "table" in block["type"]] == ["table"]


def test_a_workspace_without_tables_gets_sections_with_every_row(bot: Bot) -> None:
    refuse(bot, "data_table", "table")
    message = bot.results()
    assert "table" not in [block["type"] for block in message["blocks"]]
    assert str(message["blocks"]).count(" | ") == 25
    bot.slack.click(message, "results.rows", value="100")
    bot.after(message, "40 rows a page, because Slack takes no more")


def test_a_workspace_on_the_lower_limits_is_served_with_shorter_pages(start: Start) -> None:
    bot = start(table_limits=SAFE)
    bot.slack.click(bot.results(), "results.rows", value="all")
    changed = bot.said("rows a page, because Slack takes no more")
    assert len(rows_of(changed)) == 100


def test_limits_that_are_set_too_high_fall_back_by_themselves(start: Start) -> None:
    bot = start()
    bot.slack.state.table_limits = SAFE
    message = bot.results()
    bot.slack.click(message, "results.rows", value="all")
    changed = bot.after(message, "100 rows a page")
    assert [block["type"] for block in changed["blocks"] if "table" in block["type"]] == ["data_table"]


def test_rows_of_any_length_are_all_reached_by_turning_pages(bot: Bot) -> None:
    rows = [samples.result(place, name=f"{place} {samples.LONG}", details=samples.LONG) for place in range(300)]
    bot.desk.rows["harbour"] = rows
    message = bot.results()
    bot.slack.click(message, "results.rows", value="all")
    changed = bot.after(message, "Slack takes no more")
    names = []
    while True:
        names += [str(cell[2]) for cell in rows_of(changed)]
        if "results.next" not in str(changed["blocks"]):
            break
        before = changed
        bot.slack.click(changed, "results.next")
        changed = eventually(lambda old=before: (now := bot.after(old, "as of")) != old and now)
    assert len(names) == 300


def test_hostile_rows_are_shown_as_text(bot: Bot) -> None:
    bot.desk.rows["harbour"] = list(samples.results(10, "<!channel> <https://evil.example|x>"))
    bot.desk.rows["harbour"][0] = samples.result(0, details="*bold* `tick`", outcome=Outcome.FAILED)
    message = bot.results()
    bot.slack.click(message, "results.more", value="share")
    bot.said("shared by", user="@ben")
    assert bot.slack.control("GET", "notifications") == []
