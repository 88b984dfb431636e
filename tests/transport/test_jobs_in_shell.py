"""Detached jobs in the real shells of this machine: started once, found again, bounded, their ends told apart."""

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from gatehouse.model.commands import Command
from gatehouse.model.errors import UsageError
from gatehouse.transport.frames import FrameReader
from gatehouse.transport.framing import build_script, new_nonce, parse_script
from gatehouse.transport.job_script import LONGEST_JOB_S

SHELLS = [
    words
    for words in (["dash", "-s"], ["bash", "--posix", "-s"], ["bash", "-s"], ["busybox", "sh", "-s"])
    if shutil.which(words[0])
]
NOBODY = 65534
MAX_BYTES = 5000


@dataclass
class Said:
    """What came back of one script: end markers, and both streams by the command's index."""

    ends: list[list[str]]
    out: dict[int, bytes]
    err: dict[int, bytes]

    @property
    def codes(self) -> list[str]:
        return [words[2] for words in self.ends]


@dataclass
class Host:
    """A folder for jobs, and the shell that a visit gets."""

    folder: Path
    shell: list[str] = field(default_factory=lambda: ["/bin/sh", "-s"])

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "GATEHOUSE_JOBS": str(self.folder)}

    def visit(self, *commands: Command, boot_id: str = "") -> Said:
        nonce = new_nonce()
        script = build_script(nonce, list(enumerate(commands)), boot_id)
        with subprocess.Popen(
            self.shell, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment
        ) as shell:
            assert shell.stdin and shell.stdout and shell.stderr
            shell.stdin.write(script.encode())
            shell.stdin.flush()  # stays open: it is the lifeline
            out, err = shell.stdout.read(), shell.stderr.read()
        ends: list[list[str]] = []
        output = FrameReader(nonce, lambda _: 10**6, lambda words: ends.append(words) if words[0] == "E" else None)
        errors = FrameReader(nonce, lambda _: 10**6, lambda _: None)
        output.feed(out)
        errors.feed(err)
        return Said(
            ends,
            {i: bytes(kept.data) for i, kept in output.kept.items()},
            {i: bytes(kept.data) for i, kept in errors.kept.items()},
        )

    def until(self, command: Command, code: str, limit_s: float = 15.0) -> Said:
        """Look at a job until it has come to that end."""
        deadline = time.monotonic() + limit_s
        while (said := self.visit(command)).codes != [code]:
            assert time.monotonic() < deadline, said
            time.sleep(0.2)
        return said

    def record(self, name: str) -> list[str]:
        return (self.folder / name / "run").read_text().split()


def job(name: str, script: str, limit_s: float = 60, root: bool = False) -> Command:
    return Command(name, ("sh", "-c", script), limit_s=limit_s, root=root, max_bytes=MAX_BYTES, job=name)


def after() -> Command:
    return Command("after", ("echo", "after"))


