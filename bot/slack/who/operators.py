"""Whom a message goes to that no channel takes: the operators and admins, each in their direct messages."""

import logging
from dataclasses import dataclass, field

from bot.core.faults import UserError
from bot.core.team.roles import Role
from bot.slack.plumbing.direct import direct_channel
from bot.slack.plumbing.replies import UNREACHABLE, refusal
from bot.slack.who.permission import Permission

MOST_TOLD = 10
log = logging.getLogger(__name__)


@dataclass
class Operators:
    """Asked by one thread. `permission` knows who holds a role, and remembers what it asked Slack."""

    permission: Permission
    _direct: dict[str, str] = field(default_factory=dict)

    def direct_channels(self) -> list[str]:
        """The direct messages of those who may act, people who are named before members of groups; as far as Slack
        tells now."""
        found = (self._opened(person) for person in self._people())
        return [channel for channel in found if channel]

    def _people(self) -> list[str]:
        people = list(self.permission.who_may(Role.OPERATOR).people)
        for group in self.permission.roles().groups(Role.OPERATOR):
            try:
                people += sorted(self.permission.groups.members(group))
            except UNREACHABLE as error:
                log.warning("who is in %s could not be asked: %s", group, refusal(error))
        return list(dict.fromkeys(people))[:MOST_TOLD]

    def _opened(self, person: str) -> str:
        if person not in self._direct:
            try:
                self._direct[person] = direct_channel(self.permission.client, person)
            except UserError as problem:
                log.warning("no direct message reaches %s: %s", person, problem)
                return ""
        return self._direct[person]
