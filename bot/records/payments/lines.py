"""The documents that a payment pays: its lines in QuickBooks, its allocations in Re-Leased, and what an edit keeps."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.core.model import Outcome, RecordRef, RecordType
from bot.core.money import ZERO, decimal, text
from bot.core.spec import Body, Facts, Lookup, Problem
from bot.records.fields.amounts import amount, is_before
from bot.records.fields.parties import PARTY
from bot.records.payments.applied import CREDIT, DOCUMENT, lines_of, split
from bot.records.payments.bank_account import ACCOUNT_FIELDS
from bot.records.payments.matching import REFERENCE_FIELD, reference_text, short_reference

Key = tuple[str, str]  # (TxnType, TxnId)


def lines_out(body: Body, entity: str, lookup: Lookup, facts: Facts) -> list[dict[str, Any]]:
    """One line for each document that is paired. Raises Problem when one is still to come, or when all stay out."""
    parts = list(body.get("allocations") or [])
    old = [part for part in parts if stays_out(part, entity, lookup, facts)]
    if parts and len(old) == len(parts):
        raise Problem("paid-before-sync-from", outcome=Outcome.SKIPPED, sync_from=facts.sync_from.isoformat())
    found = {}
    for part in parts:
        if part not in old:
            found[DOCUMENT[entity], _paired(part, entity, lookup)] = amount(part.get("amount"), "allocation")
    if entity == "BillPayment" and not found:
        raise Problem("pays-no-bill")
    return _lines(found)


def stays_out(part: Body, entity: str, lookup: Lookup, facts: Facts) -> bool:
    """Whether an allocation is to a document from before *sync from*."""
    invoice = str(part.get("invoiceId"))
    if (RecordType.INVOICE, invoice, DOCUMENT[entity]) in lookup.external:
        return False
    known = lookup.ours.get((RecordType.INVOICE, invoice))
    return known is not None and is_before(known.get("issueDate"), facts.sync_from)


def keep_external(body: dict[str, Any], released: Body, entity: str, external: Body, lookup: Lookup) -> dict[str, Any]:
    """An update with the lines that Re-Leased does not know of, and the account unless Re-Leased names one.

    Those are documents that stay out, credits, and of each document what a credit pays.
    """
    kept = dict(body)
    if not released.get("bankAccountId"):
        kept = {key: value for key, value in body.items() if key not in ACCOUNT_FIELDS} | _account(entity, external)
    said = short_reference(released.get("reference"))
    if said and said == reference_text(entity, external) != external.get(REFERENCE_FIELD[entity]):
        kept |= {name: external[name] for name in (REFERENCE_FIELD[entity], "PrivateNote")}  # with its counter
    if not released.get("reference") and external.get(REFERENCE_FIELD[entity]):
        kept[REFERENCE_FIELD[entity]] = ""
    return {**kept, "Line": _lines(_with_the_rest(entity, _sums(body["Line"]), external, lookup))}


def keep_released(wanted: dict[str, Any], released: Body, entity: str, lookup: Lookup) -> dict[str, Any]:
    """What QuickBooks says, with what it was never told: allocations to documents that stay out, a long reference."""
    ours = list(released.get("allocations") or [])
    theirs = {str(part["invoiceId"]): part for part in wanted["allocations"]}
    unknown = [part for part in ours if not _is_paired(part, entity, lookup)]
    known = [theirs.pop(str(part["invoiceId"])) for part in ours if str(part["invoiceId"]) in theirs]
    own = released.get("reference")
    same_reference = bool(own) and short_reference(own) == (wanted.get("reference") or "")
    return {
        **wanted,
        "allocations": _plain([*known, *theirs.values(), *unknown]),
        **({"reference": own} if same_reference else {}),
    }


def unapplied(released: Body, entity: str, external: Body, lookup: Lookup, outgoing: bool) -> dict[str, Any] | None:
    """The loser's side with less applied to those documents of which the winner pays less; None when there are none.

    With it a document can be voided or made smaller, before anything new is paid with the same payment.
    """
    parts = [part for part in released.get("allocations") or [] if _is_paired(part, entity, lookup)]
    ours = {_paired(part, entity, lookup): decimal(part.get("amount")) for part in parts}
    theirs = dict(split(entity, external).cash)
    now, wanted = (theirs, ours) if outgoing else (ours, theirs)
    known = {id_ for id_ in now if not outgoing or (DOCUMENT[entity], id_) in lookup.released}
    less = {id_: min(part, wanted.get(id_, ZERO)) if id_ in known else part for id_, part in now.items()}
    if less == now:
        return None
    if not outgoing:
        unknown = [part for part in released.get("allocations") or [] if part not in parts]
        left = [part for part in parts if less[_paired(part, entity, lookup)]]
        again = [{**part, "amount": text(less[_paired(part, entity, lookup)])} for part in left]
        return {"allocations": _plain([*again, *unknown])}
    party_ref = PARTY[entity][0]
    paid = {(DOCUMENT[entity], id_): part for id_, part in less.items() if part}
    lines = _lines(_with_the_rest(entity, paid, external, lookup))
    if entity == "BillPayment" and not lines:
        return None  # QuickBooks has no bill payment that pays no bill
    same = {party_ref: external[party_ref], "TotalAmt": decimal(external.get("TotalAmt"))}
    return {**same, **_account(entity, external), "Line": lines}


def _account(entity: str, external: Body) -> dict[str, Any]:
    """A bill payment says its account in every update."""
    return {key: external[key] for key in ACCOUNT_FIELDS & external.keys()} if entity == "BillPayment" else {}


def _with_the_rest(entity: str, paid: Mapping[Key, Decimal], external: Body, lookup: Lookup) -> dict[Key, Decimal]:
    """What money is to pay, in the order of the lines that are there, and all of them that are not Re-Leased's."""
    covered: dict[Key, Decimal] = {}
    for _, document_id, part in split(entity, external).credits:
        key = (DOCUMENT[entity], document_id)
        covered[key] = covered.get(key, ZERO) + part
    present: dict[Key, Decimal] = {}
    for kind, id_, part in lines_of(external):
        present[kind, id_] = present.get((kind, id_), ZERO) + part
    result: dict[Key, Decimal] = {}
    for key, part in present.items():
        is_ours = key[0] == DOCUMENT[entity] and (key in lookup.released or key in paid)
        result[key] = paid.get(key, ZERO) + covered.get(key, ZERO) if is_ours else part
    for key, part in paid.items():
        result.setdefault(key, part)
    return {key: part for key, part in result.items() if part or key[0] == CREDIT[entity]}


