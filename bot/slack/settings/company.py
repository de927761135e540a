"""/qbo-sync settings: a company's schedule, channel, approvals and digest; checked, and safe against a second hand."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from blocks.kit.kit import Block
from blocks.settings import company as pages
from bot.core.faults import UserError
from bot.core.team.company_settings import CompanySettings
from bot.desk.desk import Desk
from bot.desk.schedule import next_due
from bot.slack.plumbing.payloads import Payload, Place, chosen, place_of
from bot.slack.plumbing.replies import UNREACHABLE, refusal
from bot.slack.who.permission import PATIENCE_S, Permission

DOING = "change settings"
NOT_ASKED = "Slack did not say whether this channel can be used. Please save again in a minute."


class Wrong(Exception):
    """What was entered cannot be: `block` is where, the text says why and what is possible."""

    def __init__(self, block: str, words: str) -> None:
        super().__init__(words)
        self.block = block


@dataclass(frozen=True)
class Kept:
    """What an open window has shown, and where it was opened from."""

    seen: CompanySettings
    place: Place


def keep(desk: Desk, kept: Kept) -> str:
    return desk.views.remember(_plain(kept))


def keep_in(desk: Desk, view_id: str, kept: Kept) -> None:
    """In place of what this window has shown before."""
    desk.views.update(view_id, _plain(kept))


def _plain(kept: Kept) -> dict[str, Any]:
    return {"settings": asdict(kept.seen), "place": asdict(kept.place)}


def kept(desk: Desk, view_id: str) -> Kept:
    """Raises UserError when it is too long ago."""
    found = desk.views.get(view_id)
    if "settings" not in found:
        raise UserError("This window is too old. Close it and open it again.")
    return Kept(CompanySettings(**found["settings"]), Place(**found["place"]))


def open_settings(desk: Desk, client: WebClient, permission: Permission, body: Payload, name: str) -> None:
    """Raises UserError when no company is connected, or none is called so."""
    permission.require_admin(body, DOING)
    companies = desk.companies.all()
    company = desk.companies.named(name) if name or not companies else companies[0]
    view = drawn(desk, company.id, place_of(body))
    client.views_open(trigger_id=body["trigger_id"], view=view)


def drawn(desk: Desk, company_id: str, place: Place, said: str = "") -> Block:
    now = desk.team.settings(company_id)
    view_id = keep(desk, Kept(now, place))
    next_run = desk.team.next_run(company_id)
    return pages.settings(now, desk.team.default_schedule, next_run, desk.companies.all(), view_id, said)


def register(app: App, desk: Desk, client: WebClient, permission: Permission) -> None:
    def another_company(body: dict[str, Any], action: dict[str, Any]) -> None:
        view = body["view"]
        place = kept(desk, view["private_metadata"]).place
        permission.require_admin(body, DOING, place.channel_id)
        client.views_update(view_id=view["id"], hash=view["hash"], view=drawn(desk, chosen(action), place))

    def submit(body: dict[str, Any], view: dict[str, Any], ack: Ack) -> None:
        before = kept(desk, view["private_metadata"])
        person = permission.require_admin(body, DOING, before.place.channel_id)
        try:
            wanted = _entered(view["state"]["values"], before.seen)
            _check_schedule(wanted, desk)
            if wanted.channel_id != before.seen.channel_id:
                check_channel(client, wanted.channel_id)
        except Wrong as wrong:
            ack(response_action="errors", errors={wrong.block: str(wrong)})
            return
        desk.team.change_settings(wanted, before.seen, person)
        said = "Nothing was changed." if wanted == before.seen else "Saved."
        ack(response_action="update", view=drawn(desk, wanted.company_id, before.place, said))

    app.action("settings.company")(another_company)
    app.view("settings.company")(submit)


def _entered(values: dict[str, Any], seen: CompanySettings) -> CompanySettings:
    """Raises Wrong for a schedule that is half chosen."""
    line = " ".join((values["cron"]["cron"].get("value") or "").split())
    choice = chosen(values["schedule"]["schedule"])
    if choice == pages.CRON and not line:
        raise Wrong("cron", "Write the schedule here, for example 30 7 * * mon-fri for weekdays at 7:30.")
    if choice != pages.CRON and line not in ("", seen.schedule):
        raise Wrong("cron", "Choose “Another schedule” above to follow this line, or empty it.")
    options = {option["value"] for option in values["options"]["options"].get("selected_options") or []}
    return replace(
        seen,
        schedule={pages.CRON: line, pages.DEFAULT: ""}.get(choice, choice),
        channel_id=str(values["channel"]["channel"].get("selected_conversation") or ""),
        needs_approval=pages.APPROVAL in options,
        has_digest=pages.DIGEST in options,
        calls_channel=pages.CALL in options,
        digest_day=chosen(values["digest_day"]["digest_day"]) or seen.digest_day,
        digest_at=str(values["digest_at"]["digest_at"].get("selected_time") or seen.digest_at),
    )


def _check_schedule(wanted: CompanySettings, desk: Desk) -> None:
    if not wanted.schedule:
        return
    try:
        due = next_due(wanted.schedule, wanted.timezone, desk.team.clock())
    except UserError as error:
        raise Wrong("cron", str(error)) from None
    if due is None:
        raise Wrong("cron", "This schedule is never due: there is no such day.")


def check_channel(client: WebClient, channel_id: str, block: str = "channel") -> None:
    """Raises Wrong for a channel that cannot be written to; `block` is where it was chosen."""
    if not channel_id:
        return
    patient = WebClient(client.token, base_url=client.base_url, timeout=1, retry_handlers=[])
    patient.timeout, patient.proxy = PATIENCE_S, client.proxy  # type: ignore[assignment]
    try:
        found = patient.conversations_info(channel=channel_id).get("channel") or {}
    except UNREACHABLE as error:
        known = "qbo-sync does not see this channel. Invite it there first: /invite @qbo-sync"
        raise Wrong(block, known if refusal(error) == "channel_not_found" else NOT_ASKED) from None
    if found.get("is_archived"):
        raise Wrong(block, "This channel is archived. Choose another one.")
    if found.get("is_ext_shared") or found.get("is_pending_ext_shared"):
        raise Wrong(block, "This channel is shared with another company. Choose one of your own.")
    if not found.get("is_member"):
        raise Wrong(block, "qbo-sync is not in this channel. Invite it there first: /invite @qbo-sync")
