"""The best set of diagnostics for one machine: by branch and bound, with a proof of how good it is."""

from dataclasses import dataclass

import numpy as np

from gatehouse.decisions.selection.choice import SERVER_HOURS_A_MINUTE, greedy, left_over

MOST_LOOKS = 20_000  # sets that are looked at; what stays open after them is told as ``bound``


@dataclass(frozen=True, slots=True)
class BestChoice:
    """Which diagnostics (bool, [diagnostics]), their worth in server-hours, and a bound on any set's worth.

    Worth is what they take off the table less the price of their minutes. ``proven``: no set is worth more.
    """

    chosen: np.ndarray
    worth: float
    bound: float

    @property
    def proven(self) -> bool:
        """Whether it is the best there is, to rounding."""
        return bool(self.bound <= self.worth + 1e-9 * max(1.0, abs(self.worth)))


def best_choice(
    stakes: np.ndarray, finds: np.ndarray, minutes: np.ndarray, floor: np.ndarray, budget: float,
    price: float = SERVER_HOURS_A_MINUTE, most_looks: int = MOST_LOOKS,
) -> BestChoice:  # fmt: skip
    """The set that is worth most in ``budget`` minutes, with the floor even where that takes longer.

    Units as of :func:`greedy`; of one machine, so ``stakes`` [cells] and ``finds`` [diagnostics, cells]. Where the best
    is proven, more budget never leaves more at stake: what newly fits is worth more although it takes longer, and so
    takes off more.
    """
    search = _Search(finds, minutes, price, most_looks)
    start = greedy(stakes[None], finds[None], minutes, floor, budget, price)[0]
    search.offer(start, _worth(stakes, finds, minutes, start, price))
    base = left_over(stakes, finds, floor)
    room = max(0.0, budget - minutes[floor].sum())
    search.walk(floor.copy(), ~floor, base, _worth(stakes, finds, minutes, floor, price), room)
    return BestChoice(search.best, float(search.worth), float(max(search.worth, search.open)))


def _worth(stakes: np.ndarray, finds: np.ndarray, minutes: np.ndarray, chosen: np.ndarray, price: float) -> float:
    return float((stakes - left_over(stakes, finds, chosen)).sum() - price * minutes[chosen].sum())


class _Search:
    """Depth first: takes the diagnostic that is worth most a minute, then leaves it out for good."""

    def __init__(self, finds: np.ndarray, minutes: np.ndarray, price: float, looks: int) -> None:
        self._finds, self._minutes, self._price, self._looks = finds, minutes, price, looks
        self.best, self.worth, self.open = np.zeros(len(minutes), bool), -np.inf, -np.inf

    def offer(self, chosen: np.ndarray, worth: float) -> None:
        """Keep a set that is worth more than the best so far."""
        if worth > self.worth:
            self.best, self.worth = chosen.copy(), worth

    def walk(self, chosen: np.ndarray, free: np.ndarray, left: np.ndarray, worth: float, room: float) -> None:
        """Look at every set that holds ``chosen`` and more of ``free``, unless a bound says that none is worth it."""
        while True:
            self.offer(chosen, worth)
            net = self._finds @ left - self._price * self._minutes
            able = np.flatnonzero(free & (net > 0) & (self._minutes <= room))
            if not len(able):
                return
            bound, first = self._bound(net, able, room)
            if worth + bound <= self.worth + 1e-12 * max(1.0, abs(self.worth)):
                return
            if self._looks <= 0:
                self.open = max(self.open, worth + bound)
                return
            self._looks -= 1
            free = free.copy()
            free[first] = False
            chosen[first] = True
            self.walk(chosen, free, left * (1.0 - self._finds[first]), worth + net[first], room - self._minutes[first])
            chosen[first] = False

    def _bound(self, net: np.ndarray, able: np.ndarray, room: float) -> tuple[float, int]:
        """At most so much more, and where to go on: none takes off more than now; fill the room by worth a minute."""
        costs, worths = self._minutes[able], net[able]
        with np.errstate(divide="ignore"):
            order = np.argsort(-np.where(costs > 0, worths / costs, np.inf), kind="stable")
        costs, worths = costs[order], worths[order]
        before = np.concatenate([[0.0], np.cumsum(costs)[:-1]])
        part = np.clip((room - before) / np.where(costs > 0, costs, 1.0), 0.0, 1.0)
        return float((worths * np.where(costs > 0, part, 1.0)).sum()), int(able[order[0]])
