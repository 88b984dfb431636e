"""Every command of every page is proven, each in one of four ways:

- **CI**: ``make demo``, ``make test`` and ``make check`` are what continuous integration runs, in ``.ci/run``.
- **MAKE**: any other ``make …`` is a target of the Makefile, and ``make -n`` accepts it.
- **STACK**: ``gatehouse up``, ``down`` and ``status`` are run by ``test_own_machines.py``, on a whole stack.
- **SHELL**: everything else is typed here, page by page, into one bash session each: against a store, and a lab with
  one bad host, as the demo leaves them behind. Exit codes and shown output are held against the page.

A command that fits none of these fails the test.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import pytest
from doc_pages import PAGES, README, DocCommand, Step, commands, steps
from doc_shell import DocShell, is_shown, missing_tools, typed
from lab_world import LabWorld, lab_world

from gatehouse.local.home import CHECKOUT
from gatehouse.local.postgres import Server
from gatehouse.model.status import Phase
from gatehouse.operations.advance_phase import open_phase

FLEET = ["h100-8x:EVT:2", "mi300x-8x:EVT:3"]
BAD = {"id": "gone-gpu5", "host": "mi300x-evt-03", "part": "gpu5", "fault": "accelerator_missing"}  # as in the demo


class Proof(Enum):
    """How a command is proven."""

    CI = r"make (demo|test|check)"
    MAKE = r"make( \w+)?( \w+=\S+)*"
    STACK = r"gatehouse (up|down|status)"
    SHELL = r"(GATEHOUSE_HOME=\S+ )?(gatehouse|lscpu \| gatehouse|source|export|mkdir|cp|ssh-keyscan) \S.*"


def proof_of(command: str) -> Proof | None:
    """The first way that fits; None where there is none."""
    return next((proof for proof in Proof if re.fullmatch(proof.value, command)), None)


def proven_by(*proofs: Proof) -> list[DocCommand]:
    """Every command of every page that is proven so."""
    return [command for command in commands() if proof_of(command.text) in proofs]


def typed_here(page: Path) -> list[Step]:
    """The steps of a page that this file takes itself."""
    return [step for step in steps(page) if not isinstance(step, DocCommand) or proof_of(step.text) is Proof.SHELL]


WITH_STEPS = [page for page in PAGES if typed_here(page)]


def test_there_is_something_to_check() -> None:
    """It should fail when the pages write commands in another form."""
    assert README in WITH_STEPS
    assert len(WITH_STEPS) >= 5
    assert all(proven_by(proof) for proof in Proof)


@pytest.mark.parametrize("command", commands(), ids=lambda c: f"{c.page}:{c.line}")
def test_every_command_can_be_proven(command: DocCommand) -> None:
    """It should refuse a command that no test knows how to prove."""
    assert proof_of(command.text), f"no proof for $ {command.text}"


def test_a_command_of_an_unknown_kind_has_no_proof() -> None:
    """It should not let everything through."""
    assert proof_of("curl http://127.0.0.1") is None
    assert proof_of("gatehouse up; rm -r x") is Proof.SHELL  # typed, and so either works or fails


@pytest.mark.parametrize("command", proven_by(Proof.CI), ids=lambda c: f"{c.page}:{c.line}")
def test_continuous_integration_runs_it(command: DocCommand) -> None:
    """It should be a command of what runs at every change."""
    script = (CHECKOUT / ".ci" / "run").read_text()
    assert re.search(rf"^\s*(?:timeout \d+ |\w+=\S+ )*{command.text}\b", script, re.MULTILINE)


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
@pytest.mark.parametrize("command", proven_by(Proof.CI, Proof.MAKE), ids=lambda c: f"{c.page}:{c.line}")
def test_the_makefile_has_it(command: DocCommand) -> None:
    """It should be a target."""
    done = subprocess.run(
        ["make", "-n", *command.text.split()[1:]], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_stack_s_commands_are_run_on_a_stack() -> None:
    """It should find each of them among those that ``test_own_machines.py`` runs, which are README's."""
    run = {step.text for step in steps(README) if isinstance(step, DocCommand)}
    assert {command.text for command in proven_by(Proof.STACK)} <= run


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, postgres_server: Server) -> Iterator[LabWorld]:
    """A store and a lab, as the demo leaves them: MI300X is stopped at EVT by a GPU that is gone."""
    folder = tmp_path_factory.mktemp("docs")
    postgres_server.create_database("docs")
    try:
        with lab_world(folder, postgres_server.url("docs"), FLEET) as made:
            made.lab.inject(**BAD)
            for program in ("mi300x-8x", "h100-8x"):
                open_phase(made.workspace, program, Phase.EVT, "tester")
                made.judged(program)
            yield made
    finally:
        postgres_server.drop_database("docs")


