"""The tables. Nothing in them is deleted; what a row says is what was seen at that time."""

from gatehouse.store.tables.base import JsonObject, JsonObjects, Table, Words
from gatehouse.store.tables.calendar import AttestationRow, EntryAcceptanceRow, PhaseEntryRow, SlipCauseRow
from gatehouse.store.tables.gates import DecisionRow, PhaseRow, SetAsideRow, SignOffRow, WaiverRow
from gatehouse.store.tables.housekeeping import AlertRow, LeaseRow
from gatehouse.store.tables.phase_out import DispositionRow, ObservationRow, PhaseOutRow
from gatehouse.store.tables.rounds import FindingRow, JobRow, OutputRow, ReadingRow, ResultRow, RoundRow, RoundUnitRow

__all__ = [
    "AlertRow",
    "AttestationRow",
    "DecisionRow",
    "DispositionRow",
    "EntryAcceptanceRow",
    "FindingRow",
    "JobRow",
    "JsonObject",
    "JsonObjects",
    "LeaseRow",
    "ObservationRow",
    "OutputRow",
    "PhaseEntryRow",
    "PhaseOutRow",
    "PhaseRow",
    "ReadingRow",
    "ResultRow",
    "RoundRow",
    "RoundUnitRow",
    "SetAsideRow",
    "SignOffRow",
    "SlipCauseRow",
    "Table",
    "WaiverRow",
    "Words",
]
