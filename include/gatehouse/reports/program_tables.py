"""Programs and requirements as Markdown tables: what each phase asks, and which revisions it demands."""

from collections.abc import Iterator, Mapping

from gatehouse.catalog.criteria import RequirementSet
from gatehouse.catalog.program import Program, ProgramPhase
from gatehouse.model.status import INTRODUCTION
from gatehouse.reports.markdown_tables import code_cell, table_of, text_cell

Section = tuple[str, str, str]  # title, lead, table
_NO_VALUE = "–"


def program_sections(programs: Mapping[str, Program]) -> Iterator[Section]:
    """Each program's phases, with what it changes in their criteria, and its baseline where it has one."""
    for name, program in sorted(programs.items()):
        lead = f"Program `{name}`. `gatehouse catalog criteria {name} DVT` shows what a phase asks in the end."
        yield f"Program: {program.title}", lead, phases_table(program)
        if program.baseline:
            lead = "The revisions that each phase demands, of the criterion `maturity`; later ones are accepted too."
            yield f"Baseline: {program.title}", lead, baseline_table(program)


def phases_table(program: Program) -> str:
    """A phase a row: plan, criteria set, build size, and every change with its reason."""
    rows = [
        (
            phase.value,
            code_cell(asked.plan),
            code_cell(asked.criteria),
            f"{asked.planned_units:,}" if asked.planned_units else "all",
            _changes(asked),
        )
        for phase, asked in program.phases.items()
    ]
    return table_of(("Phase", "Plan", "Criteria set", "Planned units", "Changed by the program"), rows)


def baseline_table(program: Program) -> str:
    """An item a row, phases across."""
    rows = [
        (
            text_cell(item.title),
            f"{code_cell(item.reading)} of {code_cell(item.parts)}",
            *(text_cell(item.revisions[p].words) if p in item.revisions else _NO_VALUE for p in INTRODUCTION),
            text_cell(item.source),
        )
        for item in program.baseline
    ]
    return table_of(("Item", "Told by", *(phase.value for phase in INTRODUCTION), "Source"), rows)


def requirement_sections(documents: Mapping[str, RequirementSet]) -> Iterator[Section]:
    """Each requirements document with what verifies what."""
    for name, document in sorted(documents.items()):
        yield f"Requirements: {document.title}", f"Document `{name}`.", requirements_table(document)


def requirements_table(document: RequirementSet) -> str:
    """A requirement a row; one that nothing verifies says so."""
    rows = [
        (
            code_cell(each.id),
            text_cell(each.text),
            each.due.value,
            ", ".join(map(code_cell, each.verified_by)) or "**nothing**",
            text_cell(each.source),
        )
        for each in document.requirements
    ]
    return table_of(("Requirement", "Text", "Due", "Verified by", "Source"), rows)


def _changes(asked: ProgramPhase) -> str:
    overridden = [f"{name}: {_fields(override.fields)} ({override.why})" for name, override in asked.overrides.items()]
    dropped = [f"without {name} ({why})" for name, why in asked.drop.items()]
    added = [f"with {criterion.id}" for criterion in asked.add]
    return text_cell("; ".join([*overridden, *dropped, *added])) or _NO_VALUE


def _fields(fields: Mapping[str, object]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in fields.items())
