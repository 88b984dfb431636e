"""Who is told when something fails: the callbacks of every DAG and task of ours."""

from typing import Any

from gatehouse.pipeline.notifier import GatehouseNotifier


def on_failure() -> list[Any]:
    """Callbacks for a failed task or run."""
    return [GatehouseNotifier()]
