"""Which revisions of firmware and parts a phase demands: evidence on earlier ones does not count toward it.

The baseline stands in the program's file; the criterion ``maturity`` asks it of every unit.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.catalog.conditions import not_before, version
from gatehouse.catalog.criteria.base import Count, CriterionSpec, Text
from gatehouse.model.evidence import WantedReadings
from gatehouse.model.status import Phase


class Revision(Spec):
    """Revisions that are accepted: globs, written as ``"7.10"`` or ``["7.10", "7.2*"]``, or ``{at_least: "28.36"}``."""

    matches: tuple[Text, ...] = ()
    at_least: Text | None = None

    def holds(self, word: str) -> bool | None:
        """Whether a revision is accepted; None where it cannot be told, as it is no version."""
        if self.at_least is None:
            return any(fnmatchcase(word.strip(), glob) for glob in self.matches)
        found, least = version(word), version(self.at_least)
        return None if found is None or least is None else not_before(found, least)

    @property
    def words(self) -> str:
        """Such as "7.10 or 7.2*", "at least 28.36"."""
        return f"at least {self.at_least}" if self.at_least else " or ".join(self.matches)

    @model_validator(mode="after")
    def _can_fail(self) -> Self:
        if bool(self.matches) == (self.at_least is not None):
            raise ValueError("say either which revisions match, or at_least")
        if "*" in self.matches:
            raise ValueError("matches everything, so it is no baseline")
        if self.at_least is not None and version(self.at_least) is None:
            raise ValueError(f"at_least is {self.at_least!r}, which is no version")
        return self


def _short_form(said: Any) -> Any:
    if isinstance(said, str):
        return {"matches": (said,)}
    return {"matches": said} if isinstance(said, list | tuple) else said


class BaselineItem(Spec):
    """One reading that tells a revision, and which revisions are accepted from which phase on.

    ``reading`` is a word that a diagnostic of the plan gives, ``parts`` the parts that must tell it, at least ``count``
    of them on every unit. What no phase lists is unknown, and no evidence.
    """

    title: Text
    reading: Text
    parts: Text = "*"
    count: Count = 1
    revisions: Mapping[Phase, Annotated[Revision, BeforeValidator(_short_form)]] = Field(min_length=1)
    source: Text

    def demanded(self, phase: Phase) -> Phase | None:
        """The maturity that a phase demands: the last one listed up to it; None where none is listed so early."""
        order = list(Phase)
        listed = [p for p in order[: order.index(phase) + 1] if p in self.revisions]
        return listed[-1] if listed else None

    def maturity(self, word: str) -> Phase | None:
        """The latest phase for which a revision is accepted; None for one that no phase lists."""
        accepted = [phase for phase, revision in self.revisions.items() if revision.holds(word)]
        return max(accepted, key=list(Phase).index, default=None)


class Maturity(CriterionSpec):
    """Firmware and parts of every unit are of the revisions that this phase demands, or of later ones.

    ``baseline`` is the program's; what a set lists itself is asked of every program.
    """

    kind: Literal["maturity"]
    baseline: tuple[BaselineItem, ...] = ()

    @property
    def wanted(self) -> WantedReadings:
        """The readings that tell revisions."""
        return WantedReadings(words=frozenset(item.reading for item in self.baseline))
