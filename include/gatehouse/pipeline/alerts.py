"""Who is told when something fails: the callbacks of every DAG and task of ours."""

from typing import Any


def on_failure() -> list[Any]:
    """Callbacks for a failed task or run."""
    return []
