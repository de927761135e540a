"""Invoices and credit notes: what lines come to, and which state takes which change."""

import pytest


def test_totals_follow_from_the_lines(books) -> None:
    lines = [books.line(quantity="3", unitAmount="33.335"), books.line(unitAmount="10", taxTypeId=None)]
    invoice = books.invoice(lines=lines)
    assert [(line["netAmount"], line["taxAmount"]) for line in invoice["lines"]] == [
        ("100.01", "15.00"),
        ("10.00", "0.00"),
    ]
    assert (invoice["netTotal"], invoice["taxTotal"], invoice["total"]) == ("110.01", "15.00", "125.01")
    assert (invoice["amountPaid"], invoice["balance"]) == ("0.00", "125.01")


@pytest.mark.parametrize(
    ("amounts_are", "net", "tax", "total"),
    [
        ("exclusive", "100.00", "15.00", "115.00"),
        ("inclusive", "86.96", "13.04", "100.00"),
        ("noTax", "100.00", "0.00", "100.00"),
    ],
)
def test_amounts_are_exclusive_inclusive_or_without_tax(books, amounts_are, net, tax, total) -> None:
    invoice = books.invoice(amountsAre=amounts_are)
    assert (invoice["netTotal"], invoice["taxTotal"], invoice["total"]) == (net, tax, total)


def test_a_given_tax_amount_is_honoured(books) -> None:
    invoice = books.invoice(lines=[books.line(taxAmount="14.99")])
    assert (invoice["taxTotal"], invoice["total"]) == ("14.99", "114.99")
    inclusive = books.invoice(amountsAre="inclusive", lines=[books.line(taxAmount="13.00")])
    assert (inclusive["netTotal"], inclusive["total"]) == ("87.00", "100.00")


def test_half_a_cent_may_be_rounded_either_way(books) -> None:
    for net in ("0.82", "0.83"):
        line = books.line(quantity="2.5", unitAmount="0.33", netAmount=net, taxAmount="0.12")
        assert books.invoice(lines=[line])["netTotal"] == net


@pytest.mark.parametrize("net", ["99.99", "100.01", "-100.00", "115.00"])
def test_a_line_is_quantity_times_unit_amount(api, books, refused, net) -> None:
    document = books.document(lines=[books.line(), books.line(netAmount=net)])
    assert set(refused(api.post("invoices", document), 422)) == {"lines[1].netAmount"}


def test_given_totals_must_be_those_of_the_lines(api, books, refused) -> None:
    right = {"netTotal": "100.00", "taxTotal": "15.00", "total": "115.00", "balance": "115.00", "amountPaid": "0.00"}
    assert books.invoice(**right)["total"] == "115.00"
    for name in right:
        assert set(refused(api.post("invoices", books.document(**{**right, name: "1.00"})), 422)) == {name}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"quantity": 1}, "quantity"),
        ({"quantity": "1,5"}, "quantity"),
        ({"quantity": "NaN"}, "quantity"),
        ({"quantity": "٣"}, "quantity"),
        ({"unitAmount": 100.0}, "unitAmount"),
        ({"unitAmount": None}, "unitAmount"),
        ({"unitAmount": "999999999999", "quantity": "999"}, "unitAmount"),
        ({"netAmount": 100}, "netAmount"),
        ({"netAmount": "100"}, "netAmount"),
        ({"netAmount": "100.000"}, "netAmount"),
        ({"taxAmount": "+15.00"}, "taxAmount"),
        ({"accountId": "0"}, "accountId"),
        ({"taxTypeId": "0"}, "taxTypeId"),
        ({"trackingOptionId": "0"}, "trackingOptionId"),
        ({"accountId": 7}, "accountId"),
        ({"id": "0"}, "id"),
        ({"discount": "1.00"}, "discount"),
        ({"description": "x" * 4001}, "description"),
    ],
)
def test_a_line_is_refused_by_name(api, books, refused, change, wrong) -> None:
    errors = refused(api.post("invoices", books.document(lines=[books.line(**change)])), 422)
    assert set(errors) == {f"lines[0].{wrong}"}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"kind": "sales"}, "kind"),
        ({"status": "sent"}, "status"),
        ({"status": "paid"}, "status"),
        ({"status": "voided"}, "status"),
        ({"contactId": "0"}, "contactId"),
        ({"issueDate": "01/05/2026"}, "issueDate"),
        ({"issueDate": "2026-02-30"}, "issueDate"),
        ({"issueDate": "20260501"}, "issueDate"),
        ({"dueDate": "2026-05-01T00:00:00Z"}, "dueDate"),
        ({"amountsAre": "net"}, "amountsAre"),
        ({"lines": {}}, "lines"),
        ({"lines": []}, "lines"),
        ({"total": 115}, "total"),
        ({"currency": "dollars"}, "currency"),
        ({"number": 17}, "number"),
        ({"reference": "x" * 4001}, "reference"),
    ],
)
def test_a_document_is_refused_by_name(api, books, refused, change, wrong) -> None:
    for collection in ("invoices", "credit-notes"):
        assert set(refused(api.post(collection, books.document(**change)), 422)) == {wrong}


def test_a_reference_into_another_company_is_refused(site, api, books, refused) -> None:
    site.state.add_company(id=f"{api.company}-other", name="Other")
    theirs = site.state.create(f"{api.company}-other", "contacts", {"name": "Theirs", "roles": ["tenant"]})
    assert set(refused(api.post("invoices", books.document(contactId=theirs["id"])), 422)) == {"contactId"}


def test_a_negative_line_is_fine_and_a_negative_total_is_not(api, books, refused) -> None:
    discount = books.line(unitAmount="-10", description="Discount")
    assert books.invoice(lines=[books.line(), discount])["total"] == "103.50"
    assert set(refused(api.post("invoices", books.document(lines=[discount])), 422)) == {"lines"}