def running(mark: str) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if mark in " ".join(p.info["cmdline"] or ())]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place like /var/tmp: everybody may make a folder there."""
    top = Path(tempfile.mkdtemp(prefix="gatehouse-jobs-"))
    top.chmod(0o1777)
    yield top
    for process in running(str(top)):
        process.kill()
    shutil.rmtree(top)


@pytest.fixture
def host(folder: Path) -> Host:
    return Host(folder / "jobs")


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_a_job_outlives_its_visit_and_is_found_by_the_next(folder: Path, shell: list[str]) -> None:
    """It should give exit code, duration, output and errors as a command of the visit itself would."""
    host = Host(folder / "jobs", shell)
    soak = job("soak", "echo begun; echo warned >&2; sleep 2; echo ended; exit 7")
    first = host.visit(Command("before", ("echo", "before")), soak, after())
    assert first.codes == ["0", "running", "waits"]
    assert (first.out[1], first.err[1], first.out[2]) == (b"begun\n", b"warned\n", b"")
    found = host.until(soak, "7")
    assert (found.out[0], found.err[0]) == (b"begun\nended\n", b"warned\n")
    _, _, _, began, ended, ago = found.ends[0]
    assert 2 <= float(ended) - float(began) < 10
    assert int(ago) >= 2
    again = host.visit(soak, after())
    assert again.codes == ["7", "0"]  # read as often as you like, until somebody says that it is stored
    assert again.out[1] == b"after\n"


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_output_on_the_hosts_disk_is_bounded(folder: Path, shell: list[str]) -> None:
    """It should let a flood run to its end, keep the beginning, and fill no disk."""
    host = Host(folder / "jobs", shell)
    flood = job("flood", "head -c 50000000 /dev/zero | tr '\\0' x; head -c 50000000 /dev/zero >&2; echo over; exit 3")
    said = host.until(flood, "3", 60)
    kept = [(host.folder / "flood" / name).stat().st_size for name in ("out", "err")]
    assert all(MAX_BYTES < size <= 2 * MAX_BYTES + 1024 for size in kept)  # more than is asked for: so it shows as cut
    assert said.out[0].startswith(b"x" * MAX_BYTES)


def test_of_many_who_start_at_once_one_does(host: Host) -> None:
    """It should be the link of a whole record that decides, with no moment in which a job is half started."""
    mark = f"sleep 61.{os.getpid()}"
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: host.visit(job("one", f"{mark}; true")), range(8)))
    assert {tuple(each.codes) for each in said} == {("running",)}
    assert len([p for p in running(mark) if p.info["cmdline"][:1] == ["sleep"]]) == 1
    assert host.visit(Command("stop", (), job="one", job_verb="stop")).codes == ["stopped"]
    assert host.until(job("one", "true"), "stopped").codes == ["stopped"]


def test_the_visitor_dies_and_the_job_does_not(host: Host) -> None:
    """It should not hang on anything of the visit: no stream, no session, no process group."""
    soak = job("soak", "sleep 3; echo survived")
    script = build_script(new_nonce(), [(0, soak)])
    with subprocess.Popen(["/bin/sh", "-s"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          start_new_session=True, env=host.environment) as visitor:  # fmt: skip
        assert visitor.stdin
        visitor.stdin.write(script.encode())
        visitor.stdin.flush()
        while not (host.folder / "soak" / "run").exists():
            time.sleep(0.02)
        os.killpg(visitor.pid, signal.SIGKILL)
    assert host.until(soak, "0").out[0] == b"survived\n"


def test_its_limit_ends_a_job_with_its_children(host: Host) -> None:
    """It should end by timeout, and nothing of it should stay."""
    mark = f"sleep 62.{os.getpid()}"
    soak = job("soak", f"echo begun; {mark} & {mark}", limit_s=1.5)
    assert host.until(soak, "124").out[0] == b"begun\n"
    patience = time.monotonic() + 30  # its keeper says "over" before it has swept up
    while running(mark) and time.monotonic() < patience:
        time.sleep(0.05)
    assert running(mark) == []


def test_what_nothing_could_end_is_said_and_no_load_is_put_beside_it(host: Host) -> None:
    """It should be a time-out that still runs; here the record's limit is written to be long over."""
    soak = job("soak", "echo begun; sleep 71")
    host.visit(soak)
    pid, ticks, boot, epoch, uptime, _ = host.record("soak")
    (host.folder / "soak" / "run").write_text(f"{pid} {ticks} {boot} {epoch} {float(uptime) - 100:.2f} 5\n")
    said = host.visit(soak, after(), job("next", "true"))
    assert said.codes == ["overdue", "stuck", "stuck"]
    assert said.out[0] == b"begun\n"
    assert host.visit(job("next", "true")).codes == ["busy"]


def test_another_boot_is_noticed(host: Host) -> None:
    """It should be told from the boot in the job's record; here the record is written as of another boot."""
    soak = job("soak", "sleep 63")
    host.visit(soak)
    pid, ticks, boot, *rest = host.record("soak")
    (host.folder / "soak" / "run").write_text(" ".join([pid, ticks, "0" * len(boot), *rest]) + "\n")
    assert host.visit(soak, after()).codes == ["rebooted", "0"]
    os.kill(int(pid), signal.SIGTERM)  # as an orderly shutdown does: it is no job that somebody stopped
    while not (host.folder / "soak" / "exit").exists():
        time.sleep(0.05)
    assert host.visit(soak).codes == ["rebooted"]


def test_what_ended_before_the_reboot_has_its_answer(host: Host) -> None:
    """It should not be lost because nobody had fetched it yet."""
    quick = job("quick", "echo x; exit 6")
    host.until(quick, "6")
    pid, ticks, boot, *rest = host.record("quick")
    (host.folder / "quick" / "run").write_text(" ".join([pid, ticks, "0" * len(boot), *rest]) + "\n")
    said = host.visit(quick)
    assert (said.codes, said.out[0]) == (["6"], b"x\n")


