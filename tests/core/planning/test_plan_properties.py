"""What holds of planning whatever the record: it is a function, settled pairs stay settled, and its words are known."""

import re
import tomllib
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import bot
from bot.core.model import Direction, Link, RecordType
from bot.core.planning.plan import plan
from bot.core.planning.steps import InSync, Operation, ParentState, Report, Situation, Slot, Verb
from bot.core.spec import Facts, released_hash
from bot.records import BY_TYPE
from tests.core.planning.situations import (
    CONTACT,
    INVOICE,
    PAYMENT,
    customer,
    held,
    linked,
    parent,
    payment,
    receipt,
    tenant,
)
from tests.records.samples import FACTS, Json, invoice, line, quickbooks_invoice, sales_line

AMOUNTS = st.decimals("0.01", "9999.99", places=2).map(str)
STATUSES = st.sampled_from(["draft", "approved", "paid", "voided"])
DAYS = st.dates(date(2026, 3, 1), date(2026, 12, 31)).map(date.isoformat)
TEXTS = st.none() | st.text(max_size=30)
INVOICES = st.builds(
    lambda amounts, **fields: invoice(*(line(amount) for amount in amounts), **fields),
    st.lists(AMOUNTS, min_size=1, max_size=3),
    status=STATUSES,
    issueDate=DAYS,
    dueDate=st.none() | DAYS,
    reference=TEXTS,
    number=TEXTS,
    amountsAre=st.sampled_from(["exclusive", "inclusive", "noTax"]),
)
EXTERNAL_INVOICES = st.builds(
    lambda amounts, **fields: quickbooks_invoice(*(sales_line(amount) for amount in amounts), **fields),
    st.lists(AMOUNTS, min_size=1, max_size=3),
    tax=st.sampled_from(["0.00", "15.00"]),
    TxnDate=DAYS,
    DocNumber=TEXTS,
    PrivateNote=TEXTS,
    CustomerRef=st.sampled_from([{"value": "1"}, {"value": "3"}, None]),
)
CONTACTS = st.builds(tenant, name=st.text(max_size=20), email=TEXTS, phone=TEXTS, archived=st.booleans())
CUSTOMERS = st.builds(customer, DisplayName=TEXTS, Active=st.booleans())
PAIRS = st.one_of(
    st.tuples(st.just((INVOICE, "Invoice")), INVOICES, EXTERNAL_INVOICES),
    st.tuples(st.just((CONTACT, "Customer")), CONTACTS, CUSTOMERS),
    st.tuples(st.just((PAYMENT, "Payment")), st.just(receipt()), st.builds(payment, TxnDate=DAYS, PaymentRefNum=TEXTS)),
)
FACTS_ = st.builds(
    lambda **fields: replace(FACTS, **fields),
    country=st.sampled_from(["NZ", "US"]),
    close_date=st.none() | st.dates(date(2026, 3, 1), date(2026, 12, 31)),
    multicurrency=st.booleans(),
    custom_numbers=st.booleans(),
)
STANDINGS = st.lists(st.sampled_from(ParentState), max_size=2)
Pair = tuple[tuple[RecordType, str], Json, Json]


def situation_of(pair: Pair, hashes: tuple[str, str] | None, states: list[ParentState], **more: Any) -> Situation:
    (type_, entity), body, external = pair
    parents = tuple(parent(state) for state in states)
    found = linked(type_, entity, body, external, parents=parents, external_parents=parents, **more)
    if hashes is None:
        return found
    return replace(found, slots=tuple(replace(slot, link=_moved(slot, hashes)) for slot in found.slots))


def _moved(slot: Slot, hashes: tuple[str, str]) -> Link | None:
    return slot.link and replace(slot.link, released_hash=hashes[0], external_hash=hashes[1])


AGREED = st.one_of(
    INVOICES.map(lambda body: ((INVOICE, "Invoice"), body, held(body))),
    st.tuples(st.just((CONTACT, "Customer")), CONTACTS, CUSTOMERS),
    st.tuples(st.just((PAYMENT, "Payment")), st.just(receipt()), st.builds(payment, TxnDate=DAYS, PaymentRefNum=TEXTS)),
)


@given(AGREED, FACTS_)
def test_a_pair_that_agrees_yields_only_settled(pair: Pair, facts: Facts) -> None:
    situation = situation_of(pair, None, [ParentState.READY])
    (step,) = plan(BY_TYPE[pair[0][0]], situation, facts)
    assert isinstance(step, InSync) and step.link == situation.slots[0].link


@given(PAIRS, FACTS_, st.sampled_from([("", ""), ("moved", ""), ("", "moved")]), STANDINGS)
def test_planning_is_a_function_that_never_fails_and_says_where_it_belongs(
    pair: Pair, facts: Facts, hashes: tuple[str, str], states: list[ParentState]
) -> None:
    situation = situation_of(pair, hashes, states)
    spec = BY_TYPE[pair[0][0]]
    steps = plan(spec, situation, facts)
    assert steps == plan(spec, situation, facts)
    assert len(steps) == 1 and steps[0].ref == situation.ref
    for step in steps:
        if isinstance(step, Operation):
            assert step.released_id == pair[1]["id"] and step.external_id == pair[2]["Id"]
            assert step.released_hash == released_hash(spec, pair[1])
            if facts.close_date and step.direction is Direction.OUTGOING:
                assert _earliest_touched(pair, step.verb) > facts.close_date.isoformat()


@given(PAIRS, FACTS_, STANDINGS)
def test_a_record_without_a_partner_yields_one_step_at_most(
    pair: Pair, facts: Facts, states: list[ParentState]
) -> None:
    found = situation_of(pair, None, states)
    alone = replace(found, slots=tuple(replace(slot, link=None, external=None) for slot in found.slots))
    there = replace(found, released=None, slots=tuple(replace(slot, link=None) for slot in found.slots))
    for situation in (alone, there):
        steps = plan(BY_TYPE[pair[0][0]], situation, facts)
        assert len(steps) <= 1 and not any(isinstance(step, InSync) for step in steps)


@given(PAIRS, FACTS_)
def test_an_unlinked_record_yields_nothing_but_that(pair: Pair, facts: Facts) -> None:
    steps = plan(BY_TYPE[pair[0][0]], situation_of(pair, ("", ""), [], unlinked=True), facts)
    assert [isinstance(step, Report) and step.code for step in steps] == ["left-out"]


def test_every_problem_that_the_code_can_raise_is_explained() -> None:
    table = tomllib.loads(files("bot.core").joinpath("faults.toml").read_text())["row"]
    rows = {code for row in table for code in ([row["code"]] if isinstance(row["code"], str) else row["code"])}
    source = "\n".join(path.read_text() for path in Path(bot.__path__[0]).glob("[cr][oe][rc]*/**/*.py"))
    raised = set(re.findall(r'Problem\(\s*"([a-z-]+)"', source)) | {"unlinked-parent", "failing-parent"}
    silent = {"not-imported", "incoming-only"}  # never shown: no row of the results comes of them
    assert len(raised) > 15 and raised - silent <= rows


def _earliest_touched(pair: Pair, verb: Verb) -> str:
    """The earliest date of a document that writing it would touch in QuickBooks; a void brings no date of ours."""
    (type_, _), body, external = pair
    ours, theirs = BY_TYPE[type_].dates
    dates = [external.get(theirs)] if verb is Verb.VOID else [external.get(theirs), body.get(ours)]
    return min(str(value) for value in dates) if ours else date.max.isoformat()
