"""A gate's way to its rows, and what a decision rested on"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

# What the round says is written into each of its results, whoever inserts it. A round never changes its gate.
_FILL = """
CREATE FUNCTION result_of_gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT program, phase INTO NEW.program, NEW.phase FROM round WHERE id = NEW.round_id;
  RETURN NEW;
END $$;
CREATE TRIGGER result_of_gate BEFORE INSERT OR UPDATE OF round_id, program, phase ON result
FOR EACH ROW EXECUTE FUNCTION result_of_gate();
"""
_AT = sa.text("coalesce(started_at, recorded_at)")


def upgrade() -> None:
    op.add_column("result", sa.Column("program", sa.Text(), nullable=True))
    op.add_column("result", sa.Column("phase", sa.Text(), nullable=True))
    op.execute("UPDATE result SET program = r.program, phase = r.phase FROM round r WHERE r.id = round_id")
    op.alter_column("result", "program", nullable=False)
    op.alter_column("result", "phase", nullable=False)
    op.execute(_FILL)
    op.create_unique_constraint("round_and_its_gate", "round", ["id", "program", "phase"])
    op.create_foreign_key(
        "result_is_of_its_rounds_gate", "result", "round", ["round_id", "program", "phase"], ["id", "program", "phase"]
    )
    op.drop_constraint("result_round_id_fkey", "result", type_="foreignkey")
    op.create_index("ix_result_gate", "result", ["program", "phase", "serial", "diagnostic", _AT, "id"])
    op.create_index(
        "ix_result_fault", "result", ["program", "phase", "serial"], postgresql_where=sa.text("verdict = 'FAIL'")
    )
    op.create_table(
        "snapshot",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.add_column("decision", sa.Column("snapshot", sa.Text(), nullable=True))
    op.create_foreign_key("decision_snapshot_fkey", "decision", "snapshot", ["snapshot"], ["sha256"])


def downgrade() -> None:
    op.drop_constraint("decision_snapshot_fkey", "decision", type_="foreignkey")
    op.drop_column("decision", "snapshot")
    op.drop_table("snapshot")
    op.drop_index("ix_result_fault", table_name="result")
    op.drop_index("ix_result_gate", table_name="result")
    op.create_foreign_key("result_round_id_fkey", "result", "round", ["round_id"], ["id"])
    op.drop_constraint("result_is_of_its_rounds_gate", "result", type_="foreignkey")
    op.drop_constraint("round_and_its_gate", "round", type_="unique")
    op.execute("DROP TRIGGER result_of_gate ON result")
    op.execute("DROP FUNCTION result_of_gate()")
    op.drop_column("result", "phase")
    op.drop_column("result", "program")
