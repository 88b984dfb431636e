"""What is shown of one host, as plain values."""

from dataclasses import dataclass
from datetime import datetime

from gatehouse.model.jobs import JobProgress


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a host is. ``address`` and what follows are empty for one that the catalogue does not hold any more."""

    host: str
    serial: str
    sku: str
    site: str
    program: str = ""
    build: str = ""
    address: str = ""
    connection: str = ""
    listed: bool = True
    claimed_serial: str | None = None
    held_by: str = ""


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """A measured value; both ``number`` and ``word`` are None where the tool gave no value."""

    part: str
    name: str
    number: float | None
    word: str | None
    unit: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Issue:
    """Something open on a host: a broken limit, or a finding that condemns, with what to do about it."""

    diagnostic: str
    check: str
    part: str
    seen: str
    required: str
    severity: str
    action: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a tool said, with whose trouble it is."""

    kind: str
    part: str
    signature: str
    text: str


@dataclass(frozen=True, slots=True)
class OutputLine:
    """A command that ran, and the hashes of what it said."""

    key: str
    command: str
    ended: str
    exit_code: int | None
    truncated: bool
    stdout_sha256: str
    stderr_sha256: str
    note: str
    duration_s: float | None


@dataclass(frozen=True, slots=True)
class DiagnosticLine:
    """The newest result of a diagnostic, with everything it rests on."""

    diagnostic: str
    title: str
    round_id: str
    admissible: bool | None
    measured: str
    verdict: str
    severity: str | None
    action: str
    reason: str
    at: datetime
    duration_s: float | None
    readings: tuple[ReadingLine, ...]
    notes: tuple[Note, ...]
    outputs: tuple[OutputLine, ...]


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A round that the host was planned in."""

    round_id: str
    program: str
    phase: str
    number: int
    reason: str
    created_at: datetime
    measured_at: datetime | None
    unreachable: str | None
    admissible: bool | None
    passed: int
    failed: int
    holes: int


@dataclass(frozen=True, slots=True)
class HostView:
    """Everything about a host. ``issues`` come gravest first; ``action`` is the highest rung that any of them asks.

    ``jobs`` run on it now, as far as the last look knows. ``phase_state`` is how the phase of its build stands, empty
    where it is of none; ``waivers`` are those in force that cover it, in words.
    """

    identity: Identity
    diagnostics: tuple[DiagnosticLine, ...]
    issues: tuple[Issue, ...]
    action: str
    visits: tuple[VisitLine, ...]
    jobs: tuple[JobProgress, ...] = ()
    phase_state: str = ""
    waivers: tuple[str, ...] = ()
