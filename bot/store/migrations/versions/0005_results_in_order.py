"""results in order: pages of results are found in one index, whatever the filter"""

from alembic import op

revision = "0005"
down_revision = "0004"

INDICES = {
    "results_by_time": (["at"], ["at", "type", "key", "linked", "outcome"]),
    "results_by_outcome": (["outcome", "at"], ["outcome", "at", "type", "key", "linked"]),
    "results_by_type": (["type", "at"], ["type", "at", "key", "linked", "outcome"]),
    "results_by_cause": (
        ["cause_type", "cause_key"],
        ["cause_type", "cause_key", "at", "type", "key", "linked", "outcome"],
    ),
}
"""Their columns after the company's, before and from now on."""


def upgrade() -> None:
    _made_anew(1)


def downgrade() -> None:
    _made_anew(0)


def _made_anew(version: int) -> None:
    with op.batch_alter_table("results", schema=None) as batch_op:
        for name, columns in INDICES.items():
            batch_op.drop_index(name)
            batch_op.create_index(name, ["company_id", *columns[version]], unique=False)