def test_in_another_boot_than_the_visits_before_nothing_is_started(host: Host) -> None:
    """It should still answer for jobs that there are."""
    done = job("done", "exit 5")
    host.until(done, "5")
    said = host.visit(done, after(), job("next", "true"), boot_id="an-earlier-boot")
    assert said.codes == ["5", "new-boot", "new-boot"]
    assert not (host.folder / "next").exists()


def test_a_killed_job_is_told_from_one_that_ended(host: Host) -> None:
    """It should go on while anything of it lives, and then be killed: there is no exit code."""
    mark = f"sleep 64.{os.getpid()}"
    soak = job("soak", f"echo begun; {mark}; true")
    host.visit(soak)
    keeper = int(host.record("soak")[0])
    os.kill(keeper, signal.SIGKILL)
    assert host.visit(soak, after()).codes == ["running", "waits"]  # the load itself lives
    assert host.visit(Command("stop", (), job="soak", job_verb="stop")).codes == ["killed"]
    assert host.visit(soak, after()).codes == ["killed", "0"]
    assert host.visit(soak).out[0] == b"begun\n"
    assert running(mark) == []


def test_a_keeper_that_is_told_to_end_ends_its_job(host: Host) -> None:
    """It should be killed, not stopped: nobody asked us."""
    soak = job("soak", "sleep 70")
    host.visit(soak)
    os.kill(int(host.record("soak")[0]), signal.SIGTERM)
    assert host.until(soak, "killed")


def test_a_process_id_that_was_used_again_is_not_the_job(host: Host) -> None:
    """It should compare when the process started, not only its number."""
    soak = job("soak", "sleep 65")
    host.visit(soak)
    os.kill(int(host.record("soak")[0]), signal.SIGKILL)
    child, _ = (host.folder / "soak" / "child").read_text().split()
    os.killpg(int(child), signal.SIGKILL)
    ticks = host.record("soak")[1]
    (host.folder / "soak" / "run").write_text(" ".join([str(os.getpid()), ticks, *host.record("soak")[2:]]) + "\n")
    assert host.until(soak, "killed")


@pytest.mark.parametrize("how", ["symlink", "open", "foreign", "file"])
def test_a_folder_that_is_not_ours_alone_is_refused(folder: Path, how: str) -> None:
    """It should start nothing in it, follow no link, and still run the commands of the visit."""
    host, elsewhere = Host(folder / "jobs"), folder / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    match how:
        case "symlink":
            host.folder.symlink_to(elsewhere)
        case "open":
            host.folder.mkdir()
            host.folder.chmod(0o777)
        case "foreign":
            if os.getuid() != 0:
                pytest.skip("only root can make another's folder")
            host.folder.mkdir(mode=0o700)
            os.chown(host.folder, NOBODY, NOBODY)
        case "file":
            host.folder.touch()
    said = host.visit(job("soak", "sleep 66"), after(), Command("list", (), job_verb="list"))
    assert said.codes == ["unsafe", "0", "unsafe"]
    assert list(elsewhere.iterdir()) == []


