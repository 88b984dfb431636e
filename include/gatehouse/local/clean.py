"""Forgets everything that a stack wrote: ``python -m gatehouse.local.clean``."""

import shutil
import sys

from gatehouse.local.errors import LocalStackError
from gatehouse.local.home import Home, home
from gatehouse.local.stack import down

_OURS = ("airflow", "logs", "run", "lab", "files", "secrets", "pgdata", "sock")


def clean(place: Home) -> list[str]:
    """Stop the stack and remove what it wrote, and nothing else that may lie in the same folder; returns the folders.

    Raises:
        LocalStackError: something would not end.
    """
    down(place)
    folders = [place.root / name for name in _OURS] + [place.sockets] + ([place.state] if place.as_root else [])
    removed = [folder for folder in dict.fromkeys(folders) if folder.is_dir()]
    for folder in removed:
        shutil.rmtree(folder)
    if place.root.is_dir() and not any(place.root.iterdir()):
        place.root.rmdir()
    return [str(folder) for folder in removed]


def main() -> int:
    """Clean the home of the environment."""
    try:
        removed = clean(home())
    except LocalStackError as error:
        print(f"gatehouse: {error}", file=sys.stderr)
        return 1
    print("removed " + (", ".join(removed) if removed else "nothing: there was nothing"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
