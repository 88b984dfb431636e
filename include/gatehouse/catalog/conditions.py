"""For which firmware, driver or revision a limit holds: a condition on another reading of the same unit.

A version that cannot be told, or that no limit of the reading speaks of, leaves the reading unjudged: a hole, never a
pass.
"""

import re
from fnmatch import fnmatchcase
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.catalog.values import written

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
_VERSION = re.compile(r"[vV]?(\d{1,9}(?:[._-]\d{1,9}){0,9})")
Numbers = tuple[int, ...]


class Condition(Spec):
    """``when: {reading: driver_version, matches: "535.*", sample: "535.161.08"}``, or a range of versions.

    ``reading`` is looked for on the part that the limit judges, then on what that part belongs to, then on the host.
    ``matches`` are globs over its value as text; ``at_least`` (included) and ``below`` (excluded) compare versions
    number by number. ``sample`` is a value that meets the condition.
    """

    reading: Text
    matches: Text | Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    at_least: Text | None = None
    below: Text | None = None
    sample: Text

    def holds(self, value: object) -> bool | None:
        """Whether a value meets it; None where that cannot be told: no value, or no version in it."""
        if not isinstance(value, str) or not value.strip():
            return None
        if self.matches is not None:
            globs = (self.matches,) if isinstance(self.matches, str) else self.matches
            return any(fnmatchcase(value.strip(), glob) for glob in globs)
        found = version(value)
        if found is None:
            return None
        least, below = (version(end) if end else None for end in (self.at_least, self.below))
        return (least is None or not_before(found, least)) and (below is None or not not_before(found, below))

    @property
    def words(self) -> str:
        """Such as "driver_version 535.*" or "fw_version at least 1.2 and below 2.0"."""
        if self.matches is not None:
            globs = (self.matches,) if isinstance(self.matches, str) else self.matches
            return f"{self.reading} {' or '.join(globs)}"
        ends = (("at least", self.at_least), ("below", self.below))
        return f"{self.reading} {' and '.join(f'{word} {end}' for word, end in ends if end)}"

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        ranged = self.at_least is not None or self.below is not None
        if ranged == (self.matches is not None):
            raise ValueError("say either matches, or at_least and/or below")
        for name in ("at_least", "below"):
            end = getattr(self, name)
            if end is not None and version(end) is None:
                raise ValueError(f"{name} is {written(end)}, which is no version")
        if self.holds(self.sample) is not True:
            raise ValueError(f"sample is {written(self.sample)}, which does not meet it: {self.words}")
        if self.matches is not None and "*" in ((self.matches,) if isinstance(self.matches, str) else self.matches):
            raise ValueError("matches everything, so it is no condition: leave it out")
        return self


def version(text: str) -> Numbers | None:
    """The numbers of a version such as ``535.161.08`` or ``v1-2``; None where it is anything else."""
    match = _VERSION.fullmatch(text.strip())
    return tuple(int(number) for number in re.split(r"[._-]", match.group(1))) if match else None


def not_before(one: Numbers, other: Numbers) -> bool:
    """Whether a version is the other one or a later one, number by number; what is not said is 0."""
    longest = max(len(one), len(other))
    padded = [numbers + (0,) * (longest - len(numbers)) for numbers in (one, other)]
    return padded[0] >= padded[1]
