"""what a team settles: roles and settings; how long causes last; App Home; the audit's before and after"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "role_grants",
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("subject"),
    )
    op.create_table(
        "team_settings",
        sa.Column("company_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "name"),
    )
    op.create_table(
        "cause_spans",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("company_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("cause_spans_closed", "cause_spans", ["company_id", "closed_at"], unique=False)
    op.create_index(
        "one_open_span_a_cause",
        "cause_spans",
        ["company_id", "key"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "home_visits",
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("before", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("after", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    for column in ("after", "before"):
        with op.batch_alter_table("audit", schema=None) as batch_op:
            batch_op.drop_column(column)
    op.drop_table("home_visits")
    op.drop_index("one_open_span_a_cause", "cause_spans")
    op.drop_index("cause_spans_closed", "cause_spans")
    op.drop_table("cause_spans")
    op.drop_table("team_settings")
    op.drop_table("role_grants")
