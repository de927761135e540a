"""plans: what a dry run would do, so that it can be compared and then applied"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("plans_by_company", "plans", ["company_id", "at"], unique=False)
    op.create_table(
        "planned_steps",
        sa.Column("plan_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("direction", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("released_id", sa.String(length=120), nullable=False),
        sa.Column("external_id", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=20), nullable=False),
        sa.Column("contents", sa.String(length=48), nullable=False),
        sa.Column("cause_type", sa.String(length=24), nullable=True),
        sa.Column("cause_key", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("plan_id", "place"),
    )
    op.create_index("planned_steps_by_record", "planned_steps", ["plan_id", "type", "key"], unique=False)
    op.create_index("planned_steps_by_released", "planned_steps", ["plan_id", "type", "released_id"], unique=False)
    op.create_index("planned_steps_by_external", "planned_steps", ["plan_id", "entity", "external_id"], unique=False)
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("plan", sa.String(length=16), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.drop_column("plan")
    op.drop_table("planned_steps")
    op.drop_table("plans")
