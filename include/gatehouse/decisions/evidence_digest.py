"""A fingerprint of what a gate's answer rests on: equal digests, equal evidence."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from typing import Any

from gatehouse.catalog.criteria import Attested, CriteriaSet
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.model.evidence import ValueRow, Waiver
from gatehouse.model.records import Records


def evidence_digest(index: EvidenceIndex, criteria: CriteriaSet) -> str:
    """SHA-256 (hex) over canonical JSON of build, plan, rows, values, rounds, waivers and criteria.

    The moment of the question and the sign-offs are left out: asking again, or signing, changes no evidence.
    """
    evidence = index.evidence
    stored = {row.result_id for row in index.rows}
    document: dict[str, Any] = {
        "program": evidence.program,
        "phase": evidence.phase,
        "units": index.units,
        "diagnostics": index.diagnostics,
        "rows": sorted(
            (r.result_id, r.round_id, r.unit, r.site, r.diagnostic, r.measured, r.verdict, r.severity,
             r.at.isoformat(), index.sound_round(r), r.set_aside)
            for r in index.rows
        ),
        "rounds": sorted((state.round_id, state.admissible) for state in index.rounds.values()),
        "values": _numbers(evidence.values, stored),
        "history": _numbers(evidence.history, stored),
        "words": {
            name: sorted({(w.result_id, w.unit, w.part, w.word) for w in words if w.result_id in stored})
            for name, words in evidence.words.items()
        },
        "waivers": sorted(map(_waiver, set(evidence.waivers))),
        "criteria": criteria.model_dump(mode="json"),
    }  # fmt: skip
    records = _asked_for(evidence.records, criteria)
    if records != Records():
        document["records"] = _records(records)
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _numbers(readings: Mapping[str, tuple[ValueRow, ...]], stored: Collection[int]) -> dict[str, list[Any]]:
    return {
        name: sorted({(v.result_id, v.unit, v.part, v.value) for v in values if v.result_id in stored})
        for name, values in readings.items()
    }


def _asked_for(records: Records, criteria: CriteriaSet) -> Records:
    """The records without attestations that belong to the phase's entry."""
    asked = {criterion.id for criterion in criteria.criteria if isinstance(criterion, Attested)}
    return replace(records, attestations=tuple(a for a in records.attestations if a.about in asked))


def _records(records: Records) -> dict[str, list[Any]]:
    """Each kind of record as rows of words, whatever their order."""
    return {
        field.name: sorted(
            {json.dumps(asdict(row), sort_keys=True, default=_moment) for row in getattr(records, field.name)}
        )
        for field in fields(records)
    }


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


def _waiver(waiver: Waiver) -> tuple[Any, ...]:
    said = (waiver.criterion, waiver.owner, waiver.reason, waiver.containment, waiver.expires_at.isoformat())
    return (waiver.id, *said, sorted(set(waiver.approved_by)), sorted(set(waiver.units)))
