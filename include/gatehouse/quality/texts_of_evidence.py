"""What a failed expectation on rounds, visits, findings, outputs and jobs says to a program manager. See ``texts``."""

import pandas as pd  # type: ignore[import-untyped]  # pandas ships no types

from gatehouse.quality.thresholds import MAX_SHARE_ASIDE, MAX_SKEW_CHANGE_S
from gatehouse.quality.wording import counted, each, shown, span


def opened_in_the_future(rows: pd.DataFrame) -> str:
    """The round is from the future."""
    return f"the round was opened {span(rows['age_s'].min())} after it was judged: our own clock was set"


def nobody_asked(_: pd.DataFrame) -> str:
    """Nobody asked."""
    return "the round does not say who asked for it"


def of_undescribed_skus(rows: pd.DataFrame) -> str:
    """Which SKUs have no limits."""
    return f"the round holds units of a SKU that it fixed no limits for: {shown(rows['undescribed'].iloc[0])}"


def too_much_set_aside(rows: pd.DataFrame) -> str:
    """How much is left out."""
    row = rows.iloc[0]
    return (
        f"{row['set_aside']:,} of {row['results']:,} results are set aside, more than {MAX_SHARE_ASIDE:.0%}: "
        "release some, or run a new round"
    )


def clock_moved(rows: pd.DataFrame) -> str:
    """Whose clock went another way than ours."""
    said = each(
        rows, lambda r: f"by {span(r['skew_change_s'])} to {span(r['clock_skew_s'])} {_side(r['clock_skew_s'])} ours"
    )
    hosts = counted(rows["host"].nunique(), "host")
    return f"{hosts} with a clock that moved more than {span(MAX_SKEW_CHANGE_S)} since the last visit: {said}"


def visited_outside(rows: pd.DataFrame) -> str:
    """Which visits are not of this round."""
    said = each(
        rows,
        lambda r: (
            f"{span(r['after_opening_s'])} before the opening"
            if r["after_opening_s"] < 0
            else f"{span(r['before_judging_s'])} after the judgement"
        ),
    )
    return f"{counted(len(rows), 'visit')} not of this round: {said}"


def without_whole_output(rows: pd.DataFrame) -> str:
    """Which measurements rest on nothing."""
    said = each(
        rows,
        lambda r: (
            f"{shown(r['diagnostic'])} ({counted(r['outputs'], 'output')}, none of them whole)"
            if r["outputs"]
            else f"{shown(r['diagnostic'])} (no output)"
        ),
    )
    return f"{counted(len(rows), 'measured result')} without a whole raw output behind it: {said}"


def unexplained_failure(rows: pd.DataFrame) -> str:
    """Which FAILs say nothing."""
    return f"{counted(len(rows), 'FAIL')} without a limit or finding that condemns: {each(rows, _diagnostic)}"


def contradicted_pass(rows: pd.DataFrame) -> str:
    """Which PASSes are condemned by their own findings."""
    said = each(rows, lambda r: f"{_diagnostic(r)} ({counted(r['failing_limits'], 'broken limit')})")
    return f"{counted(len(rows), 'PASS', 'PASSes')} with a limit or finding that condemns: {said}"


def hole_without_reason(rows: pd.DataFrame) -> str:
    """Which holes do not say why."""
    said = each(rows, lambda r: f"{_diagnostic(r)} {shown(r['measured'])}")
    return f"{counted(len(rows), 'result')} not measured, without a reason: {said}"


def bad_class(rows: pd.DataFrame) -> str:
    """Which findings are of no class."""
    said = each(rows, lambda r: f"{_finding(r)} is {shown(r['kind']) or 'nothing'}")
    return f"{counted(len(rows), 'finding')} of an unknown class: {said}"


def ungraded_violation(rows: pd.DataFrame) -> str:
    """Which broken limits say too little."""
    return f"{counted(len(rows), 'broken limit')} without what was required or how grave it is: {each(rows, _finding)}"


def of_unknown_part(rows: pd.DataFrame) -> str:
    """Which findings speak of parts that nobody measured."""
    return f"{counted(len(rows), 'finding')} on a part that no reading of the unit knows: {each(rows, _finding)}"


def unfinished_output(rows: pd.DataFrame) -> str:
    """Which outputs are half."""
    said = each(rows, lambda r: f"{_key(r)} {shown(r['ended'])}")
    return f"{counted(len(rows), 'output')} of a command that had not ended: {said}"


def exited_without_code(rows: pd.DataFrame) -> str:
    """Which outputs have no exit code."""
    return f"{counted(len(rows), 'command')} ended without leaving an exit code: {each(rows, _key)}"


def no_hash(rows: pd.DataFrame) -> str:
    """Which outputs have no hash."""
    return f"{counted(len(rows), 'output')} without a SHA-256: {each(rows, _key)}"


def raw_output_lost(rows: pd.DataFrame) -> str:
    """Which outputs are gone."""
    return f"{counted(len(rows), 'raw output')} not in the raw store, or empty there: {each(rows, _key)}"


def raw_output_damaged(rows: pd.DataFrame) -> str:
    """Which outputs changed."""
    return f"{counted(len(rows), 'raw output')} not what was printed, for the hash is another: {each(rows, _key)}"


def truncated_output(rows: pd.DataFrame) -> str:
    """Which outputs were cut."""
    return f"{counted(len(rows), 'output')} cut because it was too long: {each(rows, _key)}"


def measured_before_its_end(rows: pd.DataFrame) -> str:
    """Which results are of jobs that run."""
    said = each(rows, lambda r: f"{_diagnostic(r)} {shown(r['result'])}")
    return f"{counted(len(rows), 'job')} measured without having ended: {said}"


def never_ended(rows: pd.DataFrame) -> str:
    """Which jobs may run still."""
    return f"{counted(len(rows), 'job')} that nobody saw end, so it may still run: {each(rows, _diagnostic)}"


def not_acknowledged(rows: pd.DataFrame) -> str:
    """Which hosts keep answers that we have."""
    said = each(rows, _diagnostic)
    return f"{counted(len(rows), 'job')} whose host was not told that its answer is stored: {said}"


def beyond_its_limit(rows: pd.DataFrame) -> str:
    """Which jobs ran for too long."""
    said = each(rows, lambda r: f"{_diagnostic(r)} {span(r['elapsed_s'])} instead of {span(r['limit_s'])} at most")
    return f"{counted(len(rows), 'job')} ran beyond its limit: {said}"


def _diagnostic(row: pd.Series) -> str:
    return shown(row["diagnostic"])


def _finding(row: pd.Series) -> str:
    return f"{shown(row['part'])} {shown(row['signature'])}"


def _key(row: pd.Series) -> str:
    return shown(row["key"])


def _side(skew_s: float) -> str:
    return "ahead of" if skew_s > 0 else "behind"
