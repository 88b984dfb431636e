"""Exit criteria: what a phase must show. One YAML file holds the set of one phase.

One file a family of criteria. Thresholds that nothing can fail, or nothing can pass, are refused when a file loads.
"""

from gatehouse.catalog.criteria.amounts import Coverage, Sites, SitesQualified, UnitsTested
from gatehouse.catalog.criteria.base import CriterionSpec
from gatehouse.catalog.criteria.condition import DataQuality, Fresh, NoOpenIssues, SoakDays
from gatehouse.catalog.criteria.criteria_set import EARLIER, SIGN_OFF, CriteriaSet, Criterion
from gatehouse.catalog.criteria.maturity import BaselineItem, Maturity, Revision
from gatehouse.catalog.criteria.performance import Gauge, Performance
from gatehouse.catalog.criteria.phase_out import (
    OF_PHASE_OUT,
    RECORDED,
    Attested,
    Dispositioned,
    ReservationsZero,
    WorkloadsMoved,
)
from gatehouse.catalog.criteria.reliability import HOURS, Mtbf, SdcRate, duration_of
from gatehouse.catalog.criteria.requirements import Requirement, Requirements, RequirementSet
from gatehouse.catalog.criteria.sign_offs import ROLES, SignOffs
from gatehouse.catalog.criteria.yields import FinalYield, FirstPassYield, SuccessRun

__all__ = [
    "EARLIER",
    "HOURS",
    "OF_PHASE_OUT",
    "RECORDED",
    "ROLES",
    "SIGN_OFF",
    "Attested",
    "BaselineItem",
    "Coverage",
    "CriteriaSet",
    "Criterion",
    "CriterionSpec",
    "DataQuality",
    "Dispositioned",
    "FinalYield",
    "FirstPassYield",
    "Fresh",
    "Gauge",
    "Maturity",
    "Mtbf",
    "NoOpenIssues",
    "Performance",
    "Requirement",
    "RequirementSet",
    "Requirements",
    "ReservationsZero",
    "Revision",
    "SdcRate",
    "SignOffs",
    "Sites",
    "SitesQualified",
    "SoakDays",
    "SuccessRun",
    "UnitsTested",
    "WorkloadsMoved",
    "duration_of",
]
