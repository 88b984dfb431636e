"""Waivers with their history, and conditional exits that were reopened"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiver_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("waiver_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["waiver_id"], ["waiver.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source"),
    )
    op.create_index("ix_waiver_step_waiver_id", "waiver_step", ["waiver_id"], unique=False)
    op.add_column("waiver", sa.Column("sites", postgresql.JSONB(), server_default="[]", nullable=False))
    op.add_column("waiver", sa.Column("retest", sa.Text(), server_default="", nullable=False))
    op.add_column("waiver", sa.Column("requested_by", sa.Text(), server_default="", nullable=False))
    for column in ("sites", "retest", "requested_by", "created_at"):
        op.alter_column("waiver", column, server_default=None)
    op.create_index("ix_waiver_gate", "waiver", ["program", "phase"], unique=False)
    op.create_index("ix_waiver_expires_at", "waiver", ["expires_at"], unique=False)
    # Names without a role: they stay in the history, and count for nothing until people sign in a role.
    op.execute(
        "INSERT INTO waiver_step (waiver_id, kind, who, role, text, at, source) "
        "SELECT id, 'requested', owner, '', reason, created_at, 'before 0004: ' || id FROM waiver"
    )
    op.execute(
        "INSERT INTO waiver_step (waiver_id, kind, who, role, text, at, source) "
        "SELECT id, 'named as approver', who, '', '', created_at, 'before 0004: ' || id || ' ' || n "
        "FROM waiver, jsonb_array_elements_text(approved_by) WITH ORDINALITY AS named(who, n)"
    )
    op.drop_column("waiver", "approved_by")
    op.create_table(
        "standing",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_standing_gate", "standing", ["program", "phase", "id"], unique=False)
    op.add_column("phase", sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("phase", "looked_at")
    op.drop_index("ix_standing_gate", table_name="standing")
    op.drop_table("standing")
    op.add_column("waiver", sa.Column("approved_by", postgresql.JSONB(), server_default="[]", nullable=False))
    op.execute(
        "UPDATE waiver SET approved_by = coalesce((SELECT jsonb_agg(who ORDER BY id) FROM waiver_step "
        "WHERE waiver_id = waiver.id AND kind IN ('approved', 'named as approver')), '[]'::jsonb)"
    )
    op.alter_column("waiver", "approved_by", server_default=None)
    op.alter_column("waiver", "created_at", server_default=sa.text("now()"))
    op.drop_index("ix_waiver_expires_at", table_name="waiver")
    op.drop_index("ix_waiver_gate", table_name="waiver")
    for column in ("requested_by", "retest", "sites"):
        op.drop_column("waiver", column)
    op.drop_index("ix_waiver_step_waiver_id", table_name="waiver_step")
    op.drop_table("waiver_step")
