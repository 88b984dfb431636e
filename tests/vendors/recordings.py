"""Shorthands of the tests of readers: a recording's text, a reading of any text, findings as triples."""

from golden_pairs import GOLDEN, completed

from gatehouse.model.readings import ToolReport
from gatehouse.vendors.registry import read


def recording(tool: str, name: str) -> str:
    """The output of a golden pair as text."""
    (output,) = [path for path in (GOLDEN / tool).glob(f"{name}.*") if path.suffix != ".json"]
    return output.read_text()


def reading(tool: str, text: str, exit_code: int = 0, stderr: str = "") -> ToolReport:
    """The report of a tool that said this."""
    return read(tool, completed(text.encode(), exit_code, stderr.encode()))


def found(report: ToolReport) -> list[tuple[str, str, str]]:
    """The findings as class, part and signature."""
    return [(str(finding.kind), finding.part, finding.signature) for finding in report.findings]
