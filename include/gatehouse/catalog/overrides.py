"""What a program changes in a phase's criteria set: other numbers, each told as looser or stricter than the set's."""

from collections.abc import Iterator
from typing import Any

from gatehouse.catalog.criteria import CriteriaSet, Criterion
from gatehouse.catalog.program import Override, ProgramPhase
from gatehouse.model.status import Severity

# Which way is stricter, by a field's name: up, down, or more of them.
_UP = frozenset({
    "at_least", "at_least_hours", "confidence", "reliability", "coverage", "cpk_at_least", "lower_limit",
    "share_of_peak_at_least", "units_at_least", "units_each", "parts_at_least", "repeats_at_least",
    "categories_at_least", "needs_gauge",
})  # fmt: skip
_DOWN = frozenset({
    "at_most", "cv_at_most", "upper_limit", "max_age_days", "allowed_failures", "at_most_per_device_hour",
    "at_most_per_device_day", "conditional", "devices",
})  # fmt: skip
_MORE = frozenset({"severities", "roles"})
LOOSER, STRICTER, OTHER = "looser", "stricter", "changed"


def overridden(criterion: Criterion, override: Override | None) -> Criterion:
    """The criterion with other numbers and a note that says which way they go, and why.

    Raises:
        ValidationError: a key that the criterion does not have, or a number that it cannot take.
    """
    if override is None:
        return criterion
    changed = type(criterion).model_validate({**criterion.model_dump(), **override.fields})
    note = f"{direction(criterion, override)} than the set: {_changes(criterion, override)}; {override.why}"
    return changed.model_copy(update={"note": joined(criterion.note, note)})


def direction(criterion: Criterion, override: Override) -> str:
    """Whether what is overridden is looser than the set, stricter, or only other. One looser number makes it looser."""
    found = {_way(name, getattr(criterion, name, None), value) for name, value in override.fields.items()}
    return next((way for way in (LOOSER, OTHER) if way in found), STRICTER)


def _way(name: str, before: Any, after: Any) -> str:
    if name == "severity":
        return STRICTER if after == Severity.BLOCKER else LOOSER
    if name in _MORE:
        return STRICTER if set(map(str, after or ())) >= set(map(str, before or ())) else LOOSER
    if name == "units_at_least" and (before is None or after is None):
        return STRICTER if after is None else LOOSER  # where nothing is said, every unit must give a value
    if name in _UP | _DOWN and before is not None and after is not None:
        return STRICTER if (after >= before) == (name in _UP) else LOOSER
    if name in _UP | _DOWN:
        return STRICTER if before is None else LOOSER
    return OTHER


def _changes(criterion: Criterion, override: Override) -> str:
    each = (
        f"{name.replace('_', ' ')} {_said(value)}, not {_said(getattr(criterion, name, None))}"
        for name, value in override.fields.items()
    )
    return ", ".join(each)


def _said(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " and ".join(map(str, value)) or "none"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return "none" if value is None else str(value)


def changes_of(asked: ProgramPhase, criteria: CriteriaSet) -> Iterator[str]:
    """One line for each thing that the program changed."""
    by_id = {criterion.id: criterion for criterion in criteria.criteria}
    for name, override in asked.overrides.items():
        yield f"{name}: {direction(by_id[name], override)}: {_changes(by_id[name], override)}; {override.why}"
    for name, why in asked.drop.items():
        yield f"{name}: looser: dropped; {why}"
    for criterion in asked.add:
        yield f"{criterion.id}: stricter: added; {criterion.source}"


def joined(*notes: str) -> str:
    """Notes behind each other; empty ones left out."""
    return "; ".join(note for note in notes if note)
