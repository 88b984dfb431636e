"""Tests of how the console follows the catalogue."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from console_client import client_of
from filled_store import World, build_world

from gatehouse.console.app import console_app
from gatehouse.console.kept_workspace import KeptWorkspace
from gatehouse.operations.workspace import Workspace


def test_the_workspace_is_made_once(world: World) -> None:
    """It should open the store once for all pages, and not before the first."""
    made: list[Workspace] = []

    def make() -> Workspace:
        made.append(world.workspace)
        return world.workspace

    kept = KeptWorkspace(make)
    assert made == []
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: kept(), range(32)))
    assert len(made) == 1
    assert {id(each) for each in got} == {id(world.workspace)}


def test_an_edited_catalogue_is_read_again(tmp_path: Path, fresh_store_url: str) -> None:
    """It should show a program that a person renames, without a restart; and keep the open store."""
    world = build_world(tmp_path, fresh_store_url)
    client = client_of(console_app(lambda: world.workspace, lambda: None))
    assert "Atlas" in client.get("/gatehouse/programs").text
    path = tmp_path / "catalog" / "programs" / "atlas.yaml"
    path.write_text(path.read_text().replace("title: Atlas", "title: Atlas Mark II"))
    assert "Atlas Mark II" in client.get("/gatehouse/programs").text
    world.engine.dispose()


def test_a_mistake_in_the_catalogue_is_shown_and_healed(tmp_path: Path, fresh_store_url: str) -> None:
    """It should name file, line and field, and work again as soon as the file is right."""
    world = build_world(tmp_path, fresh_store_url)
    client = client_of(console_app(lambda: world.workspace, lambda: None))
    path = tmp_path / "catalog" / "programs" / "atlas.yaml"
    right = path.read_text()
    path.write_text(right + "surprise: 1\n")
    answer = client.get("/gatehouse/programs")
    assert answer.status_code == 500
    assert "atlas.yaml" in answer.text
    assert "surprise" in answer.text
    path.write_text(right)
    assert client.get("/gatehouse/programs").status_code == 200
    world.engine.dispose()
