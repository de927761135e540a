"""the message that a sync was started from, for the audit trail"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("runs", sa.Column("source", sa.String(length=160), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("runs", "source")
