"""The query language: what it finds, how it pages, what it refuses."""

import pytest


@pytest.fixture
def ids(api):
    return [
        api.make("Customer", {"DisplayName": name})["Id"] for name in ("Alpha", "Beta", "O'Brien's", "Delta", "Epsilon")
    ]


def test_a_query_answers_rows_start_and_count(api, ids):
    body = api.query("select * from Customer startposition 2 maxresults 2").body
    assert set(body) == {"QueryResponse", "time"}
    assert body["QueryResponse"]["startPosition"] == 2 and body["QueryResponse"]["maxResults"] == 2
    assert [row["Id"] for row in body["QueryResponse"]["Customer"]] == [ids[3], ids[2]]


def test_nothing_found_is_an_empty_query_response(api):
    assert api.query("select * from Invoice").body["QueryResponse"] == {}


def test_count_answers_the_total_only(api, ids):
    assert api.query("SELECT COUNT(*) FROM Customer").body["QueryResponse"] == {"totalCount": 5}


def test_without_an_order_the_newest_id_comes_first(api, ids):
    assert [row["Id"] for row in api.rows("select * from Customer")] == ids[::-1]


@pytest.mark.parametrize("statement", ["ORDERBY DisplayName", "order by DisplayName ASC", "ORDER BY DisplayName"])
def test_both_spellings_of_the_order_work(api, ids, statement):
    names = [row["DisplayName"] for row in api.rows(f"select * from Customer {statement}")]
    assert names == sorted(names)


def test_several_sort_properties_decide_in_turn(api):
    for name, notes in (("A", "2"), ("B", "1"), ("C", "2")):
        api.make("Customer", {"DisplayName": name, "CompanyName": notes})
    rows = api.rows("select * from Customer orderby CompanyName desc, DisplayName desc")
    assert [row["DisplayName"] for row in rows] == ["C", "A", "B"]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("DisplayName = 'Alpha'", 1),
        (r"DisplayName = 'O\'Brien\'s'", 1),
        ("DisplayName LIKE '%ta'", 2),
        ("DisplayName like 'A%'", 1),
        ("DisplayName in ('Alpha', 'Beta', 'Nobody')", 2),
        ("DisplayName != 'Alpha'", 4),
        ("Active = true", 5),
        ("Balance > '0'", 0),
        ("Balance >= '0' AND DisplayName > 'C'", 3),
        ("MetaData.LastUpdatedTime >= '2026-05-28T09:30:00-07:00'", 5),
        ("MetaData.LastUpdatedTime > '2026-05-28T16:30:00Z'", 0),
        ("MetaData.CreateTime <= '2026-05-28'", 0),
        ("DisplayName NOT IN ('Alpha', 'Beta')", 3),
        ("Active = true and DisplayName not in ('Nobody')", 5),
        ("MetaData.CreateTime > 2026-05-27", 5),
        ("MetaData.LastUpdatedTime > 2026-05-28T09:30:00-07:00", 0),
    ],
)
def test_conditions(api, ids, where, found):
    assert len(api.rows(f"select * from Customer where {where}")) == found


def test_paging_by_id_goes_through_everything_once_while_rows_are_deleted(api, bodies, customer):
    made = [api.make("Invoice", bodies.invoice(customer))["Id"] for _ in range(7)]
    seen, last = [], "0"
    while rows := api.rows(f"select * from Invoice where Id > '{last}' orderby Id maxresults 3"):
        seen += [row["Id"] for row in rows]
        last = rows[-1]["Id"]
        if last == made[2]:
            api.make("Invoice", {"Id": made[0], "SyncToken": "0"}, operation="delete")
    assert seen == made


def test_ids_compare_as_numbers(api):
    made = [api.make("Term", {"Name": f"T{number}", "DueDays": number})["Id"] for number in range(70)]
    assert (
        len(made[-1]) > len("99")
        and len(api.rows("select * from Term where Id > '99' orderby Id")) == int(made[-1]) - 99
    )


def test_documents_are_found_by_number_party_date_and_amount(api, bodies, customer):
    invoice = api.make("Invoice", bodies.invoice(customer, DocNumber="A-1", TxnDate="2026-02-03"))
    for where in ("DocNumber = 'A-1'", f"CustomerRef = '{customer}'", "TxnDate = '2026-02-03'", "TotalAmt = '115.00'"):
        assert [row["Id"] for row in api.rows(f"select * from Invoice where {where}")] == [invoice["Id"]], where
    api.make("Payment", bodies.payment(customer, 5, PaymentRefNum="P-1"))
    assert len(api.rows("select * from Payment where PaymentRefNum = 'P-1'")) == 1


