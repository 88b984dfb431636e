"""The catalogue as Markdown tables: what is asked of machines, in which plan, and what a phase must show."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from gatehouse.catalog.criteria import CriteriaSet, Criterion, RequirementSet
from gatehouse.catalog.entry import EntrySet
from gatehouse.catalog.plan import Plan, PlannedDiagnostic
from gatehouse.catalog.policies import FindingPolicy, FindingRule
from gatehouse.catalog.program import Program
from gatehouse.diagnostics.spec import Ask, Diagnostic
from gatehouse.model.status import FindingClass, Phase, Severity
from gatehouse.reports.markdown_tables import code_cell, table_of, text_cell
from gatehouse.reports.program_tables import program_sections, requirement_sections

_SAID_ELSEWHERE = frozenset(
    {"id", "title", "kind", "source", "severity", "note", "baseline", "requirements", "planned"}
)
_HEAD = """# The catalogue that ships with Gatehouse

<!-- Generated from the code and include/catalog; do not edit. A test compares it with what they say now. -->
"""
_NO_VALUE = "–"


def catalog_page(
    diagnostics: Mapping[str, Diagnostic],
    plans: Mapping[str, Plan],
    criteria: Mapping[str, CriteriaSet],
    policies: Mapping[str, FindingPolicy],
    programs: Mapping[str, Program],
    requirements: Mapping[str, RequirementSet],
    entry: Mapping[str, EntrySet] = MappingProxyType({}),
) -> str:
    """One Markdown document over a catalogue, by id. The same catalogue gives the same text."""
    sections = (
        ("Diagnostics", "What a machine can be asked, and the tool that answers.", diagnostics_table(diagnostics)),
        ("Plans", "What each plan asks of every unit, with its numbers.", plans_table(diagnostics, plans)),
        *(
            (f"Criteria: {found.title}", f"Set `{name}`, for phase {found.phase}.", criteria_table(found))
            for name, found in _by_phase(criteria)
        ),
        *program_sections(programs),
        *requirement_sections(requirements),
        *(
            (f"Entry conditions: {found.title}", f"Set `{name}`, for phase {found.phase}.", entry_table(found))
            for name, found in sorted(entry.items(), key=lambda item: (list(Phase).index(item[1].phase), item[0]))
        ),
        *(
            (f"Policy: {found.title}", f"Policy `{name}`; the first rule that matches decides.", policy_table(found))
            for name, found in sorted(policies.items())
            if found.extends is None
        ),
        *_xid_sections(policies),
    )
    body = "\n".join(f"## {text_cell(title)}\n\n{lead}\n\n{table}" for title, lead, table in sections)
    return f"{_HEAD}\n{body}"


def diagnostics_table(diagnostics: Mapping[str, Diagnostic]) -> str:
    """Every diagnostic with the tools that answer, by vendor where they differ; a vendor without tools is a SKIP."""
    rows = [
        (
            code_cell(name),
            text_cell(each.question),
            _answers(each),
            _needs(each),
            f"{each.expect_minutes:g} min",
            _felt(each),
        )
        for name, each in sorted(diagnostics.items())
    ]
    return table_of(("Diagnostic", "Question", "Answered by", "Needs", "Usual cost", "A workload feels it"), rows)


def plans_table(diagnostics: Mapping[str, Diagnostic], plans: Mapping[str, Plan]) -> str:
    """Diagnostics down, plans across; a cell says with which numbers the diagnostic is asked."""
    columns = [{item.diagnostic: item for item in plan.diagnostics} for _, plan in sorted(plans.items())]
    rows = [
        (code_cell(name), *(_asked(each, column.get(name)) for column in columns))
        for name, each in sorted(diagnostics.items())
    ]
    return table_of(("Diagnostic", *(code_cell(name) for name in sorted(plans))), rows)


def criteria_table(criteria: CriteriaSet) -> str:
    """Every criterion of a phase with its numbers, whether people may waive it, and where the numbers come from."""
    rows = [
        (code_cell(each.id), text_cell(each.title), _required(each), _waivable(each.severity), text_cell(each.source))
        for each in criteria.criteria
    ]
    return table_of(("Criterion", "Title", "Asks", "May be waived", "Source"), rows)


def entry_table(entry: EntrySet) -> str:
    """Every entry condition of a phase, whether it keeps the phase shut, and where it comes from."""
    said = {"id", "title", "kind", "source", "holds"}
    rows = []
    for each in entry.conditions:
        words = each.model_dump(mode="json", exclude=said, exclude_none=True)
        asks = "; ".join([each.kind.replace("_", " "), *(f"{name.replace('_', ' ')} {v}" for name, v in words.items())])
        rows.append(
            (
                code_cell(each.id),
                text_cell(each.title),
                text_cell(asks),
                "yes" if each.holds else "no",
                text_cell(each.source),
            )
        )
    return table_of(("Condition", "Title", "Asks", "Keeps the phase shut", "Source"), rows)


def policy_table(policy: FindingPolicy) -> str:
    """Every rule in its order, without those of single Xids and SXids, which have a table of their own."""
    rows = [
        (
            code_cell(rule.signature),
            text_cell(rule.title),
            rule.severity.value,
            code_cell(rule.action),
            text_cell(rule.source),
        )
        for rule in policy.rules
        if not _is_code(rule)
    ]
    return table_of(("Signature", "What it is", "Severity", "First action", "Source"), rows)


def _xid_sections(policies: Mapping[str, FindingPolicy]) -> list[tuple[str, str, str]]:
    """One section over the codes of all policies, where any has some."""
    lead = (
        "Severity and first action by policy; *application* and *configuration* say that it is not the hardware's "
        "trouble. `gatehouse catalog xid 63` tells the source of each."
    )
    found = any(_is_code(rule) for policy in policies.values() for rule in policy.rules)
    return [("Xids and SXids by policy", lead, xids_table(policies))] if found else []


def xids_table(policies: Mapping[str, FindingPolicy]) -> str:
    """Codes of which every policy concludes the same stand in one row."""
    concluded: dict[str, dict[str, str]] = {}
    for name, policy in policies.items():
        for rule in filter(_is_code, policy.rules):
            concluded.setdefault(rule.signature, {})[name] = _conclusion(rule)
    names = sorted(policies)
    alike: dict[tuple[str, ...], list[str]] = {}
    for signature, by_policy in concluded.items():
        kind = signature.partition(".")[0]
        alike.setdefault((kind, *(by_policy.get(name, _NO_VALUE) for name in names)), []).append(signature)
    rows = [
        (f"{'SXid' if kind == 'sxid' else 'Xid'} {_ranges(signatures)}", *cells)
        for (kind, *cells), signatures in sorted(alike.items(), key=lambda item: (item[0][0] == "sxid", -len(item[1])))
    ]
    return table_of(("Codes", *(code_cell(name) for name in names)), rows)


def _is_code(rule: FindingRule) -> bool:
    return rule.owner is not None and not rule.is_glob and rule.signature.startswith(("xid.", "sxid."))


def _conclusion(rule: FindingRule) -> str:
    owner = "" if rule.owner in (None, FindingClass.HARDWARE) else f", *{rule.owner}*"
    return f"{rule.severity} {code_cell(rule.action)}{owner}"


def _ranges(signatures: Sequence[str]) -> str:
    """``1–7, 9`` for the numbers of these signatures."""
    codes = sorted(int(signature.partition(".")[2]) for signature in signatures)
    runs: list[list[int]] = []
    for code in codes:
        if runs and code == runs[-1][-1] + 1:
            runs[-1].append(code)
        else:
            runs.append([code])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _by_phase(criteria: Mapping[str, CriteriaSet]) -> list[tuple[str, CriteriaSet]]:
    order = list(Phase)
    return sorted(criteria.items(), key=lambda item: (order.index(item[1].phase), item[0]))


def _answers(diagnostic: Diagnostic) -> str:
    between = " or " if diagnostic.enough == "one" else ", "
    return "; ".join(f"{vendor}: {_tools(asks, between)}" for vendor, asks in sorted(diagnostic.cells.items()))


def _tools(asks: Sequence[Ask], between: str) -> str:
    """Each command line without its arguments' values, and whether it needs root."""
    said = [
        f"{code_cell(' '.join(ask.argv[:1]))} read as {code_cell(ask.tool)}{', as root' * ask.root}" for ask in asks
    ]
    return between.join(dict.fromkeys(said)) or _NO_VALUE


