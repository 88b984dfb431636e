"""The series of OCP output: what their starts say, their elements, and how many their ends declare."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gatehouse.model.readings import Fact
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.ocp_artifacts import Artifact, of_kind, text, value_of

ELEMENTS = ("measurementSeriesElement", "measurementElement")
_MAX_SERIES = 200


@dataclass(slots=True)
class Series:
    """One series of a step; ``start`` is empty where it is absent, ``declared`` None where its end tells no number."""

    step: str
    identity: str
    start: Mapping[str, Any] = field(default_factory=dict)
    elements: list[Mapping[str, Any]] = field(default_factory=list)
    declared: int | None = None
    ended: bool = False

    def contents(self) -> Iterator[Mapping[str, Any]]:
        """Every element as a measurement of its own; one without a start goes by the series' identity."""
        for element in self.elements:
            yield {"name": self.identity, **self.start, **element}


def series_of(artifacts: Sequence[Artifact]) -> list[Series]:
    """Every series that has a start, an element or an end; elements need not follow their start."""
    known: dict[tuple[str, str], Series] = {}

    def of(artifact: Artifact) -> Series:
        identity = str(artifact.content.get("measurementSeriesId", ""))[:100]
        return known.setdefault((artifact.step, identity), Series(artifact.step, identity))

    for artifact in of_kind(artifacts, "measurementSeriesStart"):
        info = artifact.content.get("info")
        of(artifact).start = {**artifact.content, **(info if isinstance(info, Mapping) else {})}
    for artifact in of_kind(artifacts, *ELEMENTS):
        of(artifact).elements.append(artifact.content)
    for artifact in of_kind(artifacts, "measurementSeriesEnd"):
        declared = value_of(artifact.content.get("totalCount", artifact.content.get("totalMeasurementCount")))
        one = of(artifact)
        one.ended, one.declared = True, declared if isinstance(declared, int) else None
    return list(known.values())


def note_series(gathered: Gathered, series: Sequence[Series]) -> None:
    """Facts of each series by its identity, as ``series.ID.NAME``; what it lacks is a hole."""
    if series:
        gathered.total("series", len(series))
    for one in series[:_MAX_SERIES]:
        for name, value in _facts(one).items():
            gathered.facts.setdefault(f"series.{one.identity}.{name}", value)
    for one in series:
        if one.declared is not None:
            gathered.counted(f"elements of series {one.identity}", one.declared, len(one.elements))
        if not (one.start and one.ended):
            gathered.incomplete(f"series {one.identity} did not {'end' if one.start else 'start'}")


def _facts(one: Series) -> dict[str, Fact]:
    values = [value_of(element.get("value")) for element in one.elements]
    numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
    return {
        "name": text(one.start.get("name")),
        "unit": text(one.start.get("unit")),
        "count": len(values),
        "first": values[0] if values else None,
        "last_value": values[-1] if values else None,
        "min_value": min(numbers, default=None),
        "max_value": max(numbers, default=None),
    }
