"""The resources below /v3/company/REALM: which request means what, and the body of its answer."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.sandbox.http.exchange import Request
from bot.sandbox.quickbooks.api.company import Company, Origin
from bot.sandbox.quickbooks.books import faults
from bot.sandbox.quickbooks.books.out_of_scope import refuse_out_of_scope
from bot.sandbox.quickbooks.books.schema import BY_PATH, EntityType, Record
from bot.sandbox.quickbooks.books.wire import NotJson, parse_json
from bot.sandbox.quickbooks.reading.broken import require_readable
from bot.sandbox.quickbooks.reading.cdc import change_data_capture
from bot.sandbox.quickbooks.reading.present import presented
from bot.sandbox.quickbooks.reading.query import MAX_RESULTS, parse
from bot.sandbox.quickbooks.reading.search import run
from bot.sandbox.quickbooks.rules.attachments import BadForm, upload_parts
from bot.sandbox.quickbooks.rules.documents import WriteOptions

VOIDED_BY_UPDATE = ("Payment", "BillPayment")
PAY_PAGE = "https://pay.example.com"
"""Where customers would pay an invoice: at Intuit, always by https; there is no such page here."""

Payload = dict[str, Any]


def query_response(company: Company, statement: str, most: int = MAX_RESULTS) -> Payload:
    """The inside of `QueryResponse`; empty if nothing matches."""
    query = parse(statement)
    entity, rows, total = run(company.books, query)
    require_readable(company.books, entity.name)
    if query.count:
        return {"totalCount": total}
    shown = [presented(company.books, entity, row) for row in rows[:most]]
    if not shown:
        return {}
    return {entity.name: shown, "startPosition": query.start, "maxResults": len(shown)}


def read(company: Company, path: str, request: Request) -> Payload:
    """The answer to a GET, or to a POST of a query."""
    match path.split("/"):
        case ["query"]:
            company.counters.queries += 1
            statement = request.query.get("query") or request.body.decode("utf-8", "replace")
            return {"QueryResponse": query_response(company, statement)}
        case ["cdc"]:
            company.counters.cdc += 1
            names, since = request.query.get("entities", ""), request.query.get("changedSince", "")
            return change_data_capture(company.books, names, since)
        case ["preferences"]:
            require_readable(company.books, "Preferences")
            return {"Preferences": company.read("Preferences", "1")}
        case ["companyinfo", _]:
            require_readable(company.books, "CompanyInfo")
            return {"CompanyInfo": company.read("CompanyInfo", "1")}
        case [name, record_id] if name in BY_PATH:
            company.counters.reads += 1
            return _single(company, BY_PATH[name], record_id, request)
    refuse_out_of_scope(path.split("/")[0])
    raise _no_resource(request)


def _single(company: Company, entity: EntityType, record_id: str, request: Request) -> Payload:
    require_readable(company.books, entity.name)
    record = company.read(entity.name, record_id)
    if entity.name == "Invoice" and "invoiceLink" in request.query.get("include", "") and "BillEmail" in record:
        record["InvoiceLink"] = f"{PAY_PAGE}/{company.realm}/{record_id}"
    if entity.name == "Attachable" and record_id in company.files:
        record["TempDownloadUri"] = download_url(company, record_id, request)
    return {entity.name: record}


def write(company: Company, path: str, request: Request) -> Payload:
    """The answer to a POST that changes something, except a batch."""
    origin = Origin("api", request.query.get("requestid", ""))
    if path == "taxservice/taxcode":
        return company.perform("taxcode", "TaxCode", body_of(request), origin)
    if path == "upload":
        return _upload(company, request, origin)
    entity = BY_PATH.get(path)
    if entity is None:
        refuse_out_of_scope(path.split("/")[0])
        raise _no_resource(request)
    operation = _operation(request.query, entity)
    if operation == "void" and entity.name == "JournalEntry":
        return {"BatchItemResponse": []}
    options = WriteOptions("allowduplicatedocnum" in request.query.get("include", "").lower())
    return {entity.name: company.perform(operation, entity.name, body_of(request), origin, options)}


def _operation(query: Mapping[str, str], entity: EntityType) -> str:
    """`operation=void` voids invoices; `operation=update&include=void` voids payments too."""
    asked, includes = query.get("operation", "").lower(), query.get("include", "").lower().split(",")
    match asked:
        case "update" | "" if "void" in includes:
            return "void"
        case "update" | "create" | "":
            return "write"
        case "void" if entity.name in VOIDED_BY_UPDATE:
            raise faults.unsupported("void")
        case "delete" | "void":
            return asked
    raise faults.unsupported(asked)


def body_of(request: Request) -> Any:
    try:
        return parse_json(request.body)
    except NotJson as problem:
        if "codec can't decode" in str(problem):
            raise faults.unsupported("MalformedByteSequenceException: Invalid byte of UTF-8 sequence") from None
        raise faults.unknown_property(f"Unexpected character ({problem})") from None


def _upload(company: Company, request: Request, origin: Origin) -> Payload:
    """Each file becomes an Attachable or a Fault of its own; the metadata part is optional."""
    try:
        parts = upload_parts(request.headers.get("content-type", ""), request.body)
    except BadForm as problem:
        raise faults.refuse("400", str(problem)) from None
    answers: list[Payload] = []
    for metadata, file_name, content in parts:
        try:
            answers.append({"Attachable": _attached(company, metadata, file_name, content, request, origin)})
        except faults.Refusal as refusal:
            answers.append(refusal.as_json())
    return {"AttachableResponse": answers}


def _attached(
    company: Company, metadata: bytes, file_name: str, content: bytes, request: Request, origin: Origin
) -> Record:
    told = body_of(Request("POST", "", body=metadata)) if metadata.strip() else {}
    record = company.attach({"FileName": file_name or None, **told}, content, origin)
    return {**record, "TempDownloadUri": download_url(company, record["Id"], request)}


def download_url(company: Company, record_id: str, request: Request) -> str:
    return f"{base_url(request)}/v3/files/{quote(company.realm)}/{record_id}"


def base_url(request: Request) -> str:
    return f"{request.headers.get('x-forwarded-proto', 'http')}://{request.headers.get('host', 'localhost')}"


def _no_resource(request: Request) -> faults.Refusal:
    return faults.unsupported(f"Could not find resource for relative : {request.path}")
