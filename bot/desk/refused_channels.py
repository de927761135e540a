"""In which channels Slack lets nothing be written, and who was told directly meanwhile: kept across processes."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from bot.core.team.refused_channel import RefusedChannel, Way, still_refused
from bot.store.database import Database
from bot.store.team import settings

WORKSPACE = ""
REFUSED = "refused_channels"
DIRECT = "direct_messages"
MOST_KEPT = 100


@dataclass(frozen=True)
class RefusedChannels:
    """One list for the whole workspace: many companies may share a channel."""

    database: Database

    def all(self) -> tuple[RefusedChannel, ...]:
        with self.database.read() as connection:
            return _known(connection)

    def of(self, names: Collection[str], way: Way) -> RefusedChannel | None:
        """Of the channel with these names."""
        return next((one for one in self.all() if one.channel in names and one.way is way), None)

    def refuse(self, refused: RefusedChannel) -> None:
        """From now on, until a message goes through there."""
        if refused in self.all():
            return
        with self.database.write() as connection:
            others = [one for one in _known(connection) if (one.channel, one.way) != (refused.channel, refused.way)]
            _keep(connection, [*others, refused])

    def went_through(self, names: Collection[str], way: Way) -> None:
        """A message was taken in the channel with these names."""
        known = self.all()
        if still_refused(known, names, way) == known:
            return
        with self.database.write() as connection:
            _keep(connection, still_refused(_known(connection), names, way))

    def told_directly(self, company_id: str) -> list[str]:
        """The direct messages in which red messages of this company stand, or once stood."""
        with self.database.read() as connection:
            return settings.of(connection, company_id).get(DIRECT, "").split()

    def tell_directly(self, company_id: str, direct: Collection[str]) -> None:
        with self.database.write() as connection:
            known = settings.of(connection, company_id).get(DIRECT, "").split()
            settings.put(connection, company_id, {DIRECT: " ".join(dict.fromkeys([*known, *direct]))})


def _known(connection: Connection) -> tuple[RefusedChannel, ...]:
    kept = json.loads(settings.of(connection, WORKSPACE).get(REFUSED) or "[]")
    return tuple(RefusedChannel(one["channel"], Way(one["way"]), one["word"]) for one in kept)


def _keep(connection: Connection, refused: Collection[RefusedChannel]) -> None:
    kept = [asdict(one) for one in refused][-MOST_KEPT:]
    settings.put(connection, WORKSPACE, {REFUSED: json.dumps(kept)})
