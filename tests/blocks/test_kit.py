"""Text from outside cannot act as markup, and nothing is cut in the middle of an entity."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from blocks.kit import kit
from tests.blocks.checks import check_live_text
from tests.blocks.samples import HOSTILE, LONG


@pytest.mark.parametrize("text", [*HOSTILE, LONG, "&" * 500, "<" * 500])
@pytest.mark.parametrize("limit", [5, 24, 75, 300])
def test_escaped_text_is_inert_and_within_its_limit(text: str, limit: int) -> None:
    safe = kit.escape(text, limit)
    assert len(safe) <= limit
    check_live_text(safe)


def test_escape_keeps_words_and_replaces_only_what_slack_would_read() -> None:
    assert kit.escape("Kiosk & Sons <Ltd>") == "Kiosk &amp; Sons &lt;Ltd&gt;"
    assert kit.escape("`a` *b* ~c~ _d_ snake_case") == "'a' ∗b∗ ∼c∼ ˍdˍ snake_case"


def test_an_entity_is_never_cut() -> None:
    for limit in range(2, 40):
        cut = kit.escape("ab&cd<ef>gh" * 3, limit)
        assert cut.count("&") == sum(cut.count(entity) for entity in ("&amp;", "&lt;", "&gt;"))


def test_unseen_characters_are_removed_and_line_breaks_become_spaces() -> None:
    assert kit.clean("a\u202eb\u200bc\x00d\ne") == "abcd e"
    assert kit.clean("one\n two\u2066", keep_lines=True) == "one\ntwo"


def test_times_are_date_tokens_with_a_fallback() -> None:
    at = datetime(2026, 11, 22, 9, 14, tzinfo=UTC)
    assert kit.instant(at) == "<!date^1795338840^{date_short_pretty} {time}|2026-11-22 09:14 UTC>"


def test_money_has_its_currency_and_two_decimals() -> None:
    assert kit.money(Decimal("48210"), "NZD") == "NZD 48,210.00"
    assert kit.money(Decimal("-0.5"), "") == "-0.50"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://x.example/a b", "https://x|y", "", "ftp://x", "https://x>y"]
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert kit.link(url, "INV-1") == "INV-1"
    assert "url" not in kit.button("Open", "link.x", url=url)


def test_a_mention_is_made_only_of_a_user_id() -> None:
    assert kit.user("U0ANA") == "<@U0ANA>"
    assert kit.user("!channel> <x") == "!channel&gt; &lt;x"
