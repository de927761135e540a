"""Every fault has its row, its sentences read well, and its action is the one that keeps the books safe."""

import re
import tomllib
from importlib.resources import files

import pytest

from bot.core.faults import Action, ApiError, Explanation, Fault, Fix, Side, action_for, duplicate_of, explain, planned

TABLE = tomllib.loads(files("bot.core").joinpath("faults.toml").read_text())
ROWS = TABLE["row"]
DEFAULT_WHAT = explain(Fault("no such code")).what

QUICKBOOKS_CODES = """100 110 120 130 140 150 400 500 600 610 620 800 1040 2000 2010 2020 2030 2040 2050 2060 2080
2130 2170 2190 2210 2300 2500 3001 3100 3200 4000 4001 4002 5010 5020 5030 6000 6030 6070 6100
6140 6160 6170 6190 6200 6210 6230 6240 6250 6430 6440 6450 6470 6480 6540 10000 10100 10200""".split()  # noqa: SIM905
PLANNED = """unlinked-parent failing-parent missing-parent archived-contact closed-period name-too-long
name-forbidden-characters number-too-long tax-missing account-missing currency-not-enabled multi-currency-contact
not-approved before-sync-from paid-before-sync-from suggested-match ambiguous-match duplicate-name-both-sides
deleted-in-quickbooks void-not-possible out-of-balance totals-differ conflict safety-stop observe-only no-bank-account
incomplete-record voided-elsewhere released-refused file-not-served unsafe-file-address file-missing
file-differs file-too-large file-kind-not-taken file-deleted-in-quickbooks unreadable-address unreadable-kind
unreadable-fault unreadable-permission unreadable-access""".split()  # noqa: SIM905
OTHERS = [
    *(
        Fault(f"http-{status}", http_status=status, side=Side.RELEASED)
        for status in (400, 401, 403, 404, 409, 412, 422)
    ),
    *(Fault(f"http-{status}", http_status=status, side=Side.RELEASED) for status in (428, 429, 500, 502, 503, 504)),
    *(
        Fault(f"http-{status}", http_status=status)
        for status in (302, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504)
    ),
    *(Fault(code, side=Side.INTUIT) for code in ("invalid_grant", "invalid_client", "user_not_in_realm", "http-503")),
    *(Fault(code) for code in ("network", "timeout", "truncated", "not-json", "too-large", "unexpected-answer")),
]
SIDES = (Side.QUICKBOOKS, Side.RELEASED, Side.INTUIT)
ALL = [*map(Fault, QUICKBOOKS_CODES), *map(planned, PLANNED), *OTHERS]


def text(explanation: Explanation) -> str:
    return f"{explanation.what} {explanation.why} {explanation.how}"


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: f"{fault.side}-{fault.code}")
def test_every_known_fault_is_explained_in_its_own_words(fault: Fault) -> None:
    explanation = explain(fault)

    assert explanation.what != explain(Fault("no such code", side=fault.side)).what
    assert explanation.what and explanation.why and explanation.how
    assert "{" not in text(explanation)
    assert explanation.code == fault.code


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: f"{fault.side}-{fault.code}")
def test_without_any_context_the_sentences_still_read_well(fault: Fault) -> None:
    explanation = explain(fault)

    assert not explanation.what.endswith("."), "a headline has no full stop"
    assert explanation.why.endswith(".") and explanation.how.endswith(".")
    for sentence in (explanation.what, explanation.why, explanation.how):
        assert sentence[0].isupper() or sentence.startswith("e-mail"), sentence
        assert not re.search(r"  | \.|\.\.|, ,| ,", sentence), sentence
        assert not re.search(r"\b(an? an?|the the|the a|of of|a the|the this)\b", sentence), sentence


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["code"]))
def test_no_sentence_speaks_in_codes_or_blames(row: dict[str, str]) -> None:
    sentences = f"{row['what']} {row['why']} {row['how']}"

    assert not re.search(
        r"\b(error|invalid|fail(ed|ure)?|blocked|excluded|HTTP|API|null|payload|token)\b", sentences, re.I
    )
    assert not re.search(r"\b\d{3,5}\b(?! (days|megabytes))", sentences), "codes live in More detail"
    assert not re.search(r"\byou (must|should have|forgot)\b", sentences, re.I)
    assert not re.search(r"\b(color|cancel?ed|synchroniz|recogniz|organiz|categoriz)", sentences, re.I), (
        "British spelling"
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["code"]))
def test_every_placeholder_has_a_default(row: dict[str, str]) -> None:
    used = set(re.findall(r"\{(\w+)\}", f"{row['what']} {row['why']} {row['how']}"))

    assert used <= TABLE["words"].keys()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["code"]))
