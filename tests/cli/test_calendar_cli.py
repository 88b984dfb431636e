"""``gatehouse calendar`` and ``gatehouse eol`` as people and scripts type them, against a store."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from calendar_world import write
from test_cli import gatehouse

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.model.status import Phase
from gatehouse.operations.advance_phase import open_phase
from gatehouse.operations.workspace import Workspace
from gatehouse.store.engine import migrate, open_store, transaction
from gatehouse.store.tables import PhaseOutRow, PhaseRow

Shell = Callable[..., CompletedProcess[str]]
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1aWxkZXIta2V5LWZvci10ZXN0cy1vbmx5LTAwMDAw"


@pytest.fixture
def shell(tmp_path: Path, fresh_store_url: str) -> Iterator[Shell]:
    """A shell beside a store: ``dated`` has opened EVT long after its planned exit, ``h100-8x`` is in phase-out."""
    folder = tmp_path / "catalog"
    phase = {"plan": "evt", "criteria": "evt", "entry": "evt", "planned_units": 2}
    days = {"planned_entry": "2025-01-06", "planned_exit": "2025-02-03"}
    program = {"title": "Dated", "sku": "h100-8x", "owner": "Pat", "sites": ["x"], "phases": {"EVT": {**phase, **days}}}
    write(folder / "programs/dated", program)
    hosts = [
        {"name": f"h-{n}", "serial": f"SERIAL{n}", "sku": "h100-8x", "program": "h100-8x", "build": "EVT",
         "address": f"10.0.0.{n}", "host_key": KEY, "connection": "none"}
        for n in (1, 2)
    ]  # fmt: skip
    write(folder / "sites/x", {"title": "X", "hosts": hosts})
    engine = open_store(fresh_store_url)
    migrate(engine)
    workspace = Workspace(Catalog((SHIPPED, folder)), engine, tmp_path / "files", lambda _: None)  # type: ignore[arg-type, return-value]
    open_phase(workspace, "dated", Phase.EVT, "tester")
    with transaction(engine) as session:
        session.add(PhaseRow(program="h100-8x", phase="EOL", opened_by="tester", conditional=False))
        session.add(PhaseOutRow(program="h100-8x", successor="dated", reason="why", who="tester"))
    env = {
        "GATEHOUSE_STORE_URL": fresh_store_url,
        "GATEHOUSE_CATALOG": str(folder),
        "GATEHOUSE_FILES": str(tmp_path / "files"),
    }
    yield lambda *words: gatehouse(*words, env=env)
    engine.dispose()


def lines(done: CompletedProcess[str]) -> str:
    """What a command printed, on one line each cell or not."""
    assert done.returncode == 0, done.stderr
    return " ".join(done.stdout.split())


def test_the_calendar_of_a_program(shell: Shell) -> None:
    """It should show days and slip, as a table, as JSON and as an iCalendar file."""
    assert "days late" in lines(shell("calendar", "dated"))
    (program,) = json.loads(shell("calendar", "dated", "--json").stdout)
    (evt,) = program["phases"]
    assert evt["slip_days"] == evt["exit"]["slip_days"] > 600
    assert (evt["conditional_entry"], program["next_gate"]) == (True, "EVT")
    assert evt["exit"]["known"] == "shifted", "it was entered late, and is given the weeks that were planned for it"
    assert shell("calendar", "dated", "--ics").stdout.startswith("BEGIN:VCALENDAR")
    assert {each["program"] for each in json.loads(shell("calendar", "--json").stdout)} >= {"dated", "h100-8x"}


def test_people_vouch_and_explain(shell: Shell) -> None:
    """It should keep a word on a document and on a slip, and show both."""
    lines(shell("calendar", "attest", "dated", "evt", "build_plan", "--who", "Ada", "--link", "https://docs/plan"))
    cause = ("--cause", "supplier-parts", "--note", "fans were late")
    lines(shell("calendar", "slip", "dated", "EVT", *cause, "--who", "Ada"))
    (evt,) = json.loads(shell("calendar", "dated", "--json").stdout)[0]["phases"]
    assert evt["cause"]["cause"] == "supplier-parts"
    assert evt["why"].startswith("supplier-parts: fans were late; ")
    plan = next(each for each in evt["conditions"] if each["condition"] == "build_plan")
    assert (plan["met"], "https://docs/plan, by Ada" in plan["observed"]) == (True, True)


def test_a_phase_out_by_the_shell(shell: Shell, tmp_path: Path) -> None:
    """It should take answers of schedulers and dispositions, one by one and by file, and show them at the gate."""
    lines(shell("eol", "observe", "h100-8x", "--jobs", "0", "--source", "slurm", "--at", "2026-01-01T08:00"))
    lines(
        shell("eol", "disposition", "h100-8x", "--serial", "SERIAL1", "--as", "scrapped", "--erase-certificate", "c1")
    )
    file = tmp_path / "gone.csv"
    file.write_text("serial,as,held_no_data\nSERIAL2,returned,no drives\n")
    assert "1 unit dispositioned" in lines(shell("eol", "disposition", "h100-8x", "--csv", str(file)))
    gate = shell("gate", "h100-8x", "EOL", "--json")
    assert gate.returncode == 1
    found = {each["criterion"]: each for each in json.loads(gate.stdout)["outcomes"]}
    assert found["dispositioned"]["status"] == "met"
    assert "2026-01-01" in found["workloads_moved"]["observed"]
    assert found["reservations"]["observed"] == "no scheduler has answered"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("calendar", "zeus"), "no program 'zeus'"),
        (("calendar", "attest", "dated", "EVT", "nothing", "--link", "x"), "asks nobody to attest 'nothing'"),
        (("calendar", "attest", "dated", "EVT", "build_plan"), "--link"),
        (("calendar", "enter", "dated", "EVT", "--reason", "x"), "entered before"),
        (("calendar", "slip", "dated", "PVT", "--cause", "other", "--note", "x"), "dated has no PVT"),
        (("eol", "observe", "h100-8x", "--source", "slurm"), "--jobs"),
        (("eol", "observe", "h100-8x", "--source", "slurm", "--jobs", "0", "--at", "soon"), "no time such as"),
        (("eol", "disposition", "h100-8x"), "--serial"),
        (("eol", "disposition", "h100-8x", "--serial", "SERIAL1", "--as", "sold"), "unit 1: 'sold' is none of"),
        (("eol", "disposition", "h100-8x", "--csv", "/nonexistent.csv"), "cannot be read"),
    ],
)
def test_bad_input_is_said_in_a_line(shell: Shell, words: tuple[str, ...], says: str) -> None:
    """It should exit with 2, and say what is wrong and what to do."""
    done = shell(*words)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_cause_is_of_the_vocabulary(shell: Shell) -> None:
    """It should list the words that there are."""
    done = shell("calendar", "slip", "dated", "EVT", "--cause", "bad luck", "--note", "x")
    assert done.returncode == 2
    assert "supplier-parts" in done.stderr
