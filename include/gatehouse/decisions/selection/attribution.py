"""Which failure mode a failed visit speaks of: in shares, by how often each comes and which diagnostics see it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gatehouse.model.fleet_history import DefectVisit

Finds = Mapping[str, np.ndarray]  # by diagnostic: share of each mode's defects that a run finds, [modes]


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect: the share of each mode that explains it ([modes], sums to 1), the diagnostics that saw it."""

    visit: DefectVisit
    modes: np.ndarray
    seen_by: tuple[str, ...]


def defects(visits: Iterable[DefectVisit], finds: Finds, rates: np.ndarray) -> Iterator[Defect]:
    """The defects behind some visits. Diagnostics whose failures one mode can explain saw the same defect.

    ``rates`` weigh the modes ([modes], any unit). A diagnostic that finds no mode tells nothing and is left out.
    """
    for visit in visits:
        left = sorted(name for name in visit.new if name in finds and (finds[name] * rates).any())
        while left:
            seen, weights = [left[0]], rates * finds[left[0]]
            for name in left[1:]:
                together = weights * finds[name]
                if together.any():
                    weights = together
                    seen.append(name)
            yield Defect(visit, weights / weights.sum(), tuple(seen))
            left = [name for name in left if name not in seen]


def learned_shares(found: Iterable[Defect], finds: Finds, prior_defects: float) -> dict[str, np.ndarray]:
    """What each diagnostic finds of each mode, corrected by what it found of defects that another one saw.

    Beta posterior mean: (share·w + found too)/(w + were there), w = ``prior_defects``; a defect that only this
    diagnostic saw says nothing of those that it missed, and is left out (as in capture and recapture). What no row of
    the mix speaks of stays 0: nobody has said that it could find such a defect.
    """
    there = {name: np.zeros_like(share) for name, share in finds.items()}
    too = {name: np.zeros_like(share) for name, share in finds.items()}
    for defect in found:
        for name in defect.visit.measured & finds.keys():
            if set(defect.seen_by) - {name}:
                there[name] += defect.modes
                too[name] += defect.modes * (name in defect.visit.failed)
    return {
        name: np.where(share > 0, (share * prior_defects + too[name]) / (prior_defects + there[name]), 0.0)
        for name, share in finds.items()
    }
