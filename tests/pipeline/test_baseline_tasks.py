"""The task of ``npi_baselines`` against a real store, as a worker runs it."""

import logging
from pathlib import Path
from types import SimpleNamespace

import pytest
from airflow.sdk.execution_time.context import set_current_context
from measured_fleet import measured_fleet
from sqlalchemy import make_url

from gatehouse.operations.view_baselines import list_baselines
from gatehouse.pipeline.baseline_tasks import learn


def test_learning_files_proposals_and_logs_what_deserves_a_look(
    tmp_path: Path, fresh_store_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It should take the store from its Connection, and stay green with a machine that lies out."""
    fleet = measured_fleet(tmp_path, fresh_store_url)
    fleet.round({"f-04": 0.9})
    url = make_url(fresh_store_url)
    uri = f"postgres://{url.username}@/{url.database}?host={url.query['host']}&port={url.query['port']}"
    monkeypatch.setenv("AIRFLOW_CONN_GATEHOUSE_STORE", uri)
    monkeypatch.setenv("GATEHOUSE_FILES", str(tmp_path / "files"))
    monkeypatch.setenv("GATEHOUSE_CATALOG", str(tmp_path / "catalog"))
    context = {"dag_run": SimpleNamespace(triggering_user_name=None)}
    with caplog.at_level(logging.INFO), set_current_context(context):  # type: ignore[arg-type]
        learn.function()
    (one,) = list_baselines(fleet.workspace)
    assert (one.outliers, one.learned_by, one.state) == (("f-04",), "airflow", "proposed")
    assert "lies out: f-04" in caplog.text
    fleet.workspace.engine.dispose()
