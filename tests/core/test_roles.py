"""Who may do what: the policy, without Slack."""

import pytest

from bot.core.team.roles import Person, Role, Roles

ADMIN, OWNER, BEN = Person("U0ANA", is_workspace_admin=True), Person("U0OWN", True, True), Person("U0BEN")
VIEWER, OPERATOR, SETTLER = Role.VIEWER, Role.OPERATOR, Role.ADMIN


@pytest.mark.parametrize(
    ("named", "person", "may"),
    [
        ({}, BEN, {VIEWER}),
        ({}, ADMIN, {VIEWER, OPERATOR, SETTLER}),
        ({"U0BEN": OPERATOR}, BEN, {VIEWER, OPERATOR}),
        ({"U0BEN": OPERATOR}, ADMIN, {VIEWER, SETTLER}),
        ({"U0BEN": SETTLER}, BEN, {VIEWER, OPERATOR, SETTLER}),
        ({"U0BEN": SETTLER}, ADMIN, {VIEWER}),
        ({"U0BEN": SETTLER}, OWNER, {VIEWER, SETTLER}),
        ({"U0CLEO": VIEWER}, BEN, set()),
        ({"U0CLEO": VIEWER}, ADMIN, {VIEWER, OPERATOR, SETTLER}),
        ({"U0CLEO": VIEWER, "U0DAN": SETTLER}, ADMIN, set()),
        ({"S0LEDGER": OPERATOR}, BEN, {VIEWER}),
    ],
)
def test_a_role_nobody_is_named_for_is_everybodys_or_the_workspace_admins(
    named: dict[str, Role], person: Person, may: set[Role]
) -> None:
    roles = Roles(named)
    assert {role for role in Role if roles.allow(person, role)} == may


def test_groups_count_for_their_role_and_the_lower_ones() -> None:
    roles = Roles({"S0LEDGER": OPERATOR, "S0BOSSES": SETTLER, "U0BEN": VIEWER})
    assert roles.groups(VIEWER) == ("S0LEDGER", "S0BOSSES")
    assert roles.groups(OPERATOR) == ("S0LEDGER", "S0BOSSES")
    assert roles.groups(SETTLER) == ("S0BOSSES",)
