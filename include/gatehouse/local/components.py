"""The processes of a stack besides PostgreSQL: what each is called and how it is started."""

import sys
from dataclasses import dataclass

POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class Component:
    """One process. ``argv`` holds no secret: those travel in the environment.

    ``serves`` is true when the others need it until they have stopped.
    """

    name: str
    argv: tuple[str, ...]
    serves: bool = False


def _airflow(name: str, *arguments: str, serves: bool = False) -> Component:
    return Component(name, (sys.executable, "-m", "airflow", *arguments), serves)


MIGRATE_AIRFLOW = _airflow("airflow-migration", "db", "migrate")
MIGRATE_STORE = Component("store-migration", (sys.executable, "-m", "gatehouse.local.store_migration"))
# The API server first: the others wait for it. Logs are read from the disk, so nobody serves them (-s).
AIRFLOW = (
    _airflow("api-server", "api-server", serves=True),
    _airflow("scheduler", "scheduler", "-s"),
    _airflow("dag-processor", "dag-processor"),
    _airflow("triggerer", "triggerer", "-s"),
)


def components(lab: tuple[str, ...] | None) -> tuple[Component, ...]:
    """Everything to keep alive. ``lab`` are arguments of ``python -m gatehouse.lab up --foreground``; None: no lab."""
    if lab is None:
        return AIRFLOW
    argv = (sys.executable, "-m", "gatehouse.lab", "up", "--foreground", *lab)
    return (Component("lab", argv, serves=True), *AIRFLOW)
