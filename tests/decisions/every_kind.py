"""Evidence and criteria of every kind that the plain set of ``phase_evidence`` leaves out."""

from dataclasses import replace
from typing import Any

from phase_evidence import HEALTH, LINK, NOW, criteria, passes, phase, units, value

from gatehouse.model.evidence import PhaseEvidence, SignOff, WordRow

BASELINE = [
    {"title": "BMC", "reading": "firmware", "parts": "host", "revisions": {"EVT": "6.*", "DVT": ["7.10", "7.2*"]},
     "source": "test"},
    {"title": "NIC", "reading": "fw", "parts": "hca*", "count": 2, "revisions": {"DVT": {"at_least": "28.39"}},
     "source": "test"},
]  # fmt: skip
REQUIREMENTS = [
    {"id": "healthy", "text": "It is healthy.", "source": "test", "due": "EVT", "verified_by": [HEALTH]},
    {"id": "linked", "text": "It is linked.", "source": "test", "verified_by": [HEALTH, LINK]},
    {"id": "later", "text": "It lasts.", "source": "test", "due": "RAMP"},
]
MATURITY: dict[str, Any] = {"kind": "maturity", "baseline": BASELINE}
REQUIRED: dict[str, Any] = {"kind": "requirements", "requirements": REQUIREMENTS, "planned": [HEALTH, LINK]}
SITES: dict[str, Any] = {"kind": "sites_qualified", "at_least": 1, "units_each": 3}
SDC: dict[str, Any] = {"kind": "sdc_rate", "diagnostics": [HEALTH], "at_most_per_device_hour": 1.0}
SHARE: dict[str, Any] = {
    "kind": "performance", "reading": "rate_tflops", "share_of_peak_at_least": 0.8, "peak": 100.0,
}  # fmt: skip
GAUGE: dict[str, Any] = {
    "kind": "gauge", "reading": "rate_tflops", "repeats_at_least": 2, "parts_at_least": 4, "categories_at_least": 5,
}  # fmt: skip
REST = criteria(MATURITY, REQUIRED, SITES, SDC, SHARE, GAUGE)


def whole(count: int = 4) -> PhaseEvidence:
    """A build that meets every criterion of REST: every unit measured twice, everything mature."""
    names = units(count)
    rows = [
        *passes(names, (HEALTH, LINK)),
        *passes(names, (HEALTH, LINK), first_id=101, round_id="r2", day=1),
    ]
    last = {r.unit: r.result_id for r in rows if r.round_id == "r2" and r.diagnostic == HEALTH}
    each = [r for r in rows if r.diagnostic == HEALTH]
    rates = {r.result_id: 85.0 + 0.5 * names.index(r.unit) + 0.01 * (r.round_id == "r2") for r in each}
    return phase(
        names,
        rows,
        (HEALTH, LINK),
        values={"rate_tflops": tuple(value(i, u, rates[i]) for u, i in last.items())},
        history={
            "rate_tflops": tuple(value(r.result_id, r.unit, rates[r.result_id]) for r in each),
            f"{HEALTH}.duration_s": tuple(value(r.result_id, r.unit, 3600.0, "host") for r in each),
        },
        words={
            "firmware": tuple(WordRow(i, u, "host", "7.10") for u, i in last.items()),
            "fw": tuple(WordRow(i, u, f"hca{n}", "28.40.1000") for u, i in last.items() for n in range(2)),
        },
    )


def reworded(evidence: PhaseEvidence, reading: str, unit: str, word: str | None) -> PhaseEvidence:
    """The evidence with another revision of a unit; None leaves it out."""
    kept = tuple(w for w in evidence.words[reading] if w.unit != unit or word is not None)
    changed = tuple(replace(w, word=word) if w.unit == unit and word is not None else w for w in kept)
    return replace(evidence, words={**evidence.words, reading: changed})


def signed(role: str, who: str, digest: str, **changes: Any) -> SignOff:
    """An approval, as of now."""
    plain: dict[str, Any] = {"approved": True, "comment": "", "at": NOW}
    return SignOff(who=who, role=role, evidence_digest=digest, **{**plain, **changes})
