"""The fingerprint of deterministic work: what must come out bit for bit the same on every machine.

It is the modal value, never a mean: a mean of checksums is no checksum, and one corrupt machine would move it. A value
that most do not share, or that shares its lead, is no fingerprint.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gatehouse.catalog.values import written
from gatehouse.decisions.statistics.arguments import fraction
from gatehouse.decisions.wording import counted, listed

Value = bool | int | float | str
_Key = tuple[Literal["word", "number", "yes/no"], Value]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The value that most hosts share, None where there is none; ``share`` is of all hosts that answered.

    ``minorities`` are the hosts with another value and that value; ``unsteady`` those that did not repeat their own.
    """

    value: Value | None
    reason: str
    hosts: int
    share: float
    minorities: Mapping[str, Value]
    unsteady: tuple[str, ...]

    @property
    def outliers(self) -> tuple[str, ...]:
        """Hosts that do not show the fingerprint, by name; nobody lies out of none."""
        return () if self.value is None else tuple(sorted({*self.minorities, *self.unsteady}))


def fingerprint(
    samples: Mapping[str, Sequence[Value]], hosts_at_least: int = 8, share_at_least: float = 0.8
) -> Fingerprint:
    """The modal value of one cohort. Every host has one vote, whatever the number of its values.

    A host whose own values differ has none. Numbers are compared exactly, and never with words or yes and no.
    """
    fraction("share_at_least", share_at_least)
    answered = {host: values for host, values in samples.items() if values}
    votes = {host: key for host, values in answered.items() if (key := _own(values)) is not None}
    unsteady = tuple(sorted(set(answered) - set(votes)))
    ranked = sorted(Counter(votes.values()).items(), key=lambda item: (-item[1], repr(item[0])))
    most = ranked[0][1] if ranked else 0
    share = most / len(answered) if answered else 0.0
    reason = _why_none(answered, ranked, unsteady, hosts_at_least, share_at_least)
    modal = ranked[0][0] if ranked and not reason else None
    minorities = {host: key[1] for host, key in sorted(votes.items()) if modal is not None and key != modal}
    said = reason or f"{written(modal[1] if modal else '')} on {most} of {counted(len(answered), 'host')}"
    return Fingerprint(modal[1] if modal else None, said, len(answered), share, minorities, unsteady)


def _why_none(
    answered: Mapping[str, Sequence[Value]], ranked: Sequence[tuple[_Key, int]], unsteady: Sequence[str],
    hosts_at_least: int, share_at_least: float,
) -> str:  # fmt: skip
    if len(answered) < hosts_at_least:
        return f"{counted(len(answered), 'host')} of at least {hosts_at_least}: measure more of this cohort"
    if not ranked:
        return f"no host repeats its own value, such as {listed(unsteady)}: the work is not deterministic"
    if len(ranked) > 1 and ranked[1][1] == ranked[0][1]:
        tied = [written(key[1]) for key, votes in ranked if votes == ranked[0][1]]
        return f"{listed(tied, between=' and ')} are shown by {ranked[0][1]} hosts each: no value is the modal one"
    if ranked[0][1] / len(answered) < share_at_least:
        said = f"{written(ranked[0][0][1])} is shown by {ranked[0][1]} of {len(answered)} hosts"
        return f"{said}, fewer than {share_at_least:.0%}: no fingerprint"
    return ""


def _own(values: Sequence[Value]) -> _Key | None:
    """The value that a host repeats; None where it does not. NaN repeats nothing, itself included."""
    keys = {_key(value) for value in values}
    found = next(iter(keys))
    return found if len(keys) == 1 and found[1] == found[1] else None


def _key(value: Value) -> _Key:
    if isinstance(value, bool):
        return "yes/no", value
    return ("word", value) if isinstance(value, str) else ("number", float(value))
