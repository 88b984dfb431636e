"""The shell door: ``gatehouse``."""

from gatehouse.cli.main import main

__all__ = ["main"]
