"""Named queries over who is named for which role."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from bot.core.team.roles import Role
from bot.store.team.tables import role_grants


def named(connection: Connection) -> dict[str, Role]:
    rows = connection.execute(select(role_grants).order_by(role_grants.c.subject))
    return {row.subject: Role(row.role) for row in rows}


def name(connection: Connection, wanted: Mapping[str, Role]) -> None:
    """These and nobody else from now on."""
    connection.execute(delete(role_grants))
    if wanted:
        connection.execute(role_grants.insert(), [{"subject": one, "role": role} for one, role in wanted.items()])
