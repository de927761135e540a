"""Payments and credits: what they settle, what they may not, and what that makes of the invoices."""

import pytest


def money(invoice) -> tuple[str, str, str]:
    return invoice["status"], invoice["amountPaid"], invoice["balance"]


def test_a_payment_settles_its_invoice(api, books) -> None:
    invoice = books.invoice()
    payment = api.create("payments", **books.payment(invoice, "15.00"))
    partly = api.read("invoices", invoice)
    assert money(partly) == ("approved", "15.00", "100.00")
    assert partly["version"] == invoice["version"] + 1
    assert partly["modifiedAt"] > invoice["modifiedAt"]
    assert (payment["status"], payment["unallocated"], payment["currency"]) == ("active", "0.00", "NZD")
    api.create("payments", **books.payment(invoice, "100.00"))
    assert money(api.read("invoices", invoice)) == ("paid", "115.00", "0.00")


def test_a_reversed_payment_opens_its_invoice_again(api, books) -> None:
    invoice = books.invoice()
    payment = api.create("payments", **books.payment(invoice, "115.00"))
    reversed_ = api.change("payments", payment, status="reversed")
    assert (reversed_["status"], reversed_["allocations"]) == ("reversed", payment["allocations"])
    assert money(api.read("invoices", invoice)) == ("approved", "0.00", "115.00")


def test_a_reversed_payment_takes_nothing_but_external_id(api, books, refused) -> None:
    invoice = books.invoice()
    payment = api.create("payments", **books.payment(invoice, "115.00"))
    payment = api.change("payments", payment, status="reversed")
    for change in ({"status": "active"}, {"status": "reversed"}, {"reference": "x"}, {"allocations": []}):
        assert set(refused(api.patch("payments", payment, change), 409)) == set(change)
    api.change("invoices", invoice, currency="USD")
    assert api.change("payments", payment, externalId="9")["externalId"] == "9"


def test_an_invoice_with_payments_cannot_be_voided(api, books, refused) -> None:
    invoice = books.invoice()
    payment = api.create("payments", **books.payment(invoice, "15.00"))
    assert set(refused(api.patch("invoices", api.read("invoices", invoice), {"status": "voided"}), 409)) == {"status"}
    full = api.create("payments", **books.payment(invoice, "100.00"))
    refused(api.patch("invoices", api.read("invoices", invoice), {"status": "voided"}), 409)
    for each in (payment, full):
        api.change("payments", each, status="reversed")
    assert api.change("invoices", invoice, status="voided")["status"] == "voided"


def test_a_paid_document_takes_only_reference_number_and_due_date(api, books, refused) -> None:
    invoice = books.invoice()
    api.create("payments", **books.payment(invoice, "115.00"))
    paid = api.read("invoices", invoice)
    for change in ({"issueDate": "2026-05-02"}, {"lines": paid["lines"]}, {"status": "approved"}, {"currency": "AUD"}):
        assert set(refused(api.patch("invoices", paid, change), 409)) == set(change)
    refused(api.patch("invoices", paid, {"number": "7", "tenancyId": "T1"}), 409)
    change = {"reference": "r", "number": "INV-7", "dueDate": "2026-06-01"}
    assert api.change("invoices", paid, **change) == {
        **paid,
        **change,
        "version": paid["version"] + 1,
        "modifiedAt": api.read("invoices", paid)["modifiedAt"],
    }


def test_a_part_paid_invoice_may_shrink_to_what_is_paid_and_not_below(api, books, refused) -> None:
    invoice = books.invoice()
    api.create("payments", **books.payment(invoice, "57.50"))
    partly = api.read("invoices", invoice)
    refused(api.patch("invoices", partly, {"lines": [books.line(unitAmount="49.99")]}), 409)
    refused(api.patch("invoices", partly, {"currency": "AUD"}), 409)
    assert money(api.change("invoices", partly, lines=[books.line(unitAmount="50")])) == ("paid", "57.50", "0.00")


def test_no_more_is_allocated_than_the_invoice_has_left(api, books, refused) -> None:
    invoice = books.invoice()
    api.create("payments", **books.payment(invoice, "100.00"))
    before = api.page("payments").json()
    assert set(refused(api.post("payments", books.payment(invoice, "15.01")), 409)) == {"allocations"}
    assert api.page("payments").json() == before
    assert money(api.read("invoices", invoice)) == ("approved", "100.00", "15.00")


