"""The tables of what people decide, ask for and are shown: plans, roles, settings, audit, undo, views, posts."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from bot.store.tables import RECORD_ID
from bot.store.tables import metadata as metadata

requested_plans = Table(  # made by the worker; `overtaken` = who approved it before something changed
    "asked_plans",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("company_id", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("requested_by", String(64), nullable=False),
    Column("requested_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("planned_at", BigInteger),
    Column("channel_id", String(64), nullable=False, default=""),
    Column("progress", Text, nullable=False, default="{}"),
    Column("hash", String(16), nullable=False, default=""),
    Column("summary", Text, nullable=False, default=""),
    Column("changes", Text, nullable=False, default=""),
    Column("approved_by", String(64), nullable=False, default=""),
    Column("overtaken", String(64), nullable=False, default=""),
    Column("run_id", String(32), nullable=False, default=""),
    Column("error", Text, nullable=False, default=""),
    Index("asked_plans_by_change", "changed_at"),
    Index("asked_plans_by_company", "company_id", "state"),
    Index("asked_plans_by_run", "run_id"),
)

decisions = Table(  # two records that a person has looked at: they are not the same
    "decisions",
    metadata,
    Column("company_id", String(64), primary_key=True),
    Column("type", String(24), primary_key=True),
    Column("released_id", String(RECORD_ID), primary_key=True),
    Column("entity", String(32), primary_key=True),
    Column("external_id", String(RECORD_ID), primary_key=True),
    Column("by", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
)

name_suffixes = Table(  # what a person chose to add to a name in QuickBooks, where the name itself was taken
    "name_suffixes",
    metadata,
    Column("company_id", String(64), primary_key=True),
    Column("type", String(24), primary_key=True),
    Column("released_id", String(RECORD_ID), primary_key=True),
    Column("entity", String(32), primary_key=True),
    Column("suffix", String(64), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
)

requested_verifications = Table(  # made by the worker, one at a time for a company; `summary` once it is through
    "asked_verifications",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("company_id", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("requested_by", String(64), nullable=False),
    Column("requested_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("channel_id", String(64), nullable=False, default=""),
    Column("summary", Text, nullable=False, default=""),
    Column("error", Text, nullable=False, default=""),
    Index("asked_verifications_by_change", "changed_at"),
    Index("asked_verifications_by_company", "company_id", "state"),
)

cause_work = Table(  # whose a cause is and until when it rests; gone with the cause
    "cause_work",
    metadata,
    Column("company_id", String(64), primary_key=True),
    Column("key", String(160), primary_key=True),
    Column("assignee", String(64), nullable=False, default=""),
    Column("rest", String(12), nullable=False, default="none"),
    Column("until", String(10), nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("by", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("cause_work_by_person", "assignee"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("company_id", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", String(64), nullable=False),
    Column("what", String(24), nullable=False),
    Column("records", Text, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("run_id", String(32), nullable=False, default=""),
    Column("before", Text, nullable=False, default="", server_default=""),
    Column("after", Text, nullable=False, default="", server_default=""),
    Column("source", String(160), nullable=False, default="", server_default=""),
    Index("audit_by_company", "company_id", "id"),
)

undos = Table(
    "undos",
    metadata,
    Column("token", String(32), primary_key=True),
    Column("company_id", String(64), nullable=False),
    Column("what", String(12), nullable=False),
    Column("records", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("used", Boolean, nullable=False, default=False),
    Column("deed", BigInteger, nullable=False, default=0, server_default="0"),
    Column("details", Text, nullable=False, default="{}", server_default="{}"),
)

views = Table(
    "views",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("state", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

posts = Table(
    "posts",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("channel_id", String(64), nullable=False, default=""),
    Column("ts", String(32), nullable=False, default=""),
    Column("digest", String(64), nullable=False, default=""),
    Column("at", BigInteger, nullable=False),
)

role_grants = Table(
    "role_grants",
    metadata,
    Column("subject", String(32), primary_key=True),
    Column("role", String(12), nullable=False),
)

team_settings = Table(  # company_id "" = the whole workspace
    "team_settings",
    metadata,
    Column("company_id", String(64), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

home_visits = Table(
    "home_visits",
    metadata,
    Column("user_id", String(32), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("page", Integer, nullable=False, default=1),
    Column("digest", String(64), nullable=False, default=""),
)
