"""The pages of the stand-in, on which a person reads and edits records as a property manager would."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.sandbox.released.ledger.state import ReleasedState
from bot.sandbox.released.rules.problems import Problem, not_found
from bot.sandbox.released.rules.shapes import Collection
from bot.sandbox.released.web import deeds, views

PAGE_SIZE = 50
LARGEST_PAGE = 100_000
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "x-content-type-options": "nosniff",
}


def pages(state: ReleasedState) -> ASGIApp:
    """`/` companies · `/{collection}` a list · `/{collection}/{id}` a record · `/new/{collection}` a form."""
    site = _Site(state)
    return Starlette(
        routes=[
            Route("/", site.page(site.companies)),
            Route("/new/{collection}", site.page(site.new)),
            Route("/new/{collection}", site.page(site.create), methods=["POST"]),
            Route("/{collection}", site.page(site.records)),
            Route("/{collection}/{record_id}", site.page(site.record)),
            Route("/{collection}/{record_id}", site.page(site.edit), methods=["POST"]),
        ]
    )


class _Site:
    """Each page takes the request and its form, and runs in a worker thread: the state is not asynchronous."""

    def __init__(self, state: ReleasedState) -> None:
        self._state = state
        self._templates = Environment(
            loader=PackageLoader("bot.sandbox.released.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
        )
        self._templates.globals.update(
            collections=list(Collection), words=views.WORDS, heading=views.heading, title=views.title
        )

    def page(self, show: Callable[[Request, deeds.Form], Response]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
            try:
                return await run_in_threadpool(show, request, form)
            except Problem as problem:
                return self._render("refused.html", problem.status, problem=problem, company=None)

        return endpoint

    def companies(self, _request: Request, _form: deeds.Form) -> Response:
        companies = self._state.companies()
        counts = {
            company["id"]: {each: self._state.count(company["id"], each) for each in Collection}
            for company in companies
        }
        return self._render("companies.html", companies=companies, counts=counts, company=None)

    def records(self, request: Request, _form: deeds.Form) -> Response:
        collection, company = _collection(request), self._chosen_company(request)
        search = request.query_params.get("search", "")
        wanted = request.query_params.get("page", "1")
        page = min(int(wanted), LARGEST_PAGE) if wanted.isdecimal() and len(wanted) < 10 and int(wanted) else 1
        rows, total = self._state.search(company["id"], collection, search, page, PAGE_SIZE)
        columns = views.COLUMNS[collection]
        table = [
            (row["id"], [views.fact(self._state, company["id"], row, name, row[name]) for name in columns])
            for row in rows
        ]
        return self._render(
            "records.html",
            company=company,
            collection=collection,
            columns=columns,
            table=table,
            search=search,
            page=page,
            pages=max(1, -(-total // PAGE_SIZE)),
            total=total,
            can_create=collection in deeds.NEW,
        )

    def record(self, request: Request, _form: deeds.Form) -> Response:
        return self._show_record(request, None)

    def edit(self, request: Request, form: deeds.Form) -> Response:
        collection, record_id = _collection(request), request.path_params["record_id"]
        company_id = self._state.company_holding(collection, record_id)
        try:
            deeds.do(self._state, company_id, collection, record_id, form)
        except Problem as problem:
            return self._show_record(request, problem)
        return RedirectResponse(f"/{collection}/{record_id}", HTTPStatus.SEE_OTHER)

    def new(self, request: Request, form: deeds.Form) -> Response:
        return self._show_new(request, form, None)

    def create(self, request: Request, form: deeds.Form) -> Response:
        collection, company = _creatable(request), self._chosen_company(request)
        try:
            record_id = deeds.create(self._state, company["id"], collection, form)
        except Problem as problem:
            return self._show_new(request, form, problem)
        return RedirectResponse(f"/{collection}/{record_id}", HTTPStatus.SEE_OTHER)

    def _show_record(self, request: Request, problem: Problem | None) -> Response:
        collection, record_id = _collection(request), request.path_params["record_id"]
        company = self._state.company(self._state.company_holding(collection, record_id))
        record = self._state.get(company["id"], collection, record_id)
        return self._render(
            "record.html",
            HTTPStatus.OK if problem is None else problem.status,
            company=company,
            collection=collection,
            record=record,
            facts=views.facts(self._state, company["id"], record),
            related=self._state.referring_to(company["id"], record_id, views.MOST_RELATED),
            problem=problem,
            **self._for_forms(company),
        )

    def _show_new(self, request: Request, form: deeds.Form, problem: Problem | None) -> Response:
        company = self._chosen_company(request)
        return self._render(
            "new.html",
            HTTPStatus.OK if problem is None else problem.status,
            company=company,
            collection=_creatable(request),
            form=form,
            problem=problem,
            **self._for_forms(company),
        )

    def _for_forms(self, company: dict[str, Any]) -> dict[str, Any]:
        """What the forms offer to choose from, and how the page names a record that another one refers to."""
        offered = {
            each.value: views.choices(self._state, company["id"], each)
            for each in (Collection.CONTACTS, Collection.ACCOUNTS, Collection.TAX_TYPES, Collection.TRACKING_OPTIONS)
        }
        today = self._state.clock().astimezone(ZoneInfo(company["timezone"])).date().isoformat()
        return {
            "offered": offered,
            "today": today,
            "label": lambda collection, record_id: views.label(self._state, company["id"], collection, record_id),
        }

    def _chosen_company(self, request: Request) -> dict[str, Any]:
        """The company that `?company=` names, or the first."""
        wanted = request.query_params.get("company")
        if wanted is not None:
            return self._state.company(wanted)
        companies = self._state.companies()
        if not companies:
            raise not_found("company yet")
        return companies[0]

    def _render(self, template: str, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> HTMLResponse:
        html = self._templates.get_template(template).render(values)
        return HTMLResponse(html, status, HEADERS)


def _collection(request: Request) -> Collection:
    name = request.path_params["collection"]
    if name not in list(Collection):
        raise not_found(f"page /{name}")
    return Collection(name)


def _creatable(request: Request) -> Collection:
    collection = _collection(request)
    if collection not in deeds.NEW:
        raise not_found(f"page on which to write a new {views.WORDS[collection][0]}")
    return collection
