"""Unlink and relink: the confirmation with all that follows, the change itself, who did it, and its undo."""

import re
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from blocks.kit.kit import Block
from blocks.linking import links as pages
from blocks.linking.links import Extent, Verb
from bot.core.faults import UserError
from bot.core.links import differs
from bot.core.model import LinkChange
from bot.core.runs import CompanyView
from bot.desk.desk import Desk
from bot.desk.links.linking import ChangedMeanwhile, Confirmed
from bot.desk.links.undo import Overtaken
from bot.slack.causes.sheets import shown_in
from bot.slack.causes.window import CausesWindow
from bot.slack.linking import partners
from bot.slack.messages.outbox import Outbox, Shown
from bot.slack.messages.windows import close
from bot.slack.plumbing.payloads import Place, chosen, place_of, user_name
from bot.slack.results.modals import Modal, keep_modal, keep_shown, kept_modal, kept_shown
from bot.slack.results.screen import ResultsScreen
from bot.slack.who.permission import Permission, Refused


def confirmation(desk: Desk, verb: Verb, modal: Modal) -> Block:
    """The modal that names and counts what changes. At first only the chosen records do: the rest waits.

    Relinking one record that has no partner, and may be one that is there, asks which it is.
    """
    if verb is Verb.RELINK and len(modal.refs) == 1:
        asked = partners.question(desk, modal)
        if asked is not None:
            return asked
    return _drawn(desk, verb, modal, keep_modal(desk, modal), Extent.ONLY)


def _preview(desk: Desk, verb: Verb, modal: Modal) -> LinkChange:
    return desk.linking.preview(modal.company_id, modal.refs, verb is Verb.UNLINK, modal.wanted)


def _drawn(
    desk: Desk, verb: Verb, modal: Modal, modal_id: str, extent: Extent, since: str = "", note: str = ""
) -> Block:
    """Whoever confirms it confirms what is shown now."""
    change = _preview(desk, verb, modal)
    keep_shown(desk, modal_id, modal, change)
    return pages.confirm(verb, change, modal.refs, modal_id, extent, since, note)


def _drawn_anew(
    desk: Desk,
    verb: Verb,
    modal: Modal,
    modal_id: str,
    before: LinkChange,
    now: LinkChange,
    extent: Extent,
    note: str = "",
) -> Block:
    """What was shown is no longer so: it is said, and shown as it is. Of "all that match" only those stay that do.

    Raises UserError when none of them does.
    """
    gone = now.unmatched - before.unmatched
    if not (modal.takes_all and gone):
        return _drawn(desk, verb, modal, modal_id, extent, pages.meanwhile(before, now), note)
    still = replace(modal, refs=tuple(ref for ref in modal.refs if ref not in gone))
    if not still.refs:
        raise UserError(f"None of these rows matches your filter any more, so there is nothing to {verb.value}.")
    left = _preview(desk, verb, still)
    since = pages.meanwhile(before, replace(left, unmatched=gone, names={**now.names, **left.names}), are_dropped=True)
    return _drawn(desk, verb, still, modal_id, extent, since, note)


@dataclass(frozen=True)
class ChangeReport:
    """Says who did what: on the reader's results message, or in the thread of the red message that all see."""

    desk: Desk
    screen: ResultsScreen
    outbox: Outbox

    def tell(self, verb: Verb, change: LinkChange, modal: Modal, by: str, name: str, note: str = "") -> None:
        words = pages.outcome(verb, change, note) if change.changed else pages.nothing_changed(verb)
        self.say(words, change, pages.undone(verb, change), modal, by, name)

    def say(self, words: str, change: LinkChange, undone: str, modal: Modal, by: str, name: str) -> None:
        """`words` say what was done, `undone` what it will be once it is taken back; both raw."""
        undo_view = self._undo_view(undone, change, modal)
        if modal.results_view:
            self.screen.say(modal.place, modal.results_view, words, by, undo_view)
            return
        red = shown_in(self.desk, modal.company_id, modal.place.channel_id)
        message = pages.said(self.desk.companies.named(modal.company_id), words, name, undo_view)
        channel, thread_ts = (red.channel_id, red.ts) if red else (modal.place.channel_id, "")
        key = f"change:{undo_view or keep_modal(self.desk, modal)}"
        if self.outbox.show(key, channel, message, thread_ts) is not Shown.YES:
            self.screen.replies.tell(modal.place, message)
        CausesWindow(self.desk, self.outbox.client).show(modal.window, words)

    def _undo_view(self, undone: str, change: LinkChange, modal: Modal) -> str:
        if not change.undo_token:
            return ""
        kept = {"undo_token": change.undo_token, "undone": undone, "results_view": modal.results_view}
        return self.desk.views.remember({**kept, "company_id": modal.company_id})


