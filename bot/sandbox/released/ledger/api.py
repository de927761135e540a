"""The contract's HTTP: which path and method mean what, and how a query, header or body must look."""

import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from bot.sandbox.http.exchange import Request, Response, json_response
from bot.sandbox.released.ledger.instants import from_text, to_text
from bot.sandbox.released.ledger.lacking import shown
from bot.sandbox.released.ledger.ledger import Ledger
from bot.sandbox.released.rules.problems import Problem, invalid, not_found
from bot.sandbox.released.rules.shapes import Collection

PREFIX = "/api/v1"
DEFAULT_PAGE_SIZE = 200
LARGEST_PAGE_SIZE = 500
LARGEST_PAGE = 1_000_000

_WHOLE = re.compile(r"[1-9]\d{0,6}", re.ASCII)
_VERSION = re.compile(r'\d{1,12}|"\d{1,12}"', re.ASCII)

Companies = Mapping[str, Ledger]
Call = Callable[[Ledger, Request], Response]


def collection_named(path: str) -> str:
    """What a call is about, for the counters: its collection, `companies`, or `other`."""
    parts = _parts(path)
    if parts == ["companies"]:
        return "companies"
    return parts[2] if len(parts) > 2 and parts[2] in list(Collection) else "other"


def answer(companies: Companies, request: Request) -> Response:
    """Answers a call that has shown the right key; raises `Problem` for a refusal."""
    parts = _parts(request.path)
    if parts == ["companies"]:
        _only(request, "GET")
        _known_query(request, frozenset())
        return json_response(200, {"data": [_company(each) for each in companies.values() if each.open_to_key]})
    if len(parts) < 3 or parts[0] != "companies" or parts[2] not in list(Collection):
        raise not_found(f"such path: {request.path}")
    calls = _calls(Collection(parts[2]), parts[3:])
    if not calls:
        raise not_found(f"such path: {request.path}")
    _only(request, *calls)
    return calls[request.method](_ledger(companies, parts[1]), request)


def problem_response(problem: Problem) -> Response:
    headers = {"content-type": "application/problem+json", **problem.headers}
    return json_response(int(problem.status), problem.to_json(), headers)


def _company(ledger: Ledger) -> Mapping[str, Any]:
    return shown(ledger.lacks, "companies", ledger.company)


def _parts(path: str) -> list[str]:
    """`/api/v1/companies/7/contacts` → `["companies", "7", "contacts"]`; [] for what is not below the prefix."""
    return path.removeprefix(f"{PREFIX}/").split("/") if path.startswith(f"{PREFIX}/") else []


def _calls(collection: Collection, rest: list[str]) -> dict[str, Call]:
    """What each method does on `/companies/{company}/{collection}` followed by `rest`."""
    match rest:
        case []:
            return {
                "GET": lambda ledger, request: _list(ledger, collection, request),
                "POST": lambda ledger, request: _create(ledger, collection, request),
            }
        case [record_id]:
            return {
                "GET": lambda ledger, request: _get(ledger, collection, record_id, request),
                "PATCH": lambda ledger, request: _patch(ledger, collection, record_id, request),
            }
        case [record_id, "content"] if collection == Collection.ATTACHMENTS:
            return {
                "GET": lambda ledger, request: _content(ledger, record_id, request),
                "PUT": lambda ledger, request: _put_content(ledger, record_id, request),
            }
    return {}


def _only(request: Request, *methods: str) -> None:
    if request.method not in methods:
        allowed = ", ".join(methods)
        raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, f"This path takes {allowed}.", headers={"allow": allowed})


def _ledger(companies: Companies, company_id: str) -> Ledger:
    ledger = companies.get(company_id)
    if ledger is None:
        raise not_found(f"company {company_id}")
    if not ledger.open_to_key:
        raise Problem(HTTPStatus.FORBIDDEN, f"This key has no access to company {company_id}.")
    return ledger


