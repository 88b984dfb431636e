"""The demo's stage: what it refuses before it touches anything, and which port its lab gets."""

import socket
from pathlib import Path

import pytest

from gatehouse.local import demo_stage
from gatehouse.local.errors import LocalStackError, PortBusyError
from gatehouse.local.home import Home
from gatehouse.local.postgres import Server


def test_a_busy_port_of_the_pages_is_said_before_any_data_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It should name the port and what to do, and not have begun."""
    monkeypatch.setattr(demo_stage.postgres, "start", lambda _: pytest.fail("it began"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortBusyError, match=rf"port {port} .*PORT="):
            demo_stage.set_stage(Home(tmp_path / "home"), port, lambda _: None)


def test_a_server_of_somebody_else_is_never_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It should refuse before it connects: the demo drops its databases."""
    monkeypatch.setenv("GATEHOUSE_POSTGRES_URL", "postgresql://someone@127.0.0.1:1")
    with pytest.raises(LocalStackError, match="unset GATEHOUSE_POSTGRES_URL"):
        demo_stage.set_stage(Home(tmp_path / "home"), 8080, lambda _: None)


def test_a_lab_whose_usual_port_is_taken_gets_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """It should look at every address: another lab's hosts live on addresses of their own."""
    with socket.create_server(("127.77.0.3", 0)) as other_lab:
        taken = other_lab.getsockname()[1]
        monkeypatch.setattr(demo_stage, "LAB_PORT", taken)
        assert taken < demo_stage._free_lab_port() < taken + demo_stage.LAB_PORTS
        monkeypatch.setattr(demo_stage, "LAB_PORTS", 1)
        with pytest.raises(PortBusyError, match="all taken"):
            demo_stage._free_lab_port()


def test_a_store_that_the_demo_did_not_fill_is_never_emptied(
    tmp_path: Path, postgres_server: Server, fresh_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It should refuse, and say which setting gives the demo a home of its own."""
    place = Home(tmp_path / "home").make()
    monkeypatch.setattr(demo_stage, "_holds_work", lambda _: True)
    dropped: list[str] = []
    monkeypatch.setattr(Server, "drop_database", lambda _, name: dropped.append(name))
    monkeypatch.setattr(Server, "create_database", lambda _, name: True)
    with pytest.raises(LocalStackError, match="GATEHOUSE_HOME"):
        demo_stage._forget_the_last_demo(place, postgres_server, lambda _: None)
    assert dropped == []
    monkeypatch.setattr(demo_stage, "_holds_work", lambda _: False)
    demo_stage._forget_the_last_demo(place, postgres_server, lambda _: None)
    demo_stage._forget_the_last_demo(place, postgres_server, lambda _: None)  # its own data may go
    assert dropped == ["airflow", "gatehouse"] * 2


@pytest.mark.parametrize("filled", [False, True])
def test_work_is_a_round_in_the_store(filled: bool, postgres_server: Server) -> None:
    """It should see a round, and neither an empty database nor empty tables."""
    from gatehouse.store.engine import migrate, open_store

    with pytest.MonkeyPatch.context() as patch:
        name = f"gatehouse_work_{filled}".lower()
        postgres_server.create_database(name)
        try:
            engine = open_store(postgres_server.url(name))
            migrate(engine)
            if filled:
                with engine.begin() as connection:
                    connection.exec_driver_sql(
                        "INSERT INTO round (id, program, phase, plan, number, requested_by, reason, spec)"
                        " VALUES ('r', 'p', 'EVT', 'evt', 1, 'me', '', '{}')"
                    )
            patch.setattr(Server, "connect", _connecting_to(name, Server.connect))
            assert demo_stage._holds_work(postgres_server) is filled
        finally:
            patch.undo()
            engine.dispose()
            postgres_server.drop_database(name)


def _connecting_to(name: str, connect: object) -> object:
    return lambda server, _database: connect(server, name)  # type: ignore[operator]
