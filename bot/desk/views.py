"""What messages and windows remember, under an id that nobody can guess."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.faults import UserError
from bot.store.database import Database, to_ms
from bot.store.team import notes

VIEW_ID_LENGTH = 26


@dataclass(frozen=True)
class Views:
    """Raises UserError for what is not known any more."""

    database: Database
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def remember(self, state: Mapping[str, Any]) -> str:
        view_id = self.new_id()[:VIEW_ID_LENGTH]
        self.update(view_id, state)
        return view_id

    def get(self, view_id: str) -> dict[str, Any]:
        with self.database.read() as connection:
            state = notes.get_view(connection, view_id)
        if state is None:
            raise UserError("This message is too old to be changed. Ask again with /qbo-sync results.")
        return state

    def update(self, view_id: str, state: Mapping[str, Any]) -> None:
        with self.database.write() as connection:
            notes.put_view(connection, view_id, state, to_ms(self.clock()))
