"""Where the login of a BMC comes from, away from Airflow."""

from pathlib import Path

import pytest

from gatehouse.model.errors import UsageError
from gatehouse.model.hosts import BmcLogin
from gatehouse.operations.workspace import bmc_login_from_environment

VARIABLE = "GATEHOUSE_BMC_LOGIN_BENCH"


def test_user_and_password_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It should read the password from a file, so that the environment holds none, and show it to nobody."""
    (tmp_path / "password").write_text("s3cret:with colon\n")
    monkeypatch.setenv(VARIABLE, f"reader:{tmp_path / 'password'}")
    login = bmc_login_from_environment("bench")
    assert login == BmcLogin("reader", "s3cret:with colon")
    assert "s3cret" not in repr(login)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", f"set {VARIABLE}=user:/path/to/password/file"),
        ("reader", f"set {VARIABLE}=user:/path/to/password/file"),
        ("reader:/no/such/file", "cannot be read"),
        ("reader:/dev/null", "is empty"),
    ],
)
def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, value: str, said: str) -> None:
    """It should say what to set."""
    monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(UsageError, match=said):
        bmc_login_from_environment("bench")
