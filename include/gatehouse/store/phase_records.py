"""What people and schedulers said of a gate, by the driver alone: a gate's answer comes at once."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from gatehouse.model.evidence import PhaseEvidence
from gatehouse.model.records import Attestation, Disposition, Observation, Records, UnitDisposition
from gatehouse.model.status import Phase

# Of each thing the latest word holds.
_ATTESTATIONS = """
SELECT about, who, link, at FROM (
  SELECT DISTINCT ON (about) about, who, link, at, withdrawn FROM attestation
  WHERE program = %(program)s AND phase = %(phase)s ORDER BY about, id DESC
) AS latest WHERE NOT withdrawn
"""
_OBSERVATIONS = "SELECT source, at, jobs, reservations FROM observation WHERE program = %(program)s ORDER BY id"
_DISPOSITIONS = """
SELECT DISTINCT ON (serial) serial, disposition, erase_certificate, held_no_data, who, at FROM disposition
WHERE program = %(program)s ORDER BY serial, id DESC
"""
# Every serial that any round of the program knew: leaving a site's file ends no unit.
_MEASURED = """
SELECT DISTINCT serial FROM round_unit JOIN round ON round.id = round_id
WHERE program = %(program)s AND phase = ANY(%(phases)s::text[])
"""


def units_gone(cursor: Any, program: str, phase: Phase, build: Collection[str]) -> tuple[str, ...]:
    """Units that the program had and that stand in no file any more: EOL asks of them too, no phase before does."""
    if phase is not Phase.EOL:
        return ()
    cursor.execute(_MEASURED, {"program": program, "phases": [known.value for known in Phase]})
    return tuple(sorted({serial for (serial,) in cursor.fetchall()}.difference(build)))


def with_records(cursor: Any, evidence: PhaseEvidence) -> PhaseEvidence:
    """The evidence with what people said, and in EOL what schedulers said and where each unit went."""
    named = {"program": evidence.program, "phase": evidence.phase.value}
    cursor.execute(_ATTESTATIONS, named)
    records = Records(attestations=tuple(Attestation(*row) for row in cursor.fetchall()))
    if evidence.phase is not Phase.EOL:
        return replace(evidence, records=records)
    cursor.execute(_OBSERVATIONS, named)
    observations = tuple(Observation(*row) for row in cursor.fetchall())
    cursor.execute(_DISPOSITIONS, named)
    dispositions = tuple(UnitDisposition(serial, Disposition(kind), *said) for serial, kind, *said in cursor.fetchall())
    return replace(evidence, records=replace(records, observations=observations, dispositions=dispositions))
