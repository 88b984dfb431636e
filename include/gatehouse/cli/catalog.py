"""``gatehouse catalog``: every YAML, and that every limit can fail."""

import json
from pathlib import Path
from typing import Annotated

import typer

from gatehouse.catalog.loader import KINDS, open_catalog
from gatehouse.cli import asks
from gatehouse.cli.output import console, print_json, print_table, say_error
from gatehouse.model.status import Phase
from gatehouse.operations.check_catalog import check_catalog
from gatehouse.operations.compare_policies import compare_policies

app = typer.Typer(help="The catalogue: what people write in YAML.", no_args_is_help=True)
Folders = Annotated[
    list[Path] | None,
    typer.Option("--folder", help="A folder of more files; may be given again.", exists=True, file_okay=False),
]


@app.command()
def check(folder: Folders = None, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Check every YAML file: unknown keys, dangling references, and that every limit can fail."""
    report = check_catalog(open_catalog(), tuple(folder or ()))
    if as_json:
        print_json(report)
    else:
        for problem in report.problems:
            say_error(problem)
        kinds = ", ".join(f"{count} {kind}" for kind, count in report.counts.items())
        console.print(f"{kinds}; {report.limits} limits proven to pass their good sample and fail their bad one")
        console.print(f"{report.criteria} criteria of programs and sets proven to be met and to fail")
    if report.problems:
        raise typer.Exit(1)


@app.command("list")
def list_entries(kind: Annotated[str, typer.Argument(help=f"One of {', '.join(KINDS)}.")]) -> None:
    """List the entries of one kind with their titles."""
    if kind not in KINDS:
        raise typer.BadParameter(f"no kind {kind!r}; there are: {', '.join(KINDS)}")
    print_table(("id", "title"), ((name, entry.title) for name, entry in sorted(open_catalog().kind(kind).items())))


@app.command()
def criteria(
    program: Annotated[str, typer.Argument(help="`gatehouse catalog list programs` shows them.")],
    phase: Annotated[Phase, typer.Argument(help="EVT, DVT, PVT or RAMP.", case_sensitive=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the exit criteria that really hold for a program's phase, and what it changes in its set."""
    from gatehouse.reports.catalog_tables import asked_words

    found = open_catalog().criteria_of(program, phase)
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    rows = ((each.id, each.title, asked_words(each), each.source) for each in found.criteria)
    print_table(("criterion", "title", "asks", "source"), rows, title=found.title)
    for note in found.notes:
        console.print(f"changed by the program: {note}", markup=False, soft_wrap=True)


@app.command()
def xid(
    code: Annotated[int, typer.Argument(help="The number.")],
    switch: Annotated[bool, typer.Option("--switch", help="An SXid of an NVSwitch, not an Xid of a GPU.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what each policy concludes of an Xid, and on whose word."""
    conclusions = compare_policies(open_catalog(), code, switch=switch)
    if as_json:
        print_json(conclusions)
        return
    print_table(
        ("policy", "whose trouble", "severity", "first action", "title", "source"),
        ((c.policy, c.owner, c.severity, c.action, c.title, c.source) for c in conclusions),
    )


@app.command()
def docs() -> None:
    """Write docs/catalog.md anew, and docs/phase-report.schema.json: the catalogue as tables, the report's JSON."""
    from gatehouse.operations.catalog_pages import PAGE, write_catalog_page
    from gatehouse.operations.report_schema import SCHEMA, write_report_schema

    for path, changed in ((PAGE, write_catalog_page()), (SCHEMA, write_report_schema())):
        console.print(f"{path.name}: {'written' if changed else 'is as it should be'}")


@app.command()
def schema(folder: Annotated[Path, typer.Argument(help="Where to write one JSON schema a kind.")]) -> None:
    """Write the JSON schemas that editors use to complete and check catalogue files."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, spec in KINDS.items():
        text = json.dumps(spec.model_json_schema(), indent=2, sort_keys=True) + "\n"
        (folder / f"{kind}.json").write_text(text, encoding="utf-8")
    console.print(f"{len(KINDS)} schemas in {folder}")


def register(root: typer.Typer) -> None:
    """Add these commands to the shell."""
    asks.register(app)
    root.add_typer(app, name="catalog")
