"""The comparison of policies as a page: ``python bench/run.py --only policies``; a test looks at a small one."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np
from fleet_policies import POLICIES, Outcome, compare

_COLUMNS = {
    "found": ("hidden defects found before a job met them", "{:.1%}"),
    "false_alarms": ("false alarms a node-month", "{:.4f}"),
    "validation_hours": ("validation h a node-month", "{:.2f}"),
    "between_incidents": ("h between incidents of a node", "{:,.0f}"),
    "between_hidden": ("of those, hidden defects", "{:,.0f}"),
    "utilisation": ("utilisation", "{:.2%}"),
}


def table(nodes: int, days: int, seeds: int) -> str:
    """The comparison as Markdown: the mean over seeds, the least and the greatest of them, and what it assumes."""
    outcomes = compare(nodes, days, range(1, seeds + 1))
    assert [each.name for each in fields(Outcome)] == list(_COLUMNS)
    head = f"## Diagnostics before jobs: {nodes} simulated servers, {days} days, seeds 1 to {seeds}\n\n"
    head += "| policy | " + " | ".join(title for title, _ in _COLUMNS.values()) + " |\n"
    head += "| --- |" + " ---: |" * len(_COLUMNS) + "\n"
    rows = "".join(
        f"| {title} | " + " | ".join(_cell(each, name) for name in _COLUMNS) + " |\n"
        for title, each in outcomes.items()
    )
    return f"{head}{rows}\n{_beside_published(outcomes)}\n\n{_WORDS}"


def _beside_published(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """Ours beside what SuperBench has published of its own selector, and how far they can be compared."""
    bare, full, ours = (outcomes[POLICIES[i].title] for i in (0, 2, -1))

    def times(name: str) -> float:
        return _mean(ours, name) / _mean(bare, name)

    sudden = 1 - _mean(bare, "between_incidents") / _mean(bare, "between_hidden")
    saved = 1 - _mean(ours, "validation_hours") / _mean(full, "validation_hours")
    return (
        f"Against run-nothing, ours has {times('between_incidents'):.1f} times the time between incidents, "
        f"{times('between_hidden'):.1f} times between those of hidden defects, and takes {saved:.0%} less time than "
        f"run-everything with the same limits, which finds {_mean(full, 'found'):.1%} where ours finds "
        f"{_mean(ours, 'found'):.1%}. SuperBench (USENIX ATC'24) publishes up to 22.61 times the time between "
        "incidents for its selector, simulated on traces of its fleet. The two do not compare: that is the best of its "
        f"figures, on incidents as its fleet has them; ours is a mean in which {sudden:.0%} of the incidents of "
        "run-nothing come without anything that a diagnostic could have seen before."
    )


def _mean(outcomes: Sequence[Outcome], name: str) -> float:
    return float(np.mean([getattr(each, name) for each in outcomes]))


_WORDS = """In brackets: the least and the greatest of the seeds. What the simulation assumes beside the published rates
of `include/catalog/failure_mixes` stands in `bench/fleet_world.py`, each with its number. The weightiest:

- The truth of each fleet departs from the published rates (by a factor of about 1.6 either way) and from what the mix
  says that diagnostics find. The selector starts from the mix and learns from its own results, false alarms included.
- A diagnostic sees a defect or never does: asking again helps only with what came about since. Were it otherwise,
  run-everything would find more.
- Half of the defects that can be slow begin at 1 % and lose 0.4 % more a day. Fixed limits are 10 % below nominal;
  learned ones are drawn from the first runs of 200 machines.
- One run in 10,000 fails on a sound machine; one in 1,000 of those that measure performance is disturbed.
- All machines are new at the start, so that there are more early failures than in an old fleet. Jobs have 16 servers,
  begin every day, and wait for nobody's diagnostics but their own machines'.
- Read utilisation with care: a repair takes two days whoever found the fault, wrong answers that nobody noticed cost
  nothing here, and larger jobs would lose more to each incident.
- The selector takes a false alarm for a defect, as anybody would who does not look into it: it then looks more often.
- What each diagnostic finds, and what an incident costs, is our proposal for the most part; the mix says of which.
"""


def _cell(outcomes: Sequence[Outcome], name: str) -> str:
    values, form = [getattr(each, name) for each in outcomes], _COLUMNS[name][1]
    low, high = form.format(min(values)), form.format(max(values))
    return f"{form.format(float(np.mean(values)))} ({low}–{high})" if low != high else low
