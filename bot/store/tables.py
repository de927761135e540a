"""The tables. Instants are milliseconds since 1970 UTC, bodies are JSON text with every digit of an amount kept."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData()
RECORD_ID = 160  # characters; what is part of several records is named by all their ids

companies = Table(
    "companies",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("country", String(8), nullable=False, default=""),
    Column("timezone", String(64), nullable=False, default="UTC"),
    Column("currency", String(8), nullable=False, default=""),
    Column("sync_from", String(10), nullable=False),
    Column("realm", String(32), nullable=False, unique=True),
    Column("observe_only", Boolean, nullable=False, default=False),
    Column("bank_account_id", String(32), nullable=False, default=""),
    Column("needs_reconnect", Boolean, nullable=False, default=False),
    Column("connected_at", BigInteger, nullable=False),
    Column("flag", String(8)),
    Column("last_clean_at", BigInteger),
    Column("last_run_id", String(32)),
    Column("cursors", Text, nullable=False, default="{}"),
    Column("preferences", Text, nullable=False, default="{}"),
    Column("channel_id", String(64), nullable=False, default=""),
    Column("schedule", String(64), nullable=False, default=""),
    Column("verified", Text, nullable=False, default="", server_default=""),
)

tokens = Table(
    "tokens",
    metadata,
    Column("realm", String(32), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("company_id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False, default=""),
    Column("fence", BigInteger, nullable=False, default=0),
    Column("until", BigInteger, nullable=False, default=0),
)

links = Table(
    "links",
    metadata,
    Column("company_id", String(64), primary_key=True),
    Column("type", String(24), primary_key=True),
    Column("released_id", String(RECORD_ID), primary_key=True),
    Column("entity", String(32), primary_key=True),
    Column("external_id", String(RECORD_ID), nullable=False),
    Column("released_hash", String(400), nullable=False, default=""),  # with a mark for each field
    Column("external_hash", String(400), nullable=False, default=""),
    Column("agreed", Boolean, nullable=False, default=True),
    UniqueConstraint("company_id", "entity", "external_id", name="one_link_per_external_id"),
)

unlinked = Table(
    "unlinked",
    metadata,
    Column("company_id", String(64), primary_key=True),
    Column("type", String(24), primary_key=True),
    Column("key", String(RECORD_ID), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("by", String(64), nullable=False),
)

mirror = Table(
    "mirror",
    metadata,
    Column("company_id", String(64), primary_key=True),
    Column("side", String(12), primary_key=True),
    Column("entity", String(32), primary_key=True),
    Column("id", String(RECORD_ID), primary_key=True),
    Column("version", String(32), nullable=False),
    Column("content_hash", String(32), nullable=False),
    Column("deleted", Boolean, nullable=False, default=False),
    Column("body", Text, nullable=False),
    Column("seen", BigInteger, nullable=False, default=0, server_default="0"),
)

figures = Table(  # what each side says in money; amounts in cents
    "figures",
    metadata,
    Column("company_id", String(64), primary_key=True),
    Column("side", String(12), primary_key=True),
    Column("entity", String(32), primary_key=True),
    Column("id", String(RECORD_ID), primary_key=True),
    Column("type", String(24), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("party", String(64), nullable=False),
    Column("date", String(10), nullable=False),
    Column("currency", String(8), nullable=False),
    Column("net", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("gross", BigInteger, nullable=False),
    Column("open", BigInteger, nullable=False),
    Column("counted", Boolean, nullable=False),
    Column("same_key", String(20), nullable=False),
    Column("fresh", Boolean, nullable=False),
    Index("figures_by_same_key", "company_id", "side", "same_key"),
    Index(
        "figures_fresh",
        *("company_id", "side", "entity", "id"),
        sqlite_where=text("fresh = 1"),
        postgresql_where=text("fresh"),
    ),
)

differences = Table(
    "differences",
    metadata,
    Column("company_id", String(64), primary_key=True),
    Column("type", String(24), primary_key=True),
    Column("released_id", String(RECORD_ID), primary_key=True),
    Column("entity", String(32), primary_key=True),
    Column("external_id", String(RECORD_ID), nullable=False),
)

mirror_keys = Table(
    "mirror_keys",
    metadata,
    Column("company_id", String(64), primary_key=True),
    Column("side", String(12), primary_key=True),
    Column("entity", String(32), primary_key=True),
    Column("key", String(600), primary_key=True),
    Column("id", String(RECORD_ID), primary_key=True),
    Index("mirror_keys_by_record", "company_id", "side", "entity", "id", "key"),
    Index("mirror_keys_by_key", "company_id", "side", "key", "entity", "id"),
)

todo = Table(
    "todo",
    metadata,
    Column("company_id", String(64), primary_key=True),
    Column("type", String(24), primary_key=True),
    Column("key", String(RECORD_ID), primary_key=True),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("company_id", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("flag", String(8)),
    Column("trigger", String(12), nullable=False),
    Column("requested_by", String(64), nullable=False, default=""),
    Column("requested_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("changed_at", BigInteger, nullable=False),
    Column("counts", Text, nullable=False, default="{}"),
    Column("api_calls", Text, nullable=False, default="{}"),
    Column("progress", Text, nullable=False, default="{}"),
    Column("problems", Integer, nullable=False, default=0),
    Column("red_reason", String(24)),
    Column("error", Text, nullable=False, default=""),
    Column("accepts_stop", Boolean, nullable=False, default=False),
    Column("plan", String(16), nullable=False, default="", server_default=""),
    Column("control", Text, nullable=False, default="", server_default=""),
    Column("conflicts", Text, nullable=False, default="[]", server_default="[]"),
    Column("source", String(160), nullable=False, default="", server_default=""),
    Index("runs_by_company", "company_id", "requested_at"),
    Index("runs_by_change", "changed_at"),
    Index(
        "one_open_run_a_company",
        "company_id",
        unique=True,
        sqlite_where=text("state IN ('requested', 'running')"),
        postgresql_where=text("state IN ('requested', 'running')"),
    ),
)

RESULT_COLUMNS = (
    ("at", BigInteger, False),
    ("name", Text, False),
    ("released_id", String(RECORD_ID), False),
    ("entity", String(32), False),
    ("external_id", String(RECORD_ID), False),
    ("direction", String(12), False),
    ("outcome", String(12), False),
    ("code", String(40), False),
    ("details", Text, False),
    ("more_detail", Text, False),
    ("linked", Boolean, False),
    ("cause_type", String(24), True),
    ("cause_key", String(RECORD_ID), True),
    ("amount", String(24), True),
    ("currency", String(8), False),
)

results = Table(
    "results",
    metadata,
    Column("company_id", String(64), primary_key=True),
    Column("type", String(24), primary_key=True),
    Column("key", String(RECORD_ID), primary_key=True),
    *(Column(name, kind, nullable=nullable) for name, kind, nullable in RESULT_COLUMNS),
    Column("run_id", String(32), nullable=False),
    Column("search", Text, nullable=False),
    # Each begins with one of the orders and holds what filters ask for: a page is found without looking at the rows.
    Index("results_by_time", "company_id", "at", "type", "key", "linked", "outcome"),
    Index("results_by_outcome", "company_id", "outcome", "at", "type", "key", "linked"),
    Index("results_by_type", "company_id", "type", "at", "key", "linked", "outcome"),
    Index("results_by_cause", "company_id", "cause_type", "cause_key", "at", "type", "key", "linked", "outcome"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("company_id", String(64), nullable=False),
    Column("type", String(24), nullable=False),
    Column("key", String(RECORD_ID), nullable=False),
    *(Column(name, kind, nullable=nullable) for name, kind, nullable in RESULT_COLUMNS),
    Column("run_id", String(32), nullable=False),
    Index("attempts_by_record", "company_id", "type", "key", "id"),
)

batches = Table(
    "batches",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("company_id", String(64), nullable=False),
    Column("requestid", String(50), nullable=False, unique=True),
    Column("state", String(12), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("run_id", String(32), nullable=False),
    Index("batches_open", "company_id", "state"),
)

intents = Table(
    "intents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("company_id", String(64), nullable=False),
    Column("batch_id", String(32), nullable=False),
    Column("bid", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    Column("operation", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("run_id", String(32), nullable=False),
    Index("intents_of_batch", "batch_id"),
    Index("intents_open", "company_id", "state"),
)


schedule_fires = Table(
    "schedule_fires",
    metadata,
    Column("company_id", String(64), primary_key=True),
    Column("slot", String(40), primary_key=True),
)

plans = Table(
    "plans",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("company_id", String(64), nullable=False),
    Column("hash", String(16), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("plans_by_company", "company_id", "at"),
)

planned_steps = Table(
    "planned_steps",
    metadata,
    Column("plan_id", String(32), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("type", String(24), nullable=False),
    Column("key", String(120), nullable=False),
    Column("entity", String(32), nullable=False),
    Column("direction", String(12), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("name", Text, nullable=False),
    Column("released_id", String(120), nullable=False),
    Column("external_id", String(120), nullable=False),
    Column("digest", String(20), nullable=False),
    Column("contents", String(48), nullable=False),
    Column("changes", Text, nullable=False, default="", server_default=""),
    Column("loses", Boolean, nullable=False, default=False, server_default=false()),  # settles a conflict
    Column("cause_type", String(24)),
    Column("cause_key", String(120)),
    Index("planned_steps_by_record", "plan_id", "type", "key"),
    Index("planned_steps_by_released", "plan_id", "type", "released_id"),
    Index("planned_steps_by_external", "plan_id", "entity", "external_id"),
)


cause_spans = Table(  # from when to when something held records up
    "cause_spans",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("company_id", String(64), nullable=False),
    Column("key", String(160), nullable=False),
    Column("headline", Text, nullable=False),
    Column("records", Integer, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Index("cause_spans_closed", "company_id", "closed_at"),
    Index(
        "one_open_span_a_cause",
        *("company_id", "key"),
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)
