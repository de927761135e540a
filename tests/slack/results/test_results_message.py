"""The results message in Slack: filters, pages, rows, search, sharing, and what happens when Slack refuses a form."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from blocks.limits.check import SAFE
from bot.core.model import Outcome, RecordType
from bot.store.database import to_ms
from bot.store.team.tables import views
from tests.blocks import samples
from tests.rarely import edge
from tests.slack.conftest import Bot, Start, eventually


def rows_of(message: dict[str, object]) -> list[list[dict[str, object]]]:
    blocks = message["blocks"]
    assert isinstance(blocks, list)
    return next((block["rows"][1:] for block in blocks if block["type"] in ("data_table", "table")), [])


def test_results_start_at_the_last_clean_sync(bot: Bot) -> None:
    bot.store.change_company(last_clean_at=to_ms(datetime(2026, 11, 3, tzinfo=UTC)))
    message = bot.results()
    assert "since 3 Nov 2026 · 120 of 120" in message["text"]
    assert len(rows_of(message)) == 25


def test_the_message_is_the_readers_own(bot: Bot) -> None:
    bot.results()
    assert not any("results" in one["text"] for one in bot.slack.seen("@ben"))


@pytest.mark.parametrize(
    ("action", "value", "words"),
    [
        ("results.status", "unlinked", "unlinked · since 21 Nov 2026 · 0 of 120"),
        ("results.type", "payment", "payments · since 21 Nov 2026 · 15 of 120"),
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


@edge
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
    changed = bot.after(message, "needs attention · since 21 Nov 2026 · “kiosk” · 29 of 120")
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
    message = bot.after(message, "payments · since 21 Nov 2026 · 15 of 120")
    bot.slack.click(message, "results.more", value="share")
    copy = bot.said("shared by @ana", user="@ben")
    assert len(rows_of(copy)) == 15
    assert bot.slack.control("GET", "notifications") == []
    bot.slack.click(copy, "open.shared", user="@ben")
    own = bot.said("results.refresh", user="@ben")
    assert "payments · since 21 Nov 2026 · 15 of 120" in own["text"]


def test_anyone_acts_on_a_shared_copy_by_their_own_right(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.more", value="share")
    copy = bot.said("shared by @ana", user="@ben")
    bot.slack.click(copy, "results.select", user="@ben")
    assert "only workspace admins can unlink or relink records" in bot.said("You can look", user="@ben")["text"]
    assert bot.slack.modal("@ben") is None
    bot.slack.click(copy, "results.sync", user="@ben")
    assert len(bot.store.runs()) == 0
    bot.slack.click(copy, "results.sync")
    changed = bot.after(copy, "Sync started by <@U0ANA>", user="@ben")
    assert "shared by @ana" in str(changed["blocks"]) and "results.sync" not in str(changed["blocks"])
    bot.slack.click(copy, "results.more", user="@ben", value="detail")
    bot.modal("Which record?", user="@ben")


def test_a_shared_copy_is_refreshed_for_all_and_stays_a_copy(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.type", value="payment")
    bot.slack.click(bot.after(message, "payments · since 21 Nov 2026 · 15 of 120"), "results.more", value="share")
    copy = bot.said("shared by @ana", user="@ben")
    bot.slack.click(message, "results.type", value="invoice")
    bot.after(message, "invoices · ")
    bot.store.put([row for row in bot.store.rows() if row.ref.type is not RecordType.PAYMENT])
    bot.slack.click(copy, "results.refresh", user="@ben")
    changed = bot.after(copy, "payments · since 21 Nov 2026 · 0 of 105")
    assert "shared by @ana" in str(changed["blocks"]) and "results.filter" not in str(changed["blocks"])


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

    def answered() -> bool:
        bot.store.forget(views)  # what is shown is kept a moment after Slack took it
        bot.slack.click(message, "results.next")
        return "This message is too old to be changed. Ask again with /qbo-sync results." in str(bot.slack.seen())

    eventually(answered)


def order_of(message: dict[str, object]) -> list[str]:
    return [str(row[2]) for row in rows_of(message)]


def test_the_order_stays_through_pages_and_refreshes(bot: Bot) -> None:
    message = bot.results()
    newest = order_of(message)
    bot.slack.click(message, "results.order", value="oldest")
    oldest = bot.after(message, "rows 1 to 25 of 120 · oldest first")
    assert newest[0] not in order_of(oldest) and "INV-2160" in order_of(oldest)[0]
    bot.slack.click(message, "results.next")
    second = bot.after(message, "page 2 of 5")
    assert not set(order_of(oldest)) & set(order_of(second))
    bot.slack.click(message, "results.previous")
    first = bot.after(message, "page 1 of 5")
    bot.slack.click(message, "results.refresh")
    assert order_of(bot.after(message, "oldest first")) == order_of(first) == order_of(oldest)
    bot.slack.click(message, "results.order", value="type")
    kinds = [row[1]["text"] for row in rows_of(bot.after(message, "by type"))]
    in_order = [kind.noun.capitalize() for kind in RecordType]
    assert kinds == sorted(kinds, key=in_order.index) and len(set(kinds)) > 1


def test_every_filter_is_in_one_modal_and_they_combine(start: Start) -> None:
    bot = start(companies=2)
    message = bot.results()
    bot.slack.click(message, "results.filter")
    bot.modal("Search")
    found = bot.slack.suggest("filter.cause", "kiosk")
    assert [one["text"]["text"] for one in found] == ["Any cause", "Kiosk Ltd is inactive in QuickBooks"]
    bot.slack.submit(
        text={"text": "inv-20"},
        show={"show": "waiting"},
        status={"status": "linked"},
        type={"type": "invoice"},
        since={"since": "2026-11-01"},
        cause={"filter.cause": found[1]["value"]},
        order={"order": "oldest"},
    )
    words = "only “Waits” · held up by one cause · linked · invoices · since 1 Nov 2026 · “inv-20” · 23 of 120"
    changed = bot.after(message, f"Harbour City Property · {words}")
    assert "oldest first" in str(changed["blocks"])
    bot.slack.click(message, "results.filter")
    again = str(bot.modal("Search"))
    for kept in ("inv-20", "2026-11-01", "The one cause that is shown now", "'value': 'waiting'"):
        assert kept in again
    bot.store.put(bot.store.rows()[:50], "lakeside-1")
    bot.slack.submit(company={"company": "lakeside-1"})
    bot.after(message, "Lakeside 1 · only “Waits” · linked · invoices · since 1 Nov 2026 · “inv-20” · 23 of 50")


def test_a_cause_that_is_gone_by_now_is_said_in_the_modal(bot: Bot) -> None:
    message = bot.results()
    bot.slack.click(message, "results.filter")
    bot.modal("Search")
    found = bot.slack.suggest("filter.cause", "kiosk")
    bot.store.put(bot.store.rows()[-20:])
    bot.slack.submit(cause={"filter.cause": found[1]["value"]})
    bot.modal("This cause has been dealt with already.")


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


@edge
def test_rows_of_any_length_are_all_reached_by_turning_pages(bot: Bot) -> None:
    rows = [samples.result(place, name=f"{place} {samples.LONG}", details=samples.LONG) for place in range(300)]
    bot.store.put(rows)
    message = bot.results()
    bot.slack.click(message, "results.rows", value="all")
    changed = bot.after(message, "Slack takes no more")
    names = []
    while True:
        names += order_of(changed)
        if "results.next" not in str(changed["blocks"]):
            break
        before = changed
        bot.slack.click(changed, "results.next")
        changed = eventually(lambda old=before: (now := bot.after(old, "as of")) != old and now)
    assert len(names) == 300


def test_hostile_rows_are_shown_as_text(bot: Bot) -> None:
    bot.store.put(list(samples.results(10, "<!channel> <https://evil.example|x>")))
    bot.store.rows()[0] = samples.result(0, details="*bold* `tick`", outcome=Outcome.FAILED)
    message = bot.results()
    bot.slack.click(message, "results.more", value="share")
    bot.said("shared by", user="@ben")
    assert bot.slack.control("GET", "notifications") == []
