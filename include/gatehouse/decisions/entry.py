"""May the phase be entered? Holds what is there against the entry conditions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from gatehouse.catalog import entry as spec
from gatehouse.catalog.values import one_line
from gatehouse.decisions.wording import counted
from gatehouse.model.calendar import ConditionOutcome
from gatehouse.model.records import Attestation
from gatehouse.model.status import Phase


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What is there. ``exited`` are the phases that have exited, each with whether it was on conditions.

    ``successor`` is the program that a phase-out names, empty where none is; ``successor_ramping`` whether its ramp
    was opened.
    """

    program: str
    phase: Phase
    build_units: int
    planned_units: int | None
    exited: Mapping[Phase, bool] = field(default_factory=dict)
    attestations: tuple[Attestation, ...] = ()
    successor: str = ""
    successor_ramping: bool = False


def entry_conditions(asked: spec.EntrySet | None, facts: EntryFacts) -> tuple[ConditionOutcome, ...]:
    """How each condition stands; none where the phase asks for none."""
    return tuple(_condition(each, facts) for each in (asked.conditions if asked else ()))


def shut_by(outcomes: Iterable[ConditionOutcome], accepted: Iterable[str] = ()) -> tuple[ConditionOutcome, ...]:
    """The conditions that keep the phase shut: open ones that hold, and that nobody has accepted by name."""
    entered_without = set(accepted)
    return tuple(o for o in outcomes if o.holds and not o.met and o.condition not in entered_without)


def _condition(asked: spec.Condition, facts: EntryFacts) -> ConditionOutcome:
    match asked:
        case spec.Document():
            met, observed, missing = _document(asked, facts)
        case spec.BuildReady():
            met, observed, missing = _build(asked, facts)
        case spec.PhaseExited():
            met, observed, missing = _exited(asked, facts)
        case spec.SuccessorRamping():
            met, observed, missing = _successor(facts)
        case _:
            assert_never(asked)
    return ConditionOutcome(asked.id, asked.title, met, asked.holds, observed, "" if met else missing)


def _document(asked: spec.Document, facts: EntryFacts) -> tuple[bool, str, str]:
    found = next((a for a in facts.attestations if a.about == asked.id), None)
    command = f"gatehouse calendar attest {facts.program} {facts.phase} {asked.id}"
    observed = (
        f"{one_line(found.link)}, by {one_line(found.who)} on {found.at:%Y-%m-%d}" if found else "nobody attests it"
    )
    return found is not None, observed, f"attest it: `{command}`"


def _build(asked: spec.BuildReady, facts: EntryFacts) -> tuple[bool, str, str]:
    needed = asked.at_least or facts.planned_units or 1
    lacking = needed - facts.build_units
    observed = f"{counted(facts.build_units, 'unit')} of {needed:,} in the inventory"
    return lacking <= 0, observed, f"add {counted(lacking, 'unit')} of build {facts.phase} to a site"


def _exited(asked: spec.PhaseExited, facts: EntryFacts) -> tuple[bool, str, str]:
    on_conditions = facts.exited.get(asked.phase)
    if on_conditions is None:
        return (
            False,
            f"{asked.phase} has not exited",
            f"`gatehouse gate {facts.program} {asked.phase}` says what it lacks",
        )
    if on_conditions and asked.clean:
        return False, f"{asked.phase} exited on conditions", f"{asked.phase} left waived criteria behind: close them"
    return True, f"{asked.phase} has exited" + (" on conditions" if on_conditions else ""), ""


def _successor(facts: EntryFacts) -> tuple[bool, str, str]:
    if not facts.successor:
        return False, "no successor is named", "start npi_phase_out with a successor"
    observed = f"{facts.successor} is in ramp" if facts.successor_ramping else f"{facts.successor} is not in ramp"
    return facts.successor_ramping, observed, f"wait for the ramp of {facts.successor}"