def _require_readable(ledger: Ledger, collection: Collection) -> None:
    """A control breaks a collection: the key has no right to it (403), or the server cannot make the answer (500)."""
    match ledger.unreadable.get(collection):
        case HTTPStatus.FORBIDDEN:
            raise Problem(HTTPStatus.FORBIDDEN, f"This key has no access to {collection}.")
        case HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"The {collection} could not be read.")


def _list(ledger: Ledger, collection: Collection, request: Request) -> Response:
    _require_readable(ledger, collection)
    _known_query(request, frozenset({"modifiedSince", "page", "pageSize"}))
    errors: dict[str, list[str]] = {}
    page = _whole(request.query.get("page", "1"), LARGEST_PAGE, "page", errors)
    page_size = _whole(request.query.get("pageSize", str(DEFAULT_PAGE_SIZE)), LARGEST_PAGE_SIZE, "pageSize", errors)
    since = _since(request.query.get("modifiedSince", ""), errors)
    if errors:
        raise invalid(errors)
    rows, total = ledger.table(collection).page(since, page, page_size)
    counts = {"page": page, "pageSize": page_size, "totalPages": -(-total // page_size), "totalCount": total}
    return json_response(200, {"data": [shown(ledger.lacks, collection, row) for row in rows], **counts})


def _get(ledger: Ledger, collection: Collection, record_id: str, request: Request) -> Response:
    _require_readable(ledger, collection)
    _known_query(request, frozenset())
    return json_response(200, shown(ledger.lacks, collection, ledger.get(collection, record_id)))


def _create(ledger: Ledger, collection: Collection, request: Request) -> Response:
    _known_query(request, frozenset())
    key = request.headers.get("idempotency-key", "").strip()
    if not key:
        raise invalid({"Idempotency-Key": ["is required"]})
    made = ledger.made_with(collection, key)
    record = made or ledger.create(collection, _json(request), key)
    return json_response(201, shown(ledger.lacks, collection, record))


def _patch(ledger: Ledger, collection: Collection, record_id: str, request: Request) -> Response:
    _known_query(request, frozenset())
    ledger.get(collection, record_id)
    wanted = request.headers.get("if-match", "").strip()
    if not wanted:
        raise Problem(HTTPStatus.PRECONDITION_REQUIRED, "Say which version you change.", {"If-Match": ["is required"]})
    if not _VERSION.fullmatch(wanted):
        raise invalid({"If-Match": ["must be the record's version, a whole number"]})
    ledger.check_version(collection, record_id, int(wanted.strip('"')))
    return json_response(200, shown(ledger.lacks, collection, ledger.patch(collection, record_id, _json(request))))


def _content(ledger: Ledger, record_id: str, request: Request) -> Response:
    _known_query(request, frozenset())
    record, content = ledger.content(record_id)
    headers = {
        "content-type": record["contentType"],
        "content-disposition": "attachment",
        "x-content-type-options": "nosniff",
    }
    return Response(200, content, headers)


def _put_content(ledger: Ledger, record_id: str, request: Request) -> Response:
    _known_query(request, frozenset())
    record = ledger.put_content(record_id, request.body)
    return json_response(200, shown(ledger.lacks, Collection.ATTACHMENTS, record))


def _known_query(request: Request, known: frozenset[str]) -> None:
    unknown = set(request.query) - known
    if unknown:
        raise invalid({name: ["is not a known query parameter"] for name in unknown})


def _whole(value: str, most: int, name: str, errors: dict[str, list[str]]) -> int:
    number = int(value) if _WHOLE.fullmatch(value) else 0
    if not 1 <= number <= most:
        errors[name] = [f"must be a whole number from 1 to {most}"]
    return number


def _since(value: str, errors: dict[str, list[str]]) -> str | None:
    if not value:
        return None
    try:
        return to_text(from_text(value))
    except ValueError:
        errors["modifiedSince"] = ["must be an RFC 3339 instant such as 2026-04-01T09:30:00.000000Z"]
        return None


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body.decode())
    except (ValueError, RecursionError):
        raise invalid({"body": ["must be JSON in UTF-8"]}) from None
