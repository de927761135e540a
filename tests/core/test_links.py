"""The cascade: everything that stops with a record, each once, parents first, whatever the references look like."""

from collections.abc import Iterable, Mapping

from hypothesis import given
from hypothesis import strategies as st

from bot.core.links import cascade
from bot.core.model import RecordRef, RecordType

CONTACT, INVOICE, PAYMENT = RecordType.CONTACT, RecordType.INVOICE, RecordType.PAYMENT
KIOSK = RecordRef(CONTACT, "kiosk")
REFS = [RecordRef(type_, str(number)) for type_ in (CONTACT, INVOICE, PAYMENT) for number in range(4)]
GRAPHS = st.dictionaries(st.sampled_from(REFS), st.lists(st.sampled_from(REFS), max_size=4))


def of(graph: Mapping[RecordRef, list[RecordRef]], *named: RecordRef) -> tuple[RecordRef, ...]:
    def dependents(level: list[RecordRef]) -> Iterable[RecordRef]:
        return [child for ref in level for child in graph.get(ref, [])]

    return cascade(named, dependents)


def invoice(key: str) -> RecordRef:
    return RecordRef(INVOICE, key)


def payment(key: str) -> RecordRef:
    return RecordRef(PAYMENT, key)


def test_a_record_that_nothing_refers_to_takes_nothing_along() -> None:
    assert of({}, KIOSK) == ()


def test_dependents_of_dependents_come_along() -> None:
    assert of({KIOSK: [invoice("1")], invoice("1"): [payment("1")]}, KIOSK) == (invoice("1"), payment("1"))


def test_of_a_diamond_the_common_dependent_is_named_once_and_last() -> None:
    one, two, last = invoice("1"), invoice("2"), payment("1")
    assert of({KIOSK: [last, one, two], one: [last], two: [last]}, KIOSK) == (one, two, last)


def test_a_cycle_ends_and_the_named_are_not_their_own_dependents() -> None:
    graph = {KIOSK: [invoice("1")], invoice("1"): [invoice("2"), KIOSK], invoice("2"): [invoice("1")]}
    assert of(graph, KIOSK) == (invoice("1"), invoice("2"))
    assert of({KIOSK: [KIOSK]}, KIOSK, KIOSK) == ()


@given(GRAPHS, st.lists(st.sampled_from(REFS), min_size=1, max_size=3))
def test_all_that_can_be_reached_is_found_once_and_parents_come_first(
    graph: dict[RecordRef, list[RecordRef]], named: list[RecordRef]
) -> None:
    reached, level = set(named), list(named)
    while level:
        level = [child for ref in level for child in graph.get(ref, []) if child not in reached]
        reached.update(level)
    found = of(graph, *named)
    assert len(found) == len(set(found)) and set(found) == reached - set(named)
    places = [list(RecordType).index(ref.type) for ref in found]
    assert places == sorted(places)
