"""The window with all causes: the red message's cards, a page of them at a time, within Slack's limits and safe."""

from dataclasses import replace

import pytest

from blocks.causes import red
from blocks.causes import window as pages
from blocks.causes.window import CausesShown
from bot.core.causes.grouping import key
from bot.core.causes.work import Snooze, Triage, Work
from bot.core.results import Cause
from bot.core.runs import RunState
from tests.blocks import samples
from tests.blocks.checks import check_message, check_modal


def shown(found: list[Cause], page: int, text: str = "", **changes: object) -> CausesShown:
    """Every third one rests."""
    work = {
        key(one): Work("harbour", key(one), samples.NOW, "U0ANA", "U0BEN", Snooze.MUTED, note=text) for one in found
    }
    begin, count = (page - 1) * pages.A_PAGE, max(1, -(-len(found) // pages.A_PAGE))
    settled = Triage(work, frozenset(key(one) for one in found[::3]))
    of_page = found[begin : begin + pages.A_PAGE]
    made = CausesShown(samples.company(text or "Harbour"), of_page, begin + 1, len(found), page, count, settled, text)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", samples.TEXTS)
@pytest.mark.parametrize("count", [0, 1, 12, 13, 40])
def test_any_number_of_causes_fits(count: int, text: str | None) -> None:
    found = list(samples.causes(count, text))
    for page in range(1, max(2, -(-count // pages.A_PAGE) + 1)):
        check_modal(pages.causes_page(shown(found, page, text or ""), "v" * 26))


def test_each_page_has_its_own_cards_with_the_places_they_have_among_all() -> None:
    found = list(samples.causes(27))
    said = str(pages.causes_page(shown(found, 2), "v1")["blocks"])
    assert "page 2 of 3 · causes 13 to 24 of 27" in said and "9 muted, last" in said
    assert "*13  Kiosk" in said and "*24  Kiosk" in said and "*12  Kiosk" not in said and "*25  Kiosk" not in said
    assert "causes.previous" in said and "causes.next" in said
    first, last = (str(pages.causes_page(shown(found, page), "v1")) for page in (1, 3))
    assert "causes.previous" not in first and "causes.next" not in last


def test_a_card_is_the_one_of_the_red_message_with_its_why_however_far_down_it_stands() -> None:
    cause = samples.cause(0)
    page = shown([cause], 1, settled=Triage())
    blocks = pages.causes_page(page, "v1")["blocks"]
    in_message = red.red(page.company, [cause]).blocks
    assert all(block in blocks for block in in_message if str(block.get("block_id", "")).startswith("cause."))
    assert next(block for block in in_message if cause.headline in str(block)) in blocks
    far_down = str(pages.causes_page(replace(page, first=30), "v1"))
    assert "QuickBooks takes no documents for an inactive customer." in far_down


def test_while_a_run_is_under_way_no_card_starts_another() -> None:
    page = shown(list(samples.causes(8)), 1)
    running = replace(page.company, last_run=samples.run(state=RunState.RUNNING, finished_at=None))
    said = str(pages.causes_page(replace(page, company=running), "v1"))
    assert "cause.retry" not in said and "cause.relink" not in said and "A sync is under way" in said


@pytest.mark.parametrize(("count", "elsewhere", "label"), [(8, {}, ""), (9, {}, "9"), (2, {"C0GENERAL": 3}, "5")])
def test_a_red_message_that_leaves_causes_out_opens_the_window_with_all_of_them(
    count: int, elsewhere: dict[str, int], label: str
) -> None:
    message = red.red(samples.company(), samples.causes(count), elsewhere=elsewhere)
    check_message(message)
    assert ("causes.open" in str(message.blocks)) is bool(label)
    assert f"All {label} causes…" in str(message.blocks) or not label


def test_one_that_leaves_resting_causes_out_or_stands_in_another_channel_opens_it_as_well() -> None:
    found = samples.causes(6)
    work = {key(one): Work("harbour", key(one), samples.NOW, "U0ANA", rest=Snooze.MUTED) for one in found}
    resting = red.red(samples.company(), found, Triage(work, frozenset(work)))
    assert "All 6 causes…" in str(resting.blocks)
    routed = red.red(samples.company(), samples.causes(9), here=20)
    assert "All causes…" in str(routed.blocks), "how many there are elsewhere is not known here"
