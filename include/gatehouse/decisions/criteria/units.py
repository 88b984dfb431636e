"""How much was measured: units, pairs of unit and diagnostic, sites."""

import math

from gatehouse.catalog import criteria as spec
from gatehouse.decisions.criteria import todo
from gatehouse.decisions.criteria.outcome import met_or, outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.wording import counted, listed, percent, sentences
from gatehouse.model.evidence import CriterionOutcome


def units_tested(criterion: spec.UnitsTested, index: EvidenceIndex) -> CriterionOutcome:
    """Count the units with a sound result of every mandatory diagnostic."""
    complete = index.complete_units
    lacking = max(0, criterion.at_least - len(index.units))
    add = f"add {counted(lacking, 'unit')} to the build" if lacking else ""
    more = counted(max(0, criterion.at_least - len(complete)), "more unit")
    return outcome(
        criterion,
        met_or(len(complete) >= criterion.at_least),
        observed=f"{counted(len(complete), 'unit')} of {len(index.units):,} tested",
        required=f"at least {counted(criterion.at_least, 'unit')} tested",
        missing=f"{more}: " + sentences([todo.measure(index, index.unmeasured), add]),
        margin=len(complete) - criterion.at_least,
        rests_on=(index.sound[pair] for unit in complete for pair in index.pairs(unit)),
        units=(unit for unit, _ in index.unmeasured),
    )


def coverage(criterion: spec.Coverage, index: EvidenceIndex) -> CriterionOutcome:
    """Share of unit × mandatory diagnostic with a sound result."""
    total = len(index.required)
    done = total - len(index.unmeasured)
    needed = math.ceil(criterion.at_least * total - 1e-9)  # 0.95 × 20 is 19, whatever the rounding
    return outcome(
        criterion,
        met_or(done >= needed),
        observed=f"{done:,} of {total:,} measured ({percent(done / total)})",
        required=f"at least {needed:,} of {total:,} ({percent(criterion.at_least)})",
        missing=todo.measure(index, index.unmeasured),
        margin=done / total - criterion.at_least,
        rests_on=(index.sound[pair] for pair in index.required if pair in index.sound),
        units=(unit for unit, _ in index.unmeasured),
    )


def sites(criterion: spec.Sites, index: EvidenceIndex) -> CriterionOutcome:
    """Count the sites at which units gave sound results; rests on the first of each."""
    first = {site: row for site, row in index.first_at.items() if site}
    seen = sorted(first)
    silent = sorted(set(index.evidence.sites) - set(seen))
    need = criterion.at_least - len(seen)
    place = f"place units at {counted(need - len(silent), 'more site')}" if need > len(silent) else ""
    return outcome(
        criterion,
        met_or(need <= 0),
        observed=f"{counted(len(seen), 'site')}: {listed(seen)}" if seen else "no site",
        required=f"at least {counted(criterion.at_least, 'site')}",
        missing=sentences([f"measure at {listed(silent)}" if silent else "", place]),
        margin=-need,
        rests_on=first.values(),
    )
