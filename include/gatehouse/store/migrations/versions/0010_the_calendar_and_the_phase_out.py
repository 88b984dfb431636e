"""The calendar and the phase-out"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attestation",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_attestation_gate", "attestation", ["program", "phase", "about", "id"])
    op.create_table(
        "entry_acceptance",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_entry_acceptance_gate", "entry_acceptance", ["program", "phase", "id"])
    op.create_table(
        "phase_entry",
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("conditional", sa.Boolean(), nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["program", "phase"], ["phase.program", "phase.phase"]),
        sa.PrimaryKeyConstraint("program", "phase"),
    )
    op.create_table(
        "slip_cause",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_slip_cause_gate", "slip_cause", ["program", "phase", "id"])
    op.create_table(
        "phase_out",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("successor", sa.Text(), nullable=False),
        sa.Column("last_time_buy", sa.Date(), nullable=True),
        sa.Column("support_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_phase_out_program", "phase_out", ["program", "id"])
    op.create_table(
        "observation",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("jobs", sa.Integer(), nullable=True),
        sa.Column("reservations", sa.Integer(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("jobs >= 0 AND reservations >= 0", name="no_fewer_than_none"),
        sa.CheckConstraint("jobs IS NOT NULL OR reservations IS NOT NULL", name="says_something"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_observation_program", "observation", ["program", "id"])
    op.create_table(
        "disposition",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("erase_certificate", sa.Text(), nullable=False),
        sa.Column("held_no_data", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_disposition_serial", "disposition", ["program", "serial", "id"])


def downgrade() -> None:
    for table in (
        "disposition",
        "observation",
        "phase_out",
        "slip_cause",
        "phase_entry",
        "entry_acceptance",
        "attestation",
    ):
        op.drop_table(table)
