"""The one door to NumPy here, opened at first use: most commands of the shell never need it."""

import importlib
from functools import cache
from typing import Any


@cache
def numpy() -> Any:
    """The module."""
    return importlib.import_module("numpy")
