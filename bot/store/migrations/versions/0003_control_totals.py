"""control totals: what each side says in money, which pairs differ, and what the last verification found"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "figures",
        sa.Column("company_id", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("party", sa.String(length=64), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=False),
        sa.Column("currency", sa.String(length=8), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("same_key", sa.String(length=20), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "side", "entity", "id"),
    )
    op.create_index("figures_by_same_key", "figures", ["company_id", "side", "same_key"], unique=False)
    op.create_index(
        "figures_fresh",
        "figures",
        ["company_id", "side", "entity", "id"],
        unique=False,
        sqlite_where=sa.text("fresh = 1"),
        postgresql_where=sa.text("fresh"),
    )
    op.create_table(
        "differences",
        sa.Column("company_id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=24), nullable=False),
        sa.Column("released_id", sa.String(length=80), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "type", "released_id", "entity"),
    )
    with op.batch_alter_table("mirror", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("control", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("companies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("verified", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    for table, column in (("companies", "verified"), ("runs", "control"), ("mirror", "seen")):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
    op.drop_table("differences")
    op.drop_index("figures_fresh", "figures")
    op.drop_index("figures_by_same_key", "figures")
    op.drop_table("figures")
