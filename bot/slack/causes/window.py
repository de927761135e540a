"""The window with all causes of a company: opened from messages and App Home, turned, and drawn anew after an act.

Its cards are those of the red message; bot/slack/red.py answers their buttons in both. What the window has to know is
kept in the store, so that its metadata is an id.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from blocks.causes import window as pages
from blocks.causes.window import CausesShown
from blocks.kit.kit import Block
from bot.core.causes.grouping import key
from bot.core.faults import UserError
from bot.core.results import Cause
from bot.desk.desk import Desk
from bot.slack.messages.windows import TOO_OLD
from bot.slack.plumbing.direct import with_channel
from bot.slack.plumbing.payloads import Payload, Place, chosen, place_of, user_id
from bot.slack.plumbing.replies import UNREACHABLE, refusal

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scene:
    """Where a card was clicked. `window` names the window with all causes that it stands in, "" = a message.

    `place` is where the window was opened from, or the direct messages where that was no channel.
    """

    place: Place
    window: str = ""


@dataclass(frozen=True)
class CausesWindow:
    desk: Desk
    client: WebClient

    def open(self, body: Payload, company_id: str, cause_key: str = "") -> None:
        """On the page of one cause, where one is named."""
        company = self.desk.companies.named(company_id)
        kept = {"causes_of": company.id, "page": self._page_of(company.id, cause_key), "note": "", "shown_in": ""}
        kept |= {"place": asdict(place_of(body))}
        window = self.desk.views.remember(kept)
        shown_in = put_up(self.client, body, self._drawn(window, kept))
        self.desk.views.update(window, {**self._kept(window), "shown_in": shown_in})

    def scene(self, body: Payload) -> Scene:
        """Raises UserError when the window is too old, or when there is nowhere to answer."""
        window = _window_of(body)
        if not window:
            return Scene(place_of(body))
        kept = self._kept(window)
        place = with_channel(self.client, replace(Place(**kept["place"]), user_id=user_id(body)))
        if place != Place(**kept["place"]) or not kept["shown_in"]:
            self.desk.views.update(window, {**kept, "place": asdict(place), "shown_in": body["view"]["id"]})
        return Scene(place, window)

    def turn(self, body: Payload, page: int) -> None:
        """Who is quick clicks before it is written down which window Slack made of it."""
        window = _window_of(body)
        kept = self._kept(window)
        shown_in = kept["shown_in"] or body["view"]["id"]
        self.desk.views.update(window, {**kept, "page": page, "shown_in": shown_in})
        self.show(window, "")

    def show(self, window: str, note: str) -> None:
        """As it is now, with what was done on top, in raw words. Nothing to do when no window is open."""
        if not window:
            return
        kept = {**self._kept(window), "note": note}
        self.desk.views.update(window, kept)
        try:
            self.client.views_update(view_id=kept["shown_in"], view=self._drawn(window, kept))
        except UNREACHABLE as error:
            log.info("the window with all causes was not changed, it may be closed: %s", refusal(error))

    def _kept(self, window: str) -> dict[str, Any]:
        kept = self.desk.views.get(window)
        if "causes_of" not in kept:
            raise UserError(TOO_OLD)
        return kept

    def _drawn(self, window: str, kept: Mapping[str, Any]) -> Block:
        company = self.desk.companies.named(kept["causes_of"])
        causes = self.desk.causes.of(company.id)
        settled = self.desk.team.work.settled(company, causes)
        count = max(1, -(-len(causes) // pages.A_PAGE))
        page = max(1, min(int(kept["page"]), count))
        begin = (page - 1) * pages.A_PAGE
        mine = self.desk.causes.with_fixes(company.id, _in_order(causes, settled.snoozed)[begin : begin + pages.A_PAGE])
        shown = CausesShown(company, mine, begin + 1, len(causes), page, count, settled, kept["note"])
        return pages.causes_page(shown, window)

    def _page_of(self, company_id: str, cause_key: str) -> int:
        if not cause_key:
            return 1
        causes = self.desk.causes.of(company_id)
        settled = self.desk.team.work.settled(self.desk.companies.named(company_id), causes)
        places = [key(one) for one in _in_order(causes, settled.snoozed)]
        return places.index(cause_key) // pages.A_PAGE + 1 if cause_key in places else 1


def register(app: App, windows: CausesWindow) -> None:
    def of_company(body: dict[str, Any], action: dict[str, Any]) -> None:
        windows.open(body, chosen(action))

    def of_item(body: dict[str, Any], action: dict[str, Any]) -> None:
        company_id, _, cause_key = chosen(action).partition("|")
        windows.open(body, company_id, cause_key)

    def turn(body: dict[str, Any], action: dict[str, Any]) -> None:
        page = chosen(action)
        windows.turn(body, int(page) if page.isdecimal() else 1)

    app.action(re.compile(r"^(causes\.open|home\.causes)$"))(of_company)
    app.action("home.settle")(of_item)
    app.action(re.compile(r"^causes\.(previous|next|refresh)$"))(turn)


def put_up(client: WebClient, body: Payload, view: Block) -> str:
    """A window, over the one that was clicked in if it was one. Gives its id.

    See https://docs.slack.dev/reference/methods/views.push
    """
    is_over_another = (body.get("view") or {}).get("type") == "modal"
    opening = client.views_push if is_over_another else client.views_open
    answer = opening(trigger_id=body["trigger_id"], view=view)
    return str((answer.get("view") or {}).get("id") or "")


def _window_of(body: Payload) -> str:
    view = body.get("view") or {}
    return str(view["private_metadata"]) if view.get("callback_id") == "causes.page" else ""


def _in_order(causes: Sequence[Cause], resting: frozenset[str]) -> list[Cause]:
    """What rests comes last."""
    return sorted(causes, key=lambda cause: key(cause) in resting)
