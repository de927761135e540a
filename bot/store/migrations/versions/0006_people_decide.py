"""people decide: plans that are asked for and approved, pairs made and kept apart by hand, and their undo"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "asked_plans",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("requested_by", sa.String(length=64), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("planned_at", sa.BigInteger(), nullable=True),
        sa.Column("channel_id", sa.String(length=64), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=16), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=False),
        sa.Column("overtaken", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("asked_plans_by_change", "asked_plans", ["changed_at"])
    op.create_index("asked_plans_by_company", "asked_plans", ["company_id", "state"])
    op.create_index("asked_plans_by_run", "asked_plans", ["run_id"])
    op.create_table(
        "decisions",
        sa.Column("company_id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=24), nullable=False),
        sa.Column("released_id", sa.String(length=64), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "type", "released_id", "entity", "external_id"),
    )
    with op.batch_alter_table("undos", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deed", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("details", sa.Text(), server_default="{}", nullable=False))
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source", sa.String(length=160), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_column("source")
    with op.batch_alter_table("undos", schema=None) as batch_op:
        batch_op.drop_column("details")
        batch_op.drop_column("deed")
    op.drop_table("decisions")
    op.drop_table("asked_plans")
