"""The page as a person uses it: everything by mouse and keyboard in Chromium, for two people at once."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import MARKS, new_page

pytestmark = [*MARKS, pytest.mark.long]  # every story in a browser needs the same page


@pytest.fixture
def open_as(workspace: Any, browser: Browser) -> Iterator[Any]:
    """A function that opens the page for a person; an error in the page's console fails the test."""
    pages: list[Page] = []
    troubles: list[str] = []

    def open_page(user: str, query: str = "&channel=C0ACCOUNTS", width: int = 1280) -> Page:
        page = new_page(browser, width, 800)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        page.goto(f"{workspace.url}/?user={user}{query}")
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert troubles == []


def say(page: Page, text: str) -> None:
    page.get_by_test_id("composer").fill(text)
    page.get_by_test_id("composer").press("Enter")


def test_from_a_command_to_a_table_a_modal_with_errors_and_an_update_for_two(open_as: Any, over_socket: Any) -> None:
    ana, ben = open_as("U0ANA"), open_as("U0BEN")
    say(ana, "/qbo-sync results")
    for page in (ana, ben):
        expect(page.get_by_test_id("data-table")).to_be_visible()

    ben.get_by_test_id("select").select_option("50")
    for page in (ana, ben):
        expect(page.get_by_text("(50 rows)")).to_be_visible()

    ana.get_by_role("button", name="Relink…").click()
    modal = ana.get_by_test_id("modal")
    expect(modal).to_be_visible()
    expect(ben.get_by_test_id("modal")).to_have_count(0)
    ana.get_by_test_id("modal-submit").click()
    expect(modal.locator("[data-error-for=customer]")).to_have_text("Please complete this required field.")

    modal.get_by_test_id("combo-search").press_sequentially("adams")
    modal.get_by_test_id("combo-option").click()
    modal.get_by_test_id("input").fill("wrong")
    ana.get_by_test_id("modal-submit").click()
    expect(modal.locator("[data-error-for=note]")).to_have_text("That cannot be right.")
    modal.get_by_test_id("input").fill("same e-mail")
    ana.get_by_test_id("modal-submit").click()
    expect(modal).to_have_count(0)
    for page in (ana, ben):
        expect(page.get_by_text("relinked to Adams & Sons by @ana")).to_be_visible()

    ana.get_by_role("button", name="Only to me").click()
    expect(ana.get_by_test_id("only-visible-to-you")).to_be_visible()
    expect(ben.get_by_test_id("message")).to_have_count(1)


def test_a_data_table_sorts_numbers_as_numbers_and_filters_without_asking_the_app(
    open_as: Any, over_socket: Any, workspace: Any
) -> None:
    ana = open_as("U0ANA")
    say(ana, "/qbo-sync results")
    first = ana.get_by_test_id("row").locator("th").first
    expect(first).to_have_text("INV-2041")
    ana.get_by_test_id("sort").nth(1).click()
    expect(first).to_have_text("INV-7")
    ana.get_by_test_id("sort").nth(1).click()
    expect(first).to_have_text("INV-2041")
    ana.get_by_test_id("table-filter").fill("<ltd>")
    expect(ana.get_by_test_id("row")).to_have_count(1)
    expect(ana.get_by_test_id("table-range")).to_have_text("1–1 of 1")
    assert len(over_socket.heard) == 1


def test_a_data_table_turns_its_pages(open_as: Any, workspace: Any) -> None:
    rows = [[{"type": "raw_text", "text": f"row {number}"}] for number in range(13)]
    block = {"type": "data_table", "caption": "Rows", "rows": rows}
    workspace.client().chat_postMessage(channel="C0ACCOUNTS", text="rows", blocks=[block])
    ana = open_as("U0ANA")
    expect(ana.get_by_test_id("table-range")).to_have_text("1–5 of 12")
    ana.get_by_test_id("table-next").click()
    ana.get_by_test_id("table-next").click()
    expect(ana.get_by_test_id("table-range")).to_have_text("11–12 of 12")
    expect(ana.get_by_test_id("table-next")).to_be_disabled()


def test_a_button_that_is_not_acknowledged_shows_it_and_can_be_pressed_again(
    open_as: Any, over_socket: Any, workspace: Any
) -> None:
    workspace.turn("settings", ack_timeout_s=0.4)
    ana = open_as("U0ANA")
    say(ana, "/qbo-sync results")
    hang = ana.get_by_role("button", name="Hang")
    hang.click()
    expect(hang).to_be_disabled()
    expect(ana.get_by_test_id("toast")).to_have_text("Operation timed out. Apps need to respond within 3 seconds.")
    expect(hang).to_be_enabled()


def test_a_thread_opens_at_the_side_and_takes_replies(open_as: Any, workspace: Any) -> None:
    client = workspace.client()
    ts = client.chat_postMessage(channel="C0ACCOUNTS", text="parent")["ts"]
    client.chat_postMessage(channel="C0ACCOUNTS", text="first reply", thread_ts=ts)
    ana = open_as("U0ANA")
    expect(ana.get_by_test_id("messages").get_by_text("first reply")).to_have_count(0)
    ana.get_by_test_id("replies").click()
    thread = ana.get_by_test_id("thread")
    expect(thread.get_by_text("first reply")).to_be_visible()
    thread.get_by_test_id("thread-composer").fill("second & last")
    thread.get_by_test_id("thread-composer").press("Enter")
    expect(thread.get_by_text("second & last")).to_be_visible()
    expect(ana.get_by_test_id("replies")).to_contain_text("2 replies")


