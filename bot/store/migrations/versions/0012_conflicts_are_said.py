"""what a plan changes, what a run settled, and marks of QuickBooks' fields, so that a conflict says what was lost"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    _alter(32, 400)
    op.add_column("runs", sa.Column("conflicts", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("planned_steps", sa.Column("changes", sa.Text(), nullable=False, server_default=""))
    op.add_column("planned_steps", sa.Column("loses", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("planned_steps", "loses")
    op.drop_column("planned_steps", "changes")
    op.drop_column("runs", "conflicts")
    op.execute("UPDATE links SET external_hash = substr(external_hash, 1, 20)")
    _alter(400, 32)


def _alter(before: int, after: int) -> None:
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.alter_column("external_hash", existing_type=sa.String(before), type_=sa.String(after))
