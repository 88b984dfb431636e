"""What a baseline in the shadow would have said, and how often it would have been wrong.

A run is one sound result of one unit, newer than the baseline. An alarm is false where the unit was good otherwise and
stayed good: nothing failed in that round or any later one. Whether a unit stayed good is known only once it was
measured again, so the last run of each unit waits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gatehouse.decisions.statistics import clopper_pearson_upper
from gatehouse.decisions.wording import counted, percent
from gatehouse.model.errors import UsageError

MOST_FALSE = 0.05  # proposed by Gatehouse: at most one run of a good machine in twenty, by its upper bound
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class ShadowRun:
    """One unit in one round, as the baseline sees it.

    ``alarm`` is whether a value breaks the bound; ``good`` whether nothing failed on the unit in that round and in
    those after it; ``settled`` whether it was measured soundly after it.
    """

    round_id: str
    host: str
    alarm: bool
    good: bool
    settled: bool


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """Counts of runs. ``rate_at_most`` bounds the share of good machines' runs that would raise a false alarm.

    ``outside`` are runs of other cohorts, ``unknown`` those whose cohort was not told: neither was compared.
    ``again`` are hosts with more than one false alarm: either the bound is wrong, or nothing else sees their fault.
    """

    runs: int
    alarms: int
    confirmed: int
    false_alarms: int
    good_runs: int
    waiting: int
    outside: int
    unknown: int
    rate_at_most: float
    hosts: tuple[str, ...] = ()
    again: tuple[str, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether the shadow has seen enough for the baseline to gate."""
        return self.rate_at_most <= MOST_FALSE

    @property
    def words(self) -> str:
        """For people."""
        if not self.good_runs:
            return f"{counted(self.runs, 'run')} compared, none of a machine that was measured again and stayed good"
        said = f"{counted(self.false_alarms, 'false alarm')} in {counted(self.good_runs, 'run')} of good machines"
        return f"{said}: at most {percent(self.rate_at_most)} at {percent(CONFIDENCE)} confidence"

    @property
    def missing(self) -> str:
        """What is missing until it may gate; empty where nothing is."""
        if self.enough:
            return ""
        more = runs_needed(self.false_alarms) - self.good_runs
        return f"{counted(more, 'more run')} of good machines without a false alarm"


def shadow_report(runs: Iterable[ShadowRun], outside: int = 0, unknown: int = 0) -> ShadowReport:
    """What the runs say together. A run that stands twice is counted once.

    Raises:
        UsageError: one unit in one round is said to be two different things.
    """
    once = _once(runs)
    settled = [run for run in once if run.settled]
    good = [run for run in settled if run.good]
    false = sorted(run.host for run in good if run.alarm)
    alarms = [run for run in once if run.alarm]
    return ShadowReport(
        runs=len(once),
        alarms=len(alarms),
        confirmed=sum(not run.good for run in alarms),
        false_alarms=len(false),
        good_runs=len(good),
        waiting=len(once) - len(settled),
        outside=outside,
        unknown=unknown,
        rate_at_most=clopper_pearson_upper(len(false), len(good), CONFIDENCE) if good else 1.0,
        hosts=tuple(sorted({run.host for run in alarms})),
        again=tuple(sorted({host for host in false if false.count(host) > 1})),
    )


def runs_needed(false_alarms: int) -> int:
    """How many runs of good machines bound the rate with so many false alarms among them; 59 with none."""
    low, high = false_alarms + 1, 64
    while clopper_pearson_upper(min(false_alarms, high), high, CONFIDENCE) > MOST_FALSE:
        high *= 2
    while low < high:
        middle = (low + high) // 2
        if clopper_pearson_upper(false_alarms, middle, CONFIDENCE) <= MOST_FALSE:
            high = middle
        else:
            low = middle + 1
    return low


def _once(runs: Iterable[ShadowRun]) -> Sequence[ShadowRun]:
    seen: dict[tuple[str, str], ShadowRun] = {}
    for run in runs:
        if seen.setdefault((run.round_id, run.host), run) != run:
            raise UsageError(f"{run.host} stands twice in round {run.round_id}, and not alike")
    return list(seen.values())