@pytest.fixture
def shell(world: LabWorld, tmp_path: Path) -> Iterator[DocShell]:
    """A session in the shell of somebody who has played the demo."""
    state = world.lab.state
    store = world.workspace.engine.url.render_as_string(hide_password=False)
    session = DocShell(
        tmp_path,
        {
            "GATEHOUSE_HOME": str(state.parent),
            "GATEHOUSE_STORE_URL": store,
            "GATEHOUSE_FILES": str(world.workspace.files),
            "GATEHOUSE_CATALOG": str(state / "catalog"),
            "GATEHOUSE_LOGIN_GATEHOUSE_LAB": f"{world.lab.login.user}:{_key_file(world, tmp_path)}",
            "GATEHOUSE_BMC_LOGIN_GATEHOUSE_LAB_BMC": f"{world.lab.bmc_login.user}:{state / 'bmc_password'}",
        },
    )
    try:
        yield session
    finally:
        session.run("GATEHOUSE_HOME=$HOME/my-gatehouse/practice gatehouse lab down")
        session.close()


def _key_file(world: LabWorld, folder: Path) -> Path:
    key = folder / "key"
    key.touch(mode=0o600)
    key.write_text(world.lab.login.private_key)
    return key


@pytest.mark.parametrize("page", WITH_STEPS, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_a_page_does_what_it_says(page: Path, shell: DocShell) -> None:
    """It should be possible to type a page from its top to its end, with the exit codes and output that it shows."""
    if missing := missing_tools(typed(step) for step in typed_here(page)):
        pytest.skip(f"not on this machine: {', '.join(missing)}")
    for step in typed_here(page):
        shell.take(step)


def test_a_page_that_lies_is_caught(shell: DocShell) -> None:
    """It should fail on another exit code than the page's, and on output that did not come."""
    with pytest.raises(AssertionError, match="exit code 2"):
        shell.take(DocCommand("x.md", 1, "gatehouse gate no-such-program EVT"))
    with pytest.raises(AssertionError, match="is not in the output"):
        shell.take(DocCommand("x.md", 1, "gatehouse --version", shown=("gatehouse 99…",)))


def test_shown_output_may_leave_things_out() -> None:
    """It should take … for anything, and nothing else."""
    assert is_shown("a … d", "x a b\n c d y")
    assert not is_shown("a … d", "a b c")
    assert not is_shown("a.c", "abc")


def test_a_tool_that_is_not_here_is_named() -> None:
    """It should let a page be skipped with the reason, and only for programs of the machine."""
    assert missing_tools(["sh -c true", "no-such-tool"]) == []
    assert missing_tools(["lscpu | gatehouse read lscpu -"]) == ([] if shutil.which("lscpu") else ["lscpu"])


def test_every_step_is_told_apart() -> None:
    """It should know files from commands: README writes two and types many."""
    kinds = [typed(step) for step in steps(README) if not isinstance(step, DocCommand)]
    assert [Path(path).name for path in kinds] == ["bench.yaml", "bench.yaml"]
