"""Files what a gate looks at beside its results: readings, answers, waivers with their steps, records."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

from any_criteria import DURATION
from any_evidence import NOW
from sqlalchemy import insert

from gatehouse.model.evidence import PhaseEvidence
from gatehouse.model.records import Disposition
from gatehouse.model.waivers import StepKind, Waiver
from gatehouse.store.tables import (
    AttestationRow,
    DispositionRow,
    ObservationRow,
    ReadingRow,
    SignOffRow,
    WaiverRow,
    WaiverStepRow,
)

_said = count(1)


def file_beside(session: Any, evidence: PhaseEvidence) -> None:
    """All that stands beside the results; durations stand in these."""
    readings = list(_readings(evidence))
    if readings:
        session.execute(insert(ReadingRow), readings)
    gate = {"program": evidence.program, "phase": evidence.phase.value}
    for s in evidence.sign_offs:
        session.execute(insert(SignOffRow).values(**gate, source=_source(), who=s.who, role=s.role, comment=s.comment,
                                                  approved=s.approved, evidence_digest=s.evidence_digest,
                                                  at=s.at))  # fmt: skip
    for waiver in evidence.waivers:
        session.execute(insert(WaiverRow).values(**gate, **_waiver(waiver)))
        session.execute(insert(WaiverStepRow), list(_steps(waiver)))
    _records(session, evidence)


def _readings(evidence: PhaseEvidence) -> Iterator[dict[str, Any]]:
    """Numbers and words, each once, whether criteria look at the latest or at all of them."""
    tables = (evidence.values, evidence.history)
    numbers = {(n, v) for said in tables for n, vs in said.items() for v in vs if n != DURATION}
    for name, v in numbers:
        yield {"result_id": v.result_id, "part": v.part, "name": name, "number": v.value, "word": None, "unit": ""}
    for name, words in evidence.words.items():
        for w in words:
            yield {"result_id": w.result_id, "part": w.part, "name": name, "number": None, "word": w.word, "unit": ""}


def _source() -> str:
    return f"a test, {next(_said)}"


def _waiver(waiver: Waiver) -> dict[str, Any]:
    names = ("id", "criterion", "owner", "requested_by", "reason", "containment", "retest", "expires_at")
    said = {name: getattr(waiver, name) for name in names}
    return {**said, "units": list(waiver.units), "sites": list(waiver.sites), "created_at": NOW}


def _steps(waiver: Waiver) -> Iterator[dict[str, Any]]:
    """Asked for, signed, a warning that changes nothing, and its end."""
    steps = [(StepKind.REQUESTED, waiver.requested_by, "", "please", NOW - timedelta(hours=9))]
    steps += [(StepKind.APPROVED, a.who, a.role, "fine", NOW - timedelta(hours=8)) for a in waiver.approved_by]
    steps.append((StepKind.WARNED, waiver.owner, "", "", NOW - timedelta(hours=7)))
    end = waiver.ended
    steps += [(end.kind, end.who, end.role, end.text, end.at)] if end else []
    for kind, who, role, text, at in steps:
        yield {"waiver_id": waiver.id, "kind": kind.value, "who": who, "role": role, "text": text, "at": at,
               "source": _source()}  # fmt: skip


def _records(session: Any, evidence: PhaseEvidence) -> None:
    """What people and schedulers said. Attestations and dispositions were said before, and otherwise."""
    gate = {"program": evidence.program, "phase": evidence.phase.value}
    for a in evidence.records.attestations:
        for link in ("https://an-old-one", a.link):
            session.execute(insert(AttestationRow).values(**gate, about=a.about, who=a.who, link=link, at=a.at,
                                                          note="", withdrawn=False))  # fmt: skip
    for o in evidence.records.observations:
        session.execute(insert(ObservationRow).values(program=evidence.program, source=o.source, who="me", at=o.at,
                                                      jobs=o.jobs, reservations=o.reservations))  # fmt: skip
    for d in evidence.records.dispositions:
        for word, certificate in ((Disposition.SPARE, ""), (d.disposition, d.erase_certificate)):
            session.execute(insert(DispositionRow).values(program=evidence.program, serial=d.unit, who=d.who, at=d.at,
                                                          disposition=word.value, note="",
                                                          erase_certificate=certificate,
                                                          held_no_data=d.held_no_data))  # fmt: skip
