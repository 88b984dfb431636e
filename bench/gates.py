"""A gate over many units: how does the answer's time grow with the evidence?"""

import itertools
import time
from datetime import UTC, datetime, timedelta

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import EvidenceRow, PhaseEvidence, RoundSummary
from gatehouse.model.status import Measured, Phase, Verdict

ROUNDS = 5


def table(units: int) -> str:
    """Milliseconds of one evaluation of the shipped DVT criteria, for a tenth, a third and all of the units."""
    rows = [_row(count) for count in (units // 10, units // 3, units)]
    head = f"## Gate: the shipped DVT criteria, {ROUNDS} rounds\n\n"
    return head + "| units | results | ms | us a result |\n| ---: | ---: | ---: | ---: |\n" + "\n".join(rows) + "\n"


def _row(units: int) -> str:
    catalog = Catalog((SHIPPED,))
    evidence = _evidence(units, catalog.plans["dvt"].mandatory)
    best = min(_time(evidence, catalog) for _ in range(3))
    return f"| {units} | {len(evidence.rows)} | {best * 1000:.0f} | {best * 1e6 / len(evidence.rows):.1f} |"


def _time(evidence: PhaseEvidence, catalog: Catalog) -> float:
    began = time.perf_counter()
    assert evaluate(evidence, catalog.criteria["dvt"]).outcomes
    return time.perf_counter() - began


def _evidence(units: int, diagnostics: tuple[str, ...]) -> PhaseEvidence:
    now = datetime.now(UTC)
    serials = tuple(f"S{number:05d}" for number in range(units))
    planned = itertools.product(range(ROUNDS), serials, diagnostics)
    rows = tuple(
        EvidenceRow(
            result_id=number,
            round_id=f"r{turn}",
            unit=serial,
            site="lab",
            diagnostic=diagnostic,
            measured=Measured.COMPLETE,
            verdict=Verdict.PASS,
            severity=None,
            reason="",
            at=now - timedelta(days=ROUNDS - turn),
            admissible=True,
        )
        for number, (turn, serial, diagnostic) in enumerate(planned, start=1)
    )
    rounds = tuple(RoundSummary(f"r{turn}", True, (), serials, now) for turn in range(ROUNDS))
    return PhaseEvidence("bench", Phase.DVT, now, serials, diagnostics, rows, rounds, sites=("lab",))
