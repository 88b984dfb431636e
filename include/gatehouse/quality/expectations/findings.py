"""Findings use our words, say what was required, and speak of parts that the unit has."""

from typing import ClassVar

from great_expectations.expectations.core.expect_column_values_to_be_in_set import ExpectColumnValuesToBeInSet
from great_expectations.expectations.metadata_types import FailureSeverity

from gatehouse.model.status import FindingClass
from gatehouse.quality import texts_of_evidence as texts
from gatehouse.quality.expectations.base import WARNING, KeepRule, OfRound, Text, columns, words_of
from gatehouse.quality.rules_of_evidence import VIOLATION


class ExpectFindingClasses(OfRound, ExpectColumnValuesToBeInSet):
    """A finding of no class belongs to nobody: neither the machine's nor the tool's."""

    table: ClassVar[str] = "findings"
    text: ClassVar[Text] = texts.bad_class
    column: str = "kind"
    value_set: list[str] = words_of(FindingClass, VIOLATION)
    description: str | None = f"The class of a finding is one of {', '.join(FindingClass)}, or it is a broken limit."


class ExpectViolationsGraded(KeepRule):
    """Who is to act must know what was asked, and how much it matters."""

    table: ClassVar[str] = "findings"
    text: ClassVar[Text] = texts.ungraded_violation
    rule: str = "ungraded_violation"
    column_list: list[str] = columns("host", "diagnostic", "kind", "part", "signature", "required", "severity")
    description: str | None = "Every broken limit says what was required, and how grave it is."


class ExpectFindingsOnKnownParts(KeepRule):
    """A part that nothing measured is a part of another machine, or is missing here."""

    table: ClassVar[str] = "findings"
    text: ClassVar[Text] = texts.of_unknown_part
    rule: str = "of_unknown_part"
    column_list: list[str] = columns("host", "diagnostic", "part", "signature", "part_known")
    severity: FailureSeverity = WARNING
    description: str | None = "Every finding on a numbered part speaks of one that the unit's readings know."