def test_the_folder_and_what_is_in_it_are_private(host: Host) -> None:
    """It should be closed to everybody else: a tool may print what is nobody's business."""
    host.until(job("quick", "echo secret"), "0")
    assert stat.S_IMODE(host.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((host.folder / "quick" / "out").stat().st_mode) == 0o600


def test_another_job_on_the_host_is_in_the_way(host: Host) -> None:
    """It should start no load beside a load, and name the one that runs."""
    host.visit(job("first", "sleep 67"))
    said = host.visit(job("second", "true"))
    assert said.codes == ["busy"]
    assert said.ends[0][5] == "first"


def test_an_acknowledged_job_is_cleared_and_never_started_again(host: Host) -> None:
    """It should leave its record, so that a visitor who comes late starts no second burn-in."""
    quick = job("quick", "echo x")
    host.until(quick, "0")
    told = Command("told", (), job="quick", job_verb="acknowledge")
    assert host.visit(told, quick, told).codes == ["0", "collected", "0"]
    assert sorted(path.name for path in (host.folder / "quick").iterdir()) == ["child", "collected", "exit", "run"]
    old = time.time() - 20 * 86_400
    os.utime(host.folder / "quick", (old, old))
    host.visit(Command("told", (), job="other", job_verb="acknowledge"))
    assert not (host.folder / "quick").exists()


def test_a_running_job_is_not_cleared_by_an_acknowledgement(host: Host) -> None:
    """It should not be possible to lose an answer by saying too early that it is stored."""
    soak = job("soak", "sleep 68")
    host.visit(soak)
    os.utime(host.folder / "soak", (0, 0))
    assert host.visit(Command("told", (), job="soak", job_verb="acknowledge"), soak).codes == ["0", "running"]


def test_jobs_are_listed_with_how_they_stand(host: Host) -> None:
    """It should show those that run, those that ended, and those that were collected."""
    host.until(job("ended", "exit 4"), "4")
    host.visit(job("going", "sleep 69"))
    listed = host.visit(Command("list", (), job_verb="list")).out[0].decode().splitlines()
    assert [line.split()[:2] for line in listed] == [["ended", "4"], ["going", "running"]]


def test_what_cannot_be_started_is_told_as_in_any_visit(host: Host) -> None:
    """It should be a missing tool, not a job that failed."""
    missing = Command("m", ("no-such-tool-anywhere",), job="m")
    assert host.visit(missing, after()).codes == ["missing", "0"]
    assert host.visit(Command("stop", (), job="nothing", job_verb="stop")).codes == ["none"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else here")
def test_somebody_without_root_keeps_jobs_of_their_own(folder: Path) -> None:
    """It should work for any user, with root by sudo where a tool needs it."""
    who = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "/bin/sh", "-s"]
    host = Host(folder / "jobs", who)
    assert host.until(job("mine", "id -u"), "0").out[0] == f"{NOBODY}\n".encode()
    if not shutil.which("sudo"):
        pytest.skip("no sudo here")
    rules = folder / "sudoers"
    rules.write_text(f"#{NOBODY} ALL=(root) NOPASSWD: ALL\n")
    rules.chmod(0o440)
    host.shell = ["unshare", "-m", "sh", "-c", f'mount --bind {rules} /etc/sudoers && exec "$@"', "sh", *who]
    assert host.until(job("by-root", "id -u", root=True), "0").out[0] == b"0\n"
    rules.write_text("")
    refused = host.until(job("refused", "id -u", root=True), "1")
    assert b"sudo" in refused.err[0]


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "A", "a b", "x" * 101, "a\nb"])
def test_a_name_that_is_no_folder_of_ours_is_refused(name: str) -> None:
    """It should never reach the shell."""
    with pytest.raises(UsageError, match=r"job's name|line break"):
        build_script(new_nonce(), [(0, Command("k", (), job=name, job_verb="stop"))])


def test_a_job_of_more_than_a_week_is_refused() -> None:
    """It should not be possible to ask for what the host would sweep away while it runs."""
    build_script(new_nonce(), [(0, Command("k", ("x",), limit_s=LONGEST_JOB_S, job="k"))])
    with pytest.raises(UsageError, match="more than a week"):
        build_script(new_nonce(), [(0, Command("k", ("x",), limit_s=LONGEST_JOB_S + 1, job="k"))])


def test_a_script_with_jobs_comes_apart_into_what_it_was_built_from() -> None:
    """It should be readable for the lab's hosts, which have no shell."""
    commands = [
        Command("told", (), job="old.1", job_verb="acknowledge"),
        Command("soak", ("stress-ng", "it's", "$HOME"), limit_s=86_460, root=True, max_bytes=77, job="soak-1.abc"),
        Command("plain", ("echo", "x")),
        Command("stop", (), job="soak-1.abc", job_verb="stop"),
        Command("list", (), job_verb="list"),
    ]
    script = parse_script(build_script(new_nonce(), list(enumerate(commands)), "some-boot"))
    assert script is not None
    assert script.boot_id == "some-boot"
    assert [(x.index, x.verb, x.job, x.argv) for x in script.lines] == [
        (i, c.job_verb, c.job, c.argv) for i, c in enumerate(commands)
    ]
    assert (script.lines[1].limit_s, script.lines[1].root, script.lines[1].max_bytes) == (86_460, True, 77)
