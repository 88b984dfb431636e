"""When a tool does not do what it should: absent, hung, endless, garbled, slow, or with a fixed answer."""

from dataclasses import dataclass
from typing import Literal

Misbehaviour = Literal["missing", "hang", "flood", "garbage", "fixed", "slow"]


@dataclass(frozen=True, slots=True)
class ToolOverride:
    """What one tool does instead. ``stdout``, ``stderr``, ``exit_code`` are for ``fixed``; ``delay_s`` for ``slow``."""

    how: Misbehaviour
    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0
    delay_s: float = 0.0
