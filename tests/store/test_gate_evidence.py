"""What a gate's queries fetch from a real PostgreSQL, held against all rows of the same phase."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from any_evidence import (
    CRITERIA,
    HOURS,
    MANDATORY,
    NOW,
    ROUNDS,
    SITES,
    SPEED,
    UNITS,
    VERSION,
    Die,
    dice,
    evidence_of,
    rows_and_rounds,
)
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine, insert

from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.evidence_reduction import reduce
from gatehouse.decisions.gates import evaluate
from gatehouse.local.postgres import Server
from gatehouse.model.evidence import EvidenceRow, PhaseEvidence, WantedReadings
from gatehouse.model.hosts import Endpoint, Host
from gatehouse.model.status import Measured, Phase, Verdict
from gatehouse.store.engine import migrate, one_moment, open_store, transaction
from gatehouse.store.evidence import phase_evidence
from gatehouse.store.plain_reading import reading
from gatehouse.store.tables import (
    ReadingRow,
    ResultRow,
    RoundRow,
    RoundUnitRow,
    SetAsideRow,
    SignOffRow,
    WaiverRow,
)

WANTED = WantedReadings(frozenset({SPEED}), frozenset({HOURS}), frozenset({VERSION}))
_programs, _results = count(1), count(1_000_000)


@pytest.fixture(scope="module")
def engine(postgres_server: Server) -> Iterator[Engine]:
    """One store for all phases that are drawn: each has a program of its own, on the same units."""
    name = "gate_evidence"
    postgres_server.create_database(name)
    opened = open_store(postgres_server.url(name))
    migrate(opened)
    yield opened
    opened.dispose()
    postgres_server.drop_database(name)


@dataclass
class Filed:
    """A phase in the store, and the same phase with all its rows."""

    engine: Engine
    everything: PhaseEvidence

    def fetched(self) -> PhaseEvidence:
        """What the gate's queries find of it."""
        evidence = self.everything
        hosts = [_host(serial, evidence.program) for serial in evidence.units]
        with transaction(self.engine) as session:
            cursor = one_moment(session)
            return phase_evidence(cursor, evidence.program, Phase.DVT, hosts, MANDATORY, WANTED, evidence.now)


def _host(serial: str, program: str) -> Host:
    site = {"u0": "hall"}.get(serial, "lab")
    return Host(serial, serial, "sku", site, program, "DVT", Endpoint("127.0.0.1", 22, "ssh-ed25519 AAAA"), "lab")


def file(engine: Engine, die: Die, rounds: Sequence[str] = ROUNDS) -> Filed:
    """A phase that the die draws, in the store. Some units move between sites, but a round meets each at one."""
    program = f"p{next(_programs)}"
    rows, summaries = rows_and_rounds(die, rounds)
    sites = {(s.round_id, u): "lab" if die.fine() else die.one_of(*SITES) for s in summaries for u in s.units}
    with transaction(engine) as session:
        base = (
            session.scalar(insert(RoundRow).values(**_round(program, "EVT", "before")).returning(RoundRow.number)) or 0
        )
        _noise(session, program)
        for number, summary in enumerate(summaries, start=base + 1):
            judged = {"judged_at": summary.at, "admissible": summary.admissible}
            problems = [{"text": text, "blocking": True} for text in summary.problems]
            name = f"{program}-{summary.round_id}"
            session.execute(
                insert(RoundRow).values(**{**_round(program, "DVT", summary.round_id), "number": number, **judged},
                                        problems=problems)
            )  # fmt: skip
            session.execute(
                insert(RoundUnitRow),
                [_unit(name, unit, sites[summary.round_id, unit]) for unit in summary.units],
            )
        placed = [replace(r, round_id=f"{program}-{r.round_id}", site=sites[r.round_id, r.unit]) for r in rows]
        stored = _store(session, placed)
        evidence = evidence_of(die, stored, [replace(s, round_id=f"{program}-{s.round_id}") for s in summaries])
        evidence = replace(evidence, program=program)
        _store_beside(session, evidence)
    return Filed(engine, evidence)


def _round(program: str, phase: str, name: str) -> dict[str, Any]:
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


