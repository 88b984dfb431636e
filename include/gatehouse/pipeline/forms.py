"""The trigger forms: drop-downs and explanations from the catalogue, so that nobody needs JSON."""

from typing import Any

from airflow.sdk import Param

from gatehouse.catalog.loader import Catalog, open_catalog
from gatehouse.model.errors import CatalogError


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


def units_param(catalog: Catalog) -> Param:
    """A multi-select of the hosts; empty means the whole build of the open phase."""
    description = "Which hosts to measure. Leave it empty for every unit of the open phase's build."
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


def successor_param(catalog: Catalog) -> Param:
    """What takes a program's place; empty where nothing does."""
    description = "The program that takes its place; its ramp must be open. Leave it empty where nothing does."
    try:
        examples = sorted(catalog.programs)
    except CatalogError as error:
        examples, description = [], f"{description} No list: {error.problems[0]}"
    return Param(None, type=["null", "string"], examples=examples, title="Successor", description=description)


def day_param(title: str, description: str) -> Param:
    """A day, chosen from a calendar."""
    return Param(None, type=["null", "string"], format="date", title=title, description=description)


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
