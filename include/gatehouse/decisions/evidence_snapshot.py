"""What a decision rested on, as one document: whoever has it can put the same question again."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.decisions.evidence_reduction import reduce
from gatehouse.decisions.gates import evaluate
from gatehouse.model.errors import StoreError
from gatehouse.model.evidence import GateDecision, PhaseEvidence


class Snapshot(BaseModel):
    """Reduced evidence, with the moment of the question, and the criteria as they were. ``form`` is this layout's."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings", extra="forbid")

    form: Literal[1] = 1
    evidence: PhaseEvidence
    criteria: CriteriaSet

    def evaluate(self) -> GateDecision:
        """The answer to the same question."""
        return evaluate(self.evidence, self.criteria)


def snapshot_of(evidence: PhaseEvidence, criteria: CriteriaSet) -> bytes:
    """The document of a question, in JSON. The same question gives the same bytes."""
    return Snapshot(evidence=reduce(evidence), criteria=criteria).model_dump_json().encode()


def read_snapshot(document: bytes) -> Snapshot:
    """The question that a document holds.

    Raises:
        StoreError: another version of Gatehouse wrote it, and this one does not know all that it says.
    """
    try:
        return Snapshot.model_validate_json(document)
    except ValidationError as error:
        first: Any = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise StoreError(f"this decision cannot be replayed here: {where}: {first['msg']}") from error
