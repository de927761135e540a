"""What the engine must know about a record type: where it lives, what it refers to, how it is translated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import IntEnum
from typing import Any

from bot.core.content import marked_hash
from bot.core.model import Direction, Outcome, RecordRef, RecordType
from bot.core.one_sided import FieldPairs
from bot.core.totals import Totals

Body = Mapping[str, Any]


class Problem(Exception):
    """A record cannot be translated or sent, as far as can be seen beforehand. Raised by records, caught by plan.

    `code` is a row of faults.toml; `context` fills its sentences; `cause` the record that is to blame, if another;
    `outcome` is SKIPPED for records that are left out on purpose.
    """

    def __init__(
        self,
        code: str,
        cause: RecordRef | None = None,
        outcome: Outcome = Outcome.FAILED,
        more: str = "",
        **context: str,
    ) -> None:
        super().__init__(code)
        self.code, self.cause, self.outcome, self.more, self.context = code, cause, outcome, more, context


@dataclass(frozen=True)
class Facts:
    """What is true of the whole company during one run. Dates are calendar dates; `country` is QuickBooks' own."""

    company_id: str
    sync_from: date
    released_currency: str
    home_currency: str
    country: str = "NZ"
    close_date: date | None = None
    multicurrency: bool = False
    custom_numbers: bool = True
    classes_on: bool = True
    class_per_document: bool = False  # one class in the header of a document, none on its lines
    bank_account_id: str = ""

    @property
    def taxed_there(self) -> frozenset[str]:
        """Where QuickBooks computes the tax itself; Re-Leased then takes it over."""
        return frozenset({"Invoice", "CreditMemo"}) if self.country == "US" else frozenset()


@dataclass(frozen=True)
class Reference:
    """A Re-Leased record named by another; `entity` = the QuickBooks entity it must exist as ("" = any)."""

    ref: RecordRef
    entity: str = ""


@dataclass(frozen=True)
class Lookup:
    """The pairs and bodies that translating one record needs.

    external: (type, Re-Leased id, entity) -> QuickBooks id · released: (entity, QuickBooks id) -> Re-Leased id ·
    bodies: (entity, QuickBooks id) -> the QuickBooks body · ours: (type, Re-Leased id) -> the Re-Leased body ·
    suffixes: (Re-Leased id, entity) -> what people decided to add to its name in QuickBooks, where that was taken ·
    numbered_there: entities that QuickBooks gives numbers of its own, whatever it is sent.
    """

    external: Mapping[tuple[RecordType, str, str], str] = field(default_factory=dict)
    released: Mapping[tuple[str, str], str] = field(default_factory=dict)
    bodies: Mapping[tuple[str, str], Body] = field(default_factory=dict)
    ours: Mapping[tuple[RecordType, str], Body] = field(default_factory=dict)
    suffixes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    numbered_there: frozenset[str] = frozenset()

    def any_entity(self, type_: RecordType, released_id: str, entities: tuple[str, ...]) -> tuple[str, str] | None:
        """The first of `entities` as which that record exists in QuickBooks, with its id."""
        for entity in entities:
            if found := self.external.get((type_, released_id, entity)):
                return entity, found
        return None


def never_sent(body: Body, entity: str, lookup: Lookup, facts: Facts) -> dict[str, Any]:
    """The translation of what only comes in."""
    raise Problem("incoming-only")


class Nearness(IntEnum):
    """What speaks for it that a record of Re-Leased and an entry of QuickBooks' lists are the same, the most last."""

    NONE = 0
    NUMBER = 1  # the account number alone: the names differ
    OWN_NAME = 2  # the name below its parents, which others may have below theirs
    FULL_NAME = 3
    NUMBER_AND_NAME = 4


