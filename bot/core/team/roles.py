"""Who may do what: three roles, and the people and user groups of the workspace that are named for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Each may do all that the one before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


ORDER = tuple(Role)
POWERS = {
    Role.VIEWER: "sees companies, results and causes, finds records, takes them along as a file",
    Role.OPERATOR: "starts syncs and verifications, retries, unlinks, relinks, links and names by hand, "
    "assigns and snoozes causes, makes and approves plans",
    Role.ADMIN: "changes settings, connects companies, names people for roles",
}


@dataclass(frozen=True)
class Person:
    """What Slack says of somebody, as far as rights depend on it."""

    id: str
    is_workspace_admin: bool = False
    is_primary_owner: bool = False


@dataclass(frozen=True)
class Roles:
    """`named` gives user ids (U…, W…) and user group ids (S…) their role; each stands in it once.

    A role that nobody is named for is not empty: everybody is a viewer, and workspace admins act. An admin who is named
    takes the settings out of the workspace admins' hands, but never out of the primary owner's: nobody is locked out.
    """

    named: Mapping[str, Role] = field(default_factory=dict)

    def at_least(self, role: Role) -> tuple[str, ...]:
        """Users and groups named for this role or a higher one."""
        return tuple(name for name, given in self.named.items() if ORDER.index(given) >= ORDER.index(role))

    def only(self, role: Role) -> tuple[str, ...]:
        return tuple(name for name, given in self.named.items() if given is role)

    def groups(self, role: Role) -> tuple[str, ...]:
        return tuple(name for name in self.at_least(role) if is_group(name))

    def is_for_everybody(self, role: Role) -> bool:
        return role is Role.VIEWER and not self.only(Role.VIEWER)

    def is_for_workspace_admins(self, role: Role) -> bool:
        """Nobody is named who could do this, so the workspace's admins and owners stand in."""
        wanted = Role.OPERATOR if role is Role.VIEWER else role
        return not self.at_least(wanted) or (role is Role.VIEWER and not self.only(Role.ADMIN))

    def allow(self, person: Person, role: Role) -> bool:
        """Whether this person may, as far as it can be said without looking into the groups."""
        return (
            self.is_for_everybody(role)
            or person.id in self.at_least(role)
            or (person.is_workspace_admin and self.is_for_workspace_admins(role))
            or (person.is_primary_owner and role is not Role.OPERATOR)
        )


def is_group(name: str) -> bool:
    return name.startswith("S")
