"""names that people chose for QuickBooks, and verifications that are asked for in Slack"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "name_suffixes",
        sa.Column("company_id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=24), nullable=False),
        sa.Column("released_id", sa.String(length=160), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("suffix", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "type", "released_id", "entity"),
    )
    op.create_table(
        "asked_verifications",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("requested_by", sa.String(length=64), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.String(length=64), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("asked_verifications_by_change", "asked_verifications", ["changed_at"])
    op.create_index("asked_verifications_by_company", "asked_verifications", ["company_id", "state"])


def downgrade() -> None:
    op.drop_index("asked_verifications_by_company", "asked_verifications")
    op.drop_index("asked_verifications_by_change", "asked_verifications")
    op.drop_table("asked_verifications")
    op.drop_table("name_suffixes")