def _paired(part: Body, entity: str, lookup: Lookup) -> str:
    """The QuickBooks id of the document of an allocation. Raises Problem when it has none yet."""
    invoice = str(part.get("invoiceId"))
    found = lookup.external.get((RecordType.INVOICE, invoice, DOCUMENT[entity]))
    if found is None:
        known = lookup.ours.get((RecordType.INVOICE, invoice), {})
        name = f"invoice {known.get('number') or invoice} ({invoice})"
        code = "unapproved-parent" if known.get("status") == "draft" else "missing-parent"
        raise Problem(code, RecordRef(RecordType.INVOICE, invoice), Outcome.WAITING, parent=name, parent_type="invoice")
    return found


def _is_paired(part: Body, entity: str, lookup: Lookup) -> bool:
    return (RecordType.INVOICE, str(part.get("invoiceId")), DOCUMENT[entity]) in lookup.external


def _lines(sums: Mapping[Key, Decimal]) -> list[dict[str, Any]]:
    return [{"Amount": part, "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]} for (kind, id_), part in sums.items()]


def _sums(lines: Sequence[Body]) -> dict[Key, Decimal]:
    return {(kind, id_): part for kind, id_, part in lines_of({"Line": lines})}


def _plain(parts: Sequence[Body]) -> list[dict[str, Any]]:
    return [{"invoiceId": str(part["invoiceId"]), "amount": text(part["amount"])} for part in parts]
