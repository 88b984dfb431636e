"""What breaks in a class of servers, how often, what finds it, and what it costs a job: the selector's prior knowledge.

Every figure says whether somebody published it or whether it is our proposal until a fleet's own history corrects it.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.catalog.sku import Sku
from gatehouse.model.errors import CatalogError

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
ModeId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Share = Annotated[float, Field(gt=0, lt=1)]
Basis = Literal["published", "proposal"]
Kind = Literal["GPU", "ASIC", "CPU"]


class Figure(Spec):
    """A number that something rests on, and whose it is. What is ``published`` names where."""

    value: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    basis: Basis
    source: Text


class FoundBy(Spec):
    """The share of a mode's hidden defects that one run of a diagnostic finds.

    With ``at_least`` it holds only where the plan asks with parameters at least so: ``{level: 3}``. Of the rows of a
    diagnostic that hold, the greatest counts. A share of 1 does not exist: no test finds everything.
    """

    diagnostic: Text
    share: Share
    basis: Basis
    source: Text
    at_least: dict[str, float] = Field(default_factory=dict)

    def holds(self, params: Mapping[str, float]) -> bool:
        """Whether a plan's parameters, with the diagnostic's defaults, reach what the row asks."""
        return all(params.get(name, 0.0) >= value for name, value in self.at_least.items())


class FailureMode(Spec):
    """One way in which a class of parts breaks.

    ``incidents`` were seen in the mix's ``server_days``; ``hidden`` is the share of them that was there, and could have
    been found, before a job met it; ``at_birth`` the share of new servers that come with one. ``hours_lost`` is what
    one costs the job that meets it: hours of the whole job.
    """

    id: ModeId
    title: Text
    incidents: Figure
    hidden: Figure
    at_birth: Figure
    hours_lost: Figure
    found_by: tuple[FoundBy, ...] = Field(min_length=1)
    of: tuple[Kind, ...] = ("GPU", "ASIC", "CPU")

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if self.hidden.value > 1 or self.at_birth.value >= 1:
            raise ValueError("hidden is a share of at most 1, at_birth one below 1")
        keys = {(row.diagnostic, *sorted(row.at_least.items())) for row in self.found_by}
        if len(keys) < len(self.found_by):
            raise ValueError("found_by: a diagnostic stands twice with the same at_least")
        return self

    def share(self, diagnostic: str, params: Mapping[str, float]) -> float:
        """What one run finds of such defects; 0 where no row speaks of it."""
        rows = (row.share for row in self.found_by if row.diagnostic == diagnostic and row.holds(params))
        return max(rows, default=0.0)


class EarlyLife(Spec):
    """New machines fail more often: a Weibull hazard of ``shape`` below 1 until ``until_days``, constant after that."""

    shape: Annotated[float, Field(gt=0, le=1)]
    until_days: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    basis: Basis
    source: Text


class FailureMix(Spec):
    """The failure modes of a class of servers, and how much they weigh against what a fleet sees itself.

    ``skus`` are those it speaks of; the one mix that names none speaks of all others. ``prior_days`` is the weight of
    its rates in server-days, ``prior_servers`` that of ``at_birth`` in servers, ``prior_defects`` that of each share of
    ``found_by`` in defects. ``spread`` is the shape of the Gamma spread of rates between machines of one kind (small:
    a few machines have most incidents); ``half_life_days`` says how fast a machine's own past loses weight.
    ``job_servers`` is the usual size of a job.
    """

    title: Text
    source: Text
    skus: tuple[str, ...] = ()
    server_days: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    prior_days: Figure
    prior_servers: Figure
    prior_defects: Figure
    spread: Figure
    half_life_days: Figure
    job_servers: Figure
    early: EarlyLife
    modes: tuple[FailureMode, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        ids = [mode.id for mode in self.modes]
        twins = sorted({name for name in ids if ids.count(name) > 1})
        if twins:
            raise ValueError(f"modes: {', '.join(twins)} stands twice")
        weights = ("prior_days", "prior_servers", "prior_defects", "spread", "half_life_days", "job_servers")
        nothing = [name for name in weights if getattr(self, name).value <= 0]
        if nothing:
            raise ValueError(f"{', '.join(nothing)} must be above 0")
        return self

    def of(self, kind: Kind) -> tuple[FailureMode, ...]:
        """The modes that servers of a kind can have."""
        return tuple(mode for mode in self.modes if kind in mode.of)


def mix_for(name: str, sku: Sku, mixes: Mapping[str, FailureMix]) -> tuple[str, FailureMix]:
    """The mix that speaks of a SKU, by id: the one that names it, else the one that names no SKU.

    Raises:
        CatalogError: none does, two do, or it has no failure mode of the SKU's kind.
    """
    naming = [mix for mix in sorted(mixes) if name in mixes[mix].skus]
    found = naming or [mix for mix in sorted(mixes) if not mixes[mix].skus]
    if len(found) != 1:
        said = f"failure_mixes {', '.join(found)} all speak of it" if found else "no failure_mixes/*.yaml speaks of it"
        raise CatalogError([f"SKU {name}: {said}; exactly one must"])
    mix = mixes[found[0]]
    if not mix.of(sku.kind):
        raise CatalogError([f"failure_mixes/{found[0]}: no failure mode of {sku.kind} servers such as {name}"])
    return found[0], mix
