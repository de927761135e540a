"""What an error answer of Re-Leased says: RFC 9457 problem documents, or whatever a gateway puts in their place."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.adapters.replies import HttpReply, fault_of_status, parse_json, retry_after_s
from bot.core.faults import ApiError, Fault, Side


def refusal(reply: HttpReply) -> ApiError:
    """One fault for each field that the problem names, or a single one; the code is the status ("http-412")."""
    return ApiError(tuple(_faults(reply)), retry_after_s=retry_after_s(reply.headers))


def unexpected(reply: HttpReply | None) -> ApiError:
    """A success whose body is cut off, a page for people, or (None) JSON of another form: the outcome is unknown."""
    if reply is None:
        return ApiError(Fault("unexpected-answer", message="not the agreed form", side=Side.RELEASED))
    cut = reply.body.strip()[:1] in (b"", b"{", b"[")
    opening = " ".join(reply.body[:200].decode("utf-8", "replace").split())
    return ApiError(Fault("truncated" if cut else "not-json", opening, http_status=reply.status, side=Side.RELEASED))


def _faults(reply: HttpReply) -> Iterator[Fault]:
    problem = _problem(reply)
    code, title = f"http-{reply.status}", str(problem.get("title") or "")
    detail = str(problem.get("detail") or title)
    fields = problem.get("errors")
    if not problem:
        page = fault_of_status(reply.status, reply.body, "")
        yield Fault(code, page.message, http_status=reply.status, side=Side.RELEASED)
    elif isinstance(fields, Mapping) and fields:
        for name, why in fields.items():
            reasons = "; ".join(map(str, why)) if isinstance(why, list) else str(why)
            yield Fault(code, title, f"{name}: {reasons}", str(name), "problem", reply.status, side=Side.RELEASED)
    else:
        yield Fault(code, title, detail, "", "problem", reply.status, side=Side.RELEASED)


def _problem(reply: HttpReply) -> Mapping[str, Any]:
    try:
        problem = parse_json(reply.body)
    except ValueError:
        return {}
    return problem if isinstance(problem, Mapping) else {}
