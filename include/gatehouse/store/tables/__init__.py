"""The tables. Nothing in them is deleted; what a row says is what was seen at that time."""

from gatehouse.store.tables.base import JsonObject, JsonObjects, Table, Words
from gatehouse.store.tables.baselines import BaselineMoveRow, BaselineRow
from gatehouse.store.tables.calendar import AttestationRow, EntryAcceptanceRow, PhaseEntryRow, SlipCauseRow
from gatehouse.store.tables.gates import DecisionRow, PhaseRow, SetAsideRow, SignOffRow, SnapshotRow, StandingRow
from gatehouse.store.tables.housekeeping import AlertRow, LeaseRow
from gatehouse.store.tables.phase_out import DispositionRow, ObservationRow, PhaseOutRow
from gatehouse.store.tables.quality import JudgementRow, QualityRow, TallyRow
from gatehouse.store.tables.rounds import (
    FindingRow,
    JobRow,
    OutputRow,
    PairEndRow,
    ReadingRow,
    ResultRow,
    RoundRow,
    RoundUnitRow,
)
from gatehouse.store.tables.waivers import WaiverRow, WaiverStepRow

__all__ = [
    "AlertRow",
    "AttestationRow",
    "BaselineMoveRow",
    "BaselineRow",
    "DecisionRow",
    "DispositionRow",
    "EntryAcceptanceRow",
    "FindingRow",
    "JobRow",
    "JsonObject",
    "JsonObjects",
    "JudgementRow",
    "LeaseRow",
    "ObservationRow",
    "OutputRow",
    "PairEndRow",
    "PhaseEntryRow",
    "PhaseOutRow",
    "PhaseRow",
    "QualityRow",
    "ReadingRow",
    "ResultRow",
    "RoundRow",
    "RoundUnitRow",
    "SetAsideRow",
    "SignOffRow",
    "SlipCauseRow",
    "SnapshotRow",
    "StandingRow",
    "Table",
    "TallyRow",
    "WaiverRow",
    "WaiverStepRow",
    "Words",
]
