"""A fingerprint of what a gate's answer rests on: equal digests, equal evidence."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.model.evidence import ValueRow, Waiver

_WORDS: Any = {"title": True, "notes": True, "criteria": {"__all__": {"title", "source", "note"}}}


def evidence_digest(index: EvidenceIndex, criteria: CriteriaSet) -> str:
    """SHA-256 (hex) over canonical JSON of build, plan, rows, values, rounds, waivers and criteria.

    The moment of the question and the sign-offs are left out: asking again, or signing, changes no evidence. So are the
    words of the criteria: a better title takes nobody's signature away, another number does.
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
        "criteria": criteria.model_dump(mode="json", exclude=_WORDS),
    }  # fmt: skip
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _numbers(readings: Mapping[str, tuple[ValueRow, ...]], stored: Collection[int]) -> dict[str, list[Any]]:
    return {
        name: sorted({(v.result_id, v.unit, v.part, v.value) for v in values if v.result_id in stored})
        for name, values in readings.items()
    }


def _waiver(waiver: Waiver) -> tuple[Any, ...]:
    said = (waiver.criterion, waiver.owner, waiver.reason, waiver.containment, waiver.expires_at.isoformat())
    return (waiver.id, *said, sorted(set(waiver.approved_by)), sorted(set(waiver.units)))
