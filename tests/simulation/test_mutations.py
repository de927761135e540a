"""The deliberate bugs of `make mutations` are still bugs in the code as it is."""

from tests.simulation.mutations import ALL, require_fitting


def test_each_mutation_changes_what_it_says_in_one_place() -> None:
    require_fitting()
    assert len(ALL) >= 40
    assert len({mutation.name for mutation in ALL}) == len(ALL)
