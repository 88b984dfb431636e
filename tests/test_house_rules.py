"""The house rules that no other tool holds. Each fails when it finds nothing to check."""

import ast
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatehouse.catalog.loader import KINDS, SHIPPED, open_catalog
from gatehouse.diagnostics.registry import all_diagnostics
from gatehouse.local.home import CHECKOUT

LONGEST_FILE = 300  # lines; about 80 is what we want
LONGEST_TEST_FILE = 500  # tables of cases are long
USUAL_FUNCTION = 10  # lines, at the median; about 8 is what we want
LONGEST_THIN_FILE = 79
NOWHERE_NAMES = re.compile(r"(^|_)(utils?|helpers?|commons?|managers?|misc|stuff)$")
WELL_KNOWN = {
    *(".ci", ".dockerignore", ".env.example", ".gitattributes", ".github", ".gitignore", "bench", "dags", "docs"),
    *("CHANGELOG.md", "CONTRIBUTING.md", "Dockerfile", "LICENSE", "Makefile", "README.md", "SECURITY.md"),
    *("docker-compose.yaml", "include", "packages.txt", "plugins", "pyproject.toml"),
    *("requirements.lock", "requirements.txt", "tests"),
}
# What means something only to whoever wrote it. Letters in brackets: this file must not find itself.
PRIVATE = re.compile(
    r"(?<![\w.])/wor[k]/|pyp[i]\.org|pythonhoste[d]|npmj[s]|-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}"
)
MAY_NAME_A_REGISTRY = {"include/bootstrap_uv.py"}  # it downloads the installer, before there is anything to ask
GENERATED = {"requirements.lock"}
BROAD = {"Exception", "BaseException"}


def tracked(pattern: str = "*") -> list[Path]:
    """The files that are in the repository, whatever else lies in the folder."""
    git = shutil.which("git") or "false"
    listed = subprocess.run([git, "ls-files", "-z", "--", pattern], cwd=CHECKOUT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: there is no list of what belongs to the repository")
    files = [CHECKOUT / name for name in listed.stdout.decode().split("\0") if name]
    found = [path for path in files if path.is_file()]
    assert found, f"nothing is called {pattern}"
    return found


def shown(path: Path) -> str:
    """A path as people read it."""
    return path.relative_to(CHECKOUT).as_posix()


def python(folder: str = "") -> Iterator[tuple[str, str, ast.Module]]:
    """Every Python file of a folder: its path, its text, its tree."""
    for path in tracked(f"{folder}*.py"):
        text = path.read_text(encoding="utf-8")
        yield shown(path), text, ast.parse(text)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method."""
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def undocumented(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    """Public classes, functions and methods without a docstring."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                yield prefix + node.name
            if isinstance(node, ast.ClassDef):
                yield from undocumented(node.body, f"{prefix}{node.name}.")


def test_every_module_says_what_it_is_for() -> None:
    """It should begin with a docstring, in the library, the DAGs, the benches and the tests alike."""
    modules = list(python())
    assert len(modules) > 300
    assert [path for path, text, tree in modules if text.strip() and not ast.get_docstring(tree)] == []


def test_everything_public_is_documented() -> None:
    """It should have a docstring on each public function, class and method of the library; migrations say it above."""
    names = [f"{path}: {name}" for path, _, tree in python("include/gatehouse/") for name in undocumented(tree.body)]
    assert [name for name in names if "/migrations/versions/" not in name] == []


def test_files_are_short() -> None:
    """It should keep every file readable in one sitting."""
    for path, text, _ in python():
        assert len(text.splitlines()) <= (LONGEST_TEST_FILE if path.startswith("tests/") else LONGEST_FILE), path


def test_functions_are_short() -> None:
    """It should be a few lines long, as a rule."""
    lengths = [
        (function.end_lineno or 0) - function.lineno + 1
        for _, _, tree in python("include/gatehouse/")
        for function in functions(tree)
    ]
    assert len(lengths) > 1000
    assert statistics.median(lengths) <= USUAL_FUNCTION


def test_a_broad_except_gives_its_reason() -> None:
    """It should raise again, or say beside it why everything is caught."""
    seen, silent = 0, []
    for path, text, tree in python("include/"):
        lines = text.splitlines()
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and _broad(node.type):
                seen += 1
                raises = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
                if not raises and len(lines[node.lineno - 1].partition("#")[2]) < len("noqa: BLE001 -- why"):
                    silent.append(f"{path}:{node.lineno}")
    assert seen, "nothing to check"
    assert silent == []


def _broad(caught: ast.expr | None) -> bool:
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(name is None or (isinstance(name, ast.Name) and name.id in BROAD) for name in names)


def test_no_module_is_called_by_what_it_is_not() -> None:
    """It should be named after what is in it."""
    names = {part for path in tracked() for part in Path(shown(path)).with_suffix("").parts}
    assert len(names) > 300
    assert [name for name in sorted(names) if NOWHERE_NAMES.search(name)] == []


def test_the_top_of_the_repository_holds_what_everybody_knows() -> None:
    """It should not surprise anybody: nothing of one's own invention at the top."""
    top = {Path(shown(path)).parts[0] for path in tracked()}
    assert {"README.md", "LICENSE", "Makefile", "dags", "include", "plugins", "tests"} <= top
    assert top - WELL_KNOWN == set()


def test_nothing_private_is_in_the_tree() -> None:
    """It should hold no path, host or key of whoever wrote it."""
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="replace")
        if shown(path) not in GENERATED | MAY_NAME_A_REGISTRY:
            found += [f"{shown(path)}: {match[0][:40]}" for match in PRIVATE.finditer(text)]
    assert found == []
    assert all(PRIVATE.search((CHECKOUT / name).read_text()) for name in MAY_NAME_A_REGISTRY), "drop the exception"