def _needs(diagnostic: Diagnostic) -> str:
    """What a machine must offer: root (for all vendors, or for those named), an idle machine."""
    rooted = sorted(vendor for vendor in diagnostic.cells if diagnostic.needs_root(vendor))
    root = "root" if len(rooted) == len(diagnostic.cells) else f"root ({', '.join(rooted)})"
    return ", ".join([root] * bool(rooted) + ["an idle machine"] * diagnostic.needs_idle) or "nothing"


def _felt(diagnostic: Diagnostic) -> str:
    return "yes" if diagnostic.disturbs else "no"


def _asked(diagnostic: Diagnostic, planned: PlannedDiagnostic | None) -> str:
    if planned is None:
        return _NO_VALUE
    numbers = {**diagnostic.params, **planned.params}
    said = ", ".join(f"{text_cell(name)} {value:,g}" for name, value in numbers.items()) or "yes"
    return said if planned.mandatory else f"{said} (optional)"


def _required(criterion: Criterion) -> str:
    return text_cell(asked_words(criterion))


def asked_words(criterion: Criterion) -> str:
    """What a criterion asks, with all its numbers, in plain words."""
    numbers = criterion.model_dump(mode="json", exclude=set(_SAID_ELSEWHERE), exclude_none=True)
    said = "; ".join(
        f"{name.replace('_', ' ')} {_written(value)}" for name, value in numbers.items() if value is not False
    )
    kind = criterion.kind.replace("_", " ")
    asked = f"{kind}: {said}" if said else kind
    return f"{asked} ({criterion.note})" if criterion.note else asked


def _written(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _waivable(severity: Severity) -> str:
    return "never" if severity is Severity.BLOCKER else "yes"
