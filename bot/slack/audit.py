"""/qbo-sync audit: who unlinked, relinked, synced and changed settings; a message only its reader sees."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import App

from blocks import audit as pages
from blocks.kit.kit import Message
from bot.core.faults import UserError
from bot.desk.desk import Desk
from bot.slack.plumbing.payloads import Payload, Place, place_of, view_id_of
from bot.slack.plumbing.replies import Replies
from bot.slack.who.permission import Permission

DOING = "see who did what"
MOST_PAGES = 40


@dataclass(frozen=True)
class AuditTrail:
    desk: Desk
    permission: Permission
    replies: Replies

    def open(self, body: Payload, place: Place, name: str) -> None:
        """`name` "" = all companies."""
        self.permission.require_operator(body, DOING)
        company = self.desk.companies.named(name) if name else None
        kept = {"audit": company.id if company else "", "name": company.name if company else "", "page": 1}
        self.replies.tell(place, self._drawn(kept, self.desk.views.remember(kept)))

    def turn(self, body: Payload, place: Place, view_id: str, by: int) -> None:
        self.permission.require_operator(body, DOING)
        kept = self.desk.views.get(view_id)
        if "audit" not in kept:
            raise UserError("This message is too old. Ask again with /qbo-sync audit.")
        kept["page"] = min(max(1, kept["page"] + by), MOST_PAGES)
        self.desk.views.update(view_id, kept)
        message = self._drawn(kept, view_id)
        if self.replies.send(place, message, replace=True):
            self.replies.tell(place, message)

    def _drawn(self, kept: dict[str, Any], view_id: str) -> Message:
        end = kept["page"] * pages.ROWS
        found = self.desk.team.audit(kept["audit"], end + 1)
        has_more = len(found) > end and kept["page"] < MOST_PAGES
        return pages.audit(found[end - pages.ROWS : end], kept["name"], kept["page"], has_more, view_id)


def register(app: App, trail: AuditTrail) -> None:
    def older(body: dict[str, Any], action: dict[str, Any]) -> None:
        trail.turn(body, place_of(body), view_id_of(action), 1)

    def newer(body: dict[str, Any], action: dict[str, Any]) -> None:
        trail.turn(body, place_of(body), view_id_of(action), -1)

    app.action("audit.older")(older)
    app.action("audit.newer")(newer)
