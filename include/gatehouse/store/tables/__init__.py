"""The tables. Nothing in them is deleted; what a row says is what was seen at that time."""

from gatehouse.store.tables.base import JsonObject, JsonObjects, Table, Words
from gatehouse.store.tables.baselines import BaselineMoveRow, BaselineRow
from gatehouse.store.tables.gates import DecisionRow, PhaseRow, SetAsideRow, SignOffRow, SnapshotRow, WaiverRow
from gatehouse.store.tables.housekeeping import AlertRow, LeaseRow
from gatehouse.store.tables.rounds import (
    FindingRow,
    JobRow,
    OutputRow,
    ReadingRow,
    ResultRow,
    RoundRow,
    RoundUnitRow,
    StandingRow,
)

__all__ = [
    "AlertRow",
    "BaselineMoveRow",
    "BaselineRow",
    "DecisionRow",
    "FindingRow",
    "JobRow",
    "JsonObject",
    "JsonObjects",
    "LeaseRow",
    "OutputRow",
    "PhaseRow",
    "ReadingRow",
    "ResultRow",
    "RoundRow",
    "RoundUnitRow",
    "SetAsideRow",
    "SignOffRow",
    "SnapshotRow",
    "StandingRow",
    "Table",
    "WaiverRow",
    "Words",
]
