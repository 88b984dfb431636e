"""Makes a diagnostic of what a YAML entry declares."""

from gatehouse.catalog.declared import TOOL, DeclaredDiagnostic
from gatehouse.diagnostics.spec import Ask, Diagnostic


def as_diagnostic(name: str, declared: DeclaredDiagnostic) -> Diagnostic:
    """The diagnostic of that id, with one cell and one command.

    Raises:
        UsageError: the entry says what no diagnostic may say, such as a parameter that the command does not use.
    """
    ask = Ask(TOOL, declared.command, limit_s=declared.limit_s, root=declared.root)
    return Diagnostic(
        id=name,
        title=declared.title,
        question=declared.question,
        cells={declared.vendor: (ask,)},
        disturbs=declared.disturbs,
        idle=declared.idle,
        expect_minutes=declared.minutes,
        params=declared.params,
    )
