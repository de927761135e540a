"""The page where a person lets the app into a company; it sends the browser back with code, state and realmId."""

from urllib.parse import urlencode

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.sandbox.quickbooks.api.state import QuickBooksState

SCOPE = "com.intuit.quickbooks.accounting"


class Consent:
    def __init__(self, state: QuickBooksState, templates: Environment) -> None:
        self.state, self.templates = state, templates

    async def page(self, request: Request) -> Response:
        """GET shows the choice of companies, POST with `realm` (or `cancel`) answers it. Frames are refused."""
        asked = request.query_params
        problem = self.state.oauth.check_redirect(asked.get("client_id", ""), asked.get("redirect_uri", ""))
        if not problem and asked.get("response_type") != "code":
            problem = "The response_type must be code."
        if not problem and SCOPE not in asked.get("scope", "").split():
            problem = f"The scope must hold {SCOPE}."
        if not problem and not asked.get("state"):
            problem = "The state query parameter is missing."
        if problem or request.method == "GET":
            return self._shown(problem)
        async with request.form() as form:
            realm = str(form.get("realm", ""))
        return self._sent_back(asked["redirect_uri"], asked["state"], realm)

    def _shown(self, problem: str) -> Response:
        with self.state.lock:
            companies = list(self.state.companies.values())
        html = self.templates.get_template("consent.html").render(companies=companies, problem=problem)
        return HTMLResponse(html, 400 if problem else 200, {"x-frame-options": "DENY"})

    def _sent_back(self, redirect_uri: str, state_token: str, realm: str) -> Response:
        with self.state.lock:
            if realm not in self.state.companies:
                answer = {"error": "access_denied", "state": state_token}
            else:
                code = self.state.oauth.new_code(realm, redirect_uri, self.state.now())
                answer = {"code": code, "state": state_token, "realmId": realm}
        return RedirectResponse(f"{redirect_uri}?{urlencode(answer)}", 302)
