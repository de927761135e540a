"""Faults of Intuit's gateway, before QuickBooks sees a request: lower-case JSON, XML, or a load balancer's HTML."""

from datetime import datetime
from enum import StrEnum

from bot.sandbox.http.exchange import Response
from bot.sandbox.quickbooks.books.wire import JSON_TYPE, XML_TYPE, stamp, to_json, to_xml


class Style(StrEnum):
    """`auto` follows the Accept header; the others ignore it, as the real gateway now and then does."""

    AUTO = "auto"
    JSON = "json"
    XML = "xml"
    HTML = "html"


TITLES = {401: "401 Authorization Required", 403: "403 Forbidden", 429: "429 Too Many Requests"}


def gateway_fault(
    status: int, name: str, code: str, detail: str, now: datetime, style: Style, fault_type: str = "SERVICE"
) -> Response:
    """`code` has six digits in the message and four as the code: 003200 and 3200."""
    message = f"message={name}; errorCode=00{code}; statusCode={status}"
    if style is Style.HTML:
        title = TITLES.get(status, f"{status} Error")
        head, rest = f"<head><title>{title}</title></head>", f"<body><center><h1>{title}</h1></center></body>"
        page = f"<html>\r\n{head}\r\n{rest}\r\n</html>\r\n"
        return Response(status, page.encode(), {"content-type": "text/html"})
    if style is Style.XML:
        error = {"code": code, "Message": message, "Detail": detail}
        fault = {"time": stamp(now), "Fault": {"type": fault_type, "Error": error}}
        return Response(status, to_xml(fault), {"content-type": XML_TYPE})
    error = {"message": message, "detail": detail, "code": code, "element": ""}
    body = {"fault": {"error": [error], "type": fault_type}, "requestId": None, "time": int(now.timestamp() * 1000)}
    return Response(status, to_json(body), {"content-type": JSON_TYPE})


def throttled(now: datetime, style: Style) -> Response:
    return gateway_fault(429, "ThrottleExceeded", "3001", "The request limit was reached.  Try again later", now, style)


def unauthenticated(now: datetime, style: Style, detail: str) -> Response:
    return gateway_fault(401, "AuthenticationFailed", "3200", detail, now, style, "AUTHENTICATION")


def forbidden(now: datetime, style: Style) -> Response:
    detail = "The token is not for this company, or the app's access to it was removed."
    return gateway_fault(403, "ApplicationAuthorizationFailed", "3100", detail, now, style)
