"""Judgements of rounds, kept one after the other, with the rows they speak of"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "judgement",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("judged_by", sa.Text(), nullable=False),
        sa.Column("admissible", sa.Boolean(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("problems", postgresql.JSONB(), nullable=False),
        sa.Column("set_aside", postgresql.JSONB(), nullable=False),
        sa.Column("measured", postgresql.JSONB(), nullable=False),
        sa.Column("versions", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "number"),
    )
    # Rounds that were judged before keep their answer, as their first judgement.
    op.execute(
        "INSERT INTO judgement (round_id, number, judged_at, judged_by, admissible, checks, rows, problems, set_aside,"
        " measured, versions) SELECT id, 1, judged_at, 'gatehouse', admissible, 0, 0, coalesce(problems, '[]'), '[]',"
        " '{}', '{}' FROM round WHERE judged_at IS NOT NULL"
    )
    _create_rows()
    _create_tallies()


def _create_rows() -> None:
    words = ("serial", "host", "diagnostic", "part", "name")
    op.create_table(
        "quality_row",
        sa.Column("judgement_id", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *(sa.Column(word, sa.Text(), nullable=False) for word in words),
        sa.Column("result_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["judgement_id"], ["judgement.id"]),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"]),
        sa.PrimaryKeyConstraint("judgement_id", "problem", "position"),
    )


def _create_tallies() -> None:
    op.create_table(
        "reading_tally",
        sa.Column("judgement_id", sa.BigInteger(), nullable=False),
        *(sa.Column(word, sa.Text(), nullable=False) for word in ("diagnostic", "name", "unit")),
        sa.Column("values", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        *(sa.Column(number, sa.Double(), nullable=False) for number in ("least", "median", "most")),
        sa.Column("limited", sa.BigInteger(), nullable=False),
        sa.Column("broken", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["judgement_id"], ["judgement.id"]),
        sa.PrimaryKeyConstraint("judgement_id", "diagnostic", "name", "unit"),
    )
    op.create_index("ix_reading_tally_name", "reading_tally", ["name", "diagnostic"])


def downgrade() -> None:
    op.drop_table("reading_tally")
    op.drop_table("quality_row")
    op.drop_table("judgement")
