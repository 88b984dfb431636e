"""Every raw output ended, is kept as it came, and tells where its end is missing."""

from typing import ClassVar

from great_expectations.expectations.metadata_types import FailureSeverity

from gatehouse.quality import texts_of_evidence as texts
from gatehouse.quality.expectations.base import WARNING, KeepRule, Text, columns
from gatehouse.quality.thresholds import RAW_OUTPUTS_READ


class ExpectOutputsFinished(KeepRule):
    """Half an answer is none."""

    table: ClassVar[str] = "outputs"
    text: ClassVar[Text] = texts.unfinished_output
    rule: str = "unfinished_output"
    column_list: list[str] = columns("host", "diagnostic", "key", "ended")
    description: str | None = "No output is of a command that still ran when it was stored."


class ExpectExitCodes(KeepRule):
    """Without it nobody knows whether the tool was content."""

    table: ClassVar[str] = "outputs"
    text: ClassVar[Text] = texts.exited_without_code
    rule: str = "exited_without_code"
    column_list: list[str] = columns("host", "diagnostic", "key", "ended", "exit_code")
    description: str | None = "Every command that ended by itself left its exit code."


class ExpectHashes(KeepRule):
    """What has no hash can neither be found nor be proven."""

    table: ClassVar[str] = "outputs"
    text: ClassVar[Text] = texts.no_hash
    rule: str = "no_hash"
    column_list: list[str] = columns("host", "diagnostic", "key", "hashes")
    description: str | None = "Every output has the SHA-256 of what was printed."


class ExpectRawOutputsKept(KeepRule):
    """A reading whose raw output is lost can be shown to nobody, and never be read anew."""

    table: ClassVar[str] = "outputs"
    text: ClassVar[Text] = texts.raw_output_lost
    rule: str = "raw_output_lost"
    column_list: list[str] = columns("host", "diagnostic", "key", "hashes", "kept")
    description: str | None = "Every raw output is in the raw store, and is more than an empty file."


class ExpectRawOutputsIntact(KeepRule):
    """A raw output that changed since it was stored proves nothing."""

    table: ClassVar[str] = "outputs"
    text: ClassVar[Text] = texts.raw_output_damaged
    rule: str = "raw_output_damaged"
    column_list: list[str] = columns("host", "diagnostic", "key", "kept", "intact")
    description: str | None = (
        f"What is kept is what was printed, byte by byte: {RAW_OUTPUTS_READ} raw outputs of the round were read again."
    )


class ExpectWholeOutputs(KeepRule):
    """What was beyond the cut is unknown."""

    table: ClassVar[str] = "outputs"
    text: ClassVar[Text] = texts.truncated_output
    rule: str = "truncated_output"
    column_list: list[str] = columns("host", "diagnostic", "key", "truncated")
    severity: FailureSeverity = WARNING
    description: str | None = "No output was cut because it was too long."