@dataclass(frozen=True)
class RecordSpec:
    """One record type. All functions are pure; bodies are JSON with Decimals (QuickBooks) or strings (Re-Leased).

    A type that only comes in names what has no default, and no more.


    entities_of(released)          the QuickBooks entities this Re-Leased record lives in
    name(side body)                readable text: number or name; amount(body) its total, None when it has none
    released_content / external_content   what we sync of it, for seeing change
    released_keys / external_keys  strings that are equal on both sides when the records may be the same
    references(released)           the records it refers to · external_references(entity, body) likewise, as ids
    same(released, entity, external, lookup)  3 = exact, 1-2 = may be the same, 0 = not
    nearness(released, entity, external)  what speaks for a pair, where QuickBooks has names under parents
    check(released, facts)         raises Problem when this record stays out or cannot go
    check_external(entity, body, facts, lookup)  likewise for one that comes in
    to_quickbooks(released, entity, lookup, facts) / to_released(entity, body, lookup, facts)   translations
    gone(body) on each side        voided, reversed or archived
    as_held(released, entity, lookup, facts)  the QuickBooks body if QuickBooks said just what Re-Leased says
    keep_external(body, released, entity, external, lookup)  an update of QuickBooks, with what it must leave there
    keep_released(wanted, released, entity, lookup)  what Re-Leased is to say, with what it must keep of its own
    also_read(released, the company's bank account) / also_named(entity, body)  (entity, QuickBooks id) that a
        translation looks at, though they hold nothing up: bodies on the way out, pairs on the way in
    must_say                       field -> what it decides: a record of Re-Leased that lacks one is no more than that
    completed(released)            with what follows from the rest of it, where Re-Leased leaves it out
    changed(external, wanted)      what an update of QuickBooks must say, so that it wipes nothing we do not know
    unapplied(released, entity, external, lookup, outgoing)  the body of an update that only takes money off documents
    side_by_side                   what a person compares: label, field of Re-Leased, field of QuickBooks (dotted)
    web_pages                      entity -> its page in QuickBooks, where it has one. Known from practice: Intuit does
        not document these addresses as a contract
    """

    type: RecordType
    collection: str
    entities: tuple[str, ...]
    directions: frozenset[Direction]
    entities_of: Callable[[Body], tuple[str, ...]]
    released_name: Callable[[Body], str]
    external_name: Callable[[str, Body], str]
    released_content: Callable[[Body], Any]
    external_content: Callable[[str, Body], Any]
    released_keys: Callable[[Body], set[str]]
    external_keys: Callable[[str, Body], set[str]]
    same: Callable[[Body, str, Body, Lookup], int]
    check_external: Callable[[str, Body, Facts, Lookup], None]
    to_released: Callable[[str, Body, Lookup, Facts], dict[str, Any]]
    released_gone: Callable[[Body], bool]
    external_gone: Callable[[str, Body], bool]
    references: Callable[[Body], tuple[Reference, ...]] = lambda body: ()
    external_references: Callable[[str, Body], tuple[tuple[str, str], ...]] = lambda entity, body: ()
    check: Callable[[Body, Facts], None] = lambda body, facts: None
    to_quickbooks: Callable[[Body, str, Lookup, Facts], dict[str, Any]] = never_sent
    amount: Callable[[Body], Decimal | None] = lambda body: None
    external_amount: Callable[[str, Body], Decimal | None] = lambda entity, body: None
    dates: tuple[str, str] = ("", "")  # the Re-Leased and the QuickBooks field that closed books look at
    editable_when_paid: frozenset[str] = frozenset()  # what Re-Leased still takes on a paid document
    search_keys: Callable[[str, Body], set[str]] | None = None  # where looser matches must be found as well
    as_held: Callable[[Body, str, Lookup, Facts], dict[str, Any]] | None = None  # None for what never goes out
    optional_fields: FieldPairs = ()  # fields that may be empty, on either side
    optional_parents: frozenset[RecordType] = frozenset()  # what it may refer to though it stays out
    incoming_note: Callable[[str, Body, Lookup, Facts], str] = lambda entity, body, lookup, facts: ""  # for its result
    currency: Callable[[Body], str] = lambda body: str(body.get("currency") or "")
    created: Outcome = Outcome.CREATED  # what comes of creating one
    part_of: str = ""  # the collection whose records hold these: they are neither read nor written by themselves
    taken_out: Callable[[str, Body], dict[str, Any] | None] = lambda entity, body: None  # what is left where it was
    stays_out_with: frozenset[RecordType] = frozenset()  # where one of these stays out, this stays out as well
    outgoing_note: Callable[[Body, str, Lookup, Facts], str] = lambda body, entity, lookup, facts: ""
    released_search_keys: Callable[[Body], set[str]] | None = None  # as `search_keys`, from the other side
    is_settled: Callable[[Body], bool] = lambda body: False  # QuickBooks wins what is paid already
    totals: Callable[[Body], Totals] | None = None  # None for what is one amount
    external_totals: Callable[[str, Body], Totals] | None = None
    keep_external: Callable[[dict[str, Any], Body, str, Body, Lookup], dict[str, Any]] | None = None
    keep_released: Callable[[dict[str, Any], Body, str, Lookup], dict[str, Any]] | None = None
    also_read: Callable[[Body, str], set[tuple[str, str]]] = lambda body, bank_account_id: set()
    also_named: Callable[[str, Body], set[tuple[str, str]]] = lambda entity, body: set()
    unapplied: Callable[[Body, str, Body, Lookup, bool], dict[str, Any] | None] | None = None
    reversed_in_quickbooks_only: bool = False
    nearness: Callable[[Body, str, Body], Nearness] | None = None
    released_wins: bool = False  # when both sides changed; else QuickBooks does
    moves_money: bool = False  # a payment or an allocation: gone on one side, it is reversed on the other
    voidable: frozenset[str] = frozenset()  # the entities that QuickBooks can void
    side_by_side: tuple[tuple[str, str, str], ...] = (("Name", "name", "Name"), ("Archived", "archived", "Active"))
    web_pages: Mapping[str, str] = field(default_factory=dict)
    settled_by: Callable[[Body], str] = lambda body: ""  # what of QuickBooks pays this document, in words; "" = nothing
    written_as: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # our field -> those of QuickBooks it makes
    must_say: Mapping[str, str] = field(default_factory=dict)
    completed: Callable[[Body], Body] = lambda body: body
    changed: Callable[[Body, Body], dict[str, Any]] | None = None  # None: each field is replaced whole


def released_hash(spec: RecordSpec, body: Body) -> str:
    """What a link keeps of what Re-Leased said when both sides last agreed."""
    return marked_hash(spec.released_content(body))


def external_hash(spec: RecordSpec, entity: str, body: Body) -> str:
    """Likewise of what QuickBooks said."""
    return marked_hash(spec.external_content(entity, body))