def _expected(filed: Filed) -> PhaseEvidence:
    evidence = filed.everything
    return replace(evidence, waivers=tuple(replace(w, id=_waiver_id(evidence, w.id)) for w in evidence.waivers))


PROPERTY = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(dice)
@PROPERTY
def test_the_store_gives_what_matters(engine: Engine, die: Die) -> None:
    """It should find by its indexes what reading every row would have kept, and decide alike."""
    filed = file(engine, die)
    fetched, expected = filed.fetched(), _expected(filed)
    assert reduce(fetched) == reduce(expected)
    assert evaluate(fetched, CRITERIA) == evaluate(expected, CRITERIA)


@given(dice)
@settings(PROPERTY, max_examples=20)
def test_the_number_of_rounds_hardly_matters(engine: Engine, die: Die) -> None:
    """It should fetch a handful of rows of each unit and diagnostic beside faults and told hours."""
    filed = file(engine, Die(die.random, 0.95), tuple(f"r{number}" for number in range(40)))
    fetched = filed.fetched()
    told = {value.result_id for values in fetched.history.values() for value in values}
    faults = [r for r in fetched.rows if r.measured is Measured.COMPLETE and r.verdict is Verdict.FAIL]
    pairs = {(row.unit, row.diagnostic) for row in fetched.rows}
    others = [row for row in fetched.rows if row.result_id not in told]
    assert len(others) <= 6 * len(pairs) + 2 * len(faults) + len(SITES)


def test_an_empty_phase_is_no_evidence(engine: Engine) -> None:
    """It should find nothing of a program that nobody measured, and of a build without units."""
    nothing = Filed(engine, PhaseEvidence("nobody", Phase.DVT, NOW, UNITS, MANDATORY)).fetched()
    assert (nothing.rows, nothing.rounds, nothing.waivers) == ((), (), ())
    assert Filed(engine, PhaseEvidence("nobody", Phase.DVT, NOW, (), MANDATORY)).fetched().rows == ()


@given(dice)
@settings(PROPERTY, max_examples=10)
def test_the_driver_alone_reads_the_same(engine: Engine, die: Die) -> None:
    """It should give the shell the same evidence as everybody else, and let it write nothing."""
    filed = file(engine, die)
    hosts = [_host(serial, filed.everything.program) for serial in UNITS]
    with reading(engine.url.render_as_string(hide_password=False)) as cursor:
        alone = phase_evidence(cursor, filed.everything.program, Phase.DVT, hosts, MANDATORY, WANTED, NOW)
        with pytest.raises(Exception, match="read-only transaction"), closing(cursor):
            cursor.execute("DELETE FROM waiver")
    assert alone == filed.fetched()


def test_a_result_belongs_to_the_gate_of_its_round(engine: Engine) -> None:
    """It should write the round's program and phase into a result, whatever an inserter says, and hold them there."""
    with transaction(engine) as session:
        session.execute(insert(RoundRow).values(**_round("owner", "PVT", "one")))
        said = {"round_id": "owner-one", "program": "thief", "phase": "EVT", "serial": "u0", "diagnostic": "nic_link",
                "measured": "COMPLETE", "verdict": "PASS", "action": "NONE", "reason": ""}  # fmt: skip
        row = session.execute(insert(ResultRow).values(**said).returning(ResultRow.program, ResultRow.phase)).one()
    assert tuple(row) == ("owner", "PVT")


def test_a_round_that_is_judged_again_changes_the_digest(engine: Engine) -> None:
    """It should follow a later judgement of a round, and a row that is set aside, without being told."""
    filed = file(engine, Die(Random(5), 1.0))
    digests = [evaluate(filed.fetched(), CRITERIA).evidence_digest]
    newest = EvidenceIndex(filed.fetched()).rows[-1]
    with transaction(engine) as session:
        session.execute(RoundRow.__table__.update().where(RoundRow.id == newest.round_id).values(admissible=False))
    digests.append(evaluate(filed.fetched(), CRITERIA).evidence_digest)
    with transaction(engine) as session:
        session.execute(insert(SetAsideRow).values(result_id=newest.result_id, who="me", reason="a loose cable"))
    digests.append(evaluate(filed.fetched(), CRITERIA).evidence_digest)
    assert len(set(digests)) == 3
    assert evaluate(filed.fetched(), CRITERIA).evidence_digest == digests[-1]
