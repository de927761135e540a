"""The pages on which a property manager edits: the same rules, and no text becomes markup."""

import re

import pytest
import requests

from tests.patience import PATIENCE_S

HOSTILE = '<!channel> <img src=x onerror=alert(1)> "quoted" {{ 7 * 7 }} 🏠 \u202eأهلا'


def show(site, path: str, **query) -> str:
    answer = requests.get(f"{site.url}{path}", params=query, timeout=PATIENCE_S)
    assert answer.status_code == 200, answer.text
    return answer.text


def do(site, collection: str, record, deed: str, **fields) -> requests.Response:
    form = {"deed": deed, "version": str(record["version"]), **fields}
    url = f"{site.url}/{collection}/{record['id']}"
    return requests.post(url, data=form, timeout=PATIENCE_S, allow_redirects=False)


def done(answer: requests.Response) -> None:
    assert answer.status_code == 303, re.sub(r"(?s)<style>.*?</style>", "", answer.text)


def test_every_page_says_it_is_a_stand_in(site, api, books) -> None:
    for path in ("/", "/contacts", f"/contacts/{books.contact['id']}", "/new/invoices"):
        html = show(site, path)
        assert "Re-Leased stand-in" in html
        assert "Not Re-Leased" in html


def test_companies_and_their_collections_are_listed(site, api, books) -> None:
    assert f"/contacts?company={api.company}" in show(site, "/")
    html = show(site, "/contacts", company=api.company)
    assert f"/contacts/{books.contact['id']}" in html
    assert "Aroha Ngata" in html


def test_a_list_is_searched_and_paged(site, api) -> None:
    for number in range(60):
        api.create("contacts", name=f"Contact {number:02}", roles=["tenant"])
    first = show(site, "/contacts", company=api.company)
    assert "Contact 59" in first and "Contact 09" not in first and "page 1 of 2" in first
    assert "Contact 09" in show(site, "/contacts", company=api.company, page=2)
    found = show(site, "/contacts", company=api.company, search="cONTACT 17")
    assert "Contact 17" in found and "Contact 18" not in found
    assert "Nothing here" in show(site, "/contacts", company=api.company, search="nobody")


def test_each_record_has_its_page_with_its_links(site, api, books) -> None:
    invoice = books.invoice(lines=[books.line(trackingOptionId=books.tracking["id"])], number="INV-1")
    payment = api.create("payments", **books.payment(invoice, "15.00"))
    credit = api.create("credit-notes", **books.document())
    html = show(site, f"/invoices/{invoice['id']}")
    for link in (
        f"/contacts/{books.contact['id']}",
        f"/accounts/{books.sales['id']}",
        f"/tax-types/{books.tax['id']}",
        f"/tracking-options/{books.tracking['id']}",
        f"/payments/{payment['id']}",
    ):
        assert f'href="{link}"' in html
        assert show(site, link)
    assert f'href="/invoices/{invoice["id"]}"' in show(site, f"/payments/{payment['id']}")
    assert "INV-1" in show(site, f"/contacts/{books.contact['id']}")
    assert show(site, f"/credit-notes/{credit['id']}")


def test_what_is_not_there_is_404_with_a_page(site) -> None:
    for path in ("/contacts/0", "/properties", "/new/payments", "/contacts?company=nobody"):
        answer = requests.get(f"{site.url}{path}", timeout=PATIENCE_S)
        assert answer.status_code == 404
        assert "Re-Leased stand-in" in answer.text


def test_text_is_escaped_everywhere(site, api, books) -> None:
    contact = api.create("contacts", name=HOSTILE, roles=["tenant"], email=HOSTILE, address={"city": HOSTILE})
    lines = [books.line(description=HOSTILE)]
    invoice = books.invoice(contactId=contact["id"], number=HOSTILE, reference=HOSTILE, lines=lines)
    pages = [
        show(site, f"/contacts/{contact['id']}"),
        show(site, f"/invoices/{invoice['id']}"),
        show(site, "/contacts", company=api.company),
        show(site, "/invoices", company=api.company, search=HOSTILE),
        show(site, "/new/invoices", company=api.company),
        requests.post(
            f"{site.url}/new/contacts?company={api.company}", data={"name": HOSTILE}, timeout=PATIENCE_S
        ).text,
    ]
    for html in pages:
        assert "&lt;!channel&gt;" in html
        assert "<!channel>" not in html and "<img" not in html
        assert "{{ 7 * 7 }}" in html


