"""The runtime home."""

import os
from pathlib import Path

import pytest

from gatehouse.local.errors import NoRoomError
from gatehouse.local.home import CHECKOUT, PLACE, Home, home

DEEP = Path("/", *(["a-rather-long-folder-name"] * 8), "gatehouse")
LONGEST_SOCKET_PATH = 103  # macOS; Linux has 107


def test_default_is_in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """It should lie in the checkout unless somebody says otherwise."""
    monkeypatch.delenv(PLACE, raising=False)
    assert home().root == CHECKOUT / ".gatehouse"
    assert (CHECKOUT / "include" / "gatehouse" / "local" / "home.py").exists()


def test_environment_names_another_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It should follow the environment variable, and an argument before that."""
    monkeypatch.setenv(PLACE, str(tmp_path / "a"))
    assert home().root == tmp_path / "a"
    assert home(tmp_path / "b").root == tmp_path / "b"


def test_relative_place_becomes_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It should not depend on where the next process is started."""
    monkeypatch.chdir(tmp_path)
    assert home("here").root == tmp_path / "here"


def test_two_homes_never_share_a_socket_or_root_state() -> None:
    """It should keep two homes of one machine apart."""
    one, other = Home(Path("/a"), as_root=True), Home(Path("/b"), as_root=True)
    assert one.digest != other.digest
    assert one.state != other.state
    assert one.sockets != other.sockets


@pytest.mark.parametrize("as_root", [True, False])
@pytest.mark.parametrize("root", [DEEP, Path("/with space/x"), Path("/a,b"), Path("/srv/gatehouse"), Path("/höhe")])
def test_socket_path_is_always_short_and_plain(root: Path, as_root: bool) -> None:
    """It should fit into a socket address, and hold nothing that libpq splits at."""
    sockets = Home(root, as_root=as_root).sockets
    assert len(os.fsencode(sockets / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH
    assert not set(str(sockets)) & set(", '\"")
    assert str(sockets).isascii()


def test_socket_lies_near_where_it_can() -> None:
    """It should not use the shared temporary folder without need."""
    assert Home(Path("/srv/gatehouse")).sockets == Path("/srv/gatehouse/sock")


def test_roots_database_is_outside_roots_home() -> None:
    """It should never need anybody to open /root."""
    place = Home(Path("/root/gatehouse/.gatehouse"), as_root=True)
    assert Path("/root") not in place.pgdata.parents
    assert Path("/root") not in place.sockets.parents


def test_a_user_keeps_everything_in_the_home() -> None:
    """It should put a user's data where the user looks for them."""
    place = Home(Path("/home/me/.gatehouse"))
    assert place.pgdata == Path("/home/me/.gatehouse/pgdata")


def test_folders_are_private(tmp_path: Path) -> None:
    """It should let nobody else in, whatever the umask."""
    before = os.umask(0)
    try:
        place = Home(tmp_path / "h").make()
    finally:
        os.umask(before)
    for folder in (place.root, place.secrets, place.logs, place.run, place.airflow, place.lab, place.files):
        assert folder.stat().st_mode & 0o777 == 0o700, folder


def test_make_is_repeatable(tmp_path: Path) -> None:
    """It should keep what is there."""
    place = Home(tmp_path / "h").make()
    (place.files / "kept").write_text("x")
    place.make()
    assert (place.files / "kept").read_text() == "x"


def test_unwritable_home_says_what_to_do(tmp_path: Path) -> None:
    """It should name the folder and the variable, in one line."""
    (tmp_path / "file").write_text("")
    with pytest.raises(NoRoomError, match=f"{tmp_path}/file/h.*{PLACE}") as caught:
        Home(tmp_path / "file" / "h").make()
    assert "\n" not in str(caught.value)
