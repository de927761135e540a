"""whose a cause is, until when it rests, and the note on it"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "cause_work",
        sa.Column("company_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("assignee", sa.String(length=64), nullable=False),
        sa.Column("rest", sa.String(length=12), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "key"),
    )
    op.create_index("cause_work_by_person", "cause_work", ["assignee"])


def downgrade() -> None:
    op.drop_index("cause_work_by_person", "cause_work")
    op.drop_table("cause_work")