def test_a_row_has_no_key_that_nobody_reads(row: dict[str, str]) -> None:
    assert row.keys() <= {"code", "detail_contains", "side", "action", "retries", "fix", "what", "why", "how"}


def test_no_row_is_hidden_behind_a_general_one() -> None:
    general: set[tuple[str, str]] = set()
    for row in ROWS:
        for code in [row["code"]] if isinstance(row["code"], str) else row["code"]:
            assert not {(code, ""), (code, row.get("side", ""))} & general, f"{code}: {row['what']}"
            if "detail_contains" not in row:
                general.add((code, row.get("side", "")))


@pytest.mark.parametrize(
    "fault",
    [
        *map(Fault, ("3001", "130", "140", "150", "10000", "network", "timeout", "truncated", "not-json")),
        *(Fault(f"http-{status}", http_status=status, side=side) for status in (429, 500, 503, 504) for side in SIDES),
        Fault("6000", detail="Business Validation Error: Unexpected Internal Error. (-30000)"),
        Fault("6000", detail="An unexpected error occurred. Please wait a few minutes and try again."),
        Fault("500", detail="Operation Could not find resource for relative : /v3/company/1/vendor is not supported."),
        Fault("3100", "message=InternalServerError; errorCode=003100; statusCode=500", http_status=500),
        Fault("77777", http_status=503),
    ],
    ids=str,
)
def test_what_passes_is_tried_again(fault: Fault) -> None:
    assert action_for(fault) is Action.RETRY
    assert explain(fault).retries


@pytest.mark.parametrize(
    "fault",
    [
        *map(Fault, ("6190", "100", "110", "120", "3200", "invalid_grant", "invalid_client", "user_not_in_realm")),
        Fault("3100", "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403", http_status=403),
        Fault("http-401", http_status=401),
        Fault("http-401", http_status=401, side=Side.RELEASED),
        Fault("http-403", http_status=403, side=Side.RELEASED),
        Fault("something_new", http_status=400, side=Side.INTUIT),
        Fault("77777", http_status=401),
    ],
    ids=str,
)
def test_what_concerns_the_whole_company_stops_the_run(fault: Fault) -> None:
    assert action_for(fault) is Action.STOP
    assert not explain(fault).retries


@pytest.mark.parametrize(
    "fault",
    [
        *map(
            Fault,
            ("610", "2500", "5010", "6000", "6140", "6210", "6240", "6540", "2050", "500", "400", "1040", "99999", ""),
        ),
        *(Fault(f"http-{status}", http_status=status, side=Side.RELEASED) for status in (404, 409, 412, 422, 428)),
        Fault("6000", detail="Make sure all your transactions have a VAT rate before you save."),
    ],
    ids=str,
)
def test_what_concerns_one_record_leaves_the_others_going(fault: Fault) -> None:
    assert action_for(fault) is Action.RECORD


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("6240", detail="Another tax rate is already using this \nname."), "tax rate"),
        (Fault("6240", detail="Another customer, vendor or employee is already using this \nname."), "share one list"),
        (Fault("6000", detail="Make sure all your transactions have a GST/HST rate before you save."), "GST/HST rate"),
        (Fault("6000", detail="Make sure all your transactions have a VAT rate before you save."), "VAT rate"),
        (Fault("2500", detail="Invalid Reference Id : Accounts element id 7 not found"), "knew it by the id 7."),
        (Fault("2500", detail="Names element id 75 not found"), "id 75"),
        (Fault("2500", detail="Klasses element id 3 not found"), "The class of"),
        (Fault("610", detail="Something you're trying to use has been made inactive."), "inactive"),
        (Fault("2050", detail="Min:0 Max:21 supported. Supplied length:45", element="DocNumber"), "only 21 characters"),
        (Fault("2050", detail="Length of the field exceeds 21 chars", element="firstname"), "The first name of"),
        (Fault("2020", element="Line.SalesItemLineDetail.ItemRef"), "The item of"),
        (Fault("2500", detail="Invalid Reference Id : Line.SalesItemLineDetail.ItemRef"), "Products and services"),
        (Fault("6140", detail="DocNumber=1042 is assigned to TxnType=Bill with TxnId=99"), "of type Bill"),
        (Fault("120", detail="-11014-You do not have access to use QuickBooks Online"), "lost access"),
        (Fault("http-409", detail="It has payments.", side=Side.RELEASED), "reason: It has payments."),
    ],
)
def test_the_detail_tells_the_variants_of_a_code_apart(fault: Fault, says: str) -> None:
    assert says in text(explain(fault))