def test_dags_and_plugins_are_thin() -> None:
    """It should be registration there, and no work."""
    thin = [*python("dags/"), *python("plugins/")]
    assert {path.split("/")[0] for path, _, _ in thin} == {"dags", "plugins"}
    for path, text, tree in thin:
        assert len(text.splitlines()) <= LONGEST_THIN_FILE, path
        assert all((function.end_lineno or 0) - function.lineno < 10 for function in functions(tree)), path


def test_every_diagnostic_is_explained_and_asked() -> None:
    """It should have a title and a question, stand in the documentation, and be part of a plan."""
    diagnostics = all_diagnostics()
    assert len(diagnostics) >= 5
    asked = {planned.diagnostic for plan in open_catalog((SHIPPED,)).plans.values() for planned in plan.diagnostics}
    page = (CHECKOUT / "docs" / "catalog.md").read_text()
    for name, spec in diagnostics.items():
        assert spec.title, name
        assert spec.question.endswith("?"), name
        assert name in asked, f"no plan asks {name}"
        assert spec.question in page, f"docs/catalog.md does not explain {name}"


def test_editors_can_check_what_people_write() -> None:
    """It should keep a schema for each kind of catalogue file, and tell people where they are."""
    assert {path.stem for path in (SHIPPED / "schemas").glob("*.json")} == set(KINDS)
    assert "include/catalog/schemas" in (CHECKOUT / "docs" / "operator.md").read_text()


def test_every_dependency_has_its_reason() -> None:
    """It should say beside each requirement why we ask for it; type stubs share the reason of the first."""
    lines = [line for line in (CHECKOUT / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]
    assert len(lines) > 20
    silent = [line for line in lines if len(line.partition("#")[2].strip()) < len("types")]
    assert [line for line in silent if not line.startswith("types-")] == []
    assert any(line.startswith("types-") for line in lines if line not in silent)


def test_the_layers_hold() -> None:
    """It should keep every import going downward, and each driver behind its one door."""
    linter = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(linter, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", done.stdout), done.stdout
