"""What planning works on and what it yields: situations in, operations and reports out. All of them values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.core.model import Direction, Link, MirrorRecord, Outcome, RecordRef
from bot.core.spec import Lookup


class ParentState(StrEnum):
    """How a record that others refer to stands."""

    READY = "ready"
    UNLINKED = "unlinked"
    FAILING = "failing"
    OUTSIDE = "outside"  # one side has it, but it stays out of the sync
    ABSENT = "absent"


@dataclass(frozen=True)
class Parent:
    """A record referred to. `root` is the record that is to blame when this one only waits itself."""

    ref: RecordRef
    name: str
    state: ParentState
    root: RecordRef | None = None


@dataclass(frozen=True)
class Candidate:
    """A record of the other side that may be the same; `score` as RecordSpec.same, 4 = by stored external id.

    `label` and `reasons` are words for a person; `rivals` names what agrees with the candidate just as well.
    `by_own_name`: the rivals share its name, each under a parent of its own.
    """

    record: MirrorRecord
    score: int
    label: str = ""
    reasons: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    by_own_name: bool = False


@dataclass(frozen=True)
class Slot:
    """One QuickBooks entity that the record lives in, or could."""

    entity: str
    link: Link | None = None
    external: MirrorRecord | None = None
    candidates: tuple[Candidate, ...] = ()
    parents: tuple[Parent, ...] = ()  # of the external record


@dataclass(frozen=True)
class Situation:
    """All that is known about one record when it is planned; a contact of both roles has two slots."""

    ref: RecordRef
    released: MirrorRecord | None
    slots: tuple[Slot, ...]
    unlinked: bool = False
    parents: tuple[Parent, ...] = ()  # of the Re-Leased record
    lookup: Lookup = field(default_factory=Lookup)


class Verb(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    VOID = "void"
    ADOPT = "adopt"


@dataclass(frozen=True)
class FieldChange:
    """One field of an update in words: what the side that is written says, and what it is to say ("" = nothing).

    `is_lost`: that side had changed it itself since both last agreed. `weighs`: it is about an amount or a date.
    """

    field: str
    before: str
    after: str
    is_lost: bool = False
    weighs: bool = False


@dataclass(frozen=True)
class Operation:
    """A planned write. The hashes are of the contents that it was planned from.

    Outgoing: `body` is the QuickBooks body (with Id, SyncToken and sparse on an update). Incoming: `body` is what
    Re-Leased is sent, `version` what If-Match says. Adopt writes a link only.
    """

    ref: RecordRef
    verb: Verb
    direction: Direction
    entity: str
    outcome: Outcome
    name: str
    released_id: str = ""
    external_id: str = ""
    version: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    released_hash: str = ""
    external_hash: str = ""
    agreed: bool = True
    amount: Decimal | None = None
    currency: str = ""
    more: str = ""
    totals: Sequence[Decimal] = ()  # net, tax and gross of the Re-Leased document that goes out
    changes: Sequence[FieldChange] = ()  # what an update changes, and what a conflict takes away


@dataclass(frozen=True)
class Report:
    """A fact that needs no write. `code` is a row of faults.toml, `context` fills its sentences."""

    ref: RecordRef
    outcome: Outcome
    direction: Direction
    code: str
    name: str
    entity: str = ""
    released_id: str = ""
    external_id: str = ""
    context: Mapping[str, str] = field(default_factory=dict)
    cause: RecordRef | None = None
    amount: Decimal | None = None
    currency: str = ""
    more: str = ""


@dataclass(frozen=True)
class InSync:
    """Nothing to do: both sides say the same, or neither moved. The link takes these hashes."""

    ref: RecordRef
    link: Link


Step = Operation | Report | InSync
