"""What a team has settled (roles, schedules, channels, digest) and what it has done: read, changed, written down."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from bot.core.causes.kind import CauseKind
from bot.core.faults import UserError
from bot.core.model import RecordRef, RecordType
from bot.core.team.company_settings import AuditEntry, CompanySettings
from bot.core.team.roles import Role, Roles
from bot.core.team.week import CauseSpan, Week, begin_of, week
from bot.desk.cause_work import TeamWork
from bot.desk.refused_channels import RefusedChannels
from bot.desk.schedule import next_due
from bot.store import companies
from bot.store.companies import Company
from bot.store.database import Database, from_ms, to_ms
from bot.store.results import cause_spans, results
from bot.store.runs import runs
from bot.store.team import home_visits, notes, roles
from bot.store.team import settings as team_settings
from bot.store.team.home_visits import Visit
from bot.store.team.notes import Deed

EVERY_HOUR = "0 * * * *"
NAMES_SHOWN = 3
ROUTED = "routed_channels"
STALE = (
    "Somebody changed these settings while this window was open. Close it and open it again to see what they are now."
)


@dataclass(frozen=True)
class Team:
    """`default_schedule` is followed by companies that have none of their own. Raises UserError with words."""

    database: Database
    clock: Callable[[], datetime]
    default_schedule: str = EVERY_HOUR

    @property
    def work(self) -> TeamWork:
        return TeamWork(self.database, self.clock)

    @property
    def refused(self) -> RefusedChannels:
        return RefusedChannels(self.database)

    def roles(self) -> Roles:
        with self.database.read() as connection:
            return Roles(roles.named(connection))

    def name_for_roles(self, wanted: Mapping[str, Role], seen: Roles, by: str) -> None:
        """From now on these and nobody else. Raises UserError unless they are still those that `by` has seen."""
        with self.database.write() as connection:
            before = Roles(roles.named(connection))
            if before.named != seen.named:
                raise UserError(STALE)
            roles.name(connection, wanted)
            told = Deed("", to_ms(self.clock()), by, "roles", before=_said(before.named), after=_said(wanted))
            notes.write_deed(connection, told)

    def settings(self, company_id: str) -> CompanySettings:
        with self.database.read() as connection:
            return _settings(connection, _company(connection, company_id))

    def change_settings(self, wanted: CompanySettings, seen: CompanySettings, by: str) -> None:
        """Raises UserError for a schedule that is none, and when somebody else was quicker."""
        if wanted.schedule:
            next_due(wanted.schedule, wanted.timezone, self.clock())
        with self.database.write() as connection:
            before = _settings(connection, _company(connection, wanted.company_id))
            if before != seen:
                raise UserError(STALE)
            if wanted == before:
                return
            companies.change(connection, wanted.company_id, schedule=wanted.schedule, channel_id=wanted.channel_id)
            known = {ROUTED: " ".join(_routed(connection, wanted.company_id, wanted.routes.values()))}
            team_settings.put(connection, wanted.company_id, {**_texts(wanted), **known})
            was, now = _differences(before, wanted)
            notes.write_deed(
                connection, Deed(wanted.company_id, to_ms(self.clock()), by, "settings", before=was, after=now)
            )

    def routed_channels(self, company_id: str) -> list[str]:
        """Every channel that causes of this company go to, or once went to."""
        with self.database.read() as connection:
            return _routed(connection, company_id)

    def schedule_of(self, settings: CompanySettings) -> str:
        return settings.schedule or self.default_schedule

    def next_run(self, company_id: str) -> datetime | None:
        """None while no run can be due: it must be reconnected, or its schedule cannot be followed."""
        with self.database.read() as connection:
            company = companies.get(connection, company_id)
        if company is None or company.needs_reconnect:
            return None
        with suppress(UserError):
            return next_due(company.schedule or self.default_schedule, company.timezone, self.clock())
        return None

    def audit(self, company_id: str, limit: int) -> list[AuditEntry]:
        """The newest first; `company_id` "" = everything."""
        with self.database.read() as connection:
            names = {company.id: company.name for company in companies.all_companies(connection)}
            found = notes.deeds(connection, company_id, limit)
            return [_entry(connection, deed, names) for deed in found]

    def write_down(self, company_id: str, by: str, what: str, told: str, source: str = "") -> None:
        """Something that changes nothing here, and that others may want to know of: a file was made."""
        with self.database.write() as connection:
            notes.write_deed(connection, Deed(company_id, to_ms(self.clock()), by, what, after=told, source=source))

    def week(self, company_id: str, until: datetime, days_out_of_balance: int = 0) -> Week:
        with self.database.read() as connection:
            timezone = _company(connection, company_id).timezone
            start = to_ms(begin_of(until, timezone))
            spans = [
                CauseSpan(span.headline, span.records, _instant(span.opened_at), from_ms(span.closed_at))
                for span in cause_spans.since(connection, company_id, start)
            ]
            ended = runs.finished_since(connection, company_id, start)
        return week(until, timezone, spans, ended, days_out_of_balance)

    def visited_home(self, user_id: str, page: int = 1) -> None:
        with self.database.write() as connection:
            home_visits.note(connection, user_id, to_ms(self.clock()), page)

    def showed_home(self, user_id: str, digest: str) -> None:
        with self.database.write() as connection:
            home_visits.shown(connection, user_id, digest)

    def home_visits(self, since: datetime) -> list[Visit]:
        with self.database.read() as connection:
            return home_visits.since(connection, to_ms(since))


def _company(connection: Connection, company_id: str) -> Company:
    company = companies.get(connection, company_id)
    if company is None:
        raise UserError("This company is not connected any more.")
    return company


def _settings(connection: Connection, company: Company) -> CompanySettings:
    kept = team_settings.of(connection, company.id)
    default = CompanySettings(company.id, company.name, company.timezone, company.schedule, company.channel_id)
    return replace(
        default,
        needs_approval=kept.get("approval") == "on",
        has_digest=kept.get("digest", "on") == "on",
        digest_day=kept.get("digest_day", default.digest_day),
        digest_at=kept.get("digest_at", default.digest_at),
        calls_channel=kept.get("call_channel") == "on",
        routes={kind.value: kept[_route(kind)] for kind in CauseKind if kept.get(_route(kind))},
    )


def _texts(settings: CompanySettings) -> dict[str, str]:
    return {
        "approval": "on" if settings.needs_approval else "off",
        "digest": "on" if settings.has_digest else "off",
        "digest_day": settings.digest_day,
        "digest_at": settings.digest_at,
        "call_channel": "on" if settings.calls_channel else "off",
        **{_route(kind): settings.routes.get(kind, "") for kind in CauseKind},
    }


def _routed(connection: Connection, company_id: str, also: Iterable[str] = ()) -> list[str]:
    known = team_settings.of(connection, company_id).get(ROUTED, "").split()
    return list(dict.fromkeys([*known, *filter(None, also)]))


def _route(kind: CauseKind) -> str:
    return f"{kind}_channel"


def _differences(before: CompanySettings, after: CompanySettings) -> tuple[str, str]:
    """What was and what is, of the settings that changed: "schedule 0 * * * *", "schedule 0 6 * * *"."""
    was, now = ({"schedule": one.schedule, "channel": one.channel_id, **_texts(one)} for one in (before, after))
    changed = [name for name in was if was[name] != now[name]]
    return _named(was, changed), _named(now, changed)


def _named(values: Mapping[str, str], names: Iterable[str]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {values[name] or 'default'}" for name in names)


def _said(named: Mapping[str, Role]) -> str:
    groups = [(role, [name for name, given in named.items() if given is role]) for role in Role]
    return "; ".join(f"{role}: {', '.join(names)}" for role, names in groups if names) or "nobody named"


def _entry(connection: Connection, deed: Deed, names: Mapping[str, str]) -> AuditEntry:
    shown = [_ref(record) for record in deed.records[:NAMES_SHOWN]]
    known = {row.ref: row.name for row in results.get(connection, deed.company_id, shown)}
    return AuditEntry(
        at=_instant(deed.at),
        by=deed.by,
        what=deed.what,
        company=names.get(deed.company_id, ""),
        count=len(deed.records),
        names=tuple(known[ref] for ref in shown if known.get(ref)),
        note=deed.note,
        before=deed.before,
        after=deed.after,
        source=deed.source,
    )


def _ref(text: str) -> RecordRef:
    kind, _, key = text.partition(":")
    return RecordRef(RecordType(kind), key)


def _instant(at: int) -> datetime:
    found = from_ms(at)
    if found is None:
        raise ValueError("an instant is missing")
    return found
