"""Passwords and keys of a stack."""

import json
from pathlib import Path

import asyncssh
import pytest

from gatehouse.lab.server.keys import LabKeys
from gatehouse.local.home import Home
from gatehouse.local.secret_files import USERS, lab_key_file, load, passwords_file


@pytest.fixture
def place(tmp_path: Path) -> Home:
    """A new home."""
    return Home(tmp_path / "h").make()


def test_everybody_has_a_password_of_their_own(place: Home) -> None:
    """It should make one for each user, none of them guessable or shared."""
    passwords = load(place).passwords
    assert set(passwords) == set(USERS)
    assert len(set(passwords.values())) == len(USERS)
    assert all(len(password) >= 16 for password in passwords.values())


def test_roles_fit_what_people_do() -> None:
    """It should let the program manager trigger and answer, and the viewer only look (Airflow's four roles)."""
    assert USERS["pm"] == "user"
    assert USERS["viewer"] == "viewer"
    assert set(USERS.values()) <= {"viewer", "user", "op", "admin"}


def test_files_are_for_the_owner_only(place: Home) -> None:
    """It should let nobody else read a secret."""
    load(place)
    secret = [passwords_file(place), lab_key_file(place), *place.secrets.iterdir()]
    assert len(secret) >= 4
    for path in secret:
        assert path.stat().st_mode & 0o777 == 0o600, path


def test_secrets_stay(place: Home) -> None:
    """It should not log people out, or lose what was encrypted, at the next start."""
    assert load(place) == load(place)


def test_two_homes_share_nothing(tmp_path: Path) -> None:
    """It should make every secret at random."""
    one, other = load(Home(tmp_path / "a").make()), load(Home(tmp_path / "b").make())
    for name in ("fernet_key", "api_secret", "jwt_secret", "lab_key"):
        assert getattr(one, name) != getattr(other, name)


def test_a_new_user_is_added_and_nobody_elses_password_changes(place: Home) -> None:
    """It should complete the file, not replace it."""
    before = load(place).passwords
    held = json.loads(passwords_file(place).read_text())
    del held["oncall"]
    passwords_file(place).write_text(json.dumps(held))
    after = load(place).passwords
    assert after["oncall"] != before["oncall"]
    assert {**after, "oncall": ""} == {**before, "oncall": ""}


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"admin": '])
def test_a_damaged_file_is_made_anew(place: Home, damage: str) -> None:
    """It should heal what a full disk left behind."""
    passwords_file(place).write_text(damage)
    assert set(load(place).passwords) == set(USERS)
    assert set(json.loads(passwords_file(place).read_text())) == set(USERS)


def test_nothing_secret_is_shown(place: Home) -> None:
    """It should not print secrets in logs and tracebacks."""
    secrets = load(place)
    assert secrets.jwt_secret not in repr(secrets)
    assert secrets.passwords["admin"] not in repr(secrets)


def test_the_lab_lets_our_key_in(place: Home) -> None:
    """It should be the key that the lab finds in its own folder."""
    key = asyncssh.import_private_key(load(place).lab_key)
    assert LabKeys(place.lab).user_public == key.public_data
