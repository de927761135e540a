"""Named queries over what a team has settled for a company: plain texts under plain names."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from bot.store.database import insert_into
from bot.store.team.tables import team_settings


def of(connection: Connection, company_id: str) -> dict[str, str]:
    rows = connection.execute(select(team_settings).where(team_settings.c.company_id == company_id))
    return {row.name: row.value for row in rows}


def put(connection: Connection, company_id: str, values: Mapping[str, str]) -> None:
    statement = insert_into(connection, team_settings)
    update = {"value": statement.excluded.value}
    rows = [{"company_id": company_id, "name": name, "value": value} for name, value in values.items()]
    connection.execute(statement.on_conflict_do_update(index_elements=["company_id", "name"], set_=update), rows)
