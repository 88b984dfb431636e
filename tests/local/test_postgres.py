"""The embedded PostgreSQL: its URLs, its databases, and what it survives."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
import sqlalchemy

from gatehouse.local import postgres
from gatehouse.local.errors import PostgresError
from gatehouse.local.home import Home
from gatehouse.local.postgres import EXTERNAL, Server, external
from gatehouse.local.postgres_cluster import SETTINGS, Cluster
from gatehouse.local.postgres_install import account_for, programs
from gatehouse.local.processes import is_process

FAST = {**SETTINGS, "fsync": "off"}


@contextlib.contextmanager
def new_cluster() -> Iterator[Cluster]:
    """A cluster in a path with a space. Pytest's folders are closed to the account that root needs."""
    top = Path(tempfile.mkdtemp(prefix="gatehouse pg "))
    top.chmod(0o711)
    place = Cluster(top / "data", Home(top).sockets, top / "log", FAST)
    try:
        yield place
    finally:
        place.stop()
        for folder in (top, place.sockets):
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def shared_cluster() -> Iterator[Cluster]:
    """Setting one up takes a second or two: these tests share one."""
    with new_cluster() as place:
        yield place


@pytest.fixture
def cluster(shared_cluster: Cluster) -> Iterator[Cluster]:
    """The shared cluster, stopped before and after."""
    yield shared_cluster
    shared_cluster.stop()