def test_no_more_is_allocated_than_was_paid(api, books, refused) -> None:
    invoice = books.invoice()
    assert set(refused(api.post("payments", books.payment(invoice, "115.00", amount="114.99")), 422)) == {"allocations"}
    payment = api.create("payments", **books.payment(invoice, "100.00", amount="130.00"))
    assert payment["unallocated"] == "30.00"
    assert set(refused(api.patch("payments", payment, {"amount": "99.99"}), 422)) == {"allocations"}


def test_unallocated_is_kept_up(api, books, refused) -> None:
    invoice = books.invoice()
    payment = api.create("payments", **books.payment(invoice, "50.00", allocations=[]))
    assert payment["unallocated"] == "50.00"
    allocation = {"invoiceId": invoice["id"], "amount": "20.00"}
    payment = api.change("payments", payment, allocations=[allocation], unallocated="30.00")
    assert (payment["unallocated"], money(api.read("invoices", invoice))[1]) == ("30.00", "20.00")
    assert set(refused(api.patch("payments", payment, {"unallocated": "50.00"}), 422)) == {"unallocated"}
    payment = api.change("payments", payment, amount="25.00")
    assert payment["unallocated"] == "5.00"
    assert api.change("payments", payment, allocations=[])["unallocated"] == "25.00"
    assert money(api.read("invoices", invoice)) == ("approved", "0.00", "115.00")


def test_allocations_move_from_one_invoice_to_another(api, books) -> None:
    first, second = books.invoice(), books.invoice()
    payment = api.create("payments", **books.payment(first, "115.00"))
    untouched = books.invoice()
    api.change("payments", payment, allocations=[{"invoiceId": second["id"], "amount": "115.00"}])
    assert money(api.read("invoices", first)) == ("approved", "0.00", "115.00")
    assert money(api.read("invoices", second)) == ("paid", "115.00", "0.00")
    assert api.read("invoices", untouched) == untouched


def test_an_edit_that_moves_no_money_leaves_the_invoice_alone(api, books) -> None:
    invoice = books.invoice()
    payment = api.create("payments", **books.payment(invoice, "15.00"))
    partly = api.read("invoices", invoice)
    api.change("payments", payment, reference="x", externalId="7", allocations=payment["allocations"])
    assert api.read("invoices", invoice) == partly


@pytest.mark.parametrize("status", ["draft", "voided"])
def test_a_draft_or_voided_invoice_takes_no_allocation(api, books, refused, status) -> None:
    invoice = books.invoice(status="draft")
    if status == "voided":
        invoice = api.change("invoices", invoice, status="voided")
    refused(api.post("payments", books.payment(invoice, "1.00")), 409)
    assert api.read("invoices", invoice) == invoice


def test_an_allocation_fits_its_invoice(api, books, refused) -> None:
    bill = books.invoice(kind="expense")
    dollars = books.invoice(currency="USD")
    other = api.create("contacts", name="Other", roles=["tenant"])
    theirs = books.invoice(contactId=other["id"])
    for invoice in (bill, dollars, theirs, {"id": "0"}):
        assert set(refused(api.post("payments", books.payment(invoice, "1.00")), 422)) == {"allocations[0].invoiceId"}
    api.create("payments", **books.payment(bill, "1.00", kind="paid"))
    api.create("payments", **books.payment(dollars, "1.00", currency="USD"))
    twice = [{"invoiceId": books.invoice()["id"], "amount": "1.00"}] * 2
    errors = refused(api.post("payments", books.payment(bill, "2.00", allocations=twice)), 422)
    assert set(errors) == {"allocations"}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"amount": "0.00"}, "amount"),
        ({"amount": "-5.00"}, "amount"),
        ({"amount": 5}, "amount"),
        ({"amount": "5"}, "amount"),
        ({"kind": "income"}, "kind"),
        ({"status": "reversed"}, "status"),
        ({"contactId": "0"}, "contactId"),
        ({"date": "today"}, "date"),
        ({"bankAccountId": 35}, "bankAccountId"),
        ({"allocations": [{"invoiceId": "1"}]}, "allocations[0].amount"),
        ({"allocations": [{"invoiceId": "1", "amount": 3}]}, "allocations[0].amount"),
        ({"allocations": [{"invoiceId": "1", "amount": "3.00", "date": "2026-05-01"}]}, "allocations[0].date"),
    ],
)
def test_a_payment_is_refused_by_name(api, books, refused, change, wrong) -> None:
    body = books.payment({"id": "0"}, "5.00", allocations=[])
    assert set(refused(api.post("payments", {**body, **change}), 422)) == {wrong}


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_an_allocation_is_more_than_nothing(api, books, refused, amount) -> None:
    body = books.payment(books.invoice(), amount, amount="5.00")
    assert set(refused(api.post("payments", body), 422)) == {"allocations[0].amount"}


