"""Scenario files: which faults a lab has, on which hosts, from when to when."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from gatehouse.lab.faults.registry import all_faults
from gatehouse.lab.faults.spec import Clearing, TransportMode
from gatehouse.lab.yaml_lines import Document, FieldPath, parse_document, read_document
from gatehouse.model.errors import CatalogError, NotFoundError

SCENARIOS = Path(__file__).parent / "scenarios"
Scalar = bool | int | float | str | None
Probability = Annotated[float, Field(gt=0, le=1)]


class _Spec(BaseModel):
    """Unknown keys are errors: a misspelt one would silently do nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class KernelLines(_Spec):
    """Lines of the kernel's log; ``{time}``, ``{pci}`` and ``{host}`` in them are filled."""

    line: str = Field(max_length=2000)
    count: int = Field(default=1, ge=1, le=100_000)
    spacing_s: float = Field(default=1.0, ge=0)
    level: Literal["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"] = "warning"


class ToolSpec(_Spec):
    """What a tool does instead of its work."""

    stdout: str = ""
    stderr: str = ""
    exit_code: int = Field(default=0, ge=0, le=255)
    slow: float | None = Field(default=None, ge=0)


class TransportSpec(_Spec):
    """What happens to connections."""

    mode: TransportMode
    after_bytes: int = Field(default=4096, ge=0)
    delay_s: float = Field(default=2.0, ge=0)


class Intermittent(_Spec):
    """A fault that is there only sometimes: drawn for each look, or for each boot, from ``seed``."""

    probability: Probability
    seed: int = 0
    per: Literal["call", "boot"] = "call"


class FaultSpec(_Spec):
    """One fault of a scenario."""

    id: str = Field(min_length=1, max_length=100)
    host: str | list[str]
    part: str = ""
    fault: str = ""
    with_: dict[str, bool | int | float | str] = Field(default_factory=dict, alias="with")
    as_: str = Field(default="", alias="as")
    facts: dict[str, Scalar] = Field(default_factory=dict)
    kernel: list[KernelLines | str] = Field(default_factory=list)
    tool: dict[str, Literal["missing", "hang", "flood", "garbage"] | ToolSpec] = Field(default_factory=dict)
    transport: TransportSpec | None = None
    from_: float | datetime = Field(default=0.0, alias="from")
    until: float | datetime | None = None
    intermittent: Intermittent | None = None
    group: str = ""
    cleared_by: list[Clearing] | None = None

    @field_validator("fault")
    @classmethod
    def _known(cls, name: str) -> str:
        if name and name not in all_faults():
            raise ValueError(f"no fault {name!r}; there are: {', '.join(sorted(all_faults()))}")
        return name

    @field_validator("transport", mode="before")
    @classmethod
    def _short_transport(cls, value: Any) -> Any:
        return {"mode": value} if isinstance(value, str) else value

    @field_validator("intermittent", mode="before")
    @classmethod
    def _short_intermittent(cls, value: Any) -> Any:
        return {"probability": value} if isinstance(value, int | float) else value

    @model_validator(mode="after")
    def _does_something(self) -> "FaultSpec":
        if not (self.fault or self.facts or self.kernel or self.tool or self.transport):
            raise ValueError("give one of fault, facts, kernel, tool, transport: as it stands it does nothing")
        return self

    @property
    def hosts(self) -> list[str]:
        """Names and globs."""
        return [self.host] if isinstance(self.host, str) else self.host


class Scenario(_Spec):
    """A lab's faults, by id."""

    title: str = ""
    faults: list[FaultSpec] = Field(default_factory=list)

    @field_validator("faults")
    @classmethod
    def _one_id_each(cls, faults: list[FaultSpec]) -> list[FaultSpec]:
        seen: set[str] = set()
        for spec in faults:
            if spec.id in seen:
                raise ValueError(f"two faults have the id {spec.id!r}")
            seen.add(spec.id)
        return faults


def _problems(document: Document, error: ValidationError) -> list[str]:
    """One line a problem: file, line, field and what is wrong."""
    problems = []
    for detail in error.errors(include_url=False):
        path: FieldPath = tuple(step for step in detail["loc"] if isinstance(step, int) or not step[:1].isupper())
        said = detail["msg"].removeprefix("Value error, ")
        problems.append(f"{document.where(path)}: {said}")
    return problems


def _validated(document: Document) -> Scenario:
    try:
        return Scenario.model_validate(document.value or {})
    except ValidationError as error:
        raise CatalogError(_problems(document, error)) from error


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        CatalogError: it cannot be used; each problem says file, line and field.
    """
    return _validated(read_document(path))


def parse_scenario(text: str, file: str = "scenario") -> Scenario:
    """The same for a text."""
    return _validated(parse_document(text, file))


def parse_fault(value: dict[str, Any], file: str = "fault") -> FaultSpec:
    """One fault from plain data, as the control socket brings it.

    Raises:
        CatalogError: it cannot be used.
    """
    try:
        return FaultSpec.model_validate(value)
    except ValidationError as error:
        raise CatalogError(_problems(Document(file, value), error)) from error


def scenario_names() -> list[str]:
    """The scenarios that come with the lab."""
    return sorted(path.stem for path in SCENARIOS.glob("*.yaml"))


def scenario_path(name: str) -> Path:
    """The file of a scenario: a path, or the name of one that comes with the lab.

    Raises:
        NotFoundError: there is neither.
    """
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        return path
    shipped = SCENARIOS / f"{name}.yaml"
    if not shipped.is_file():
        raise NotFoundError(f"no scenario {name!r}; there are: {', '.join(scenario_names())}, or give a file")
    return shipped
