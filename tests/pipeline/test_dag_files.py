"""The DAG files and the task bodies are thin: Airflow reads them again and again, in many processes."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from dag_files import DAG_FILES, body_lines, methods_of_operators, task_bodies

from gatehouse.catalog.loader import SHIPPED
from gatehouse.local.home import CHECKOUT

MOST_LINES_OF_A_FILE = 79
MOST_LINES_OF_A_TASK = 15
HEAVY = ("paramiko", "great_expectations", "scipy", "pandas", "numpy", "asyncssh")
AT_TOP = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.With, ast.Expr)
WATCHER = """
import importlib.util, json, sys
import airflow.sdk, airflow.providers.standard.operators.empty, airflow.providers.standard.operators.hitl
import airflow.providers.standard.operators.trigger_dagrun
before, seen = set(sys.modules), []
WATCHED = ("socket.", "subprocess.", "sqlite3.", "os.system", "os.remove", "os.rename", "os.mkdir", "shutil.")
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and not arguments[0].endswith((".py", ".pyc")):
        seen.append(["open", arguments[0], str(arguments[1])])
    elif event.startswith(WATCHED):
        seen.append([event, str(arguments)[:200], ""])
sys.addaudithook(watch)
for path in sys.argv[1:]:
    spec = importlib.util.spec_from_file_location("read_" + str(len(seen)), path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
read = list(seen)
print(json.dumps({"seen": read, "modules": sorted(m for m in sys.modules if m not in before)}))
"""


def _name(each: object) -> str:
    return each if isinstance(each, str) else ""


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a process does that reads the DAG files and nothing else."""
    code = tmp_path_factory.mktemp("watcher") / "watcher.py"
    code.write_text(WATCHER)
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT / "include")}
    env.pop("GATEHOUSE_CATALOG", None)
    done = subprocess.run(
        [sys.executable, str(code), *map(str, DAG_FILES)],
        capture_output=True,
        text=True,
        check=True,
        env=env,
        timeout=120,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_there_is_something_to_check() -> None:
    """It should fail when the files were moved, or tasks are written in another way."""
    assert len(DAG_FILES) >= 2
    assert len(list(task_bodies())) >= 7
    assert len(list(methods_of_operators())) >= 5


@pytest.mark.parametrize("path", DAG_FILES, ids=lambda path: path.stem)
def test_a_dag_file_is_short_and_only_says_what_there_is(path: Path) -> None:
    """It should read like the process: no functions, no classes, no loops but over what the process repeats."""
    text = path.read_text()
    assert len(text.splitlines()) <= MOST_LINES_OF_A_FILE
    module = ast.parse(text)
    assert ast.get_docstring(module)
    assert [type(node).__name__ for node in module.body if not isinstance(node, AT_TOP)] == []
    assert [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)] == []


@pytest.mark.parametrize(("name", "task"), task_bodies(), ids=_name)
def test_a_task_fetches_calls_and_returns(name: str, task: ast.FunctionDef) -> None:
    """It should say what it is for, and leave the work to an operation."""
    assert ast.get_docstring(task), name
    assert body_lines(task) <= MOST_LINES_OF_A_TASK, name


@pytest.mark.parametrize(
    ("name", "method"), methods_of_operators(), ids=lambda each: each if isinstance(each, str) else ""
)
def test_an_operator_is_cheap_to_make_and_short_to_read(name: str, method: ast.FunctionDef) -> None:
    """It should only keep its arguments when it is made, and stay short when it runs."""
    calls = [ast.unparse(node.func) for node in ast.walk(method) if isinstance(node, ast.Call)]
    if method.name == "__init__":
        assert "workspace_from_connections" not in calls
        assert "Connection.get" not in calls
    assert body_lines(method) <= 2 * MOST_LINES_OF_A_TASK, name


def test_reading_them_opens_only_the_catalogue(reading: dict[str, Any]) -> None:
    """It should read the catalogue, write nothing, and ask nobody."""
    opened = [(Path(path), mode) for event, path, mode in reading["seen"] if event == "open"]
    catalogue = [path for path, _ in opened if path.is_relative_to(SHIPPED)]
    assert catalogue, "the watcher saw nothing"
    assert [path for path, mode in opened if mode not in ("r", "rb", "None")] == [], "written"
    ours = [path for path, _ in opened if path.is_relative_to(CHECKOUT / "include") and path not in catalogue]
    assert ours == []
    assert [event for event in reading["seen"] if event[0] != "open"] == []


@pytest.mark.parametrize("name", HEAVY)
def test_reading_them_imports_nothing_heavy(reading: dict[str, Any], name: str) -> None:
    """It should leave what only a running task needs alone."""
    assert "gatehouse.pipeline.round_tasks" in reading["modules"], "the watcher saw nothing"
    assert name not in reading["modules"]
