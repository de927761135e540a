"""Named queries over who looks at the App Home, and what it showed them last."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from bot.store.database import insert_into
from bot.store.team.tables import home_visits


@dataclass(frozen=True)
class Visit:
    """`digest` is of what was published; `page` is the one of the companies that this person turned to."""

    user_id: str
    page: int
    digest: str


def note(connection: Connection, user_id: str, at: int, page: int) -> None:
    statement = insert_into(connection, home_visits).values(user_id=user_id, at=at, page=page, digest="")
    update_ = {"at": at, "page": page, "digest": ""}
    connection.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=update_))


def shown(connection: Connection, user_id: str, digest: str) -> None:
    connection.execute(update(home_visits).where(home_visits.c.user_id == user_id).values(digest=digest))


def since(connection: Connection, at: int) -> list[Visit]:
    rows = connection.execute(select(home_visits).where(home_visits.c.at >= at).order_by(home_visits.c.at.desc()))
    return [Visit(row.user_id, row.page, row.digest) for row in rows]