@dataclass(frozen=True)
class LinkWindows:
    """Answers the windows of unlink and relink, and their undo."""

    desk: Desk
    client: WebClient
    permission: Permission
    report: ChangeReport

    def another_extent(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        """The submit button says how many records it changes; what changed meanwhile is said at once."""
        view = body["view"]
        verb = Verb(view["callback_id"].removeprefix("links."))
        modal_id = view["private_metadata"]
        modal, before = kept_modal(self.desk, modal_id), kept_shown(self.desk, modal_id)
        now = _preview(self.desk, verb, modal)
        if differs(before, now):
            drawn = _drawn_anew(self.desk, verb, modal, modal_id, before, now, Extent(chosen(action)))
        else:
            drawn = _drawn(self.desk, verb, modal, modal_id, Extent(chosen(action)))
        self.client.views_update(view_id=view["id"], hash=view["hash"], view=drawn)

    def submit(self, body: dict[str, Any], view: dict[str, Any], ack: Ack) -> None:
        """Does what was shown. What is otherwise by now is shown first, with nothing lost that was entered."""
        verb = Verb(view["callback_id"].removeprefix("links."))
        modal_id = view["private_metadata"]
        modal, before = kept_modal(self.desk, modal_id), kept_shown(self.desk, modal_id)
        person = self.permission.require_operator(body, f"{verb.value} records", modal.place.channel_id)
        values = view["state"]["values"]
        note = (values["note"]["note"].get("value") or "").strip()
        extent = Extent(chosen(values["extent"]["extent"])) if "extent" in values else Extent.ONLY
        act = self.desk.linking.unlink if verb is Verb.UNLINK else self.desk.linking.relink
        propagate, confirmed = extent is Extent.EVERYTHING, Confirmed(before, modal.wanted)
        try:
            change = act(modal.company_id, modal.refs, person, propagate, note, modal.place.source, confirmed)
        except ChangedMeanwhile as changed:
            again = _drawn_anew(self.desk, verb, modal, modal_id, before, changed.now, extent, note)
            ack(response_action="update", view=again)
            return
        close(ack, modal.window)
        self.report.tell(verb, change, modal, person, user_name(body), note)

    def undo(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        person = self.permission.require_operator(body, "undo this")
        kept, place = self.desk.views.get(chosen(action)), place_of(body)
        if "undo_token" not in kept:
            raise UserError("This is too old to be undone here.")
        try:
            self.desk.undo.take_back(kept["undo_token"], person, place.source)
        except Overtaken as late:
            raise Refused(pages.overtaken(late.name, late.done, late.by)) from late
        if kept["results_view"]:
            self.report.screen.say(place, kept["results_view"], kept["undone"], person)
        else:
            _replace(self.report, place, self.desk.companies.named(kept["company_id"]), kept["undone"], user_name(body))


def register(app: App, handlers: LinkWindows) -> None:
    app.action("extent")(handlers.another_extent)
    app.view(re.compile(r"^links\.(unlink|relink)$"))(handlers.submit)
    app.action("links.undo")(handlers.undo)


def _replace(report: ChangeReport, place: Place, company: CompanyView, words: str, name: str) -> None:
    message = pages.said(company, words, name)
    if report.screen.replies.send(place, message, replace=True):
        report.screen.replies.tell(place, message)
