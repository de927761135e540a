"""Who may do what, as a modal: people and user groups for each role; nobody saves themselves out of it."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from blocks.settings import company as pages
from bot.core.faults import UserError
from bot.core.team.roles import Role, Roles
from bot.desk.desk import Desk
from bot.slack.plumbing.replies import UNREACHABLE
from bot.slack.settings.company import kept as kept_settings
from bot.slack.who.permission import Permission

DOING = "say who may do what"
LOCKED_OUT = "You would not be an admin any more yourself. Name yourself, or a group that you are in."
NO_OPERATOR = "You could not sync or relink any more yourself. Name yourself too, or press Save again to leave it so."
ADMINS = f"people.{Role.ADMIN}"


def register(app: App, desk: Desk, client: WebClient, permission: Permission) -> None:
    def open_modal(body: dict[str, Any]) -> None:
        channel = kept_settings(desk, body["view"]["private_metadata"]).place.channel_id
        permission.require_admin(body, DOING, channel)
        settled = desk.team.roles()
        seen = {name: role.value for name, role in settled.named.items()}
        view_id = desk.views.remember({"roles": seen, "channel": channel})
        view = pages.roles(permission.roles(), _groups(permission), view_id, bool(settled.named))
        client.views_push(trigger_id=body["trigger_id"], view=view)

    def submit(body: dict[str, Any], view: dict[str, Any], ack: Ack) -> None:
        found = desk.views.get(view["private_metadata"])
        if "roles" not in found:
            raise UserError("This window is too old. Close it and open it again.")
        person = permission.require_admin(body, DOING, str(found["channel"]))
        wanted = _entered(view["state"]["values"])
        if not permission.would_let(Roles(wanted), person, Role.ADMIN):
            ack(response_action="errors", errors={ADMINS: LOCKED_OUT})
            return
        if found.get("warned_of") != wanted and _stops_acting(person, Roles(wanted)):
            desk.views.update(view["private_metadata"], {**found, "warned_of": wanted})
            ack(response_action="errors", errors={f"people.{Role.OPERATOR}": NO_OPERATOR})
            return
        seen = Roles({name: Role(role) for name, role in found["roles"].items()})
        desk.team.name_for_roles(wanted, seen, person)
        ack()

    def _stops_acting(person: str, wanted: Roles) -> bool:
        may_now = permission.would_let(permission.roles(), person, Role.OPERATOR)
        return may_now and not permission.would_let(wanted, person, Role.OPERATOR)

    app.action("settings.roles")(open_modal)
    app.view("settings.roles")(submit)


def _entered(values: dict[str, Any]) -> dict[str, Role]:
    """Who was named twice keeps the higher role."""
    wanted: dict[str, Role] = {}
    for role in Role:
        people = values[f"people.{role}"]["people"].get("selected_users") or []
        groups = values.get(f"groups.{role}", {}).get("groups", {}).get("selected_options") or []
        wanted |= dict.fromkeys([*people, *(option["value"] for option in groups)], role)
    return wanted


def _groups(permission: Permission) -> dict[str, str]:
    """Groups are offered when Slack tells them; people can be named without."""
    try:
        return permission.groups.handles()
    except UNREACHABLE:
        return {}
