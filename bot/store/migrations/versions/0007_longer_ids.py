"""longer ids (those of a credit allocation are made of three others), and keys that are found in every entity"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

LENGTH = 160
COLUMNS = (
    ("links", "released_id", 64),
    ("links", "external_id", 32),
    ("unlinked", "key", 64),
    ("mirror", "id", 64),
    ("mirror_keys", "id", 64),
    ("figures", "id", 80),
    ("differences", "released_id", 80),
    ("differences", "external_id", 80),
    ("todo", "key", 64),
    ("results", "key", 64),
    ("results", "released_id", 64),
    ("results", "external_id", 80),
    ("results", "cause_key", 64),
    ("attempts", "key", 64),
    ("attempts", "released_id", 64),
    ("attempts", "external_id", 80),
    ("attempts", "cause_key", 64),
    ("decisions", "released_id", 64),
    ("decisions", "external_id", 80),
)
"""(table, column, its length before)."""


def upgrade() -> None:
    for table, column, before in COLUMNS:
        _alter(table, column, before, LENGTH)
    with op.batch_alter_table("mirror_keys", schema=None) as batch_op:
        batch_op.drop_index("mirror_keys_by_record")
        batch_op.create_index("mirror_keys_by_record", ["company_id", "side", "entity", "id", "key"], unique=False)
        batch_op.create_index("mirror_keys_by_key", ["company_id", "side", "key", "entity", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("mirror_keys", schema=None) as batch_op:
        batch_op.drop_index("mirror_keys_by_key")
        batch_op.drop_index("mirror_keys_by_record")
        batch_op.create_index("mirror_keys_by_record", ["company_id", "side", "entity", "id"], unique=False)
    for table, column, before in COLUMNS:
        _alter(table, column, LENGTH, before)


def _alter(table: str, column: str, before: int, after: int) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.alter_column(column, existing_type=sa.String(before), type_=sa.String(after))
