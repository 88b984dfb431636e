"""The shell door, as scripts use it: output, JSON and exit codes of the real command."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lab_world import SMALL, LabWorld, lab_world
from sqlalchemy import update

from gatehouse.model.status import Phase
from gatehouse.operations.admit_round import admit_round
from gatehouse.operations.advance_phase import open_phase
from gatehouse.operations.open_round import open_adhoc_round
from gatehouse.store.engine import transaction
from gatehouse.store.tables import ResultRow

MEMINFO = "MemTotal:       1000000 kB\nMemFree:         500000 kB\nMemAvailable:    900000 kB\n"


def gatehouse(*words: str, env: dict[str, str] | None = None, said: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from gatehouse.cli import main; main()", *words],
        capture_output=True, text=True, input=said, timeout=120, check=False,
        env={**os.environ, "GATEHOUSE_HOME": "/nonexistent", "COLUMNS": "200", **(env or {})},
    )  # fmt: skip


@dataclass
class Shell:
    """A shell beside a running lab with a store."""

    world: LabWorld
    env: dict[str, str]

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        return gatehouse(*words, env=self.env)


@pytest.fixture
def shell(tmp_path: Path, fresh_store_url: str) -> Iterator[Shell]:
    with lab_world(tmp_path, fresh_store_url, ["h100-8x:small:EVT:3"]) as world:
        open_phase(world.workspace, SMALL, Phase.EVT, "tester")
        key = tmp_path / "key"
        key.write_text(world.lab.login.private_key)
        yield Shell(
            world,
            {
                "GATEHOUSE_HOME": str(tmp_path / "home"),
                "GATEHOUSE_STORE_URL": fresh_store_url,
                "GATEHOUSE_FILES": str(tmp_path / "files"),
                "GATEHOUSE_CATALOG": str(tmp_path / "lab" / "catalog"),
                "GATEHOUSE_LOGIN_GATEHOUSE_LAB": f"{world.lab.login.user}:{key}",
                "GATEHOUSE_BMC_LOGIN_GATEHOUSE_LAB_BMC": f"gatehouse:{tmp_path / 'lab' / 'bmc_password'}",
            },
        )


def test_help_lists_every_command_and_each_command_explains_itself() -> None:
    listed = gatehouse("--help")
    assert listed.returncode == 0
    for command in (
        "read",
        "run",
        "catalog",
        "gate",
        "baseline",
        "host",
        "lab",
        "export",
        "quality",
        "up",
        "down",
        "demo",
    ):
        assert command in listed.stdout
        own = gatehouse(command, "--help")
        assert own.returncode == 0, own.stderr
        assert "Usage" in own.stdout


def test_reading_without_airflow_and_without_the_store_in_the_process() -> None:
    program = (
        "import sys; sys.argv = ['gatehouse', 'read', 'meminfo', '-', '--json']\n"
        "from gatehouse.cli import main\n"
        "try: main()\n"
        "finally: print([m for m in ('airflow', 'sqlalchemy', 'paramiko', 'great_expectations') if m in sys.modules],"
        " file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], input=MEMINFO, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"
    assert json.loads(done.stdout)["facts"]["mem.total_mib"] == 976.5625


def test_read_prints_the_promised_json_and_exits_0_on_good_1_on_bad_3_on_unreadable(tmp_path: Path) -> None:
    good = gatehouse("read", "meminfo", "-", "--json", said=MEMINFO)
    assert good.returncode == 0
    assert list(json.loads(good.stdout)) == ["tool", "status", "complete", "facts", "findings", "errors"]
    kernel = "2025-01-02T03:04:05,000000+00:00 NVRM: Xid (PCI:0000:3b:00): 79, pid=1, GPU has fallen off the bus.\n"
    bad = gatehouse("read", "kernel-log", "-", "--json", said=kernel)
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["findings"][0]["class"] == "hardware"
    page = tmp_path / "page.html"
    page.write_text("<html>502 Bad Gateway</html>")
    unreadable = gatehouse("read", "nvidia-smi-xml", str(page), "--json")
    assert unreadable.returncode == 3
    assert json.loads(unreadable.stdout)["status"] == "ERROR"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("read", "tea-leaves", "-"), "no reader for 'tea-leaves'; there are: "),
        (("read", "meminfo", "/no/such/file"), "No such file"),
        (("frobnicate",), "No such command"),
        (("catalog", "list", "cakes"), "no kind 'cakes'; there are: diagnostics, skus"),
    ],
)
def test_a_call_that_makes_no_sense_says_what_would_and_exits_2(words: tuple[str, ...], said: str) -> None:
    done = gatehouse(*words)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())  # an error may stand in a box, in several lines


def test_without_a_store_the_shell_says_what_to_do() -> None:
    done = gatehouse("gate", "h100-8x", "EVT", env={"GATEHOUSE_STORE_URL": ""})
    assert done.returncode == 3
    assert "gatehouse up" in done.stderr


def test_catalog_check_names_file_line_and_field(tmp_path: Path) -> None:
    assert gatehouse("catalog", "check").returncode == 0
    folder = tmp_path / "more"
    (folder / "plans").mkdir(parents=True)
    (folder / "plans" / "odd.yaml").write_text("title: Odd\ndiagnostics:\n  - {diagnostic: tea_leaves}\n")
    done = gatehouse("catalog", "check", "--folder", str(folder))
    assert done.returncode == 1
    assert "odd.yaml:3: diagnostics.0.diagnostic: no diagnostic 'tea_leaves'" in done.stderr


def test_a_healthy_host_runs_a_plan_and_exits_0(shell: Shell) -> None:
    done = shell("run", "evt", "--host", "h100-evt-01", "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    answer = json.loads(done.stdout)
    assert [unit["host"] for unit in answer["units"]] == ["h100-evt-01"]
    assert answer["admissible"] is True
    seen = json.loads(shell("host", "H100EVT0001", "--json").stdout)
    assert seen["identity"]["host"] == "h100-evt-01"
    assert {d["diagnostic"] for d in seen["diagnostics"]} >= {"accelerator_health", "kernel_log"}
    exported = shell("export", answer["round_id"], "--ocp").stdout.splitlines()
    assert json.loads(exported[0])["schemaVersion"]["major"] == 2


def test_a_bad_host_exits_1_and_one_that_is_away_exits_3(shell: Shell) -> None:
    shell.world.lab.inject(id="ecc", host="h100-evt-02", part="gpu3", fault="ecc_uncorrectable")
    shell.world.lab.inject(id="away", host="h100-evt-03", transport="refuse")
    bad = shell("run", "evt", "--host", "h100-evt-02")
    assert bad.returncode == 1
    assert "gpu3" in bad.stdout
    away = shell("run", "evt", "--host", "h100-evt-03")
    assert away.returncode == 3
    assert "refused" in away.stdout


def test_a_gate_says_what_is_missing_and_a_host_that_is_unknown_is_usage(shell: Shell) -> None:
    closed = shell("gate", SMALL, "evt", "--json")
    assert closed.returncode == 1
    answer = json.loads(closed.stdout)
    assert answer["status"] == "not enough evidence"
    assert {"criterion", "status", "observed", "required", "missing"} <= set(answer["outcomes"][0])
    shell.world.judged(SMALL)
    opened = shell("gate", SMALL, "EVT")
    assert opened.returncode == 0
    assert "met" in opened.stdout
    assert shell("run", "evt", "--host", "nobody").returncode == 2
    assert "no plan 'nothing'" in shell("run", "nothing", "--host", "h100-evt-01").stderr


def test_a_report_is_written_printed_and_put_where_it_is_asked(shell: Shell, tmp_path: Path) -> None:
    shell.world.judged(SMALL)
    kept = shell("report", SMALL, "EVT")
    assert kept.returncode == 0
    assert "may exit" in Path(kept.stdout.strip()).read_text(encoding="utf-8")
    printed = shell("report", SMALL, "EVT", "--json")
    assert json.loads(printed.stdout)["format"] == "gatehouse-phase-report/1"
    page, document = tmp_path / "review.html", tmp_path / "review.json"
    assert shell("report", SMALL, "EVT", "--out", str(page)).stdout.strip() == str(page)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert shell("report", SMALL, "EVT", "--json", "--out", str(document)).returncode == 0
    assert json.loads(document.read_text(encoding="utf-8"))["phase"] == "EVT"
    refused = shell("report", SMALL, "EVT", "--out", str(tmp_path / "nowhere" / "review.html"))
    assert (refused.returncode, "No such file" in refused.stderr) == (2, True)


def test_a_lab_goes_up_and_down_from_the_shell(tmp_path: Path) -> None:
    env = {"GATEHOUSE_HOME": str(tmp_path)}
    up = gatehouse("lab", "up", "--hosts", "8", "--port", "0", env=env)
    try:
        assert up.returncode == 0, up.stderr
        assert "8 hosts" in up.stdout
        assert (
            gatehouse("lab", "inject", "h100-dvt-001", "ecc_uncorrectable", "--part", "gpu1", env=env).returncode == 0
        )
        found = json.loads(gatehouse("lab", "status", "--json", env=env).stdout)
        assert [(f["host"], f["part"]) for f in found["faults"]] == [("h100-dvt-001", "gpu1")]
        assert "ecc_uncorrectable" in gatehouse("lab", "repair", "h100-dvt-001", env=env).stdout
        assert gatehouse("lab", "inject", "h100-dvt-001", "bad_karma", env=env).returncode == 2
    finally:
        assert gatehouse("lab", "down", env=env).returncode == 0
    assert "demo" in gatehouse("lab", "scenarios").stdout
    assert "ecc_uncorrectable" in gatehouse("lab", "faults").stdout


SOAK = """title: One long load
diagnostics:
  - {diagnostic: cpu_stress, params: {seconds: 600000}}
  - {diagnostic: kernel_log}
