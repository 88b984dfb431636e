"""``gatehouse read``, ``export`` and ``report``: evidence as it was said, in OCP form, and on paper."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from gatehouse.cli.output import console, print_json, print_table, say_error
from gatehouse.model.status import Measured, Phase


def register(app: typer.Typer) -> None:
    """Add these commands to the shell."""
    app.command()(read)
    app.command()(export)
    app.command()(report)


def read(
    tool: Annotated[str, typer.Argument(help="The tool, such as nvidia-smi-xml.")],
    file: Annotated[Path, typer.Argument(help="Its captured output; - is standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read a captured tool output: its facts, findings and errors. Exits 1 on a hardware finding, 3 if unreadable."""
    from gatehouse.operations.read_output import read_output

    report = read_output(tool, _bytes(file))
    if as_json:
        print_json(
            {
                "tool": report.tool,
                "status": report.status,
                "complete": report.complete,
                "facts": report.facts,
                "findings": [
                    {"class": f.kind, "part": f.part, "signature": f.signature, "text": f.text} for f in report.findings
                ],
                "errors": list(report.errors),
            }
        )
    else:
        print_table(("fact", "value"), ((name, _shown(value)) for name, value in report.facts.items()), title=tool)
        for finding in report.findings:
            console.print(f"{finding.kind} {finding.part} {finding.signature}: {finding.text}", markup=False)
        for error in report.errors:
            say_error(error)
    if report.status is not Measured.COMPLETE:
        raise typer.Exit(3)
    raise typer.Exit(1 if any(f.kind == "hardware" for f in report.findings) else 0)


def export(
    round_id: Annotated[str, typer.Argument(metavar="ROUND", help="The round's id.")],
    ocp: Annotated[bool, typer.Option("--ocp", help="As OCP Test & Validation v2 JSON lines, the only form.")] = True,
) -> None:
    """Print a round as OCP Test & Validation JSON lines."""
    from gatehouse.cli.place import workspace
    from gatehouse.operations.export_round import export_round

    for line in export_round(workspace(), round_id) if ocp else ():
        sys.stdout.write(line + "\n")


def report(
    program: Annotated[str, typer.Argument(help="The program.")],
    phase: Annotated[Phase, typer.Argument(help="EVT, DVT, PVT, RAMP or EOL.", case_sensitive=False)],
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON, not as a page.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write it to this file.", dir_okay=False)] = None,
) -> None:
    """Write the phase report as it stands now, and say where it lies; --json alone prints it."""
    from gatehouse.cli.place import workspace
    from gatehouse.operations.view_gate import view_gate
    from gatehouse.operations.write_report import write_report

    if out is None and not as_json:
        console.print(write_report(workspace(), program, phase), markup=False)
        return
    view = view_gate(workspace(), program, phase)
    text = view.json() if as_json else view.html()
    if out is None:
        sys.stdout.write(text)
    else:
        _write(out, text)
        console.print(str(out), markup=False)


def _bytes(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}") from error


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}") from error


def _shown(value: object) -> str:
    return "unknown" if value is None else str(value)
