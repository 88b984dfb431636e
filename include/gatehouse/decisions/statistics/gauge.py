"""May a measuring system be trusted to tell good from bad? The AIAG MSA rule for gauge repeatability."""

import math
from enum import StrEnum

from gatehouse.decisions.statistics.arguments import not_negative, positive

# AIAG, Measurement Systems Analysis, 4th edition: per cent of tolerance or of study variation.
_ACCEPT_BELOW_PCT = 10.0
_REJECT_ABOVE_PCT = 30.0
# The same manual: at least 5 distinct categories; 1.41 is sqrt(2), rounded as printed there.
CATEGORIES_AT_LEAST = 5
_CATEGORY_FACTOR = 1.41


class GaugeClass(StrEnum):
    """What the share of the gauge in the variation allows."""

    ACCEPT = "accept"
    CONDITIONAL = "conditional"
    REJECT = "reject"


def gauge_class(grr_pct: float) -> GaugeClass:
    """Below 10 % accept, 10 to 30 % conditional, above 30 % reject."""
    not_negative("grr_pct", grr_pct)
    if grr_pct < _ACCEPT_BELOW_PCT:
        return GaugeClass.ACCEPT
    return GaugeClass.REJECT if grr_pct > _REJECT_ABOVE_PCT else GaugeClass.CONDITIONAL


def distinct_categories(part_std: float, gauge_std: float) -> int:
    """Number of distinct categories that the gauge can tell apart: floor(1.41 * PV / GRR)."""
    return math.floor(_CATEGORY_FACTOR * not_negative("part_std", part_std) / positive("gauge_std", gauge_std))
