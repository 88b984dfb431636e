"""What failed, and what tools said of it."""

from collections.abc import Sequence
from dataclasses import asdict

from gatehouse.reports.review.facts import FailureCount, SignatureCount
from gatehouse.reports.review.plots import FailureBar, Signature


def failure_bars(failures: Sequence[FailureCount]) -> list[FailureBar]:
    """A Pareto: most units first, each with its share of all (check, unit) pairs and the cumulated one, in %."""
    ordered = sorted(failures, key=lambda f: (-f.units, -f.times, f.diagnostic, f.check))
    total = sum(f.units for f in ordered)
    bars, so_far = [], 0
    for failure in ordered:
        so_far += failure.units
        bars.append(
            FailureBar(
                **asdict(failure),
                share_pct=round(100 * failure.units / total, 1),
                cumulated_pct=round(100 * so_far / total, 1),
                of_longest_pct=round(100 * failure.units / max(ordered[0].units, 1), 1),
            )
        )
    return bars


def signature_lines(signatures: Sequence[SignatureCount]) -> list[Signature]:
    """Findings by their signature, those of most units first."""
    ordered = sorted(signatures, key=lambda s: (-s.units, -s.times, s.kind, s.signature))
    return [Signature(**asdict(signature)) for signature in ordered]
