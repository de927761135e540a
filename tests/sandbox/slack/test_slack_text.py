"""How texts are drawn: mrkdwn, rich text and dates become HTML in which nothing of a tenant's name is alive."""

from datetime import UTC, datetime

import pytest

from bot.sandbox.slack.render.dates import format_date
from bot.sandbox.slack.render.markdown import markdown
from bot.sandbox.slack.render.mrkdwn import mrkdwn, plain
from bot.sandbox.slack.render.reader import Reader
from bot.sandbox.slack.render.rich_text import rich_text
from bot.sandbox.slack.workspace.text import escape, escape_typed, escaped_command
from bot.sandbox.slack.workspace.workspace import default_workspace

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WORKSPACE = default_workspace()
READER = Reader(WORKSPACE, WORKSPACE.users["U0BEN"], NOW)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~no~", "<strong>bold</strong> <em>it</em> <s>no</s>"),
        ("2*3*4 a_b_c", "2*3*4 a_b_c"),
        ("*_both_*", "<strong><em>both</em></strong>"),
        ("`*code* &lt;`", "<code>*code* &lt;</code>"),
        ("```\na\n b\n```", "<pre>a\n b</pre>"),
        ("one\ntwo", "one<br>two"),
        ("&gt; said\n&gt; twice\nend", "<blockquote>said<br>twice</blockquote>end"),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("&lt;b&gt; &amp;lt;", "&lt;b&gt; &amp;lt;"),
        ("&lt;!channel&gt; &lt;@U0ANA&gt;", "&lt;!channel&gt; &lt;@U0ANA&gt;"),
        (":warning: :nonsense:", "⚠️ :nonsense:"),
    ],
)
def test_mrkdwn_is_drawn_with_entities_decoded_once(text: str, html: str) -> None:
    assert mrkdwn(text, READER) == html


def test_links_keep_their_label_and_dangerous_addresses_are_refused() -> None:
    assert 'href="https://x.nz/?a=1&amp;b=2"' in mrkdwn("<https://x.nz/?a=1&amp;b=2|*see*>", READER)
    assert 'href="https://x.nz/a"' in mrkdwn("(https://x.nz/a).", READER)
    assert "href" not in mrkdwn("https://x.nz/a", READER, verbatim=True)
    drawn = mrkdwn("<javascript:alert(1)|Approve>", READER)
    assert "javascript" not in drawn and "refused-link" in drawn
    assert 'href="' not in mrkdwn('<"onmouseover="alert(1)|x>', READER)


def test_mentions_are_named_and_broadcasts_stand_out() -> None:
    assert "@ana" in mrkdwn("<@U0ANA>", READER) and "mention-me" not in mrkdwn("<@U0ANA>", READER)
    assert "mention-me" in mrkdwn("<@U0BEN>", READER)
    assert "#general" in mrkdwn("<#C0GENERAL>", READER)
    assert 'data-testid="broadcast">@channel' in mrkdwn("<!channel>", READER)
    assert "@ledger" in mrkdwn("<!subteam^S0LEDGER>", READER)


def test_placeholders_of_the_drawing_cannot_be_forged() -> None:
    assert mrkdwn("\ue0000\ue001 `x`", READER) == "0 <code>x</code>"


def test_plain_text_knows_no_tokens() -> None:
    assert plain("<!channel> *x* :zap:") == "&lt;!channel&gt; *x* ⚡"
    assert plain(":zap:", emoji=False) == ":zap:"


def test_text_in_rich_text_is_literal_and_styled_by_its_style() -> None:
    parts = [
        {"type": "text", "text": "*<!channel>* :zap: ", "style": {"bold": True, "strike": True}},
        {"type": "link", "url": "javascript:alert(1)", "text": "go"},
        {"type": "tag", "text": "Linked", "color": "red onclick=x"},
        {"type": "emoji", "name": "zap"},
        {"type": "user", "user_id": "U0ANA"},
    ]
    drawn = rich_text({"elements": [{"type": "rich_text_section", "elements": parts}]}, READER)
    assert "<s><strong>*&lt;!channel&gt;* :zap: </strong></s>" in drawn
    assert "javascript" not in drawn and "onclick" not in drawn
    assert "⚡" in drawn and "@ana" in drawn


def test_lists_quotes_and_code_of_rich_text_have_their_own_elements() -> None:
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}
    drawn = rich_text(
        {
            "elements": [
                {"type": "rich_text_list", "style": "ordered", "indent": 1, "offset": 2, "elements": [item]},
                {"type": "rich_text_quote", "elements": item["elements"]},
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a\nb"}]},
            ]
        },
        READER,
    )
    assert '<ol class="rich-list" data-indent="1" start="3"><li>a</li></ol>' in drawn
    assert "<blockquote>a</blockquote>" in drawn and "<pre>a\nb</pre>" in drawn


def test_dates_are_in_the_readers_time_zone_and_fall_back_to_their_text() -> None:
    monday = int(NOW.timestamp())
    assert format_date("{date_num} {time}", monday, "Pacific/Auckland", NOW) == "2026-11-23 10:00 PM"
    assert format_date("{date_short_pretty} at {time}", monday - 86_400, "Europe/London", NOW) == "yesterday at 9:00 AM"
    assert format_date("{date_long}", monday, "Europe/London", NOW) == "Monday, November 23rd, 2026"
    assert format_date("{ago}", monday - 7200, "Europe/London", NOW) == "2 hours ago"
    assert "22 Nov" in mrkdwn("<!date^1^{nonsense}|22 Nov>", READER)
    assert 'href="https://x.nz/"' in mrkdwn("<!date^1^{date}^https://x.nz/|x>", READER)


def test_markdown_blocks_are_drawn_and_escaped() -> None:
    drawn = markdown("## Head\n- **b** [l](https://x.nz)\n<script>", READER)
    assert "<h2>Head</h2>" in drawn and "<strong>b</strong>" in drawn and 'href="https://x.nz"' in drawn
    assert "<script>" not in drawn
    assert "href" not in markdown("[l](javascript:alert(1))", READER)


def test_what_a_person_types_is_escaped_and_names_become_ids() -> None:
    assert escape("a & <b>") == "a &amp; &lt;b&gt;"
    assert escape_typed(WORKSPACE, "@ana see #general <!channel> me@ben.nz") == (
        "<@U0ANA> see <#C0GENERAL|general> &lt;!channel&gt; me@ben.nz"
    )
    assert escape_typed(WORKSPACE, "@channel hi") == "<!channel> hi"
    assert escaped_command(WORKSPACE, "assign @ben @channel") == "assign <@U0BEN|ben> @channel"
