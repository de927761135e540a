"""What a property manager does on the pages, as the records to write: each button's form becomes one body."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.released.ledger.state import ReleasedState
from bot.sandbox.released.rules.payments import SETTLED_BY
from bot.sandbox.released.rules.problems import invalid, not_found
from bot.sandbox.released.rules.shapes import Collection, DocumentKind, DocumentStatus, PaymentStatus, Record

Form = Mapping[str, str]
Deed = Callable[[Record, Form], dict[str, Any]]


def do(state: ReleasedState, company_id: str, collection: Collection, record_id: str, form: Form) -> None:
    """Does the deed that the form names to this record; raises `Problem` when refused."""
    record = state.get(company_id, collection, record_id)
    if form.get("deed") == "pay" and collection == Collection.INVOICES:
        state.create(company_id, Collection.PAYMENTS, _payment_of(record, form))
        return
    deed = DEEDS.get(collection, {}).get(form.get("deed", ""))
    if deed is None:
        raise not_found(f"deed {form.get('deed', '')!r} on {collection}")
    state.patch(company_id, collection, record_id, deed(record, form), _version(form))


def create(state: ReleasedState, company_id: str, collection: Collection, form: Form) -> str:
    """Creates the record that the form describes and gives its id; raises `Problem` when refused."""
    created: str = state.create(company_id, collection, NEW[collection](form))["id"]
    return created


def _version(form: Form) -> int:
    """The version the person saw, so that nobody overwrites a change they have not seen."""
    if not form.get("version", "").isdecimal():
        raise invalid({"version": ["is required"]})
    return int(form["version"])


def _or_null(value: str | None) -> str | None:
    return value.strip() or None if value else None


def _line(form: Form) -> Record:
    return {
        "description": _or_null(form.get("description")),
        "quantity": form.get("quantity", ""),
        "unitAmount": form.get("unitAmount", ""),
        "accountId": _or_null(form.get("accountId")),
        "taxTypeId": _or_null(form.get("taxTypeId")),
        "trackingOptionId": _or_null(form.get("trackingOptionId")),
    }


def _dates(_record: Record, form: Form) -> dict[str, Any]:
    """Only what differs: a paid invoice takes a new due date but no issue date."""
    wanted = {"issueDate": _or_null(form.get("issueDate")), "dueDate": _or_null(form.get("dueDate"))}
    return {name: value for name, value in wanted.items() if value != _record[name]}


def _payment_of(invoice: Record, form: Form) -> dict[str, Any]:
    amount = form.get("amount", "")
    return {
        "kind": SETTLED_BY[DocumentKind(invoice["kind"])].value,
        "contactId": invoice["contactId"],
        "date": form.get("date", ""),
        "amount": amount,
        "currency": invoice["currency"],
        "reference": _or_null(form.get("reference")),
        "allocations": [{"invoiceId": invoice["id"], "amount": amount}],
    }


def _new_contact(form: Form) -> dict[str, Any]:
    return {
        "name": form.get("name", ""),
        "roles": [role for role in ("tenant", "owner", "supplier") if form.get(role)],
        "email": _or_null(form.get("email")),
        "phone": _or_null(form.get("phone")),
        "taxNumber": _or_null(form.get("taxNumber")),
    }


def _new_invoice(form: Form) -> dict[str, Any]:
    names = ("kind", "status", "contactId", "issueDate", "amountsAre")
    return {
        **{name: form.get(name, "") for name in names},
        "number": _or_null(form.get("number")),
        "dueDate": _or_null(form.get("dueDate")),
        "reference": _or_null(form.get("reference")),
        "lines": [_line(form)],
    }


_DOCUMENT_DEEDS: dict[str, Deed] = {
    "approve": lambda record, form: {"status": DocumentStatus.APPROVED.value},
    "void": lambda record, form: {"status": DocumentStatus.VOIDED.value},
    "number": lambda record, form: {"number": _or_null(form.get("number"))},
    "date": _dates,
    "add-line": lambda record, form: {"lines": [*record["lines"], _line(form)]},
}

DEEDS: dict[Collection, dict[str, Deed]] = {
    Collection.CONTACTS: {
        "rename": lambda record, form: {"name": form.get("name", "")},
        "email": lambda record, form: {"email": _or_null(form.get("email"))},
        "archive": lambda record, form: {"archived": True},
        "restore": lambda record, form: {"archived": False},
    },
    Collection.INVOICES: _DOCUMENT_DEEDS,
    Collection.CREDIT_NOTES: _DOCUMENT_DEEDS,
    Collection.PAYMENTS: {"reverse": lambda record, form: {"status": PaymentStatus.REVERSED.value}},
}

NEW: dict[Collection, Callable[[Form], dict[str, Any]]] = {
    Collection.CONTACTS: _new_contact,
    Collection.INVOICES: _new_invoice,
}
