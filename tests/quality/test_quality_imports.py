"""The door costs nothing until it is used: DAG files and the shell import it."""

import subprocess
import sys
from pathlib import Path

import gatehouse

LIBRARY = {"PYTHONPATH": str(Path(gatehouse.__file__).parents[1])}
SEES = "import sys; import gatehouse.quality.judge; print([m for m in {names!r} if m in sys.modules])"


def test_importing_the_door_imports_nothing_heavy() -> None:
    """It should leave Great Expectations, pandas and numpy alone until a round is judged."""
    code = SEES.format(names=("great_expectations", "pandas", "numpy"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=LIBRARY)
    assert done.stdout.strip() == "[]"


def test_great_expectations_is_told_to_be_silent() -> None:
    """It should switch analytics and chatter off before Great Expectations can be imported."""
    code = (
        "import logging, os; import gatehouse.quality; "
        "print(os.environ['GX_ANALYTICS_ENABLED'], logging.getLogger('great_expectations').level)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=LIBRARY)
    assert done.stdout.split() == ["false", "30"]
