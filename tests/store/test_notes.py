"""What the desk keeps for people, and companies with their secrets: written once, read back, used once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.model import RecordRef, RecordType
from bot.core.team.posting import Claim
from bot.store import companies
from bot.store.database import Database, to_ms
from bot.store.team import notes
from bot.store.team.notes import Deed, PostedMessage, Undo
from bot.store.team.tables import posts
from tests.store.conftest import COMPANY

WEEK_MS = 7 * 24 * 3600 * 1000
REFS = [RecordRef(RecordType.CONTACT, "kiosk"), RecordRef(RecordType.INVOICE, "@Invoice:9")]


def test_an_undo_can_be_used_once(database: Database) -> None:
    with database.write() as connection:
        notes.add_undo(connection, "token", Undo(COMPANY, "unlink", tuple(REFS), 5, False, 3, {"link": ["a", True]}))
        undo = notes.get_undo(connection, "token")
        assert undo is not None and (undo.refs, undo.what, undo.at, undo.used) == (tuple(REFS), "unlink", 5, False)
        assert (undo.deed, undo.details) == (3, {"link": ["a", True]})
        assert notes.use_undo(connection, "token") and not notes.use_undo(connection, "token")
        assert not notes.use_undo(connection, "no such token") and notes.get_undo(connection, "no such token") is None


def test_what_was_done_to_links_after_a_deed_is_known_with_who_did_it(database: Database) -> None:
    """By the number of the deed: two of one millisecond are told apart."""
    names = [str(ref) for ref in REFS]
    with database.write() as connection:
        first = notes.write_deed(connection, Deed(COMPANY, 5, "U1", "unlink", (names[0],), "note"))
        notes.write_deed(connection, Deed(COMPANY, 5, "U2", "relink", (names[1],)))
        notes.write_deed(connection, Deed(COMPANY, 7, "U1", "settings"))
        later = notes.link_deeds_since(connection, Undo(COMPANY, "unlink", (), 5, False, first))
        assert [(deed.by, deed.what, deed.records) for deed in later] == [("U2", "relink", (names[1],))]
        assert len(notes.link_deeds_since(connection, Undo(COMPANY, "unlink", (), 4, False))) == 2
        assert notes.link_deeds_since(connection, Undo("other", "unlink", (), 0, False)) == []


def test_a_view_is_remembered_for_a_week_and_keeps_its_newest_state(database: Database) -> None:
    with database.write() as connection:
        notes.put_view(connection, "v1", {"page": 1}, 5)
        notes.put_view(connection, "v1", {"page": 2, "text": "ö"}, 6)
        assert notes.get_view(connection, "v1") == {"page": 2, "text": "ö"}
        notes.put_view(connection, "v2", {}, 6 + WEEK_MS)
        assert notes.get_view(connection, "v1") is not None
        notes.put_view(connection, "v2", {}, 7 + WEEK_MS)
        assert notes.get_view(connection, "v1") is None and notes.get_view(connection, "v2") == {}


def test_a_message_is_posted_by_one_and_can_be_tried_again_when_that_failed(database: Database) -> None:
    with database.write() as connection:
        assert notes.claim_post(connection, "flag", 5) and not notes.claim_post(connection, "flag", 6)
        assert notes.get_post(connection, "flag") is None
        notes.release_post(connection, "flag")
        assert notes.claim_post(connection, "flag", 7)
        notes.put_post(connection, "flag", "C1", "12.5", "digest", 8)
        notes.release_post(connection, "flag")
        assert notes.get_post(connection, "flag") == PostedMessage("flag", "C1", "12.5", "digest")


def test_a_claim_says_since_when_and_is_changed_by_whoever_is_quicker(database: Database) -> None:
    at = datetime(2026, 11, 22, 9, 14, tzinfo=UTC)
    with database.write() as connection:
        notes.claim_post(connection, "flag", to_ms(at))
        seen = notes.get_claim(connection, "flag")
        assert seen == Claim(at, at)
        now = replace(seen, tried_at=at + timedelta(seconds=61), is_in_doubt=True)
        assert notes.change_claim(connection, "flag", seen, now)
        assert not notes.change_claim(connection, "flag", seen, now)
        assert notes.get_claim(connection, "flag") == now
        assert not notes.claim_post(connection, "flag", to_ms(at) + 1)
        notes.put_post(connection, "flag", "C1", "12.5", "digest", 8)
        assert notes.get_claim(connection, "flag") is None and notes.get_claim(connection, "no") is None
        assert not notes.change_claim(connection, "flag", now, seen)


def test_a_claim_of_an_earlier_version_is_taken_over_like_any_other(database: Database) -> None:
    at = datetime(2026, 11, 22, 9, 14, tzinfo=UTC)
    with database.write() as connection:
        connection.execute(posts.insert().values(key="flag", channel_id="", ts="", digest="", at=to_ms(at)))
        seen = notes.get_claim(connection, "flag")
        assert seen == Claim(at, at)
        assert notes.change_claim(connection, "flag", seen, replace(seen, tried_at=at + timedelta(seconds=61)))
        assert not notes.change_claim(connection, "flag", seen, seen)


def test_a_company_comes_back_as_it_was_changed(database: Database) -> None:
    with database.write() as connection:
        cursors = {"released": {"contacts": "2026-11-22T00:00:00Z"}, "quickbooks": None}
        companies.change(connection, COMPANY, cursors=cursors, preferences={"a": [1]}, observe_only=True)
        company = companies.get(connection, COMPANY)
        assert company is not None and (company.cursors, company.preferences) == (cursors, {"a": [1]})
        assert company.observe_only is True and company.flag is None
        assert companies.by_realm(connection, "9341") == company
        assert companies.by_realm(connection, "1") is None and companies.get(connection, "nobody") is None
        assert companies.all_companies(connection) == [company]


def test_a_secret_is_replaced_and_dropped(database: Database) -> None:
    with database.write() as connection:
        companies.put_secret(connection, "9341", b"\x00one")
        companies.put_secret(connection, "9341", b"\xfftwo")
        assert bytes(companies.get_secret(connection, "9341") or b"") == b"\xfftwo"
        companies.drop_secret(connection, "9341")
        assert companies.get_secret(connection, "9341") is None
