"""Failures by unit: few among many results, and what the choice of diagnostics begins from"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_result_failed",
        "result",
        ["serial", "diagnostic", "id"],
        postgresql_where=sa.text("verdict = 'FAIL'"),
    )


def downgrade() -> None:
    op.drop_index("ix_result_failed", table_name="result")
