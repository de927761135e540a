"""The settings of a company, and who may do what, as modals."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from blocks.kit.company_select import company_select
from blocks.kit.kit import Block, actions, button, context, field, instant, modal, option, plain, section, select
from blocks.kit.words import company_name, sentence
from blocks.settings.schedule import CHOICES, DAY_NAMES, schedule_words
from bot.core.causes.kind import CauseKind
from bot.core.runs import CompanyView
from bot.core.team.company_settings import DAYS, CompanySettings
from bot.core.team.roles import POWERS, Role, Roles, is_group

DEFAULT, CRON = "default", "cron"
APPROVAL, DIGEST, CALL = "approval", "digest", "call"
MOST_GROUPS = 100
NOBODY = {
    Role.ADMIN: "Nobody named: workspace admins.",
    Role.OPERATOR: "Nobody named: workspace admins, while no admin is named above either. Else only whoever is named.",
    Role.VIEWER: "Nobody named: everybody in this workspace but guests.",
}


def settings(
    now: CompanySettings,
    default_schedule: str,
    next_run: datetime | None,
    companies: Sequence[CompanyView],
    view_id: str,
    said: str = "",
) -> Block:
    """`said` is what has just happened: "Saved."."""
    words = schedule_words(now.schedule or default_schedule)
    when = f"next sync {instant(next_run)}" if next_run else "no sync is due"
    blocks = [section(f"✓ {said}")] if said else []
    if len(companies) > 1:
        blocks.append(actions(company_select(companies, "settings.company", now.company_id), block_id="company"))
    blocks += [
        section(f"*{company_name(now.name)}* · syncs {words} · {when}\nTimes are those of {now.timezone}."),
        field("schedule", "Schedule", _schedule(now, default_schedule), optional=False),
        field("cron", "Schedule as a cron line", _cron(now), hint=CRON_HINT),
        field(
            "channel",
            "Channel for its flags",
            _conversation("channel", now.channel_id),
            hint="Empty: the channel of all companies.",
        ),
        field("options", "Options", _options(now)),
        field("digest_day", "Digest on", _day(now), optional=False),
        field("digest_at", "Digest at", _time(now), optional=False),
        actions(
            button("Where causes go…", "settings.routes"),
            button("Who may do what…", "settings.roles"),
            block_id="roles",
        ),
    ]
    return modal("settings.company", "Settings", blocks, view_id, submit="Save")


def routes(now: CompanySettings, view_id: str) -> Block:
    """Which channel looks after which kind of cause; empty = where the flags go."""
    lead = (
        f"*{company_name(now.name)}*: where its causes go\n"
        "Empty: to the channel of its flags. A kind that has a channel of its own is shown there only."
    )
    chosen = [
        field(kind.value, label, _conversation("channel", now.routes.get(kind, ""))) for kind, label in KINDS.items()
    ]
    return modal("settings.routes", "Where causes go", [section(lead), *chosen], view_id, submit="Save", close="Back")


KINDS = {
    CauseKind.CONTACTS: "Contacts: archived, refused or unlinked",
    CauseKind.DOCUMENTS: "Invoices, bills and credit notes",
    CauseKind.PAYMENTS: "Payments and credit allocations",
    CauseKind.LISTS: "Accounts, tax types and tracking options",
    CauseKind.FILES: "Attachments",
    CauseKind.BOOKS: "Closed books",
}
CRON_HINT = "Only with “Another schedule”: minute, hour, day, month, day of week, such as 30 7 * * mon-fri"


def roles(now: Roles, groups: Mapping[str, str], view_id: str, is_settled: bool) -> Block:
    """`groups` are the workspace's user groups: id → handle. Not settled yet: what SLACK_OPERATORS says is shown."""
    lead = "Each role may do all that the one below it may."
    if not is_settled and now.named:
        lead += " These come from SLACK_OPERATORS; once saved here, what stands here counts."
    blocks = [section(lead)]
    for role in reversed(Role):
        blocks += [section(f"*{sentence(role)}s*: {POWERS[role]}"), *_named_for(role, now, groups)]
        blocks.append(context(NOBODY[role]))
    return modal("settings.roles", "Who may do what", blocks, view_id, submit="Save", close="Back")


def _named_for(role: Role, now: Roles, groups: Mapping[str, str]) -> list[Block]:
    people = [name for name in now.only(role) if not is_group(name)]
    users: Block = {
        "type": "multi_users_select",
        "action_id": "people",
        "placeholder": plain("People", 150),
        "max_selected_items": 100,
    }
    if people:
        users["initial_users"] = people
    found = [field(f"people.{role}", f"People who are {role}s", users)]
    options = [option(f"@{handle}", group) for group, handle in list(groups.items())[:MOST_GROUPS]]
    if not options:
        return found
    chosen = [entry for entry in options if entry["value"] in now.only(role)]
    select_groups: Block = {
        "type": "multi_static_select",
        "action_id": "groups",
        "placeholder": plain("User groups", 150),
        "options": options,
    }
    if chosen:
        select_groups["initial_options"] = chosen
    return [*found, field(f"groups.{role}", f"User groups whose people are {role}s", select_groups)]


def _schedule(now: CompanySettings, default: str) -> Block:
    choices = [option(f"As all companies: {schedule_words(default)}", DEFAULT)]
    choices += [option(choice.label, choice.cron) for choice in CHOICES]
    choices.append(option("Another schedule", CRON))
    known = {choice.cron for choice in CHOICES}
    chosen = now.schedule if now.schedule in known else CRON if now.schedule else DEFAULT
    return select("schedule", "Schedule", choices, chosen)


def _cron(now: CompanySettings) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": "cron", "max_length": 60}
    is_own = bool(now.schedule) and now.schedule not in {choice.cron for choice in CHOICES}
    return {**element, "initial_value": now.schedule} if is_own else element


def _conversation(action_id: str, chosen: str) -> Block:
    element: Block = {
        "type": "conversations_select",
        "action_id": action_id,
        "placeholder": plain("Channel", 150),
        "filter": {"include": ["public", "private"], "exclude_external_shared_channels": True},
    }
    return {**element, "initial_conversation": chosen} if chosen else element


def _options(now: CompanySettings) -> Block:
    approval = option("Plans need a second person", APPROVAL, "Whoever asked for a plan may not approve it")
    digest = option("Weekly digest", DIGEST, "What came, what went, what took long")
    call = option("Call @channel when it turns red", CALL, "Once, with the first message; never for what follows")
    marks = ((approval, now.needs_approval), (digest, now.has_digest), (call, now.calls_channel))
    chosen = [entry for entry, is_on in marks if is_on]
    element: Block = {"type": "checkboxes", "action_id": "options", "options": [approval, digest, call]}
    return {**element, "initial_options": chosen} if chosen else element


def _day(now: CompanySettings) -> Block:
    return select("digest_day", "Day", [option(DAY_NAMES[day], day) for day in DAYS], now.digest_day)


def _time(now: CompanySettings) -> Block:
    return {"type": "timepicker", "action_id": "digest_at", "initial_time": now.digest_at}
