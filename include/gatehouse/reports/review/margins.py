"""How far a criterion is from its threshold, in words: a number with its sign and what it counts."""

from collections.abc import Mapping
from types import MappingProxyType

from gatehouse.catalog import criteria as spec
from gatehouse.decisions.wording import decimal
from gatehouse.model.readings import unit_of

# Margins that are fractions read as percentage points; the others count what their kind counts.
_FRACTIONS = frozenset({"coverage", "first_pass_yield", "final_yield", "requirements"})
_COUNTED: Mapping[str, str] = MappingProxyType({
    "units_tested": "units",
    "sites": "sites",
    "fresh": "days",
    "soak_days": "days",
    "no_open_issues": "issues",
    "data_quality": "rounds",
    "sites_qualified": "sites",
    "maturity": "units",
    "sign_offs": "signatures",
    "sdc_rate": "per device-hour",
    "gauge": "points",
    "workloads_moved": "days",
    "reservations_zero": "reservations",
    "dispositioned": "units",
})  # fmt: skip


def margin_words(criterion: spec.CriterionSpec | None, margin: float | None) -> str:
    """``+1.8 points``, ``−12 units``; empty where the criterion has no number of its own."""
    if margin is None:
        return ""
    kind = getattr(criterion, "kind", "")
    if kind in _FRACTIONS or (isinstance(criterion, spec.Performance) and criterion.cv_at_most is not None):
        return f"{_signed(100 * margin, 1)} points"
    unit = _unit(criterion, kind)
    return f"{_signed(margin)} {unit.removesuffix('s') if abs(margin) == 1 else unit}".rstrip()


def _unit(criterion: spec.CriterionSpec | None, kind: str) -> str:
    if isinstance(criterion, spec.Performance):
        return "Cpk" if criterion.cpk_at_least is not None else unit_of(criterion.reading)
    return "h" if hasattr(criterion, "at_least_hours") else _COUNTED.get(kind, "")


def _signed(number: float, digits: int | None = None) -> str:
    """With a sign, also for what is good; short of a threshold never rounds to 0."""
    if digits is not None:
        text = f"{number:+.{digits}f}"
    else:
        text = f"{'-' if number < 0 else '+'}{decimal(abs(number), 3 if number % 1 else 9)}"
    if number < 0 and not text.strip("-0."):
        text = "-<" + text.removeprefix("-")[:-1] + "1"
    return "±0" if number == 0 else text.replace("-", "−")
