"""The choice for one machine, with its reasons in numbers and words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gatehouse.catalog.failure_mixes import FailureMode
from gatehouse.decisions.selection.best_choice import BestChoice
from gatehouse.decisions.selection.choice import SERVER_HOURS_A_MINUTE
from gatehouse.decisions.selection.machine import Asked
from gatehouse.decisions.wording import decimal

_LEAST_MINUTES = 0.01


@dataclass(frozen=True, slots=True)
class Weighed:
    """One diagnostic of the plan: its minutes, the server-hours that it takes off the table, and why (not).

    ``takes_off`` counts what the others that were chosen before it leave; of those left out, what all chosen leave.
    ``timed`` is how often its minutes were measured, 0 where they are the usual ones.
    """

    diagnostic: str
    minutes: float
    timed: int
    takes_off: float
    mandatory: bool
    why: str


@dataclass(frozen=True, slots=True)
class ModeRisk:
    """One failure mode: how probable a hidden defect is before and after a pass, and the server-hours at stake."""

    mode: str
    title: str
    before: float
    after: float
    at_stake: float
    accepted: float


@dataclass(frozen=True, slots=True)
class ExplainedChoice:
    """What to run on one machine, by what it brings a minute, what to leave out, and the risk before and after.

    ``hidden_before`` and ``hidden_after`` are the probability of any hidden defect; ``at_stake`` and ``accepted`` the
    server-hours that such defects would cost. ``proven``: no other set of the plan's diagnostics is worth more in the
    time; otherwise one may be worth up to ``short_by`` server-hours more.
    """

    chosen: tuple[Weighed, ...]
    left_out: tuple[Weighed, ...]
    minutes: float
    plan_minutes: float
    hidden_before: float
    hidden_after: float
    at_stake: float
    accepted: float
    modes: tuple[ModeRisk, ...]
    proven: bool
    short_by: float

    @property
    def saved_minutes(self) -> float:
        """Minutes less than the whole plan."""
        return self.plan_minutes - self.minutes


def explain(
    asked: Sequence[Asked], modes: Sequence[FailureMode], finds: np.ndarray, hidden: np.ndarray, harm: np.ndarray,
    choice: BestChoice, budget: float,
) -> ExplainedChoice:  # fmt: skip
    """Put a choice into words.

    ``finds`` [diagnostics, pieces, modes]; ``hidden`` [pieces, modes] expected defects; ``harm`` [modes] server-hours.
    """
    stakes = hidden * harm
    left, chosen = _in_order(asked, modes, finds, stakes, choice.chosen)
    before, after = hidden.sum(axis=0), np.divide(left, harm).sum(axis=0)
    minutes = sum(each.minutes for each in chosen)
    accepted = left.sum(axis=0)
    out = [i for i in range(len(asked)) if not choice.chosen[i]]
    return ExplainedChoice(
        chosen=tuple(chosen),
        left_out=tuple(_left_out(asked[i], finds[i], left, budget - minutes) for i in out),
        minutes=round(minutes, 3),
        plan_minutes=round(sum(each.minutes for each in asked), 3),
        hidden_before=_any(before),
        hidden_after=_any(after),
        at_stake=float(stakes.sum()),
        accepted=float(left.sum()),
        modes=tuple(
            ModeRisk(
                mode.id, mode.title, _any(before[i]), _any(after[i]), float(before[i] * harm[i]), float(accepted[i])
            )
            for i, mode in sorted(enumerate(modes), key=lambda pair: -accepted[pair[0]])
        ),
        proven=choice.proven,
        short_by=max(0.0, float(choice.bound - choice.worth)),
    )


def _any(expected: np.ndarray) -> float:
    """The probability of any defect where so many are expected."""
    return float(-np.expm1(-expected.sum()))


def _in_order(
    asked: Sequence[Asked], modes: Sequence[FailureMode], finds: np.ndarray, stakes: np.ndarray, chosen: np.ndarray
) -> tuple[np.ndarray, list[Weighed]]:
    """What stays at stake, and the chosen: mandatory ones first, then by what each brings a minute."""
    left, said = stakes.copy(), []
    waiting = {i for i in range(len(asked)) if chosen[i]}
    while waiting:
        gain = (finds * left).sum(axis=(1, 2))
        first = max(waiting, key=lambda i: (asked[i].mandatory, gain[i] / max(asked[i].minutes, 1e-9), -i))
        waiting.remove(first)
        said.append(_chosen(asked[first], modes, finds[first] * left))
        left = left * (1.0 - finds[first])
    return left, said


def _chosen(asked: Asked, modes: Sequence[FailureMode], takes: np.ndarray) -> Weighed:
    by_mode, total = takes.sum(axis=0), float(takes.sum())
    why = asked.skip or (f"most of it: {_lower(modes[int(by_mode.argmax())].title)}" if total > 0 else "")
    why = f"mandatory{'; ' + why if why else ''}" if asked.mandatory else why
    return Weighed(asked.diagnostic, asked.minutes, asked.timed, total, asked.mandatory, why)


def _left_out(asked: Asked, finds: np.ndarray, left: np.ndarray, room: float) -> Weighed:
    gain, price = float((finds * left).sum()), SERVER_HOURS_A_MINUTE * asked.minutes
    if asked.skip:
        why = asked.skip
    elif not asked.finds:
        why = "nobody has said what it would find"
    elif gain <= price:
        why = f"{decimal(asked.minutes, 3)} min of the machine would save {_minutes(gain)} of jobs"
    elif asked.minutes > room:
        why = "does not fit into the time"
    else:
        why = "others are worth more in the time"
    return Weighed(asked.diagnostic, asked.minutes, asked.timed, gain, asked.mandatory, why)


def _minutes(server_hours: float) -> str:
    return (
        f"{decimal(server_hours * 60, 2)} min" if server_hours * 60 >= _LEAST_MINUTES else f"under {_LEAST_MINUTES} min"
    )


def _lower(title: str) -> str:
    """A title inside a sentence; a word of capitals such as PCIe or CPU stays as it is."""
    words = title.split(" ", 1)
    return title if words[0][1:] != words[0][1:].lower() else title[0].lower() + title[1:]