@pytest.mark.parametrize(
    ("entity", "field"),
    [
        *[("Invoice", "PrivateNote"), ("Invoice", "DepartmentRef"), ("Invoice", "AccountRef")],
        ("Payment", "DocNumber"),
        *[(entity, "AcctNum") for entity in ("Customer", "Vendor", "Account")],
        *[("Vendor", field) for field in ("Title", "TermRef", "TermRef.value", "Vendor1099", "CurrencyRef", "Balance")],
    ],
)
def test_some_properties_cannot_be_queried(api, entity, field):
    answer = api.query(f"select * from {entity} where {field} = 'x'")
    assert (answer.status, answer.code) == (400, "4001")
    assert answer.error["Detail"].startswith("QueryValidationError: ")


def test_what_cannot_be_queried_is_said_so_and_cannot_be_sorted_by_either(api):
    expected = "QueryValidationError: property 'Balance' is not queryable"
    for clause in ("where Balance > '0'", "orderby Balance"):
        assert api.query(f"select * from Vendor {clause}").error["Detail"] == expected
    assert api.query("select * from Customer where Balance > '0'").status == 200


def test_a_start_of_zero_is_too_small(api):
    answer = api.query("select * from Customer startposition 0")
    assert (answer.code, answer.error["Message"]) == ("4001", "Invalid query")
    assert answer.error["Detail"] == "QueryValidationError: value 0 is too small. Min allowed value is 1"


@pytest.mark.parametrize(
    "statement",
    [
        "select * fro Customer",
        "select * from Customer where DisplayName = 'O''Brien'",
        "select * from Customer where Balance > 0",
        "select * from Customer where DisplayName not like 'A%'",
        "select * from Invoice where TxnDate > 2026-5-1",
        "select * from Customer where (Active = true)",
        "select * from Customer where Active = true or Active = false",
        'select * from Customer where DisplayName = "Alpha"',
        "select * from Customer where DisplayName =",
        "",
    ],
)
def test_what_is_not_in_the_grammar_is_fault_4000(api, statement):
    answer = api.query(statement)
    assert (answer.status, answer.code) == (400, "4000")
    assert answer.error["Message"] == "Error parsing query"
    assert answer.error["Detail"].startswith("QueryParserError: ")


def test_an_unknown_entity_is_fault_4001(api):
    assert api.query("select * from Nonsense").code == "4001"


def test_dates_may_stand_without_quotes(api, bodies, customer):
    for day in ("2026-02-03", "2026-02-04"):
        api.make("Invoice", bodies.invoice(customer, TxnDate=day))
    for where in (
        "TxnDate >= 2026-02-04 and TxnDate <= '2026-02-04'",
        "TxnDate in (2026-02-04, '2026-02-05')",
        "TxnDate NOT IN (2026-02-04)",
        "Id not in ('0') and TxnDate = 2026-02-03",
    ):
        assert len(api.rows(f"select * from Invoice where {where}")) == 1, where


def test_a_query_can_be_posted_as_text(api, ids):
    headers = {"Content-Type": "application/text"}
    body = api.call("POST", "query", data="select * from Customer where Active = true", headers=headers).body
    assert body["QueryResponse"]["maxResults"] == 5


def test_a_thousand_rows_at_most_and_a_hundred_without_a_limit(api, company):
    for number in range(1005):
        company.create("Term", {"Name": f"T{number}", "DueDays": 1})
    assert api.query("select * from Term maxresults 5000").body["QueryResponse"]["maxResults"] == 1000
    assert len(api.rows("select * from Term")) == 100


def test_naming_properties_changes_nothing(api):
    assert {"Sku", "Name"} & set(api.rows("SELECT *, Sku FROM Item MAXRESULTS 1")[0]) == {"Name"}
    assert "IncomeAccountRef" in api.rows("SELECT Id, Name FROM Item")[0]


def test_deleted_rows_are_not_found(api, bodies, customer):
    invoice = api.make("Invoice", bodies.invoice(customer, DocNumber="D1"))
    api.make("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="delete")
    assert api.rows("select * from Invoice where DocNumber = 'D1'") == []
