"""A phase that chance draws, in a real PostgreSQL, and the same phase with all its rows: ``file`` makes both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

from any_evidence import HOURS, MANDATORY, NOW, ROUNDS, SITES, SPEED, UNITS, VERSION, Die, evidence_of, rows_and_rounds
from sqlalchemy import Engine, insert

from gatehouse.model.evidence import EvidenceRow, PhaseEvidence, WantedReadings
from gatehouse.model.hosts import Endpoint, Host
from gatehouse.model.status import Phase
from gatehouse.store.engine import one_moment, transaction
from gatehouse.store.evidence import phase_evidence
from gatehouse.store.tables import ReadingRow, ResultRow, RoundRow, RoundUnitRow, SetAsideRow, SignOffRow, WaiverRow

WANTED = WantedReadings(frozenset({SPEED}), frozenset({HOURS}), frozenset({VERSION}))
_programs, _results = count(1), count(1_000_000)


@dataclass
class Filed:
    """A phase in the store, and the same phase with all its rows."""

    engine: Engine
    everything: PhaseEvidence

    def fetched(self) -> PhaseEvidence:
        """What the gate's queries find of it."""
        evidence = self.everything
        hosts = [host(serial, evidence.program) for serial in evidence.units]
        with transaction(self.engine) as session:
            cursor = one_moment(session)
            return phase_evidence(cursor, evidence.program, Phase.DVT, hosts, MANDATORY, WANTED, evidence.now)


def host(serial: str, program: str) -> Host:
    """A host of the build."""
    site = {"u0": "hall"}.get(serial, "lab")
    return Host(serial, serial, "sku", site, program, "DVT", Endpoint("127.0.0.1", 22, "ssh-ed25519 AAAA"), "lab")


def file(engine: Engine, die: Die, rounds: Sequence[str] = ROUNDS) -> Filed:
    """A phase that the die draws, in the store. Some units move between sites, but a round meets each at one."""
    program = f"p{next(_programs)}"
    rows, summaries = rows_and_rounds(die, rounds)
    sites = {(s.round_id, u): "lab" if die.fine() else die.one_of(*SITES) for s in summaries for u in s.units}
    with transaction(engine) as session:
        session.execute(insert(RoundRow).values(**round_values(program, "EVT", "before")))
        _noise(session, program)
        for number, summary in enumerate(summaries, start=1):
            opened = round_values(program, "DVT", summary.round_id)
            judged = {"judged_at": summary.at, "admissible": summary.admissible, "number": number,
                      "problems": [{"text": text, "blocking": True} for text in summary.problems]}  # fmt: skip
            session.execute(insert(RoundRow).values(**opened | judged))
            units = [_unit(opened["id"], unit, sites[summary.round_id, unit]) for unit in summary.units]
            session.execute(insert(RoundUnitRow), units)
        placed = [replace(r, round_id=f"{program}-{r.round_id}", site=sites[r.round_id, r.unit]) for r in rows]
        stored = _store(session, placed)
        evidence = evidence_of(die, stored, [replace(s, round_id=f"{program}-{s.round_id}") for s in summaries])
        evidence = replace(evidence, program=program)
        _store_beside(session, evidence)
    return Filed(engine, evidence)


def round_values(program: str, phase: str, name: str) -> dict[str, Any]:
    """A round that was opened."""
    return {"id": f"{program}-{name}", "program": program, "phase": phase, "plan": "dvt", "number": 1,
            "requested_by": "me", "reason": "", "spec": {}}  # fmt: skip


def _unit(round_id: str, serial: str, site: str) -> dict[str, Any]:
    return {"round_id": round_id, "serial": serial, "host": serial, "site": site, "sku": "sku"}


def _store(session: Any, rows: Sequence[EvidenceRow]) -> list[EvidenceRow]:
    """Rows under ids of their own. Half of them tell their time by when they were recorded."""
    stored = [replace(row, result_id=next(_results)) for row in rows]
    if stored:
        session.execute(insert(ResultRow), [_result(row) for row in stored])
        session.execute(insert(SetAsideRow), [_aside(row) for row in stored])
    return stored


def _result(row: EvidenceRow) -> dict[str, Any]:
    began = row.at if row.result_id % 2 else None
    return {"id": row.result_id, "round_id": row.round_id, "serial": row.unit, "diagnostic": row.diagnostic,
            "measured": row.measured, "verdict": row.verdict, "severity": row.severity, "action": "NONE",
            "reason": row.reason, "started_at": began, "recorded_at": row.at + timedelta(hours=5 if began else 0),
            }  # fmt: skip


def _aside(row: EvidenceRow) -> dict[str, Any]:
    """A row that is set aside, or was for a while."""
    released = ("me", "it was right", NOW) if not row.set_aside else (None, None, None)
    keys = ("released_by", "release_reason", "released_at")
    return {"result_id": row.result_id, "who": "me", "reason": "looked wrong", **dict(zip(keys, released, strict=True))}


def _noise(session: Any, program: str) -> None:
    """The same units failed in the phase before: that is no evidence of this one."""
    session.execute(insert(RoundUnitRow), [_unit(f"{program}-before", unit, "cellar") for unit in UNITS])
    session.execute(
        insert(ResultRow),
        [{"round_id": f"{program}-before", "serial": unit, "diagnostic": diagnostic, "measured": "COMPLETE",
          "verdict": "FAIL", "action": "NONE", "reason": "long ago", "started_at": NOW} for unit in UNITS
         for diagnostic in MANDATORY],
    )  # fmt: skip


def _store_beside(session: Any, evidence: PhaseEvidence) -> None:
    numbers = [(name, v) for said in (evidence.values, evidence.history) for name, vs in said.items() for v in vs]
    readings = [
        {"result_id": v.result_id, "part": v.part, "name": name, "number": v.value, "word": None, "unit": ""}
        for name, v in numbers
    ] + [
        {"result_id": w.result_id, "part": w.part, "name": name, "number": None, "word": w.word, "unit": ""}
        for name, words in evidence.words.items() for w in words
    ]  # fmt: skip
    if readings:
        session.execute(insert(ReadingRow), readings)
    gate = {"program": evidence.program, "phase": "DVT"}
    for s in evidence.sign_offs:
        session.execute(insert(SignOffRow).values(**gate, source=f"{evidence.program}/{s.at}", who=s.who, role=s.role,
                                                  approved=s.approved, comment=s.comment, at=s.at,
                                                  evidence_digest=s.evidence_digest))  # fmt: skip
    for w in evidence.waivers:
        session.execute(insert(WaiverRow).values(**gate, id=_waiver_id(evidence, w.id), criterion=w.criterion,
                                                 owner=w.owner, reason=w.reason, containment=w.containment,
                                                 units=list(w.units), approved_by=list(w.approved_by),
                                                 expires_at=w.expires_at))  # fmt: skip


def _waiver_id(evidence: PhaseEvidence, number: int) -> int:
    return int(evidence.program.removeprefix("p")) * 10 + number


def expected(filed: Filed) -> PhaseEvidence:
    """The whole phase as the store holds it."""
    evidence = filed.everything
    return replace(evidence, waivers=tuple(replace(w, id=_waiver_id(evidence, w.id)) for w in evidence.waivers))