def test_the_home_tab_greets_the_app_and_shows_what_it_publishes(open_as: Any, over_socket: Any) -> None:
    ana = open_as("U0ANA", "&channel=D0ANA&tab=home")
    expect(ana.get_by_test_id("home").get_by_text("Companies")).to_be_visible()
    ana.get_by_test_id("home").get_by_test_id("button").click()
    expect(ana.locator(".pending")).to_have_count(0)
    assert over_socket.payloads("more")[0]["container"]["type"] == "view"


def test_an_overflow_menu_asks_before_a_destructive_choice(open_as: Any, over_socket: Any, workspace: Any) -> None:
    words = {name: {"type": "plain_text", "text": name} for name in ("title", "text", "confirm", "deny")}
    option = {"text": {"type": "plain_text", "text": "Unlink…"}, "value": "unlink"}
    menu = {"type": "overflow", "action_id": "more", "options": [option], "confirm": words}
    client = workspace.client()
    client.chat_postMessage(channel="C0ACCOUNTS", text="x", blocks=[{"type": "actions", "elements": [menu]}])
    ana = open_as("U0ANA")
    for answer in ("confirm-deny", "confirm-yes"):
        ana.get_by_test_id("overflow").click()
        ana.get_by_test_id("overflow-option").click()
        ana.get_by_test_id(answer).click()
    workspace.wait(lambda: over_socket.payloads("more"))
    assert [body["actions"][0]["selected_option"]["value"] for body in over_socket.payloads("more")] == ["unlink"]


def test_several_choices_go_to_the_app_once_when_the_menu_closes(
    open_as: Any, over_socket: Any, workspace: Any
) -> None:
    options = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("Invoice", "Payment")]
    menu = {"type": "multi_static_select", "action_id": "more", "options": options}
    client = workspace.client()
    client.chat_postMessage(channel="C0ACCOUNTS", text="x", blocks=[{"type": "actions", "elements": [menu]}])
    ana = open_as("U0ANA")
    ana.get_by_test_id("combo-search").click()
    for option in ana.get_by_test_id("combo-option").all():
        option.click()
    ana.get_by_test_id("combo-search").press("Escape")
    [body] = workspace.wait(lambda: over_socket.payloads("more"))
    assert [one["value"] for one in body["actions"][0]["selected_options"]] == ["Invoice", "Payment"]


def test_an_updated_modal_keeps_what_was_typed(open_as: Any, workspace: Any) -> None:
    state, client = workspace.state, workspace.client()
    ana = open_as("U0ANA")

    def view(title: str) -> dict[str, Any]:
        element = {"type": "plain_text_input", "action_id": "note"}
        label = {"type": "plain_text", "text": "Note"}
        words = {name: {"type": "plain_text", "text": title} for name in ("title", "submit")}
        return {
            "type": "modal",
            **words,
            "blocks": [{"type": "input", "block_id": "note", "label": label, "element": element}],
        }

    opened = client.views_open(trigger_id=state.tickets.issue_trigger("U0ANA"), view=view("Loading"))["view"]
    ana.get_by_test_id("modal").get_by_test_id("input").fill("half a sent")
    client.views_update(view_id=opened["id"], view=view("Ready"))
    expect(ana.get_by_role("heading", name="Ready")).to_be_visible()
    expect(ana.get_by_test_id("modal").get_by_test_id("input")).to_have_value("half a sent")


def test_names_of_tenants_cannot_do_anything_on_the_page(open_as: Any, workspace: Any) -> None:
    nasty = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": nasty}},
        {"type": "section", "text": {"type": "mrkdwn", "text": nasty}},
        {"type": "data_table", "caption": nasty, "rows": [[{"type": "raw_text", "text": nasty}]] * 2},
    ]
    workspace.client().chat_postMessage(channel="C0ACCOUNTS", text=nasty, blocks=blocks)
    ana = open_as("U0ANA")
    expect(ana.get_by_test_id("message")).to_contain_text("<script>")
    assert ana.locator(".message script, .message img").count() == 0


def test_a_phone_shows_channels_behind_a_button_and_never_scrolls_sideways(open_as: Any, workspace: Any) -> None:
    long = [[{"type": "raw_text", "text": f"column {number} of a wide table"} for number in range(12)]] * 3
    block = {"type": "data_table", "caption": "Wide", "rows": long}
    workspace.client().chat_postMessage(channel="C0ACCOUNTS", text="x" * 200, blocks=[block])
    ana = open_as("U0ANA", width=400)
    expect(ana.get_by_test_id("data-table")).to_be_visible()
    assert ana.evaluate("document.documentElement.scrollWidth") == 400
    ana.get_by_role("button", name="Channels").click()
    ana.get_by_test_id("channel").nth(1).click()
    expect(ana.get_by_role("heading", name="#general")).to_be_visible()
