"""``make bench``: every benchmark side by side in one run, as ratios; writes bench/results.md.

Timings of one machine are noisy: compare within a table, never between two runs.
"""

import argparse
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # the OpenSSH server of the tests

import gates
import transport

RESULTS = Path(__file__).parent / "results.md"


def main() -> None:
    """Run what was asked for and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=100, help="visits to the SSH server (default 100)")
    parser.add_argument("--units", type=int, default=1000, help="units of the gate (default 1000)")
    asked = parser.parse_args()
    head = (
        "# Last results\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}. "
        "Written by `make bench`; compare within a table.\n"
    )
    tables = [transport.table(asked.hosts), gates.table(asked.units)]
    text = "\n".join([head, *tables])
    RESULTS.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
