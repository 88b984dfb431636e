"""Keeps one workspace for all pages, and reads the catalogue again when a file of it has changed."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gatehouse.catalog.loader import Catalog
from gatehouse.operations.workspace import Workspace

Signature = frozenset[tuple[str, int, int]]


class KeptWorkspace:
    """Makes the workspace at the first call. Safe to call from several threads."""

    def __init__(self, make: Callable[[], Workspace]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._workspace: Workspace | None = None
        self._signature: Signature = frozenset()

    def __call__(self) -> Workspace:
        """The workspace, with the catalogue as its files are now."""
        with self._lock:
            if self._workspace is None:
                self._workspace = self._make()
                self._signature = signature(self._workspace.catalog.folders)
            now = signature(self._workspace.catalog.folders)
            if now != self._signature:
                self._workspace = replace(self._workspace, catalog=Catalog(self._workspace.catalog.folders))
                self._signature = now
            return self._workspace


def signature(folders: tuple[Path, ...]) -> Signature:
    """Name, time and size of every YAML file: changes when a person edits one."""
    found = set()
    for folder in folders:
        for path in folder.glob("*/*.y*ml"):
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue  # taken away between the two looks
            found.add((str(path), stat.st_mtime_ns, stat.st_size))
    return frozenset(found)
