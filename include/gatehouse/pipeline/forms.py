"""The trigger forms: drop-downs and explanations from the catalogue, so that nobody needs JSON."""

from typing import Any

from airflow.sdk import Param

from gatehouse.catalog.loader import Catalog, open_catalog
from gatehouse.model.errors import CatalogError
from gatehouse.model.status import Phase

_TO_MEASURE = "Which hosts to measure. Leave it empty for every unit of the phase's build."


def catalog_for_forms() -> Catalog:
    """The catalogue as it stands when a DAG file is parsed."""
    return open_catalog()


def catalog_warning(catalog: Catalog) -> str:
    """What is wrong with the catalogue, for the DAG's page; empty when nothing is.

    A mistake in a YAML file must not take the DAGs away: gates that wait would fail. The forms do without what cannot
    be read, the pages say what a person must mend, and a task that needs the broken file says it again.
    """
    try:
        _ = catalog.programs, catalog.hosts
    except CatalogError as error:
        problems = "\n".join(f"- `{problem}`" for problem in error.problems[:10])
        return f"\n\n**The catalogue has mistakes; what they concern cannot run:**\n\n{problems}\n"
    return ""


def program_param(catalog: Catalog) -> Param:
    """A drop-down of the programs, with their titles."""
    try:
        titles = {name: f"{name}: {program.title}" for name, program in sorted(catalog.programs.items())}
    except CatalogError as error:
        return Param(None, type="string", title="Program", description=f"No list: {error.problems[0]}")
    return Param(
        None,
        type="string",
        enum=list(titles),
        values_display=titles,
        title="Program",
        description="The server model on its way through EVT, DVT, PVT and ramp.",
    )


def units_param(catalog: Catalog, description: str = _TO_MEASURE) -> Param:
    """A multi-select of the hosts; empty means the whole build."""
    try:
        examples = sorted(host.name for host in catalog.hosts.values())
    except CatalogError as error:
        examples, description = [], f"{description} No list: {error.problems[0]}"
    return Param(
        None,
        type=["null", "array"],
        items={"type": "string"},
        examples=examples,
        title="Units",
        description=description,
    )


def reason_param() -> Param:
    """Why this round is run; it stands in the report."""
    return Param(
        None,
        type=["null", "string"],
        maxLength=500,
        title="Reason",
        description="Why you run it, such as 'retest after the GPU was swapped'. It is kept with the round.",
    )


def phase_param(description: str, *, optional: bool = False) -> Param:
    """A drop-down of the phases."""
    phases = [phase.value for phase in Phase]
    kinds, choices = (["null", "string"], [None, *phases]) if optional else ("string", phases)
    return Param(None, type=kinds, enum=choices, title="Phase", description=description)


def criterion_param(catalog: Catalog) -> Param:
    """A drop-down of every exit criterion of the catalogue; the phase may ask only some of them."""
    description = "The exit criterion to live without, as the gate's page names it. A blocker cannot be waived."
    try:
        asked = [criterion for each in catalog.criteria.values() for criterion in each.criteria]
    except CatalogError as error:
        return Param(None, type="string", title="Criterion", description=f"No list: {error.problems[0]}")
    titles = {criterion.id: f"{criterion.id}: {criterion.title or criterion.id}" for criterion in asked}
    return Param(
        None, type="string", enum=sorted(titles), values_display=titles, title="Criterion", description=description
    )


def sites_param(catalog: Catalog) -> Param:
    """A multi-select of the sites."""
    try:
        examples, description = sorted(catalog.sites), "All units of the build at these sites."
    except CatalogError as error:
        examples, description = [], f"No list: {error.problems[0]}"
    return Param(
        None,
        type=["null", "array"],
        items={"type": "string"},
        examples=examples,
        title="Sites",
        description=description,
    )


def words_param(title: str, description: str) -> Param:
    """A field of text that must be filled in."""
    return Param(None, type="string", minLength=1, maxLength=2000, title=title, description=description)


def successor_param(catalog: Catalog) -> Param:
    """What takes a program's place; empty where nothing does."""
    description = "The program that takes its place; its ramp must be open. Leave it empty where nothing does."
    try:
        examples = sorted(catalog.programs)
    except CatalogError as error:
        examples, description = [], f"{description} No list: {error.problems[0]}"
    return Param(None, type=["null", "string"], examples=examples, title="Successor", description=description)


def day_param(title: str, description: str, *, optional: bool = False) -> Param:
    """A day, chosen from a calendar."""
    kinds = ["null", "string"] if optional else "string"
    return Param(None, type=kinds, format="date", title=title, description=description)


def end_reason_param() -> Param:
    """Why a program ends; it is kept."""
    return Param(
        None,
        type="string",
        minLength=1,
        maxLength=500,
        title="Reason",
        description="Why it ends, such as 'the supplier ends the part'. It is kept with the phase-out.",
    )


def run_user(dag_run: Any) -> str:
    """Who triggered a run."""
    return getattr(dag_run, "triggering_user_name", None) or "airflow"
