"""The trigger forms: drop-downs and explanations from the catalogue, so that nobody needs JSON."""

from typing import Any

from airflow.sdk import Param

from gatehouse.catalog.loader import Catalog, open_catalog


def catalog_for_forms() -> Catalog:
    """The catalogue as it stands when a DAG file is parsed."""
    return open_catalog()


def program_param(catalog: Catalog) -> Param:
    """A drop-down of the programs, with their titles."""
    titles = {name: f"{name}: {program.title}" for name, program in sorted(catalog.programs.items())}
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
    examples = sorted(host.name for host in catalog.hosts.values())
    return Param(
        None,
        type=["null", "array"],
        items={"type": "string"},
        examples=examples,
        title="Units",
        description="Which hosts to measure. Leave it empty for every unit of the open phase's build.",
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


def run_user(dag_run: Any) -> str:
    """Who triggered a run."""
    return getattr(dag_run, "triggering_user_name", None) or "airflow"
