# ruff: noqa: S608 -- put together from constants
"""A gate's way to its rows, and what a decision rested on"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
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
_PAIR = "program, phase, serial, diagnostic"
_SAID = "round_id, measured, verdict, severity, reason"


def _ends(source: str, is_latest: bool) -> str:
    """Of each pair in ``source`` the first or the latest result, for ``pair_end``."""
    order = f"{_PAIR}, coalesce(started_at, recorded_at) DESC, id DESC" if is_latest else (
        f"{_PAIR}, coalesce(started_at, recorded_at), id"
    )  # fmt: skip
    return f"""
  INSERT INTO pair_end AS stands ({_PAIR}, is_latest, result_id, at, {_SAID})
  SELECT DISTINCT ON ({_PAIR}) {_PAIR}, {is_latest}, id, coalesce(started_at, recorded_at), {_SAID}
  FROM {source} ORDER BY {order}
  ON CONFLICT ({_PAIR}, is_latest) DO UPDATE SET result_id = excluded.result_id, at = excluded.at,
    round_id = excluded.round_id, measured = excluded.measured, verdict = excluded.verdict,
    severity = excluded.severity, reason = excluded.reason
  WHERE (excluded.at, excluded.result_id) {">" if is_latest else "<"} (stands.at, stands.result_id);
"""


# Rows are added, and then the first and the latest of a pair are only compared with them. Nothing of ours changes or
# removes a result; should somebody do so by hand, the pairs in question are looked up anew.
_KEEP_STANDING = f"""
CREATE FUNCTION pair_end_after_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{_ends("added", is_latest=False)}{_ends("added", is_latest=True)}
  RETURN NULL;
END $$;
CREATE TRIGGER pair_end_after_insert AFTER INSERT ON result REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION pair_end_after_insert();

CREATE FUNCTION pair_end_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  LOCK TABLE pair_end IN SHARE ROW EXCLUSIVE MODE;
  CREATE TEMPORARY TABLE touched ON COMMIT DROP AS SELECT DISTINCT {_PAIR} FROM removed;
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO touched SELECT DISTINCT {_PAIR} FROM added;
  END IF;
  DELETE FROM pair_end WHERE ({_PAIR}) IN (SELECT {_PAIR} FROM touched);
{_ends(f"(SELECT * FROM result WHERE ({_PAIR}) IN (SELECT {_PAIR} FROM touched)) AS again", is_latest=False)}
{_ends(f"(SELECT * FROM result WHERE ({_PAIR}) IN (SELECT {_PAIR} FROM touched)) AS again", is_latest=True)}
  DROP TABLE touched;
  RETURN NULL;
END $$;
CREATE TRIGGER pair_end_after_update AFTER UPDATE ON result REFERENCING OLD TABLE AS removed NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION pair_end_anew();
CREATE TRIGGER pair_end_after_delete AFTER DELETE ON result REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION pair_end_anew();

CREATE FUNCTION pair_end_of_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM pair_end;
  RETURN NULL;
END $$;
CREATE TRIGGER pair_end_after_truncate AFTER TRUNCATE ON result
FOR EACH STATEMENT EXECUTE FUNCTION pair_end_of_nothing();
"""


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
    _create_pair_end()
    op.create_table(
        "snapshot",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.add_column("decision", sa.Column("snapshot", sa.Text(), nullable=True))
    op.create_foreign_key("decision_snapshot_fkey", "decision", "snapshot", ["snapshot"], ["sha256"])


def _create_pair_end() -> None:
    words = ("program", "phase", "serial", "diagnostic")
    op.create_table(
        "pair_end",
        *(sa.Column(name, sa.Text(), nullable=False) for name in words),
        sa.Column("is_latest", sa.Boolean(), nullable=False),
        sa.Column("result_id", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("measured", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(*words, "is_latest"),
    )
    op.execute("ALTER TABLE pair_end SET (fillfactor = 50)")  # each round changes half of its rows, in place
    op.execute(_ends("result", is_latest=False))
    op.execute(_ends("result", is_latest=True))
    op.execute(_KEEP_STANDING)


def downgrade() -> None:
    op.drop_constraint("decision_snapshot_fkey", "decision", type_="foreignkey")
    op.drop_column("decision", "snapshot")
    op.drop_table("snapshot")
    for moment in ("insert", "update", "delete", "truncate"):
        op.execute(f"DROP TRIGGER pair_end_after_{moment} ON result")
    for function in ("pair_end_after_insert", "pair_end_anew", "pair_end_of_nothing"):
        op.execute(f"DROP FUNCTION {function}()")
    op.drop_table("pair_end")
    op.drop_index("ix_result_fault", table_name="result")
    op.drop_index("ix_result_gate", table_name="result")
    op.create_foreign_key("result_round_id_fkey", "result", "round", ["round_id"], ["id"])
    op.drop_constraint("result_is_of_its_rounds_gate", "result", type_="foreignkey")
    op.drop_constraint("round_and_its_gate", "round", type_="unique")
    op.execute("DROP TRIGGER result_of_gate ON result")
    op.execute("DROP FUNCTION result_of_gate()")
    op.drop_column("result", "phase")
    op.drop_column("result", "program")
