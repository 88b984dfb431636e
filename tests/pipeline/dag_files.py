"""The DAG files as text and as Airflow reads them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from gatehouse.local.home import CHECKOUT

DAGS = CHECKOUT / "dags"
PIPELINE = CHECKOUT / "include" / "gatehouse" / "pipeline"
DAG_FILES = sorted(DAGS.glob("*.py"))


def parse(folder: Path = DAGS) -> Any:
    """The folder, parsed by Airflow; nothing is written to its database."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(str(folder))


@cache
def dag(dag_id: str) -> Any:
    """One DAG."""
    bag = parse()
    assert bag.import_errors == {}
    return bag.dags[dag_id]


def task_bodies() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function of the pipeline that is a task, with its name for people."""
    for path in sorted(PIPELINE.glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and any(_is_task(each) for each in node.decorator_list):
                yield f"{path.stem}.{node.name}", node


def methods_of_operators() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every method of the pipeline's operators and sensors that Airflow calls as a task."""
    for path in sorted(PIPELINE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and node.name.endswith(("Operator", "Sensor")):
                for method in node.body:
                    if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                        yield f"{node.name}.{method.name}", method


def body_lines(function: ast.FunctionDef) -> int:
    """Lines of a function without its decorators, its signature and its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def _is_task(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id == "task"
