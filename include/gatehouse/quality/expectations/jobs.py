"""Every detached job ended, within its limit, and its host knows that the answer is stored."""

from typing import ClassVar

from great_expectations.expectations.metadata_types import FailureSeverity

from gatehouse.quality import texts_of_evidence as texts
from gatehouse.quality.expectations.base import WARNING, KeepRule, Text, columns


class ExpectJobsEndedFirst(KeepRule):
    """A measurement of a job that still runs is of something else."""

    table: ClassVar[str] = "jobs"
    text: ClassVar[Text] = texts.measured_before_its_end
    rule: str = "measured_before_its_end"
    column_list: list[str] = columns("host", "diagnostic", "key", "ended", "result")
    description: str | None = "No result was measured from a job that nobody saw end."


class ExpectJobsOver(KeepRule):
    """It may run still, and the next round would meet it on the host."""

    table: ClassVar[str] = "jobs"
    text: ClassVar[Text] = texts.never_ended
    rule: str = "never_ended"
    column_list: list[str] = columns("host", "diagnostic", "key", "ended", "result")
    severity: FailureSeverity = WARNING
    description: str | None = "Every job ended."


class ExpectJobsAcknowledged(KeepRule):
    """A host that was not told keeps the answer, and its disk fills."""

    table: ClassVar[str] = "jobs"
    text: ClassVar[Text] = texts.not_acknowledged
    rule: str = "not_acknowledged"
    column_list: list[str] = columns("host", "diagnostic", "key", "ended", "acknowledged")
    severity: FailureSeverity = WARNING
    description: str | None = "The host of every job was told that its answer is stored."


class ExpectJobsWithinLimits(KeepRule):
    """A limit that does not end a job protects nobody from it."""

    table: ClassVar[str] = "jobs"
    text: ClassVar[Text] = texts.beyond_its_limit
    rule: str = "beyond_its_limit"
    column_list: list[str] = columns("host", "diagnostic", "key", "elapsed_s", "limit_s")
    severity: FailureSeverity = WARNING
    description: str | None = "No job ran for longer than its limit."
