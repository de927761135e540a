"""Own name, full name or account number: which entry of a list is adopted, and which are asked about."""

import pytest

from bot.core.model import RecordRef, RecordType
from bot.core.planning.pairing import BY_STORED_ID, choose
from bot.core.planning.steps import Candidate
from bot.core.planning.under_parents import Claim, Claimed, weigh
from bot.core.spec import Nearness, Problem
from tests.core.planning.situations import ours

OPTION = RecordType.TRACKING_OPTION
NUMBER, OWN, FULL, BOTH = Nearness.NUMBER, Nearness.OWN_NAME, Nearness.FULL_NAME, Nearness.NUMBER_AND_NAME


def claimed(id_: str, nearness: Nearness, *claims: tuple[str, Nearness, bool], score: int = 3) -> Claimed:
    record = ours(OPTION, {"id": id_, "name": id_, "version": 1})
    score = 1 if nearness is NUMBER else score
    return Claimed(Candidate(record, score, id_), nearness, [Claim(*one) for one in claims])


def adopted(*found: Claimed) -> str | None:
    record = choose(OPTION, weigh(found))
    return record.id if record else None


def asked(*found: Claimed) -> Problem:
    with pytest.raises(Problem) as raised:
        choose(OPTION, weigh(found))
    return raised.value


@pytest.mark.parametrize("nearness", [OWN, FULL, BOTH])
def test_what_only_one_may_be_is_adopted(nearness: Nearness) -> None:
    assert adopted(claimed("quay", nearness)) == "quay"


@pytest.mark.parametrize("is_free", [True, False])
def test_an_own_name_that_another_shares_is_asked_about_on_the_record_of_released(is_free: bool) -> None:
    problem = asked(claimed("quay", OWN, ("Wellington:Quay (41)", OWN, is_free)))
    assert (problem.code, problem.cause) == ("shared-own-name", RecordRef(OPTION, "quay"))
    assert "Wellington:Quay (41)" in problem.more and problem.context["other"] == "Wellington:Quay (41)"


def test_a_record_is_left_to_whoever_is_called_so_in_full_or_has_its_number() -> None:
    assert adopted(claimed("quay", OWN, ("Quay (40)", FULL, True))) is None
    assert adopted(claimed("water", FULL, ("Utilities:Water (9)", BOTH, True))) is None
    assert adopted(claimed("water", NUMBER, ("Water (9)", FULL, True))) is None


def test_who_has_a_partner_already_takes_nothing_but_shares_the_name() -> None:
    assert asked(claimed("quay", OWN, ("Quay (40)", FULL, False))).code == "shared-own-name"
    assert adopted(claimed("quay", FULL, ("Other:Quay (40)", OWN, True))) == "quay"


def test_the_full_name_decides_where_the_own_name_is_shared() -> None:
    shared = claimed("quay", OWN, ("Wellington:Quay (41)", OWN, True))
    assert adopted(shared, claimed("auckland:quay", FULL)) == "auckland:quay"


def test_the_full_name_of_one_and_the_own_name_of_another_are_asked_about_on_the_entry() -> None:
    problem = asked(claimed("quay", OWN), claimed("auckland:quay", FULL))
    assert (problem.code, problem.cause, problem.context["count"]) == ("ambiguous-match", None, "2")


def test_the_number_decides_first_with_a_name_and_is_asked_about_without() -> None:
    assert adopted(claimed("a", FULL), claimed("b", BOTH), claimed("c", OWN)) == "b"
    assert asked(claimed("a", NUMBER)).code == "suggested-match"
    assert asked(claimed("a", NUMBER), claimed("b", OWN)).code == "ambiguous-match"
    assert asked(claimed("a", BOTH), claimed("b", BOTH)).code == "ambiguous-match"


def test_one_that_keeps_the_id_is_believed_whatever_others_are_called() -> None:
    stored = claimed("old", Nearness.NONE, ("Old (9)", FULL, True), score=BY_STORED_ID)
    assert adopted(stored, claimed("quay", FULL)) == "old"
