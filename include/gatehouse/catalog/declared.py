"""A diagnostic that is declared in YAML: any executable that prints OCP Test & Validation JSON lines.

The entry is all that is needed: the reader is there, the executable's own result is the first limit, and what it
measures can be held against limits of a SKU as ``measurement.NAME``.
"""

from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.catalog.limits import Equals
from gatehouse.model.status import Action, Severity

TOOL = "ocp-diag-jsonl"  # the reader of what the specification's executables print
MEASUREMENT = "measurement"  # the readings of its measurements are called measurement.NAME
RESULT = "run.result"

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Question = Annotated[str, StringConstraints(pattern=r"\?\s*$")]
# One line, as it stands: no command of ours needs a control character.
Argument = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\x00-\x1f\x7f]+$")]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class DeclaredReading(Spec):
    """A measurement that the executable gives: its name, of what sort its value is, and a part as it calls it.

    Digits of ``part`` stand for any number: ``gpu0`` is every accelerator.
    """

    name: Text
    value: Literal["number", "word", "yes/no"] = "number"
    part: Text = "host"


class DeclaredDiagnostic(Spec):
    """An executable that prints OCP JSON lines, asked as it stands, without a shell.

    ``{name}`` in ``command`` is filled from ``params``, the plan's numbers with their defaults. ``limit_s`` is wall
    seconds; ``{seconds}``, where used, come on top. ``minutes`` is the usual cost. A run that ends as FAIL is an issue
    of class ``severity`` and asks for ``action``.
    """

    title: Text
    question: Question
    vendor: Literal["any", "nvidia", "amd", "intel", "none"] = "any"
    command: tuple[Argument, ...] = Field(min_length=1)
    params: dict[str, float] = Field(default_factory=dict)
    limit_s: Seconds
    minutes: Seconds
    root: bool = False
    disturbs: bool = False
    idle: bool = False
    severity: Severity = Severity.MAJOR
    action: Action = Action.DEEP_DIAG
    source: Text
    readings: tuple[DeclaredReading, ...] = ()

    def own_limit(self, name: str) -> Equals:
        """The limit that every such diagnostic brings along: its run must end as PASS."""
        return Equals(
            diagnostic=name,
            kind="equals",
            reading=RESULT,
            value="PASS",
            good="PASS",
            bad="FAIL",
            severity=self.severity,
            action=self.action,
            source=f"the executable's own result: {self.source}",
        )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if "{" in self.command[0]:
            raise ValueError("the executable itself is no parameter")
        try:
            [list(Formatter().parse(argument)) for argument in self.command]
        except ValueError as error:
            raise ValueError(f"command: {error}; write a brace of its own as {{{{ or }}}}") from error
        names = [reading.name for reading in self.readings]
        twins = sorted({name for name in names if names.count(name) > 1})
        if twins:
            raise ValueError(f"readings: {', '.join(twins)} stands twice")
        if not self.severity.fails:
            raise ValueError(f"severity {self.severity.value} lets a run that FAILs pass: blocker or major")
        return self
