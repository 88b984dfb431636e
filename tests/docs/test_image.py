"""The Dockerfile, without a Docker engine: what it copies is there, what it installs is locked, and nobody is root."""

import fnmatch
import re

from gatehouse.local.home import CHECKOUT
from gatehouse.local.secret_files import USERS

TEXT = re.sub(r"\\\n\s*", "", (CHECKOUT / "Dockerfile").read_text(encoding="utf-8"))
LINES = [line.split(None, 1) for line in TEXT.splitlines() if line and not line.startswith("#")]
IGNORED = [line for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]


def told(instruction: str) -> list[str]:
    """The arguments of every line of an instruction."""
    return [rest for name, rest in LINES if name == instruction]


def in_context(path: str) -> bool:
    """Whether the build sees a path: the last pattern of .dockerignore that fits decides."""
    kept = True
    for pattern in IGNORED:
        plain = pattern.removeprefix("!").removeprefix("**/")
        places = [path, *(path.rsplit("/", n)[0] for n in range(1, path.count("/") + 1))]
        names = [place.rsplit("/", 1)[-1] for place in places] if "**/" in pattern else places
        if any(fnmatch.fnmatchcase(name, plain) for name in names):
            kept = pattern.startswith("!")
    return kept


def test_what_is_copied_is_there() -> None:
    """It should copy only paths of this repository that the build may see."""
    sources = [rest.split()[0] for rest in told("COPY") if not rest.startswith("--from")]
    assert sources == ["requirements.lock", "include", "dags", "plugins"]
    for source in sources:
        assert (CHECKOUT / source).exists()
        assert in_context(source)


def test_no_secret_and_no_rest_of_a_run_gets_in() -> None:
    """It should leave out keys, passwords, environments and what Python compiled."""
    for path in (".env", ".git/config", ".gatehouse/secrets/keys.json", ".venv/bin/python", "README.md"):
        assert not in_context(path), path
    assert not in_context("include/gatehouse/__pycache__/x.pyc")
    assert in_context("include/gatehouse/catalog/loader.py")


def test_everything_that_is_needed_gets_in() -> None:
    """It should not lose a file that the library reads: catalogue, templates, migrations."""
    made = {"__pycache__", ".mypy_cache", ".ruff_cache"}
    files = [path for folder in ("include", "dags", "plugins") for path in (CHECKOUT / folder).rglob("*")]
    names = [path.relative_to(CHECKOUT) for path in files if path.is_file()]
    needed = [str(n) for n in names if not made & set(n.parts) and not any(p.endswith(".egg-info") for p in n.parts)]
    assert len(needed) > 200
    assert [path for path in needed if not in_context(path)] == []


def test_packages_come_locked_by_hash() -> None:
    """It should install what the lock says and nothing else."""
    installs = [line for line in told("RUN") if "pip install" in line]
    assert len(installs) == 1
    assert {"--require-hashes", "--no-deps"} <= set(installs[0].split())


def test_it_ends_as_a_user_without_rights() -> None:
    """It should run as a numbered user, which platforms can check, and give that user only what it writes."""
    last = [name for name, _ in LINES].index("USER")
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", LINES[last][1])
    assert {name for name, _ in LINES[last + 1 :]} <= {"CMD", "ENTRYPOINT"}
    owned = re.search(r"install --directory --owner gatehouse --group gatehouse (.*)", TEXT)
    assert owned
    assert "/opt/gatehouse/include" not in owned[1].split()


def test_the_base_is_pinned_and_supported() -> None:
    """It should name a Python that Gatehouse supports, and no moving tag."""
    (python,) = [rest.split("=")[1] for rest in told("ARG")]
    assert re.fullmatch(r"3\.1[123]-slim-\w+", python)
    assert all(rest.startswith("python:${PYTHON}") for rest in told("FROM"))


def test_roles_of_the_example_are_airflow_s() -> None:
    """It should show users with roles as the local stack has them."""
    text = (CHECKOUT / ".env.example").read_text()
    shown = dict(pair.split(":") for pair in re.findall(r"\w+:(?:viewer|user|op|admin)", text))
    assert {name: role for name, role in shown.items() if name in USERS} == {n: USERS[n] for n in shown if n in USERS}
    assert set(shown.values()) <= set(USERS.values())
