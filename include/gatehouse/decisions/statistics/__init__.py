"""Exact statistics behind the gates. Every function is pure, says its formula, and refuses nonsense with UsageError.

Proportions are fractions in 0..1, confidences are one-sided unless the name or the docstring says otherwise.
"""

from gatehouse.decisions.statistics.capability import (
    coefficient_of_variation,
    cp,
    cpk,
    cpk_lower_bound,
    cv_upper_bound,
    one_tail_ppm,
)
from gatehouse.decisions.statistics.gauge import (
    GaugeClass,
    GaugeStudy,
    distinct_categories,
    gauge_class,
    gauge_study,
)
from gatehouse.decisions.statistics.guard_band import accepted_with_guard_band
from gatehouse.decisions.statistics.interval import Interval
from gatehouse.decisions.statistics.mtbf import (
    mtbf_confidence,
    mtbf_hours_required,
    mtbf_interval,
    mtbf_lower_bound,
)
from gatehouse.decisions.statistics.proportions import (
    clopper_pearson,
    clopper_pearson_lower,
    clopper_pearson_upper,
    rule_of_three,
    wilson,
    zero_event_rate_bound,
)
from gatehouse.decisions.statistics.rates import (
    chance_of_any,
    chance_to_detect,
    event_rate_bound,
    exposure_required,
    poisson_rate_interval,
    sample_to_hold_one,
)
from gatehouse.decisions.statistics.success_run import (
    failures_allowed,
    reliability_shown,
    success_run_size,
    units_still_needed,
)
from gatehouse.decisions.statistics.tolerance import normal_tolerance_factor

__all__ = [
    "GaugeClass",
    "GaugeStudy",
    "Interval",
    "accepted_with_guard_band",
    "chance_of_any",
    "chance_to_detect",
    "clopper_pearson",
    "clopper_pearson_lower",
    "clopper_pearson_upper",
    "coefficient_of_variation",
    "cp",
    "cpk",
    "cpk_lower_bound",
    "cv_upper_bound",
    "distinct_categories",
    "event_rate_bound",
    "exposure_required",
    "failures_allowed",
    "gauge_class",
    "gauge_study",
    "mtbf_confidence",
    "mtbf_hours_required",
    "mtbf_interval",
    "mtbf_lower_bound",
    "normal_tolerance_factor",
    "one_tail_ppm",
    "poisson_rate_interval",
    "reliability_shown",
    "rule_of_three",
    "sample_to_hold_one",
    "success_run_size",
    "units_still_needed",
    "wilson",
    "zero_event_rate_bound",
]