"""


def test_a_long_run_shows_its_job_is_left_and_taken_up_again(shell: Shell) -> None:
    """It should go on without whoever started it, be listed, and end in one round."""
    plans = Path(shell.env["GATEHOUSE_CATALOG"]) / "plans"
    plans.mkdir()
    (plans / "soak.yaml").write_text(SOAK)
    with subprocess.Popen(
        [sys.executable, "-c", "from gatehouse.cli import main; main()", "run", "soak", "--host", "h100-evt-01"],
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **shell.env},
    ) as run:  # fmt: skip
        assert run.stderr
        told = next(line for line in run.stderr if "come back by" in line)
        round_id = told.split()[-1]
        (job,) = json.loads(shell("jobs", "h100-evt-01", "--json").stdout)
        assert job["state"] == "running"
        assert "cpu_stress runs: " in shell("host", "h100-evt-01").stdout
        run.send_signal(signal.SIGINT)
        assert f"gatehouse attach {round_id}" in run.stderr.read()
    assert run.returncode == 130
    for job in shell.world.lab.lab._labs["h100-evt-01"].jobs.jobs.values():
        job.began_s -= 3600  # of real time: the lab's hosts count much faster
    done = shell("attach", round_id, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["round_id"] == round_id
    assert answer["units"][0]["not_measured"] == {}
    assert "collected" in shell("jobs", "list", "h100-evt-01").stdout


def test_a_job_is_stopped_by_name_after_a_question(shell: Shell) -> None:
    """It should not be possible by accident, and a name that is none is refused."""
    plans = Path(shell.env["GATEHOUSE_CATALOG"]) / "plans"
    plans.mkdir()
    (plans / "soak.yaml").write_text(SOAK)
    world = shell.world
    hosts = [world.workspace.catalog.host("h100-evt-01")]
    round_id = open_adhoc_round(world.workspace, "soak", hosts, "tester")
    name = world.look(round_id).running["h100-evt-01"].name
    assert shell("jobs", "stop", "h100-evt-01", name).returncode == 1  # nobody answers the question
    assert world.look(round_id).running
    done = shell("jobs", "stop", "h100-evt-01", name, "--yes")
    assert (done.returncode, done.stdout) == (0, "somebody stopped it\n")
    assert shell("jobs", "stop", "h100-evt-01", "nothing", "--yes").returncode == 2
    left = shell("attach", round_id)
    assert left.returncode == 3
    assert "somebody stopped it" in left.stdout


def test_a_round_of_the_pipeline_is_not_taken_from_it(shell: Shell) -> None:
    """It should be finished by its own run, which judges it when all of it is there."""
    round_id, _ = shell.world.round(SMALL, ("h100-evt-01",))
    done = shell("attach", round_id)
    assert done.returncode == 2
    assert "its run in Airflow" in done.stderr


def test_a_round_s_data_is_questioned_set_aside_and_judged_again(shell: Shell) -> None:
    """It should show rows by problem, refuse without a reason, judge anew, keep the history, and exit as it says."""
    place = shell.world.workspace
    round_id, _ = shell.world.round(SMALL)
    assert shell("quality", round_id).returncode == 3, "nobody judged it"
    with transaction(place.engine) as session:
        early = (ResultRow.serial == "H100EVT0001", ResultRow.diagnostic == "kernel_log")
        session.execute(update(ResultRow).where(*early).values(started_at=datetime(2020, 1, 1, tzinfo=UTC)))
    assert not admit_round(place, round_id).admissible
    told = shell("quality", round_id, "--json")
    view = json.loads(told.stdout)
    assert (told.returncode, view["admissible"], view["number"]) == (1, False, 1)
    row = view["problems"][0]["rows"][0]
    assert (row["serial"], row["diagnostic"]) == ("H100EVT0001", "kernel_log")
    assert row["result_id"]

    of_problem = ("--problem", "1", "--who", "pat")
    assert shell("quality", "set-aside", round_id, *of_problem).returncode == 2
    done = shell("quality", "set-aside", round_id, *of_problem, "--reason", "its clock was reset")
    assert (done.returncode, done.stdout.startswith("set aside 1 results")) == (0, True), done.stderr
    done = shell("quality", "judge", round_id, "--who", "pat")
    assert (done.returncode, done.stdout.startswith("judgement 2: admissible\n")) == (0, True), done.stderr
    seen = shell("quality", round_id).stdout
    assert all(words in seen for words in ("admissible", "its clock was reset", "1 set aside", "Judgements"))
    nothing = shell("quality", "release", round_id, "--unit", "h100-evt-02", "--who", "sam", "--reason", "it was right")
    assert (nothing.returncode, nothing.stderr) == (2, "gatehouse: none of these results is set aside\n")
