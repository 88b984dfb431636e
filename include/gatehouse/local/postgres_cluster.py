"""One PostgreSQL cluster in one folder: created, started, found again, stopped. Unix socket only, no TCP."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg2

from gatehouse.local.errors import PostgresError
from gatehouse.local.postgres_install import Account, account_for, programs
from gatehouse.local.processes import dies_with_parent, end, wait_until

SUPERUSER = "postgres"
PORT = 5432  # only part of the socket's name; nothing listens on TCP
SETTINGS: Mapping[str, str] = {"max_connections": "200", "synchronous_commit": "on", "shared_buffers": "64MB"}
_START_LIMIT_S = 60.0  # a killed server replays its log first
_STOP_LIMIT_S = 20.0
_LEFTOVERS_LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the cluster keeps its data and its socket, and what it is told at every start."""

    data: Path
    sockets: Path
    log: Path
    settings: Mapping[str, str] = field(default_factory=lambda: SETTINGS)

    def create(self) -> None:
        """Make the data folder where there is none. An interrupted attempt leaves nothing that would be used.

        Raises:
            PostgresError: initdb failed; the text holds its last line.
        """
        if (self.data / "PG_VERSION").exists():
            return
        account = account_for(self.data)
        partial = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(partial, ignore_errors=True)
        _private_folder(partial, account)
        initdb = [str(programs(account) / "initdb"), "-D", str(partial), "-U", SUPERUSER, "--auth=trust"]
        # The built-in provider sorts the same way on every machine, whatever locales it has.
        initdb += ["--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = subprocess.run(initdb, **_as(account), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            shutil.rmtree(partial, ignore_errors=True)
            raise PostgresError(f"PostgreSQL could not be set up in {self.data}: {_last_line(done.stderr)}")
        shutil.rmtree(self.data, ignore_errors=True)  # without PG_VERSION it holds nothing
        partial.rename(self.data)

    def start(self, env: Mapping[str, str] | None = None, *, tied: bool = False) -> psutil.Process:
        """Start it unless it runs; returns its first process once it takes connections.

        ``tied`` makes the kernel end it with the thread that calls this (Linux). ``env`` is added to its environment.

        Raises:
            PostgresError: it ended or did not answer within 60 s; the text holds the last line of its log.
        """
        if found := self.process():
            return found
        self.create()
        self._forget_dead_locks()
        account = account_for(self.data)
        _private_folder(self.sockets, account)
        child = self._spawn(account, env or {}, tied=tied)
        if (
            not wait_until(lambda: self.answers() or child.poll() is not None, _START_LIMIT_S)
            or child.poll() is not None
        ):
            if child.poll() is None:
                child.kill()
            raise PostgresError(f"PostgreSQL did not start: {_last_line(self.log.read_text(errors='replace'))}")
        return psutil.Process(child.pid)

    def _spawn(self, account: Account | None, env: Mapping[str, str], *, tied: bool) -> "subprocess.Popen[bytes]":
        argv = [str(programs(account) / "postgres"), "-D", str(self.data), "-k", str(self.sockets), "-h", ""]
        for name, value in {**self.settings, "port": str(PORT)}.items():
            argv += ["-c", f"{name}={value}"]
        tie = dies_with_parent(signal.SIGINT) if tied else None  # SIGINT is PostgreSQL's "fast shutdown"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            return subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=tie,  # noqa: PLW1509 - one prctl call, no lock is taken
                **_as(account, env),
            )

    def stop(self) -> bool:
        """End it: first cleanly, after 20 s at once. Returns whether it ran."""
        found = self.process()
        if found:
            end([found], signal.SIGINT, _STOP_LIMIT_S)
        self._end_leftovers()
        return found is not None

    def process(self) -> psutil.Process | None:
        """Its first process, if it runs: the one its pid file names, and only if that is PostgreSQL on our data."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            process = psutil.Process(pid)
            ours = process.name() == "postgres" and str(self.data) in process.cmdline()
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        return process if ours else None

    def answers(self) -> bool:
        """Whether it takes connections now."""
        try:
            psycopg2.connect(**self.dsn("postgres"), connect_timeout=5).close()
        except psycopg2.OperationalError:
            return False
        return True

    def dsn(self, database: str) -> dict[str, str]:
        """What libpq needs to reach one database."""
        return {"host": str(self.sockets), "port": str(PORT), "user": SUPERUSER, "dbname": database}

    def _forget_dead_locks(self) -> None:
        """Drop the lock files of a server that was killed; PostgreSQL refuses them when their pid was used again.

        The data are safe only when none of its processes is left, so that is made sure of first.
        """
        self._end_leftovers()
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.sockets / name).unlink(missing_ok=True)

    def _end_leftovers(self) -> None:
        """Processes of a server whose first one was killed end by themselves; wait for them, then insist."""
        if not wait_until(lambda: not self._all_processes(), _LEFTOVERS_LIMIT_S):
            end(self._all_processes(), signal.SIGQUIT, _LEFTOVERS_LIMIT_S)

    def _all_processes(self) -> list[psutil.Process]:
        """Every PostgreSQL process works in its data folder; their titles and environments are overwritten."""
        return [process for process in psutil.process_iter() if _works_in(process, self.data)]


def _works_in(process: psutil.Process, data: Path) -> bool:
    try:
        return process.name() == "postgres" and process.cwd() == str(data.resolve())
    except (psutil.Error, OSError):  # somebody else's, or gone
        return False


def _private_folder(folder: Path, account: Account | None) -> None:
    """Make a folder that the account owns and nobody else enters; root keeps access by the group."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), account.uid if account else -1}:
            raise PostgresError(f"{folder} belongs to somebody else: remove it, or choose another GATEHOUSE_HOME")
        if account:
            os.chown(folder, account.uid, 0)
        folder.chmod(0o750 if account else 0o700)
    except OSError as error:
        raise PostgresError(f"cannot make {folder}: {error.strerror}") from error


def _as(account: Account | None, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Options of subprocess: whom to run as, from where (our own folder may be closed to them), which variables."""
    options: dict[str, Any] = {"cwd": "/", "env": {**_plain_environment(), **(env or {})}}
    if account:
        options |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    return options


def _plain_environment() -> dict[str, str]:
    """PG* variables of the caller would change what the server does."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
