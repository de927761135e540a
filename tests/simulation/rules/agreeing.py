"""The rules of agreeing: pairs say the same to the cent, errors clear themselves, and what does not agree is said."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from bot.core.model import Outcome, RecordRef, RecordType
from bot.core.runs import Flag, RedReason
from bot.records import BY_TYPE
from bot.sync.ending import Finished
from tests.simulation.rules.audit import OURS
from tests.simulation.rules.case import ATTENTION, SAYS_WHY, SYNC_FROM, Case
from tests.simulation.rules.pairs import DOCUMENTS, PAYMENTS, TYPES, contact_of, differences, entities_of, gone

PASSING = ("10000", "keeps-failing", "unanswered", "5010", "6240", "6140", "http-412")
"""Codes of faults that say nothing any more once both sides agree."""


def pairs_agree(case: Case) -> Iterator[str]:
    for pair in case.picture.pairs():
        row = case.row_of(pair.ref)
        if pair.ref in case.stage.unlinked or (row is not None and row.outcome in ATTENTION):
            continue
        if TYPES[pair.collection] in BY_TYPE:
            joined = case.came_with_one_email(pair)
            yield from (why for why in differences(case.picture, pair) if not (joined and ": email is" in why))


def what_we_wrote_is_whole(case: Case) -> Iterator[str]:
    """A result that says that totals differ excuses a rounding of tax, but never lines that we sent otherwise."""
    last: dict[str, str] = {}
    for entry in case.stage.sides.books.write_log:
        if entry["code"] is None:
            last[f"{entry['entity']}:{entry['id']}"] = entry["channel"]
    for pair in case.picture.pairs():
        row = case.row_of(pair.ref)
        if row is None or row.code != "totals-differ" or pair.external is None:
            continue
        if last.get(f"{pair.entity}:{pair.external['Id']}") in OURS:
            yield from (why for why in differences(case.picture, pair) if ": lines is" in why)


def balances_agree(case: Case) -> Iterator[str]:
    """Of contacts of which nothing fails, waits or is left out."""
    unclear = _unclear_contacts(case)
    for pair in case.picture.pairs():
        record, row = pair.external, pair.released
        if pair.entity not in DOCUMENTS or record is None or row["contactId"] in unclear or any(gone(pair)):
            continue
        open_ = row["balance"] if pair.collection == "invoices" else row["remaining"]
        if Decimal(open_) != record["Balance"] and row["status"] != "draft":
            yield f"{pair}: {open_} is open in Re-Leased and {record['Balance']} in QuickBooks"


def blue_means_equal(case: Case, finished: Finished) -> Iterator[str]:
    """Blue: the same is open on both sides of every document, but for what people or settings took out of the sync."""
    if finished.flag is not Flag.BLUE:
        return
    out = _out_of_sync(case)
    for pair in case.picture.pairs():
        record, row = pair.external, pair.released
        if pair.entity not in DOCUMENTS or record is None or any(gone(pair)) or row["status"] == "draft":
            continue
        open_ = row["balance"] if pair.collection == "invoices" else row["remaining"]
        if row["id"] not in out and Decimal(open_) != record["Balance"]:
            yield f"blue, and of {pair} {open_} is open in Re-Leased and {record['Balance']} in QuickBooks"


def _out_of_sync(case: Case) -> set[str]:
    """Ids of Re-Leased's documents that are not synced, or that something pays that is not synced."""
    out, told = set[str](), case.told()
    for collection in ("invoices", "credit-notes", "payments"):
        for row in case.picture.rows[collection]:
            ref, date = RecordRef(TYPES[collection], row["id"]), row.get("date") or row.get("issueDate")
            said = case.row_of(ref)
            if ref in case.stage.unlinked or date < SYNC_FROM or (said and said.outcome == Outcome.SKIPPED):
                out |= {row["id"], *(part["invoiceId"] for part in row.get("allocations", ()))}
    for entity in (*DOCUMENTS, *PAYMENTS):
        for id_, record in case.picture.books.entity(entity).items():
            partner = case.picture.partner.get((entity, id_))
            if id_ in told or record["TxnDate"] < SYNC_FROM or (partner and partner[1]["id"] in out):
                links = [link for line in record.get("Line", ()) for link in line.get("LinkedTxn", ())]
                links += record.get("LinkedTxn", ())
                owners = (case.picture.partner.get((link["TxnType"], link["TxnId"])) for link in links)
                out |= {owner[1]["id"] for owner in owners if owner}
    return out


def errors_clear(case: Case) -> Iterator[str]:
    """A record that failed and agrees by now has nothing to complain of any more."""
    agreeing: dict[RecordRef, bool] = {}
    held = Counter(pair.ref for pair in case.picture.pairs())
    for pair in case.picture.pairs():
        fine = pair.external is not None and not any(differences(case.picture, pair))
        whole = len(entities_of(pair.collection, pair.released)) == held[pair.ref]
        agreeing[pair.ref] = agreeing.get(pair.ref, True) and fine and whole
    for (type_, key), row in case.rows.items():
        if row.outcome == Outcome.FAILED and row.code in PASSING and agreeing.get(RecordRef(RecordType(type_), key)):
            yield f"{type_}:{key} agrees on both sides, and its row still says {row.code}: {row.details}"


def _unclear_contacts(case: Case) -> set[str]:
    refs = set(case.stage.unlinked)
    refs |= {RecordRef(RecordType(type_), key) for (type_, key), row in case.rows.items() if row.outcome in SAYS_WHY}
    keys = {ref.key for ref in refs}
    told = case.told()
    unclear = {row["contactId"] for row in case.picture.released.values() if "contactId" in row and row["id"] in keys}
    unclear |= {key for key in keys if ("contacts", key) in case.picture.released}
    for entity in (*DOCUMENTS, *PAYMENTS):
        for id_, record in case.picture.books.entity(entity).items():
            if id_ in told or record["TxnDate"] < SYNC_FROM:
                unclear.add(contact_of(case.picture, record) or "")
    unclear |= {row["contactId"] for row in case.picture.rows["payments"] if row["date"] < SYNC_FROM}
    for ref in refs:  # an entry of a credit note
        unclear |= {row["contactId"] for row in case.picture.rows["credit-notes"] if row["id"] in ref.key}
    return unclear


def rows_say_why(case: Case, finished: Finished) -> Iterator[str]:
    needy = {key for key, row in case.rows.items() if row.outcome in ATTENTION and row.linked}
    differ = any(key in needy and row.code == "open-balance-differs" for key, row in case.rows.items())
    if finished.red_reason is not None and not (finished.red_reason is RedReason.OUT_OF_BALANCE and differ):
        yield f"the run is red for {finished.red_reason}: nothing explains that"
    elif (finished.flag is Flag.RED) != bool(needy):
        yield f"the flag is {finished.flag}, with {len(needy)} rows that need attention"
    for (type_, key), row in case.rows.items():
        if row.outcome in SAYS_WHY and not row.details:
            yield f"{type_}:{key} is {row.outcome}, and its row does not say what happened"
        if row.outcome in ATTENTION and not row.more:
            yield f"{type_}:{key} is {row.outcome} ({row.details}), and its row does not say why"
