"""The golden pairs: an output as the tool prints it, and the facts that any reading of it must give.

``golden/<tool>/<name>.txt`` (or another suffix) stands beside ``<name>.json``, which holds ``facts`` and, where it
matters, ``status``, ``complete``, ``exit_code``, ``stderr`` and ``findings`` as [class, part, signature].
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatehouse.model.commands import Command, Completed, Ended

GOLDEN = Path(__file__).parent / "golden"


@dataclass(frozen=True, slots=True)
class GoldenPair:
    """One recorded output and what is expected of its reading."""

    tool: str
    name: str
    output: bytes
    expected: dict[str, Any]

    @property
    def said(self) -> Completed:
        """The output as a host would have sent it."""
        stderr = str(self.expected.get("stderr", "")).encode()
        return completed(self.output, self.expected.get("exit_code", 0), stderr)


def completed(stdout: bytes, exit_code: int = 0, stderr: bytes = b"") -> Completed:
    """A tool that ended by itself and said this."""
    return Completed(Command("golden", ("tool",)), Ended.EXITED, exit_code, stdout, stderr)


def golden_pairs() -> list[GoldenPair]:
    """Every pair, by tool and name.

    Raises:
        AssertionError: expectations without their output, or the other way round.
    """
    pairs = []
    for expected in sorted(GOLDEN.glob("*/*.json")):
        outputs = [path for path in expected.parent.glob(f"{expected.stem}.*") if path != expected]
        assert len(outputs) == 1, f"{expected} has {len(outputs)} outputs beside it"
        facts = json.loads(expected.read_text())
        pairs.append(GoldenPair(expected.parent.name, expected.stem, outputs[0].read_bytes(), facts))
    files = sum(path.is_file() for path in GOLDEN.glob("*/*"))
    assert files == 2 * len(pairs), "a golden output without its expectations"
    return pairs
