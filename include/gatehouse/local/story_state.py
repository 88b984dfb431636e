"""How far each program has come, in one look at the store."""

from collections.abc import Sequence
from dataclasses import dataclass

from gatehouse.model.status import Phase
from gatehouse.operations.workspace import Workspace
from gatehouse.store import progress
from gatehouse.store.engine import transaction


@dataclass(frozen=True, slots=True)
class ProgramState:
    """A program's open phase, the phases that it left, and the rounds of each phase."""

    program: str
    phase: Phase | None
    closed: tuple[Phase, ...]
    rounds: tuple[progress.RoundProgress, ...]

    @property
    def opened(self) -> tuple[Phase, ...]:
        """Every phase that was opened so far, in order."""
        return (*self.closed, self.phase) if self.phase else self.closed

    def rounds_judged(self, phase: Phase) -> int:
        """How many rounds of a phase were judged."""
        return sum(r.admissible is not None for r in self.rounds if r.phase == phase)

    def inadmissible(self, phase: Phase) -> int:
        """How many rounds of a phase may not be trusted."""
        return sum(r.admissible is False for r in self.rounds if r.phase == phase)

    def measured(self, phase: Phase) -> int:
        """Units that were visited in the phase's latest round."""
        return next((r.units_measured for r in reversed(self.rounds) if r.phase == phase), 0)

    @property
    def latest(self) -> progress.RoundProgress | None:
        """The latest round."""
        return self.rounds[-1] if self.rounds else None


def program_states(workspace: Workspace, programs: Sequence[str]) -> list[ProgramState]:
    """The state of each program, in the order given; two queries."""
    with transaction(workspace.engine) as session:
        phases = progress.phases(session, programs)
        rounds = progress.rounds(session, programs)
    return [
        ProgramState(
            program=program,
            phase=next((phase for phase, closed in phases.get(program, ()) if not closed), None),
            closed=tuple(phase for phase, closed in phases.get(program, ()) if closed),
            rounds=tuple(rounds.get(program, ())),
        )
        for program in programs
    ]
