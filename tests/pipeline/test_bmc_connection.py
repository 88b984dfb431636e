"""The login of a BMC comes from an Airflow Connection."""

import json

import pytest

from gatehouse.model.errors import UsageError
from gatehouse.model.hosts import BmcLogin
from gatehouse.pipeline.workspace import bmc_login_from_connection


def test_a_connection_gives_user_and_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """It should take a Connection of type http as people make it for a BMC."""
    held = {"conn_type": "http", "login": "reader", "password": "s3cret"}
    monkeypatch.setenv("AIRFLOW_CONN_RACK7_BMC", json.dumps(held))
    assert bmc_login_from_connection("rack7_bmc") == BmcLogin("reader", "s3cret")


def test_a_connection_without_password_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It should not try an empty password, which BMCs count as a failed log-in."""
    monkeypatch.setenv("AIRFLOW_CONN_RACK8_BMC", json.dumps({"conn_type": "http", "login": "reader"}))
    with pytest.raises(UsageError, match="'rack8_bmc' needs a login and a password"):
        bmc_login_from_connection("rack8_bmc")