def test_the_context_goes_before_what_the_fault_says_and_before_the_defaults() -> None:
    fault = Fault("2050", detail="Max:21 supported", element="DocNumber")

    explanation = explain(fault, {"record": "Invoice INV-2041", "limit": "20", "field": ""})

    assert explanation.what == "The number of Invoice INV-2041 is too long for QuickBooks"
    assert explanation.why == "QuickBooks takes only 20 characters there."


def test_a_name_keeps_its_letters_and_its_braces_even_at_the_start_of_a_sentence() -> None:
    explanation = explain(planned("archived-contact"), {"name": "ebay {limit} Ltd"})

    assert explanation.what == "ebay {limit} Ltd is inactive in QuickBooks"


def test_the_fix_tells_which_button_suits() -> None:
    assert explain(Fault("6140")).fix is Fix.ADOPT
    assert explain(Fault("invalid_grant", side=Side.INTUIT)).fix is Fix.RECONNECT
    assert explain(planned("unlinked-parent")).fix is Fix.RELINK
    assert explain(planned("safety-stop")).fix is Fix.RESUME


def test_the_gravest_of_several_faults_speaks_for_all() -> None:
    error = ApiError([Fault("10000"), Fault("31415"), Fault("2050"), Fault("2080")])

    assert (error.fault.code, error.action) == ("2050", Action.RECORD)
    assert len(error.faults) == 4
    assert ApiError([Fault("2050"), Fault("6190")]).action is Action.STOP


def test_only_a_sure_refusal_counts_as_not_carried_out() -> None:
    assert ApiError(Fault("http-503", http_status=503)).maybe_applied
    assert ApiError(Fault("10000", http_status=200)).maybe_applied
    assert not ApiError(Fault("3001", http_status=403)).maybe_applied
    assert not ApiError(Fault("http-429", http_status=429)).maybe_applied
    assert not ApiError(Fault("6240", http_status=400)).maybe_applied


@pytest.mark.parametrize("status", [0, 200, 408, 409, 500, 502, 503, 504])
def test_what_passes_may_have_been_carried_out_whatever_status_it_came_with(status: int) -> None:
    assert ApiError(Fault("10000", http_status=status)).maybe_applied


@pytest.mark.parametrize("status", [401, 403, 429])
def test_what_was_turned_away_at_the_door_was_not_carried_out(status: int) -> None:
    assert not ApiError(Fault("10000", http_status=status)).maybe_applied


def test_a_duplicate_number_names_its_holder() -> None:
    detail = "Duplicate Document Number Error : DocNumber=1042 is assigned to TxnType=Journal Entry with TxnId=99-1"

    assert duplicate_of(Fault("6140", detail=detail)) == ("Journal Entry", "99-1")
    assert duplicate_of(Fault("6140", detail="This number has already been used.")) is None
    assert duplicate_of(Fault("6000", detail=detail)) is None


def test_the_default_row_quotes_the_reason_that_was_given() -> None:
    explanation = explain(Fault("31415", detail="Something new."), {"record": "Bill 7"})

    assert explanation.what == "QuickBooks did not accept Bill 7"
    assert explanation.why == "It gave this reason: Something new."
    assert DEFAULT_WHAT == "QuickBooks did not accept this record"
