"""The Re-Leased stand-in: the adapter's contract over HTTP, and pages on which a property manager edits."""

from starlette.types import ASGIApp

from bot.sandbox.http.knobs import Knobs
from bot.sandbox.http.serving import ExchangeApp
from bot.sandbox.released.ledger.api import PREFIX
from bot.sandbox.released.ledger.state import ReleasedState, numbered_ids
from bot.sandbox.released.rules.problems import Problem
from bot.sandbox.released.seeding import seed
from bot.sandbox.released.web.pages import pages

__all__ = ["PREFIX", "Problem", "ReleasedState", "app", "connection_details", "numbered_ids", "seed"]


def app(state: ReleasedState, knobs: Knobs) -> ASGIApp:
    """Serves the contract below `/api/v1`, the controls below `/_control`, and the pages elsewhere."""
    return ExchangeApp(state, knobs, (f"{PREFIX}/",), pages(state))


def connection_details(state: ReleasedState, url: str) -> dict[str, str]:
    """What an engine needs, given the server's `url` without a path: `url` is for RELEASED_API_URL, `web_url` for
    RELEASED_WEB_URL, `company` the first company. Raises ValueError if there is none yet."""
    companies = state.companies()
    if not companies:
        raise ValueError("add a company first")
    return {"url": f"{url}{PREFIX}", "api_key": state.api_key, "company": companies[0]["id"], "web_url": url}
