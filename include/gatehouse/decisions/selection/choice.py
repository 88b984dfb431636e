"""Chooses diagnostics by what they take off the table for each minute, for one machine or a whole fleet at once.

Overlapping diagnostics find the same defects: what a set takes off is submodular, and the greedy choice by gain a
minute (or the best single one) takes at least (1 - 1/e)/2 of what the best set would (Khuller, Moss and Naor, 1999).
``best_choice`` starts from here and proves more.
"""

import numpy as np

SERVER_HOURS_A_MINUTE = 1.0 / 60.0  # a minute of diagnostics is a minute that the machine does not work


def left_over(stakes: np.ndarray, finds: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """What stays at stake after the chosen diagnostics, stakes × Π(1 - found): [cells] of one machine.

    ``stakes`` [cells], ``finds`` [diagnostics, cells], ``chosen`` bool [diagnostics].
    """
    left: np.ndarray = stakes * (1.0 - finds[chosen]).prod(axis=0)
    return left


def greedy(
    stakes: np.ndarray, finds: np.ndarray, minutes: np.ndarray, floor: np.ndarray, budget: float,
    price: float = SERVER_HOURS_A_MINUTE,
) -> np.ndarray:  # fmt: skip
    """The chosen diagnostics, bool [hosts, diagnostics].

    A cell is what may be broken: a mode, and since when. ``stakes`` [hosts, cells] are server-hours at stake,
    ``finds`` [hosts, diagnostics, cells] the shares found, ``minutes`` [diagnostics]; those of ``floor`` (bool,
    [diagnostics]) are always chosen. Others are while they take off more than ``price`` a minute and fit ``budget``.
    """
    chosen = np.broadcast_to(floor, (len(stakes), len(minutes))).copy()
    left = stakes * (1.0 - finds[:, floor]).prod(axis=1)
    spent = np.full(len(stakes), minutes[floor].sum())
    rows = np.arange(len(stakes))
    while True:
        gain = np.matmul(finds, left[:, :, None])[:, :, 0]
        worth = ~chosen & (gain > price * minutes) & (spent[:, None] + minutes <= budget)
        if not worth.any():
            return chosen
        with np.errstate(divide="ignore", invalid="ignore"):
            density = np.where(worth, np.where(minutes > 0, gain / minutes, np.inf), -1.0)
        pick, takes = density.argmax(axis=1), worth.any(axis=1)
        chosen[rows[takes], pick[takes]] = True
        spent = np.where(takes, spent + minutes[pick], spent)
        left = np.where(takes[:, None], left * (1.0 - finds[rows, pick]), left)
