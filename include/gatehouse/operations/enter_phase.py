"""The entry of a phase: its conditions as they stand, a person's word on them, and entering without some of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from gatehouse.catalog.criteria import Attested
from gatehouse.catalog.entry import Document
from gatehouse.catalog.loader import Catalog
from gatehouse.catalog.program import ProgramPhase
from gatehouse.decisions.entry import EntryFacts, entry_conditions, shut_by
from gatehouse.model.calendar import ConditionOutcome
from gatehouse.model.errors import EntryShutError, NotFoundError, RefusedError, UsageError
from gatehouse.model.records import Attestation
from gatehouse.model.status import Phase
from gatehouse.operations.workspace import Workspace
from gatehouse.store import calendar, phase_out, phases, views
from gatehouse.store.engine import Transaction, transaction
from gatehouse.store.phase_out import PhaseOut
from gatehouse.store.tables import PhaseRow


@dataclass(frozen=True, slots=True)
class EntryBook:
    """All that entry conditions of any program look at, read once."""

    catalog: Catalog
    attestations: Mapping[tuple[str, str], tuple[Attestation, ...]]
    phases: Mapping[tuple[str, str], PhaseRow]
    phase_outs: Mapping[str, PhaseOut]
    builds: Mapping[tuple[str, str], int]

    def conditions(self, program: str, phase: Phase) -> tuple[ConditionOutcome, ...]:
        """How the entry conditions of a phase stand now; none where it asks for none."""
        asked = self.catalog.program(program).phases.get(phase)
        if asked is None or asked.entry is None:
            return ()
        found = self.catalog.find("set of entry conditions", asked.entry, self.catalog.entry)
        return entry_conditions(found, self._facts(program, phase, asked))

    def _facts(self, program: str, phase: Phase, asked: ProgramPhase) -> EntryFacts:
        ending = self.phase_outs.get(program)
        successor = ending.successor if ending else ""
        return EntryFacts(
            program=program,
            phase=phase,
            build_units=self.builds.get((program, phase.value), 0),
            planned_units=asked.planned_units,
            exited={
                Phase(p): row.conditional for (of, p), row in self.phases.items() if of == program and row.closed_at
            },
            attestations=self.attestations.get((program, phase.value), ()),
            successor=successor,
            successor_ramping=(successor, Phase.RAMP.value) in self.phases,
        )


def entry_book(workspace: Workspace, session: Transaction) -> EntryBook:
    """What there is now, in three queries."""
    return EntryBook(
        workspace.catalog,
        calendar.attestations(session),
        views.phase_rows(session),
        phase_out.phase_outs(session),
        Counter((host.program, host.build) for host in workspace.catalog.hosts.values()),
    )


def enter(session: Transaction, book: EntryBook, program: str, phase: Phase) -> None:
    """Keep how a phase is entered.

    Raises:
        EntryShutError: conditions that hold are open, and nobody has let the phase open without them.
    """
    outcomes = book.conditions(program, phase)
    shut = shut_by(outcomes, calendar.accepted(session, program, phase))
    if shut:
        lacking = "; ".join(f"{o.title}: {o.observed}; {o.missing}" for o in shut)
        way_in = f"`gatehouse calendar enter {program} {phase}` enters without {'it' if len(shut) == 1 else 'them'}"
        raise EntryShutError(f"{program} {phase} is kept shut by its entry conditions: {lacking}. {way_in}")
    calendar.file_entry(session, program, phase, outcomes)


def attest(
    workspace: Workspace, program: str, phase: Phase, about: str, who: str, link: str, note: str = "",
    *, withdraw: bool = False,
) -> None:  # fmt: skip
    """Keep that a person vouches for a document of a phase's entry, or for one of its exit; or takes that back.

    Raises:
        NotFoundError: the phase asks for no such document; the text lists those that it asks for.
        UsageError: nobody is named, or nothing is linked to.
    """
    asked = _phase_of(workspace, program, phase)
    known = _attestable(workspace, asked)
    if about not in known:
        raise NotFoundError(
            f"{program} {phase} asks nobody to attest {about!r}; it does for: {', '.join(known) or 'nothing'}"
        )
    if not who.strip() or not (link.strip() or withdraw):
        raise UsageError("say who vouches (--who) and where it lies (--link)")
    with transaction(workspace.engine) as session:
        said = (who.strip(), link.strip(), note.strip())
        calendar.file_attestation(session, program, phase, about, *said, withdrawn=withdraw)


def accept_entry(workspace: Workspace, program: str, phase: Phase, who: str, reason: str) -> tuple[str, ...]:
    """Let a phase open without the conditions that keep it shut now; returns their titles.

    Raises:
        RefusedError: the phase was opened before, or nothing keeps it shut.
        UsageError: nobody is named, or no reason is given.
    """
    _phase_of(workspace, program, phase)
    if not who.strip() or not reason.strip():
        raise UsageError("say who lets the phase open (--who) and why (--reason)")
    with transaction(workspace.engine) as session:
        if phases.phase_row(session, program, phase):
            raise RefusedError(f"{program} {phase} was entered before")
        outcomes = entry_book(workspace, session).conditions(program, phase)
        shut = shut_by(outcomes, calendar.accepted(session, program, phase))
        if not shut:
            raise RefusedError(f"no entry condition keeps {program} {phase} shut")
        calendar.accept_entry(session, program, phase, [o.condition for o in shut], who.strip(), reason.strip())
    return tuple(o.title for o in shut)


def _phase_of(workspace: Workspace, program: str, phase: Phase) -> ProgramPhase:
    found = workspace.catalog.program(program).phases
    if phase not in found:
        raise NotFoundError(f"{program} has no {phase}; its phases: {', '.join(found)}")
    return found[phase]


def _attestable(workspace: Workspace, asked: ProgramPhase) -> tuple[str, ...]:
    """What a person may vouch for: documents of the entry, and criteria of the exit that ask for a person's word."""
    catalog = workspace.catalog
    entry = catalog.find("set of entry conditions", asked.entry, catalog.entry).conditions if asked.entry else ()
    criteria = catalog.find("criteria set", asked.criteria, catalog.criteria).criteria
    documents = [each.id for each in entry if isinstance(each, Document)]
    return tuple(dict.fromkeys([*documents, *(each.id for each in criteria if isinstance(each, Attested))]))