def test_kind_and_contact_of_a_payment_are_fixed(api, books, refused) -> None:
    other = api.create("contacts", name="Other", roles=["tenant"])
    payment = api.create("payments", **books.payment(books.invoice(), "5.00", allocations=[]))
    for change in ({"contactId": other["id"]}, {"kind": "paid"}):
        assert set(refused(api.patch("payments", payment, change), 409)) == set(change)


def credit_on(api, books, invoice, amount: str) -> dict:
    credit = api.create("credit-notes", **books.document())
    allocation = {"invoiceId": invoice["id"], "amount": amount, "date": "2026-05-03"}
    return api.change("credit-notes", credit, allocations=[allocation])


def test_a_credit_settles_its_invoice(api, books) -> None:
    invoice = books.invoice()
    credit = credit_on(api, books, invoice, "15.00")
    assert (credit["remaining"], credit["balance"], credit["amountPaid"]) == ("100.00", "100.00", "15.00")
    assert money(api.read("invoices", invoice)) == ("approved", "15.00", "100.00")
    api.create("payments", **books.payment(invoice, "100.00"))
    assert money(api.read("invoices", invoice)) == ("paid", "115.00", "0.00")
    credit = api.change("credit-notes", credit, allocations=[])
    assert (credit["remaining"], credit["status"]) == ("115.00", "approved")
    assert money(api.read("invoices", invoice)) == ("approved", "100.00", "15.00")


def test_a_credit_may_be_posted_with_its_allocations(api, books, refused) -> None:
    invoice = books.invoice()
    allocation = {"invoiceId": invoice["id"], "amount": "115.00", "date": "2026-05-03"}
    body = books.document(allocations=[allocation])
    refused(api.post("credit-notes", {**body, "status": "draft"}), 409)
    assert api.create("credit-notes", **body)["remaining"] == "0.00"
    assert money(api.read("invoices", invoice)) == ("paid", "115.00", "0.00")


def test_a_credit_with_allocations_cannot_be_voided(api, books, refused) -> None:
    credit = credit_on(api, books, books.invoice(), "15.00")
    assert set(refused(api.patch("credit-notes", credit, {"status": "voided"}), 409)) == {"status"}
    credit = api.change("credit-notes", credit, allocations=[])
    assert api.change("credit-notes", credit, status="voided")["status"] == "voided"


def test_a_credit_allocates_no_more_than_it_is(api, books, refused) -> None:
    invoice = books.invoice(lines=[books.line(unitAmount="1000")])
    credit = api.create("credit-notes", **books.document())
    wanted = {"invoiceId": invoice["id"], "amount": "115.01", "date": "2026-05-03"}
    assert set(refused(api.patch("credit-notes", credit, {"allocations": [wanted]}), 422)) == {"allocations"}
    credit = api.change("credit-notes", credit, allocations=[{**wanted, "amount": "115.00"}])
    refused(api.patch("credit-notes", credit, {"lines": [books.line(unitAmount="99")]}), 422)
    assert api.read("credit-notes", credit) == credit


def test_a_credit_of_the_other_kind_or_on_a_paid_invoice_is_refused(api, books, refused) -> None:
    credit = api.create("credit-notes", **books.document())
    bill, invoice = books.invoice(kind="expense"), books.invoice()
    api.create("payments", **books.payment(invoice, "115.00"))
    for target, status in ((bill, 422), (invoice, 409)):
        wanted = {"invoiceId": target["id"], "amount": "1.00", "date": "2026-05-03"}
        refused(api.patch("credit-notes", credit, {"allocations": [wanted]}), status)
    undated = {"invoiceId": books.invoice()["id"], "amount": "1.00"}
    errors = refused(api.patch("credit-notes", credit, {"allocations": [undated]}), 422)
    assert set(errors) == {"allocations[0].date"}
