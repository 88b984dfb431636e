"""How much was measured: units, pairs of unit and diagnostic, sites."""

import math

from gatehouse.catalog import criteria as spec
from gatehouse.decisions.criteria import todo
from gatehouse.decisions.criteria.outcome import met_or, outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.forecasts import ahead, results_pace, units_pace
from gatehouse.decisions.wording import counted, listed, percent, sentences
from gatehouse.model.evidence import CriterionOutcome, Need


def units_tested(criterion: spec.UnitsTested, index: EvidenceIndex) -> CriterionOutcome:
    """Count the units with a sound result of every mandatory diagnostic."""
    complete = index.complete_units
    lacking = max(0, criterion.at_least - len(index.units))
    add = f"add {counted(lacking, 'unit')} to the build" if lacking else ""
    need = max(0, criterion.at_least - len(complete))
    return outcome(
        criterion,
        met_or(len(complete) >= criterion.at_least),
        observed=f"{counted(len(complete), 'unit')} of {len(index.units):,} tested",
        required=f"at least {counted(criterion.at_least, 'unit')} tested",
        missing=f"{counted(need, 'more unit')}: " + sentences([todo.measure(index, index.unmeasured), add]),
        margin=len(complete) - criterion.at_least,
        rests_on=(index.sound[pair] for unit in complete for pair in index.pairs(unit)),
        units=(unit for unit, _ in index.unmeasured),
        needs=[Need(need, "units to measure")],
        outlook=ahead(index, need, units_pace(index)),
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
        needs=[Need(needed - done, "results to measure")],
        outlook=ahead(index, needed - done, results_pace(index)),
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
        needs=[Need(need, "sites to measure at")],
        outlook="sites open by decision, not at a rate",
    )


def sites_qualified(criterion: spec.SitesQualified, index: EvidenceIndex) -> CriterionOutcome:
    """Count the sites at which so many units have a sound result of every mandatory diagnostic, taken there."""
    complete = _complete_by_site(index)
    qualified = [site for site, units in complete.items() if len(units) >= criterion.units_each]
    short = {site: criterion.units_each - len(units) for site, units in complete.items() if site not in qualified}
    need = max(0, criterion.at_least - len(qualified))
    each = counted(criterion.units_each, "tested unit")
    nearest = sorted(short.items(), key=lambda item: (item[1], item[0]))
    do = [f"measure {counted(units, 'more unit')} at {site}" for site, units in nearest]
    place = f"qualify {counted(need - len(short), 'more site')}" if need > len(short) else ""
    return outcome(
        criterion,
        met_or(not need),
        observed=f"{counted(len(qualified), 'site')} qualified"
        + (f": {listed(qualified)}" if qualified else "")
        + (f"; not qualified: {listed(f'{site} ({len(complete[site])})' for site in sorted(short))}" if short else ""),
        required=f"at least {counted(criterion.at_least, 'site')} with {each} each",
        missing=sentences([listed(do, between="; "), place]),
        margin=len(qualified) - criterion.at_least,
        rests_on=(index.sound[pair] for units in complete.values() for unit in units for pair in index.pairs(unit)),
        needs=[Need(need, "sites to qualify")],
        outlook="sites qualify one by one, not at a rate",
    )


def _complete_by_site(index: EvidenceIndex) -> dict[str, list[str]]:
    """Complete units by the one site at which all of their evidence was taken; a unit that moved counts nowhere."""
    found: dict[str, list[str]] = {site: [] for site in index.evidence.sites}
    for unit in index.complete_units:
        taken_at = {index.sound[pair].site for pair in index.pairs(unit)}
        if len(taken_at) == 1 and "" not in taken_at:
            found.setdefault(taken_at.pop(), []).append(unit)
    return dict(sorted(found.items()))