def test_without_tax_a_line_has_none(api, books, refused) -> None:
    document = books.document(amountsAre="noTax", lines=[books.line(taxAmount="1.00")])
    assert set(refused(api.post("invoices", document), 422)) == {"lines[0].taxAmount"}


def test_a_draft_may_be_unfinished_and_an_approved_document_not(api, books, refused) -> None:
    draft = books.invoice(status="draft", lines=[])
    assert set(refused(api.patch("invoices", draft, {"status": "approved"}), 422)) == {"lines"}
    draft = api.change("invoices", draft, lines=[books.line(accountId=None)])
    assert set(refused(api.patch("invoices", draft, {"status": "approved"}), 422)) == {"lines[0].accountId"}
    approved = api.change("invoices", draft, status="approved", lines=[books.line()])
    assert approved["status"] == "approved"


def test_a_patch_of_lines_replaces_all_lines(api, books) -> None:
    invoice = books.invoice(lines=[books.line(), books.line(unitAmount="50")])
    first, second = invoice["lines"]
    changed = api.change("invoices", invoice, lines=[second, books.line(unitAmount="1")])
    kept, new = changed["lines"]
    assert kept == second
    assert new["id"] not in {first["id"], second["id"]}
    assert changed["total"] == "58.65"
    assert api.read("invoices", invoice) == changed


def test_a_line_id_is_assigned_here(api, books, refused) -> None:
    invoice, other = books.invoice(), books.invoice()
    assert invoice["lines"][0]["id"] != other["lines"][0]["id"]
    theirs = {"lines": [other["lines"][0]]}
    assert set(refused(api.patch("invoices", invoice, theirs), 422)) == {"lines[0].id"}
    twice = {"lines": [invoice["lines"][0], invoice["lines"][0]]}
    assert set(refused(api.patch("invoices", invoice, twice), 422)) == {"lines"}


def test_changing_what_amounts_are_prices_the_lines_anew(api, books) -> None:
    changed = api.change("invoices", books.invoice(), amountsAre="inclusive")
    assert (changed["netTotal"], changed["taxTotal"], changed["total"]) == ("86.96", "13.04", "100.00")


def test_a_new_rate_leaves_documents_as_they_are(api, books) -> None:
    invoice = books.invoice()
    api.change("tax-types", books.tax, rate="20.00")
    assert api.change("invoices", invoice, reference="x")["total"] == "115.00"


@pytest.mark.parametrize("collection", ["invoices", "credit-notes"])
@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("draft", "approved", 200),
        ("draft", "voided", 200),
        ("draft", "paid", 422),
        ("approved", "voided", 200),
        ("approved", "draft", 409),
        ("approved", "paid", 422),
        ("approved", "approved", 200),
    ],
)
def test_which_step_leads_where(api, books, collection, before, after, status) -> None:
    record = api.create(collection, **books.document(status=before))
    answer = api.patch(collection, record, {"status": after})
    assert answer.status_code == status, answer.text
    assert api.read(collection, record)["status"] == (after if status == 200 else before)


@pytest.mark.parametrize("collection", ["invoices", "credit-notes"])
def test_a_voided_document_takes_nothing_but_external_id(api, books, refused, collection) -> None:
    voided = api.change(collection, api.create(collection, **books.document()), status="voided")
    for change in ({"reference": "x"}, {"status": "approved"}, {"status": "voided"}, {"lines": []}, {"number": "1"}):
        assert set(refused(api.patch(collection, voided, change), 409)) == set(change)
    refused(api.patch(collection, voided, {"externalId": "7", "reference": "x"}), 409)
    assert api.read(collection, voided) == voided
    assert api.change(collection, voided, externalId="7")["externalId"] == "7"


@pytest.mark.parametrize("collection", ["invoices", "credit-notes"])
def test_kind_and_contact_are_fixed_once_approved(api, books, refused, collection) -> None:
    other = api.create("contacts", name="Other", roles=["tenant"])
    draft = api.create(collection, **books.document(status="draft"))
    draft = api.change(collection, draft, contactId=other["id"], kind="expense")
    approved = api.change(collection, draft, status="approved")
    for change in ({"contactId": books.contact["id"]}, {"kind": "income"}):
        assert set(refused(api.patch(collection, approved, change), 409)) == set(change)
    same = {"contactId": other["id"], "kind": "expense", "reference": "x"}
    assert api.change(collection, approved, **same)["reference"] == "x"


def test_external_id_is_writable_in_every_state(api, books) -> None:
    assert books.invoice(externalId="1")["externalId"] == "1"
    for status in ("draft", "approved"):
        assert api.change("invoices", books.invoice(status=status), externalId="2")["externalId"] == "2"
    paid = books.invoice()
    api.create("payments", **books.payment(paid, "115.00"))
    assert api.change("invoices", paid, externalId="customer:1 vendor:2")["status"] == "paid"
    assert api.change("invoices", paid, externalId=None)["externalId"] is None


def test_a_document_shows_all_the_contract_names(api, books) -> None:
    names = (
        "id version createdAt modifiedAt externalId number kind status contactId issueDate dueDate currency amountsAre "
        "lines netTotal taxTotal total amountPaid balance reference propertyId tenancyId"
    )
    invoice = books.invoice()
    assert set(invoice) == set(names.split())
    credit = api.create("credit-notes", **books.document())
    assert set(credit) == {*names.split(), "allocations", "remaining"}
    line = "id description quantity unitAmount accountId taxTypeId trackingOptionId netAmount taxAmount"
    assert set(invoice["lines"][0]) == set(line.split())
