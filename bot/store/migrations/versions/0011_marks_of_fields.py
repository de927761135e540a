"""what each field of a record said when both sides last agreed, so that an update writes only what moved since"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    _alter(32, 400)


def downgrade() -> None:
    op.execute("UPDATE links SET released_hash = substr(released_hash, 1, 20)")
    _alter(400, 32)


def _alter(before: int, after: int) -> None:
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.alter_column("released_hash", existing_type=sa.String(before), type_=sa.String(after))
