"""How many units must pass to show a reliability, and what a finished run has shown.

A run of ``n`` units with ``x`` failures shows reliability R at confidence C when BinomCDF(x; n, 1-R) <= 1-C.
Without failures this is the success run n = ceil(ln(1-C) / ln R). The same rule read backwards is the one-sided
Clopper-Pearson lower bound of the pass proportion, so a yield gate and a success run never contradict each other.
"""

from gatehouse.decisions.statistics.arguments import failures_in_trials, fraction, not_negative
from gatehouse.decisions.statistics.distributions import binomial_tail
from gatehouse.decisions.statistics.proportions import clopper_pearson_upper
from gatehouse.model.errors import UsageError

# R^n can equal 1-C exactly (R=0.9, n=2, C=0.19); rounding must not ask for one more unit then.
_ROUNDING = 1e-12
_LARGEST_RUN = 10**12


def shows(trials: int, failures: int, reliability: float, confidence: float) -> bool:
    """Whether a run shows that reliability at that confidence."""
    doubt = 1.0 - confidence
    return binomial_tail(failures, trials, 1.0 - reliability) <= doubt * (1.0 + _ROUNDING) + _ROUNDING * 1e-3


def success_run_size(reliability: float, confidence: float, failures: int = 0) -> int:
    """Least number of units that shows the reliability when so many of them fail.

    Raises:
        UsageError: a fraction outside 0..1, negative failures, or more than 10^12 units needed.
    """
    fraction("reliability", reliability)
    fraction("confidence", confidence)
    not_negative("failures", failures)
    enough = failures + 1
    while not shows(enough, failures, reliability, confidence):
        if enough > _LARGEST_RUN:
            raise UsageError(f"reliability {reliability} cannot be shown with fewer than {_LARGEST_RUN} units")
        enough *= 2
    too_few = failures
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        if shows(middle, failures, reliability, confidence):
            enough = middle
        else:
            too_few = middle
    return enough


def reliability_shown(trials: int, failures: int, confidence: float) -> float:
    """Reliability that a run has shown: the one-sided lower bound of the pass proportion."""
    return 1.0 - clopper_pearson_upper(failures, trials, confidence)


def failures_allowed(trials: int, reliability: float, confidence: float) -> int | None:
    """Most failures with which a run of that size still shows the reliability; None when not even zero would do."""
    failures_in_trials(0, trials)
    if success_run_size(reliability, confidence) > trials:
        return None
    most, too_many = 0, trials
    while too_many - most > 1:
        middle = (most + too_many) // 2
        if shows(trials, middle, reliability, confidence):
            most = middle
        else:
            too_many = middle
    return most


def units_still_needed(trials: int, failures: int, reliability: float, confidence: float) -> int:
    """How many more units must pass, none failing, until the run shows the reliability; 0 when it does."""
    not_negative("trials", trials)
    if failures > trials:
        raise UsageError(f"{failures} failures in {trials} trials")
    return max(0, success_run_size(reliability, confidence, failures) - trials)
