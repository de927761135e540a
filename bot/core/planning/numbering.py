"""Numbers that QuickBooks wants to be unique although they are not: the reference of a pay run on each of its payments.

A duplicate number of a bill payment is refused (error 6140), so the second one of a reference gets it with a counter
behind: "PAYRUN 15 Nov (2)". The reference itself goes into the memo, and comes back from there.
https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting/handling-common-errors (6140)
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from bot.core.planning.steps import Operation, Verb

NUMBER_LENGTH = 21  # developer.intuit.com, billpayment: DocNumber
UNIQUE_AS_REFERENCE = frozenset({"BillPayment"})
MOST_TRIED = 200
COUNTER = re.compile(r" \((\d+)\)$")


def numbers_of(operations: Sequence[Operation]) -> set[str]:
    """All numbers that one of these creates may get: its reference, bare and with each counter."""
    return {number for operation in operations if _counts(operation) for number in candidates(_reference(operation))}


def with_unique_numbers(operations: Sequence[Operation], used: Collection[str]) -> list[Operation]:
    """The same operations, each create with the first free number of its reference; `used` are taken in QuickBooks."""
    taken, result = set(used), []
    for operation in operations:
        if _counts(operation):
            reference = _reference(operation)
            number = next((one for one in candidates(reference) if one not in taken), reference)
            taken.add(number)
            if number != reference:
                memo = operation.body.get("PrivateNote") or reference
                operation = replace(operation, body={**operation.body, "DocNumber": number, "PrivateNote": memo})
        result.append(operation)
    return result


def candidates(reference: str) -> Iterator[str]:
    """The reference, then with a counter from 2, within QuickBooks' length."""
    yield reference
    for count in range(2, MOST_TRIED):
        mark = f" ({count})"
        yield reference[: NUMBER_LENGTH - len(mark)].rstrip() + mark


def is_counted(number: str, reference: str) -> bool:
    """Whether this number is that reference with a counter behind it."""
    found = COUNTER.search(number)
    if found is None:
        return False
    return number == reference[: NUMBER_LENGTH - len(found[0])].rstrip() + found[0]


def _counts(operation: Operation) -> bool:
    return operation.verb is Verb.CREATE and operation.entity in UNIQUE_AS_REFERENCE and bool(_reference(operation))


def _reference(operation: Operation) -> str:
    return str(operation.body.get("DocNumber") or "")
