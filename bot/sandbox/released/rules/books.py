"""What a rule gets to see and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.sandbox.released.rules.problems import forbidden_by_state
from bot.sandbox.released.rules.shapes import Collection, Record


class Books(Protocol):
    """The records of one company, to look up."""

    @property
    def currency(self) -> str: ...

    def find(self, collection: Collection, record_id: str) -> Record | None: ...

    def new_id(self) -> str: ...


@dataclass(frozen=True)
class Edit:
    """A wanted change: the record `before` (None: a new one), what was `given`, and both put together."""

    before: Record | None
    given: Mapping[str, Any]
    after: Record

    def changed(self, name: str) -> bool:
        return self.before is not None and self.before[name] != self.after[name]


@dataclass(frozen=True)
class Outcome:
    """The finished record, and the invoices whose amountPaid, balance or status it changes."""

    record: Record
    invoices: list[Record] = field(default_factory=list)


Rule = Callable[[Books, Edit], Outcome]


def refuse_all_but(edit: Edit, allowed: frozenset[str], what: str) -> None:
    """409 if the edit names a field that a record in this state does not take."""
    refused = sorted(set(edit.given) - allowed - {"externalId"})
    if refused:
        raise forbidden_by_state(f"{what}.", {name: [what] for name in refused})


def refuse_changed(edit: Edit, names: tuple[str, ...], why: str) -> None:
    """409 if one of these fields would get another value."""
    refused = [name for name in names if edit.changed(name)]
    if refused:
        raise forbidden_by_state(f"{' and '.join(refused)} {why}.", {name: [why] for name in refused})


def missing_references(books: Books, references: Mapping[str, tuple[Collection, str | None]]) -> dict[str, list[str]]:
    """Why by field, for each that names a record this company does not have."""
    return {
        field_name: [f"this company has no {collection} record {record_id}"]
        for field_name, (collection, record_id) in references.items()
        if record_id is not None and books.find(collection, record_id) is None
    }