def ask(server: Server, database: str, question: str) -> object:
    """The first column of the first row."""
    with contextlib.closing(server.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def server_of(cluster: Cluster) -> Server:
    """The server of a cluster."""
    return Server({name: value for name, value in cluster.dsn("postgres").items() if name != "dbname"})


def test_url_of_a_socket_is_sqlalchemys(postgres_server: Server) -> None:
    """It should give SQLAlchemy a URL that connects."""
    engine = sqlalchemy.create_engine(postgres_server.url("postgres"))
    with engine.connect() as connection:
        assert connection.scalar(sqlalchemy.text("SELECT current_database()")) == "postgres"
    engine.dispose()


def test_text_sorts_alike_on_every_machine(postgres_server: Server) -> None:
    """It should not depend on the machine's locale."""
    locale = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = current_database()"
    assert ask(postgres_server, "gatehouse_empty", locale) == "bC.UTF-8"


def test_nothing_listens_on_tcp(postgres_server: Server) -> None:
    """It should be reachable by its socket only."""
    assert ask(postgres_server, "postgres", "SHOW listen_addresses") == ""


def test_databases_come_and_go(postgres_server: Server) -> None:
    """It should create once, say so, and drop even what is in use."""
    assert postgres_server.create_database("odd name-1")
    assert not postgres_server.create_database("odd name-1")
    with contextlib.closing(postgres_server.connect("odd name-1")):
        postgres_server.drop_database("odd name-1")
    with pytest.raises(psycopg2.OperationalError, match="does not exist"):
        postgres_server.connect("odd name-1")


def test_fresh_stores_are_apart(fresh_store_url: str, postgres_url: str) -> None:
    """It should hand every test an empty database of its own."""
    engine = sqlalchemy.create_engine(fresh_store_url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE only_here (a int)"))
    engine.dispose()
    other = sqlalchemy.create_engine(postgres_url)
    with other.connect() as connection:
        assert connection.scalar(sqlalchemy.text("SELECT to_regclass('only_here')")) is None
    other.dispose()


def test_start_twice_is_one_server(cluster: Cluster) -> None:
    """It should find the running server again."""
    assert cluster.start().pid == cluster.start().pid


def test_stop_is_clean_and_repeatable(cluster: Cluster) -> None:
    """It should leave no process and no lock, and say whether there was something to stop."""
    process = cluster.start()
    assert cluster.stop()
    assert not cluster.stop()
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert not (cluster.data / "postmaster.pid").exists()


def test_a_killed_server_keeps_what_it_confirmed(cluster: Cluster) -> None:
    """It should recover at the next start, with every committed row."""
    process = cluster.start()
    server = server_of(cluster)
    ask(server, "postgres", "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS n; SELECT 1")
    process.kill()
    process.wait()
    assert cluster.start().pid != process.pid
    assert ask(server, "postgres", "SELECT n FROM kept") == 42


def test_a_stale_pid_file_of_a_stranger_is_no_obstacle(cluster: Cluster) -> None:
    """It should start although the dead server's pid belongs to another program now, and leave that one alone."""
    cluster.start()
    cluster.stop()
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        text = f"{stranger.pid}\n{cluster.data}\n1\n5432\n{cluster.sockets}\n\n 0 0\nready\n"
        (cluster.data / "postmaster.pid").write_text(text)
        assert cluster.process() is None
        assert cluster.start().pid != stranger.pid
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_interrupted_setup_is_forgotten() -> None:
    """It should not trust a data folder that initdb did not finish."""
    with new_cluster() as cluster:
        partial = cluster.data.with_name("data.new")
        partial.mkdir()
        (partial / "PG_VERSION").write_text("half")
        cluster.start()
        assert not partial.exists()
        assert (cluster.data / "PG_VERSION").read_text().strip() == "18"


def test_tied_server_ends_with_its_starter(cluster: Cluster) -> None:
    """It should not outlive a starter that was killed (Linux)."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the kernel call is Linux's")
    code = (
        "import sys, time; from pathlib import Path; from gatehouse.local.postgres_cluster import Cluster\n"
        f"Cluster(Path({str(cluster.data)!r}), Path({str(cluster.sockets)!r}), Path({str(cluster.log)!r}))"
        ".start(tied=True); print('up', flush=True); time.sleep(60)"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(postgres.__file__).parents[2])}
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=env)
    assert starter.stdout is not None
    with starter.stdout:
        assert starter.stdout.readline() == b"up\n"
    process = cluster.process()
    assert process is not None
    starter.kill()
    starter.wait()
    with contextlib.suppress(psutil.NoSuchProcess):
        process.wait(timeout=20)
    assert cluster.process() is None


def test_a_server_that_cannot_start_says_why(cluster: Cluster) -> None:
    """It should raise with the last line of the server's log."""
    broken = Cluster(cluster.data, cluster.sockets, cluster.log, {"shared_buffers": "not a size"})
    with pytest.raises(PostgresError, match=r"did not start: .*") as caught:
        broken.start()
    assert "\n" not in str(caught.value)


def test_a_strangers_socket_folder_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    """It should not put its socket where somebody else could have put a trap."""
    trap = tmp_path / "trap"
    trap.symlink_to(tmp_path)
    with pytest.raises(PostgresError, match="belongs to somebody else"):
        Cluster(cluster.data, trap, cluster.log).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_root_never_runs_it_as_root(cluster: Cluster) -> None:
    """It should run as an account without rights, on data of that account."""
    process = cluster.start()
    assert process.uids().real != 0
    assert cluster.data.stat().st_uid == process.uids().real
    assert cluster.data.stat().st_mode & 0o007 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_data_of_root_are_refused(tmp_path: Path) -> None:
    """It should say that PostgreSQL will not have them, instead of letting it fail."""
    with pytest.raises(PostgresError, match="belongs to root"):
        account_for(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs a copy of the programs")
def test_root_uses_a_copy_that_others_may_read(tmp_path: Path) -> None:
    """It should not open the folders above the wheel; the copy lies where everybody may go."""
    folder = programs(account_for(tmp_path / "none"))
    assert Path("/var/lib/gatehouse") in folder.parents
    assert all(parent.stat().st_mode & 0o001 for parent in folder.parents)


def test_a_user_runs_the_wheels_programs() -> None:
    """It should copy nothing for those who need no copy."""
    assert "site-packages" in str(programs(None))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://me:s%40e%2Fc@db:5433/x", "postgresql+psycopg2://me:s%40e%2Fc@db:5433/gatehouse"),
        ("postgres://me@db", "postgresql+psycopg2://me@db:5432/gatehouse"),
        ("postgresql+psycopg2://me@db", "postgresql+psycopg2://me@db:5432/gatehouse"),
        ("postgresql://me@[::1]:5", "postgresql+psycopg2://me@[::1]:5/gatehouse"),
        ("postgresql://me@db/?sslmode=require", "postgresql+psycopg2://me@db:5432/gatehouse?sslmode=require"),
    ],
)
def test_a_foreign_server_by_its_url(url: str, expected: str) -> None:
    """It should take user, password, address and options, and put our database in."""
    assert external(url).url("gatehouse") == expected
    assert external(url).pid is None


@pytest.mark.parametrize("url", ["mysql://x", "nonsense", "postgresql://[", "://"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    """It should show what a URL looks like, and never echo what may hold a password."""
    with pytest.raises(PostgresError, match=EXTERNAL):
        external(url)


def test_a_foreign_server_is_used_and_never_stopped(
    postgres_server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It should start nothing of its own, create both databases there, and leave it running."""
    place = Home(tmp_path / "h")
    host, port = postgres_server.dsn["host"], postgres_server.dsn["port"]
    monkeypatch.setenv(EXTERNAL, f"postgresql://postgres@/?host={host}&port={port}")
    server = postgres.start(place)
    assert server.pid is None
    assert ask(server, "gatehouse", "SELECT 1") == 1
    assert ask(server, "airflow", "SELECT 1") == 1
    assert postgres.running(place) == server
    assert not postgres.stop(place)
    assert not place.pgdata.exists()
    for name in postgres.DATABASES:
        server.drop_database(name)


def test_a_foreign_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It should say which, in one line."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv(EXTERNAL, f"postgresql://postgres@127.0.0.1:{port}")
    with pytest.raises(PostgresError, match=r"127\.0\.0\.1") as caught:
        postgres.start(Home(tmp_path / "h"))
    assert "\n" not in str(caught.value)


def test_backends_of_a_killed_server_are_waited_for(cluster: Cluster) -> None:
    """It should not start a second server on data that an old process still writes to."""
    process = cluster.start()
    server = server_of(cluster)
    with contextlib.closing(server.connect("postgres")):
        backends = process.children()
        assert backends
        process.send_signal(signal.SIGKILL)
        process.wait()
        cluster.start()
        assert not [backend for backend in backends if is_process(backend.pid, backend.create_time())]
