"""A refusal, said as the RFC 9457 problem that goes back over HTTP."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

Why = Mapping[str, Sequence[str]]


class Problem(Exception):
    """The request is refused: `status`, what is wrong in one sentence, and the reasons by field."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        errors: Why | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = {field: list(reasons) for field, reasons in (errors or {}).items()}
        self.headers = dict(headers or {})

    def to_json(self) -> dict[str, Any]:
        """The members of https://www.rfc-editor.org/rfc/rfc9457 and `errors`."""
        return {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
            "errors": self.errors,
        }


def invalid(errors: Why) -> Problem:
    """422: the request itself is wrong, whatever the state of the record."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"Not valid: {', '.join(sorted(errors))}.", errors)


def forbidden_by_state(detail: str, errors: Why | None = None) -> Problem:
    """409: the request is well formed, but the state of a record forbids it."""
    return Problem(HTTPStatus.CONFLICT, detail, errors)


def not_found(what: str) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, f"There is no {what}.")
