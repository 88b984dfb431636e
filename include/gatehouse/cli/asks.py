"""``gatehouse catalog diagnostics | plan | sudoers``: what machines are asked, before they are asked."""

import dataclasses
import shlex
from typing import Annotated

import typer

from gatehouse.catalog.loader import open_catalog
from gatehouse.cli.output import console, print_json, print_table
from gatehouse.diagnostics.registry import diagnostic, known_diagnostics
from gatehouse.diagnostics.spec import Diagnostic
from gatehouse.operations.ask_plan import AskedCommand
from gatehouse.operations.preview_plan import AskedDiagnostic, PlanPreview, preview_plan
from gatehouse.operations.write_sudoers import sudoers_of
from gatehouse.reports.sudoers import FOLDERS

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Skus = Annotated[list[str], typer.Option("--sku", help="A SKU of the hosts; may be given again.")]
Folders = Annotated[
    list[str] | None,
    typer.Option("--path", help=f"A folder of tools, instead of {', '.join(FOLDERS)}; may be given again."),
]


def register(app: typer.Typer) -> None:
    """Add these commands to ``gatehouse catalog``."""
    app.command()(diagnostics)
    app.command()(plan)
    app.command()(sudoers)


def diagnostics(
    name: Annotated[str | None, typer.Argument(metavar="[ID]", help="One of them, with its commands.")] = None,
    as_json: Json = False,
) -> None:
    """List what a machine can be asked: what it needs, what it costs, and whether a workload feels it."""
    declared = open_catalog().diagnostics
    chosen = [diagnostic(name, declared)] if name else sorted(known_diagnostics(declared).values(), key=lambda d: d.id)
    if as_json:
        told = [{**dataclasses.asdict(each), "needs_idle": each.needs_idle} for each in chosen]
        print_json(told[0] if name else told)
        return
    rows = ((d.id, ", ".join(sorted(d.cells)), _needs(d), f"{d.expect_minutes:g}", _felt(d)) for d in chosen)
    print_table(("diagnostic", "vendors", "needs", "minutes", "a workload feels it"), rows)
    if name:
        _show_cells(chosen[0])


def plan(
    name: Annotated[str, typer.Argument(metavar="PLAN", help="`gatehouse catalog list plans` shows them.")],
    sku: Annotated[str, typer.Option("--sku", help="The SKU of the host.")],
    as_json: Json = False,
) -> None:
    """Say what a plan would ask of a host of a SKU: every command, as whom, with its limit, and the time in all."""
    preview = preview_plan(open_catalog(), name, sku)
    if as_json:
        totals = {key: getattr(preview, key) for key in ("expect_minutes", "limit_minutes", "disturbs")}
        print_json({**dataclasses.asdict(preview), **totals})
        return
    _show_plan(preview)


def sudoers(
    plans: Annotated[list[str], typer.Argument(metavar="PLAN…", help="Plans that the user may run.")],
    sku: Skus,
    user: Annotated[str, typer.Option("--user", help="Who logs in on the hosts.")] = "gatehouse",
    path: Folders = None,
) -> None:
    """Print a sudoers file that allows exactly what the plans run as root; check it with visudo -cf."""
    typer.echo(sudoers_of(open_catalog(), plans, sku, user, tuple(path or FOLDERS)), nl=False)


def _needs(each: Diagnostic) -> str:
    root = any(each.needs_root(vendor) for vendor in each.cells)
    return ", ".join(["root"] * root + ["an idle machine"] * each.needs_idle) or "nothing"


def _felt(each: Diagnostic) -> str:
    return "yes" if each.disturbs else "no"


def _show_cells(each: Diagnostic) -> None:
    console.print(each.question, markup=False)
    rows = (
        (vendor, shlex.join(ask.argv), ask.tool, "root" if ask.root else "the user", f"{ask.limit_s:g} s")
        for vendor, asks in sorted(each.cells.items())
        for ask in asks
    )
    print_table(("vendor", "command", "read as", "as", "limit"), rows)


def _show_plan(preview: PlanPreview) -> None:
    rows = [row for each in preview.diagnostics for row in _rows(each)]
    print_table(("diagnostic", "command", "as", "limit", "minutes"), rows, title=f"{preview.title} — {preview.sku}")
    felt = "a workload would feel it" if preview.disturbs else "no workload would feel it"
    usual = f"about {preview.expect_minutes:g} minutes on the host, {preview.limit_minutes:g} at the very most"
    of_bmc = sum(one.via == "bmc" for one in preview.commands)
    asked = f"{len(preview.commands) - of_bmc} commands over one connection"
    asked += f", and {of_bmc} questions to the BMC" if of_bmc else ""
    console.print(f"{asked}; {usual}; {felt}", markup=False)


def _rows(each: AskedDiagnostic) -> list[tuple[str, str, str, str, str]]:
    if not each.commands:
        return [(each.diagnostic, f"SKIP: {each.skip}", "", "", "")]
    rows = [("", _words(one), _who(one), f"{one.command.limit_s:g} s", "") for one in each.commands]
    name = each.diagnostic if each.mandatory else f"{each.diagnostic} (optional)"
    return [(name, *rows[0][1:4], f"{each.expect_minutes:g}"), *rows[1:]]


def _words(asked: AskedCommand) -> str:
    """The command line; a second look at counters says so, and a BMC is asked for resources."""
    if asked.via == "bmc":
        return "\n".join(f"GET {resource}" for resource in asked.command.argv)
    return shlex.join(asked.command.argv) + (" (again, at the end)" if asked.again else "")


def _who(asked: AskedCommand) -> str:
    if asked.via == "bmc":
        return "the BMC's user"
    return "root" if asked.command.root else "the user"
