"""A phase that chance draws, in a real PostgreSQL, and the same phase with all its rows: ``file`` makes both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

from any_criteria import CRITERIA, DURATION, MANDATORY, OF_DVT, UNITS
from any_evidence import HOME, NOW, ROUNDS, SITES, Die, evidence_of, rows_and_rounds
from filed_beside import file_beside
from sqlalchemy import Engine, insert

from gatehouse.model.evidence import EvidenceRow, PhaseEvidence
from gatehouse.model.hosts import Endpoint, Host
from gatehouse.model.status import Phase
from gatehouse.operations.gate_evidence import GateQuestion
from gatehouse.store.engine import one_moment, transaction
from gatehouse.store.tables import ResultRow, RoundRow, RoundUnitRow, SetAsideRow

CRITERIA_OF = {Phase.DVT: OF_DVT, Phase.EOL: CRITERIA}
_programs, _results = count(1), count(1_000_000)


@dataclass
class Filed:
    """A phase in the store, and the same phase with all its rows."""

    engine: Engine
    everything: PhaseEvidence

    def fetched(self) -> PhaseEvidence:
        """What the gate's queries find of it; of phases before it others tell."""
        with transaction(self.engine) as session:
            found = self.question.evidence(one_moment(session), self.everything.now)
        return replace(found, earlier=self.everything.earlier)

    @property
    def question(self) -> GateQuestion:
        """The question of its gate, with every kind of criterion that its phase may ask."""
        asked = self.everything
        build = tuple(host(serial, asked.program) for serial in UNITS if serial in asked.units)
        return GateQuestion(asked.program, asked.phase, CRITERIA_OF[asked.phase], MANDATORY, build)


def host(serial: str, program: str) -> Host:
    """A host of the build."""
    site = {"u0": "hall"}.get(serial, "lab")
    return Host(serial, serial, "sku", site, program, "DVT", Endpoint("127.0.0.1", 22, "ssh-ed25519 AAAA"), "lab")


def file(engine: Engine, die: Die, rounds: Sequence[str] = ROUNDS, phase: Phase = Phase.DVT) -> Filed:
    """A phase that the die draws, in the store. Some units move between sites, but a round meets each at one."""
    program = f"p{next(_programs)}"
    rows, summaries = rows_and_rounds(die, rounds)
    sites = {(s.round_id, u): HOME[u] if die.fine() else die.one_of(*SITES) for s in summaries for u in s.units}
    placed = [
        replace(r, result_id=next(_results), round_id=f"{program}-{r.round_id}", site=sites[r.round_id, r.unit])
        for r in rows
    ]
    renamed = [replace(s, round_id=f"{program}-{s.round_id}") for s in summaries]
    ever = {*UNITS, *(unit for summary in summaries for unit in summary.units)}
    units = tuple(sorted(ever)) if phase is Phase.EOL else UNITS  # the end of a program is the end of all its units
    criteria = CRITERIA_OF[phase]
    evidence = evidence_of(
        die, placed, renamed, criteria, program=program, units=units, waivers_from=_waiver_id(program)
    )
    with transaction(engine) as session:
        _noise(session, program)
        for number, summary in enumerate(renamed, start=1):
            judged = {"judged_at": summary.at, "admissible": summary.admissible, "number": number,
                      "problems": [{"text": text, "blocking": True} for text in summary.problems]}  # fmt: skip
            name = summary.round_id.removeprefix(f"{program}-")
            session.execute(insert(RoundRow).values(**round_values(program, phase, name) | judged))
            visits = [_unit(summary.round_id, unit, sites[name, unit]) for unit in summary.units]
            session.execute(insert(RoundUnitRow), visits)
        _store(session, evidence)
        file_beside(session, evidence)
    return Filed(engine, evidence)


def round_values(program: str, phase: str, name: str) -> dict[str, Any]:
    """A round that was opened."""
    return {"id": f"{program}-{name}", "program": program, "phase": phase, "plan": "dvt", "number": 1,
            "requested_by": "me", "reason": "", "spec": {}}  # fmt: skip


def _unit(round_id: str, serial: str, site: str) -> dict[str, Any]:
    return {"round_id": round_id, "serial": serial, "host": serial, "site": site, "sku": "sku"}


def _store(session: Any, evidence: PhaseEvidence) -> None:
    """The rows, with how long they took. Half of them tell their time by when they were recorded."""
    took = {said.result_id: said.value for said in evidence.history[DURATION]}
    if evidence.rows:
        session.execute(insert(ResultRow), [_result(row, took.get(row.result_id)) for row in evidence.rows])
        session.execute(insert(SetAsideRow), [line for row in evidence.rows for line in _aside(row)])


def _result(row: EvidenceRow, took: float | None) -> dict[str, Any]:
    began = row.at if row.result_id % 2 else None
    return {"id": row.result_id, "round_id": row.round_id, "serial": row.unit, "diagnostic": row.diagnostic,
            "measured": row.measured, "verdict": row.verdict, "severity": row.severity, "action": "NONE",
            "reason": row.reason, "duration_s": took, "started_at": began,
            "recorded_at": row.at + timedelta(hours=5 if began else 0)}  # fmt: skip


def _aside(row: EvidenceRow) -> list[dict[str, Any]]:
    """What was said of a row: it is set aside, perhaps again, or it was for a while."""
    keys = ("released_by", "release_reason", "released_at")
    said = {"result_id": row.result_id, "who": "me", "reason": "looked wrong"}
    released = {**said, **dict(zip(keys, ("me", "it was right", NOW), strict=True))}
    standing = {**said, **dict.fromkeys(keys)}
    again = [released] if row.result_id % 2 else []
    return [*again, standing] if row.set_aside else again


def _noise(session: Any, program: str) -> None:
    """The same units failed in the phase before: that is no evidence of this one."""
    session.execute(insert(RoundRow).values(**round_values(program, "EVT", "before")))
    session.execute(insert(RoundUnitRow), [_unit(f"{program}-before", unit, "cellar") for unit in UNITS])
    session.execute(
        insert(ResultRow),
        [{"round_id": f"{program}-before", "serial": unit, "diagnostic": diagnostic, "measured": "COMPLETE",
          "verdict": "FAIL", "action": "NONE", "reason": "long ago", "started_at": NOW} for unit in UNITS
         for diagnostic in MANDATORY],
    )  # fmt: skip


def _waiver_id(program: str) -> int:
    return int(program.removeprefix("p")) * 10
