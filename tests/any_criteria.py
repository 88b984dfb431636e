"""Criteria of every kind, with thresholds that small phases meet sometimes and miss sometimes."""

from typing import Any

from gatehouse.catalog.criteria import OF_PHASE_OUT, CriteriaSet
from gatehouse.model.status import Phase

UNITS, FOREIGN = ("u0", "u1", "u2"), "x9"
MANDATORY, EXTRA = ("accelerator_health", "nic_link"), "kernel_log"
SPEED, HOURS, VERSION = "busbw_gbps", "soak_hours", "driver"
OLD, MATURE, UNLISTED = "535.0", ("550.1", "550.2"), "999"
DURATION = f"{MANDATORY[0]}.duration_s"
ROLES = ("quality engineer", "test engineering lead")
SOURCE = "slurm"
_BASELINE = {
    "title": "driver", "reading": VERSION, "parts": "gpu*", "source": "a test",
    "revisions": {"EVT": OLD, "DVT": ["550.*"]},
}  # fmt: skip
_REQUIREMENTS = [
    {"id": "healthy", "text": "It is healthy.", "source": "a test", "due": "EVT", "verified_by": [MANDATORY[0]]},
    {"id": "linked", "text": "It is linked.", "source": "a test", "verified_by": list(MANDATORY)},
]
_STUDY: dict[str, Any] = {"kind": "gauge", "reading": SPEED, "repeats_at_least": 2, "parts_at_least": 3}
_SPEEDS: dict[str, Any] = {"kind": "performance", "reading": SPEED, "coverage": 0.6, "confidence": 0.6}
_SDC: dict[str, Any] = {"kind": "sdc_rate", "at_most_per_device_hour": 0.5, "confidence": 0.6}
_MTBF: dict[str, Any] = {"kind": "mtbf", "at_least_hours": 8.0, "confidence": 0.6}
KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "units_tested", "at_least": 2},
    {"kind": "coverage", "at_least": 0.8},
    {"kind": "first_pass_yield", "at_least": 0.4, "confidence": 0.8},
    {"kind": "final_yield", "at_least": 0.4, "confidence": 0.8},
    {"kind": "success_run", "reliability": 0.4, "confidence": 0.8, "allowed_failures": 1},
    {"kind": "no_open_issues"},
    {"kind": "data_quality"},
    {"kind": "fresh", "max_age_days": 0.3},
    {**_SPEEDS, "id": "performance", "at_least": 300.0, "units_at_least": 2},
    {**_SPEEDS, "id": "performance_at_most", "at_most": 600.0},
    {**_SPEEDS, "id": "performance_cpk", "cpk_at_least": 0.5, "lower_limit": 200.0, "upper_limit": 700.0},
    {**_SPEEDS, "id": "performance_cv", "cv_at_most": 0.3},
    {**_SPEEDS, "id": "performance_share", "share_of_peak_at_least": 0.5, "peak": 600.0},
    {**_SPEEDS, "id": "performance_gauged", "at_least": 300.0, "needs_gauge": True},
    {**_STUDY, "id": "gauge"},
    {**_STUDY, "id": "gauge_of_tolerance", "lower_limit": 200.0, "upper_limit": 700.0, "conditional": True,
     "categories_at_least": None},
    {**_MTBF, "id": "mtbf"},
    {**_MTBF, "id": "mtbf_by_reading", "hours_reading": HOURS},
    {**_SDC, "id": "sdc_rate", "diagnostics": [MANDATORY[0]]},
    {**_SDC, "id": "sdc_by_reading", "diagnostics": [MANDATORY[1], EXTRA], "reading": HOURS, "devices": 2},
    {"kind": "maturity", "baseline": [_BASELINE]},
    {"kind": "requirements", "requirements": _REQUIREMENTS, "planned": list(MANDATORY)},
    {"kind": "sites", "at_least": 2},
    {"kind": "sites_qualified", "at_least": 1, "units_each": 2},
    {"kind": "soak_days", "at_least": 0.3},
    {"kind": "sign_offs", "roles": list(ROLES)},
    {"kind": "workloads_moved", "for_days": 1.0, "observed_every_days": 0.6, "sources": [SOURCE]},
    {"kind": "reservations_zero", "observed_every_days": 0.6, "sources": [SOURCE]},
    {"kind": "dispositioned"},
    {"kind": "attested"},
)  # fmt: skip
BY_ID = {kind.get("id", kind["kind"]): kind for kind in KINDS}


def asked(*kinds: dict[str, Any], phase: Phase = Phase.EOL) -> CriteriaSet:
    """A set of criteria, by default of EOL: the one phase in which every kind may be asked."""
    criteria = [{"id": kind["kind"], "source": "a test", **kind} for kind in kinds]
    return CriteriaSet.model_validate({"title": "an exit", "phase": phase, "criteria": criteria})


CRITERIA = asked(*KINDS)
_LATE = {criterion.kind for criterion in CRITERIA.criteria if isinstance(criterion, OF_PHASE_OUT)}
OF_DVT = asked(*(kind for kind in KINDS if kind["kind"] not in _LATE), phase=Phase.DVT)
