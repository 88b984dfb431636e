"""The tables. Nothing in them is deleted; what a row says is what was seen at that time."""

from gatehouse.store.tables.base import JsonObject, JsonObjects, Table, Words
from gatehouse.store.tables.gates import DecisionRow, PhaseRow, SetAsideRow, SignOffRow, WaiverRow
from gatehouse.store.tables.housekeeping import AlertRow, LeaseRow
from gatehouse.store.tables.quality import JudgementRow, QualityRow, TallyRow
from gatehouse.store.tables.rounds import FindingRow, JobRow, OutputRow, ReadingRow, ResultRow, RoundRow, RoundUnitRow

__all__ = [
    "AlertRow",
    "DecisionRow",
    "FindingRow",
    "JobRow",
    "JsonObject",
    "JsonObjects",
    "JudgementRow",
    "LeaseRow",
    "OutputRow",
    "PhaseRow",
    "QualityRow",
    "ReadingRow",
    "ResultRow",
    "RoundRow",
    "RoundUnitRow",
    "SetAsideRow",
    "SignOffRow",
    "Table",
    "TallyRow",
    "WaiverRow",
    "Words",
]
