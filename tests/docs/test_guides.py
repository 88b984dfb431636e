"""What the guides say of the code is what the code says: users, variables, Connections, alerts, tools, sudo."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from doc_pages import README, table_cells

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.local.home import CHECKOUT
from gatehouse.local.room import NEEDED_DISK_MB, NEEDED_MEMORY_MB
from gatehouse.local.secret_files import USERS
from gatehouse.model.status import CriterionStatus, Measured, Verdict
from gatehouse.operations.alert import Trouble
from gatehouse.operations.ask_plan import AskedCommand, commands_for
from gatehouse.operations.host_lease import LEASE_WAIT_S
from gatehouse.operations.write_sudoers import sudoers_of
from gatehouse.pipeline.notifier import CONNECTIONS
from gatehouse.pipeline.retries import CRASH_RETRIES
from gatehouse.pipeline.shards import SHARD_SIZE, SINGLE_UP_TO
from gatehouse.pipeline.sign_off import SignOffOperator
from gatehouse.pipeline.workspace import FILES, STORE
from gatehouse.transport.framing import under_sudo

DOCS = CHECKOUT / "docs"
LIBRARY = str(CHECKOUT / "include")
OPERATOR, ENGINEER, ON_CALL, MANAGER = (
    DOCS / f"{name}.md" for name in ("operator", "engineer", "on-call", "program-manager")
)
_SUDOERS = re.compile(r"^ *\$ gatehouse catalog sudoers (.*?) > ", re.MULTILINE)


def text(page: Path) -> str:
    """A page on one line."""
    return " ".join(page.read_text(encoding="utf-8").split())


def asked() -> list[AskedCommand]:
    """Every command that any program's plans ask of its machines."""
    catalog = Catalog((SHIPPED,))
    return [
        each
        for program in catalog.programs.values()
        for phase in program.phases.values()
        for each in commands_for(catalog.plans[phase.plan].diagnostics, catalog.skus[program.sku])
    ]


def test_sudo_allows_what_is_asked_and_no_more() -> None:
    """It should write, by the page's own command, every root command of every program, and not one beyond."""
    words = shlex.split(_SUDOERS.findall(OPERATOR.read_text(encoding="utf-8"))[0])
    skus = [words[i + 1] for i, word in enumerate(words) if word == "--sku"]
    plans = words[: words.index("--sku")]
    written = sudoers_of(Catalog((SHIPPED,)), plans, skus, "gatehouse")
    lines = {line.strip(" ,\\") for line in written.splitlines() if line.startswith("    /usr/bin/")}
    lines = {re.sub(r"\\(.)", r"\1", line) for line in lines}  # sudoers' own escapes
    needed = {f"/usr/bin/{shlex.join(under_sudo(a.command))}" for a in asked() if a.command.root}
    assert needed
    assert lines == needed


def test_every_tool_is_in_the_list_of_packages() -> None:
    """It should name each tool that a plan runs, those of every Linux aside."""
    told = table_cells(OPERATOR, 1)
    tools = {each.command.argv[0] for each in asked() if each.via == "ssh"} - {
        "cat",
        "journalctl",
        "stress-ng",
        "stressapptest",
        "fio",
    }
    assert tools <= told
    packages = " ".join(re.findall(r"^ +\| ([^|]+) \|", OPERATOR.read_text(), re.MULTILINE))
    assert all(package in packages for package in ("stress-ng", "stressapptest", "fio", "dmidecode", "smartmontools"))


def test_users_and_roles() -> None:
    """It should list every user of a local stack with Airflow's role."""
    rows = dict(re.findall(r"^\| `(\w+)` \| (viewer|user|op|admin) \|", OPERATOR.read_text(), re.MULTILINE))
    assert rows == dict(USERS)


def test_variables() -> None:
    """It should name variables that the code reads."""
    told = {name for name in table_cells(OPERATOR) if name.startswith("GATEHOUSE_")}
    source = "\n".join(path.read_text() for path in (CHECKOUT / "include").rglob("*.py"))
    assert len(told) >= 6
    for name in told:
        assert name.replace("LOGIN_NAME", "LOGIN_") in source, name


def test_connections() -> None:
    """It should name every Connection that tasks and alerts look for."""
    assert {STORE, FILES, *CONNECTIONS} <= table_cells(OPERATOR)


def test_alerts() -> None:
    """It should say for each kind of trouble what to do."""
    rows = re.findall(r"^\| (the [\w ]+) \|", ON_CALL.read_text(), re.MULTILINE)
    assert rows == [trouble.value for trouble in Trouble]


@pytest.mark.parametrize("words", [Measured, Verdict])
def test_words_of_results(words: type[Measured] | type[Verdict]) -> None:
    """It should use the words of results as the code has them."""
    assert all(word.value in text(ENGINEER) for word in words)


def test_words_of_criteria() -> None:
    """It should explain each way a criterion can stand."""
    assert all(f"*{status.value}*" in text(MANAGER) for status in CriterionStatus)


def test_tasks() -> None:
    """It should explain the tasks that both DAGs have, by their names."""
    source = "".join((CHECKOUT / "dags" / f"{name}.py").read_text() for name in ("npi_round", "npi_program"))
    of_rounds = {"open_round", "measure", "judge", "sort_hosts", "verdict", "clean"}
    of_programs = {"first_round", "exit_criteria", "sign_off", "close_phase"}
    assert of_rounds <= table_cells(ENGINEER)
    assert of_programs <= table_cells(MANAGER)
    assert all(re.search(rf"\b{task}\b", source) for task in of_rounds | of_programs)


def test_numbers() -> None:
    """It should say the numbers that hold."""
    assert f"Up to {SINGLE_UP_TO} hosts" in text(ENGINEER)
    assert f"a shard of {SHARD_SIZE} hosts" in text(ENGINEER)
    assert LEASE_WAIT_S == 300
    assert "waits up to five minutes" in text(ENGINEER)
    assert CRASH_RETRIES == 3
    assert "tried again by itself, three times" in text(ON_CALL)
    assert f"{NEEDED_MEMORY_MB / 1000:g} GB of free memory" in text(README)
    assert f"{(NEEDED_DISK_MB + 2500) / 1000:g} GB of disk" in text(README)  # the stack's, and the packages'


def test_the_answers_of_a_sign_off() -> None:
    """It should call them as the form does."""
    for option in (SignOffOperator.APPROVE, SignOffOperator.REJECT):
        assert f"**{option}**" in text(MANAGER)


def test_every_command_of_the_shell_is_in_the_readme() -> None:
    """It should hide no command."""
    asked = [sys.executable, "-c", "from gatehouse.cli import main; main()", "--help"]
    shown = subprocess.run(asked, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": LIBRARY})
    listed = re.findall(r"^│ ([a-z]+) ", shown.stdout, re.MULTILINE)
    told = " ".join(table_cells(README))
    assert len(listed) >= 12
    for command in listed:
        assert re.search(rf"\b{command}\b", told) or f"make {command}" in text(README), command
