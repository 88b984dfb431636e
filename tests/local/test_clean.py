"""Forgetting what a stack wrote."""

from pathlib import Path

import pytest

from gatehouse.local.clean import clean, main
from gatehouse.local.home import PLACE, Home


def test_everything_of_ours_goes_and_nothing_else(tmp_path: Path) -> None:
    """It should leave a person's own files in the folder alone."""
    place = Home(tmp_path / "h").make()
    (place.files / "raw").mkdir()
    (place.pgdata).mkdir()
    (place.root / "mine.txt").write_text("keep me")
    removed = clean(place)
    assert str(place.pgdata) in removed
    assert [path.name for path in place.root.iterdir()] == ["mine.txt"]


def test_an_empty_home_goes_too(tmp_path: Path) -> None:
    """It should leave no empty folder behind."""
    place = Home(tmp_path / "h").make()
    clean(place)
    assert not place.root.exists()


def test_there_may_be_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It should be no error to clean twice."""
    monkeypatch.setenv(PLACE, str(tmp_path / "none"))
    assert main() == 0
    assert "nothing" in capsys.readouterr().out
