"""What one diagnostic says of one unit in one round, and the limits it was held against."""

from dataclasses import dataclass
from datetime import datetime

from gatehouse.model.readings import Finding, Reading
from gatehouse.model.status import Action, Measured, Severity, Verdict


@dataclass(frozen=True, slots=True)
class Violation:
    """A limit that a reading broke, or a finding that condemns: what was seen, what was required, what to do."""

    check: str  # the limit's reading name, or the finding's signature
    part: str
    seen: str
    required: str
    severity: Severity
    action: Action


@dataclass(frozen=True, slots=True)
class Result:
    """One diagnostic on one unit: the three answers, apart, with what they rest on."""

    diagnostic: str
    measured: Measured
    verdict: Verdict
    reason: str  # one line a person understands; empty on a plain pass
    readings: tuple[Reading, ...] = ()
    findings: tuple[Finding, ...] = ()
    violations: tuple[Violation, ...] = ()
    started_at: datetime | None = None
    duration_s: float | None = None
    outputs: tuple[str, ...] = ()  # keys of the commands whose raw output this rests on

    @property
    def action(self) -> Action:
        """The highest rung any violation asks for."""
        return max((v.action for v in self.violations), key=lambda a: a.rung, default=Action.NONE)

    @property
    def severity(self) -> Severity | None:
        """The gravest class among the violations; None where there are none."""
        order = list(Severity)
        return min((v.severity for v in self.violations), key=order.index, default=None)
