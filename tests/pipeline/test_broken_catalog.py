"""A mistake in somebody's YAML: the DAGs stay, their pages name it, and a waiting gate goes on waiting."""

from pathlib import Path

import pytest

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.model.errors import CatalogError
from gatehouse.model.status import Phase
from gatehouse.pipeline import exit_criteria, forms

BROKEN = "title: Broken\nhosts:\n  - {name: a, nope: 1}\n"


@pytest.fixture
def broken(tmp_path: Path) -> Catalog:
    """It should read everything but its one site."""
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "bad.yaml").write_text(BROKEN, encoding="utf-8")
    return Catalog((SHIPPED, tmp_path))


def test_the_page_names_the_mistake_with_file_and_line(broken: Catalog) -> None:
    warning = forms.catalog_warning(broken)
    assert "bad.yaml:3" in warning
    assert "nope" in warning
    assert forms.catalog_warning(Catalog((SHIPPED,))) == ""


def test_the_form_keeps_the_programs_and_says_why_there_are_no_hosts(broken: Catalog) -> None:
    assert "h100-8x" in forms.program_param(broken).schema["enum"]
    units = forms.units_param(broken)
    assert units.schema["examples"] == []
    assert "bad.yaml:3" in str(units.description)


def test_a_form_without_programs_still_takes_a_name(tmp_path: Path) -> None:
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs" / "odd.yaml").write_text("title: [\n", encoding="utf-8")
    param = forms.program_param(Catalog((SHIPPED, tmp_path)))
    assert "enum" not in param.schema
    assert "odd.yaml" in str(param.description)


def test_a_gate_that_cannot_be_looked_at_waits_for_the_mending(monkeypatch: pytest.MonkeyPatch) -> None:
    """It should defer again, not fail: the wait of weeks is not lost to a typing mistake."""
    from airflow.sdk.exceptions import TaskDeferred

    def cannot(*_: object) -> None:
        raise CatalogError(["bad.yaml:3: nope: no such key"])

    monkeypatch.setattr(exit_criteria, "look", cannot)
    sensor = exit_criteria.ExitCriteriaSensor(task_id="gate", program="p", phase=Phase.EVT)
    with pytest.raises(TaskDeferred) as waiting:
        sensor.look_again({})
    assert waiting.value.method_name == "look_again"
    assert waiting.value.trigger.poll_s == exit_criteria.MENDING_S