def test_a_contact_is_renamed_archived_restored_and_given_an_e_mail(site, api, books) -> None:
    def contact() -> dict:
        return api.read("contacts", books.contact)

    done(do(site, "contacts", contact(), "rename", name="Aroha Smith"))
    done(do(site, "contacts", contact(), "email", email="aroha@example.com"))
    done(do(site, "contacts", contact(), "archive"))
    assert (contact()["name"], contact()["email"], contact()["archived"]) == ("Aroha Smith", "aroha@example.com", True)
    done(do(site, "contacts", contact(), "restore"))
    done(do(site, "contacts", contact(), "email", email=""))
    assert (contact()["archived"], contact()["email"]) == (False, None)


def test_an_invoice_is_numbered_dated_extended_approved_paid_and_voided(site, api, books) -> None:
    invoice = books.invoice(status="draft")

    def current() -> dict:
        return api.read("invoices", invoice)

    done(do(site, "invoices", current(), "number", number="INV-77"))
    done(do(site, "invoices", current(), "date", issueDate="2026-06-01", dueDate="2026-06-20"))
    line = {"description": "Extra", "quantity": "2", "unitAmount": "10", "accountId": books.sales["id"]}
    done(do(site, "invoices", current(), "add-line", **line))
    done(do(site, "invoices", current(), "approve"))
    now = current()
    assert (now["number"], now["issueDate"], now["dueDate"]) == ("INV-77", "2026-06-01", "2026-06-20")
    assert (now["status"], now["total"], len(now["lines"])) == ("approved", "135.00", 2)
    done(do(site, "invoices", current(), "pay", amount="135.00", date="2026-06-02", reference=""))
    assert current()["status"] == "paid"
    done(do(site, "invoices", current(), "date", issueDate="2026-06-01", dueDate="2026-07-01"))
    (payment,) = api.page("payments").json()["data"]
    done(do(site, "payments", payment, "reverse"))
    done(do(site, "invoices", current(), "void"))
    assert current()["status"] == "voided"


@pytest.mark.parametrize(
    ("deed", "fields", "status"),
    [
        ("rename", {"name": ""}, 422),
        ("email", {"email": "x" * 501}, 422),
        ("approve", {}, 404),
        ("", {}, 404),
    ],
)
def test_a_refused_deed_is_shown_with_its_reason(site, api, books, deed, fields, status) -> None:
    answer = do(site, "contacts", books.contact, deed, **fields)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert api.read("contacts", books.contact) == books.contact


def test_a_page_opened_before_someone_elses_change_overwrites_nothing(site, api, books) -> None:
    api.change("contacts", books.contact, name="Changed meanwhile")
    answer = do(site, "contacts", books.contact, "rename", name="From an old page")
    assert answer.status_code == 412
    assert api.read("contacts", books.contact)["name"] == "Changed meanwhile"
    nameless = requests.post(f"{site.url}/contacts/{books.contact['id']}", data={"deed": "archive"}, timeout=PATIENCE_S)
    assert nameless.status_code == 422


def test_voiding_a_paid_invoice_is_refused_on_the_page_too(site, api, books) -> None:
    invoice = books.invoice()
    api.create("payments", **books.payment(invoice, "15.00"))
    answer = do(site, "invoices", api.read("invoices", invoice), "void")
    assert answer.status_code == 409
    assert "It has payments" in answer.text


def test_a_contact_and_an_invoice_are_created(site, api, books) -> None:
    def post(collection: str, **form: str) -> requests.Response:
        url = f"{site.url}/new/{collection}?company={api.company}"
        return requests.post(url, data=form, timeout=PATIENCE_S, allow_redirects=False)

    answer = post("contacts", name="Tane Patel", tenant="yes", supplier="yes")
    done(answer)
    contact = site.state.get(api.company, "contacts", answer.headers["location"].rsplit("/", 1)[1])
    assert (contact["name"], contact["roles"]) == ("Tane Patel", ["tenant", "supplier"])
    fields = {"kind": "income", "status": "approved", "contactId": contact["id"], "amountsAre": "inclusive"}
    line = {"quantity": "1", "unitAmount": "230", "accountId": books.sales["id"], "taxTypeId": books.tax["id"]}
    answer = post("invoices", **fields, **line, issueDate="2026-06-01")
    done(answer)
    invoice = site.state.get(api.company, "invoices", answer.headers["location"].rsplit("/", 1)[1])
    assert (invoice["total"], invoice["taxTotal"]) == ("230.00", "30.00")
    refused = post("invoices", **fields, **{**line, "unitAmount": "a lot"}, issueDate="2026-06-01")
    assert refused.status_code == 422
    assert "lines[0].unitAmount" in refused.text
    assert 'value="a lot"' in refused.text
