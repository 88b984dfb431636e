"""Rules on what a round keeps beside its results: the round itself, findings, outputs and jobs. See ``rules``."""

import pandas as pd  # type: ignore[import-untyped]  # pandas ships no types

from gatehouse.model.commands import Ended
from gatehouse.model.status import Measured, Severity, Verdict
from gatehouse.quality.thresholds import JOB_GRACE_S, MAX_SHARE_ASIDE

VIOLATION = "violation"  # what the store calls a limit or finding that condemned
_UNFINISHED = (Ended.RUNNING.value, Ended.WAITING.value)
_SEVERITIES = tuple(severity.value for severity in Severity)


def nobody_asked(round_: pd.DataFrame) -> "pd.Series[bool]":
    """A round that nobody asked for: there is nobody to ask about it."""
    return round_["requested_by"] == ""


def of_undescribed_skus(round_: pd.DataFrame) -> "pd.Series[bool]":
    """A round with units of a SKU whose limits were not fixed when it was opened."""
    return round_["undescribed"] != ""


def too_much_set_aside(round_: pd.DataFrame) -> "pd.Series[bool]":
    """A round of which so much is set aside that what is left is a choice."""
    return round_["set_aside"] > MAX_SHARE_ASIDE * round_["results"]


def without_whole_output(results: pd.DataFrame) -> "pd.Series[bool]":
    """Measured results that rest on no output that ended by itself and was kept in full."""
    return (results["measured"] == Measured.COMPLETE.value) & (results["whole_outputs"] < 1)


def unexplained_failure(results: pd.DataFrame) -> "pd.Series[bool]":
    """FAILs that name no limit or finding which condemns."""
    return (results["verdict"] == Verdict.FAIL.value) & (results["failing_limits"] < 1)


def contradicted_pass(results: pd.DataFrame) -> "pd.Series[bool]":
    """PASSes whose own findings condemn them."""
    return (results["verdict"] == Verdict.PASS.value) & (results["failing_limits"] > 0)


def hole_without_reason(results: pd.DataFrame) -> "pd.Series[bool]":
    """ERRORs and SKIPs that do not say why."""
    unmeasured = results["measured"].isin([Measured.ERROR.value, Measured.SKIP.value])
    return unmeasured & (results["reason"].str.strip() == "")


def ungraded_violation(findings: pd.DataFrame) -> "pd.Series[bool]":
    """Broken limits that do not say what was required, or how grave it is."""
    graded = findings["required"].notna() & findings["severity"].isin(_SEVERITIES)
    return (findings["kind"] == VIOLATION) & ~graded


def of_unknown_part(findings: pd.DataFrame) -> "pd.Series[bool]":
    """Findings on a part that no reading of the unit knows."""
    return ~findings["part_known"]


def unfinished_output(outputs: pd.DataFrame) -> "pd.Series[bool]":
    """Outputs of commands that had not ended when they were stored last."""
    return outputs["ended"].isin(_UNFINISHED)


def exited_without_code(outputs: pd.DataFrame) -> "pd.Series[bool]":
    """Commands that ended by themselves, and left no exit code."""
    return (outputs["ended"] == Ended.EXITED.value) & outputs["exit_code"].isna()


def no_hash(outputs: pd.DataFrame) -> "pd.Series[bool]":
    """Outputs whose hashes are none: nobody can find them."""
    return ~outputs["hashes"]


def raw_output_lost(outputs: pd.DataFrame) -> "pd.Series[bool]":
    """Outputs that the raw store does not hold."""
    return outputs["hashes"] & ~outputs["kept"]


def raw_output_damaged(outputs: pd.DataFrame) -> "pd.Series[bool]":
    """Outputs that are not what was put into the raw store."""
    return outputs["kept"] & ~outputs["intact"]


def truncated_output(outputs: pd.DataFrame) -> "pd.Series[bool]":
    """Outputs of which the end was not kept."""
    return outputs["truncated"]


def measured_before_its_end(jobs: pd.DataFrame) -> "pd.Series[bool]":
    """Jobs that nobody saw end, and yet their diagnostic is measured."""
    return ~jobs["ended"] & (jobs["result"] == Measured.COMPLETE.value)


def never_ended(jobs: pd.DataFrame) -> "pd.Series[bool]":
    """Jobs that nobody saw end; their diagnostic is not measured either."""
    return ~jobs["ended"] & (jobs["result"] != Measured.COMPLETE.value)


def not_acknowledged(jobs: pd.DataFrame) -> "pd.Series[bool]":
    """Jobs that ended, and whose host was never told that their answer is stored."""
    return jobs["ended"] & ~jobs["acknowledged"]


def beyond_its_limit(jobs: pd.DataFrame) -> "pd.Series[bool]":
    """Jobs that ran for longer than their limit, which should have ended them."""
    return jobs["elapsed_s"] > jobs["limit_s"] + JOB_GRACE_S
