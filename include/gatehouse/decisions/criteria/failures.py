"""When failures began."""

from collections.abc import Collection
from itertools import groupby

from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.model.evidence import EvidenceRow
from gatehouse.model.status import Verdict


def failures_begun(index: EvidenceIndex, diagnostics: Collection[str] = ()) -> list[EvidenceRow]:
    """Rows at which a failure began: a FAIL right after a FAIL of the same unit and diagnostic is the same one.

    ``diagnostics`` are those to look at; all of them where none is named.
    """
    rows = [row for row in index.rows if index.counts(row) and (not diagnostics or row.diagnostic in diagnostics)]
    rows.sort(key=lambda row: (row.unit, row.diagnostic))  # stable: oldest first within each
    begun = []
    for _, of_pair in groupby(rows, key=lambda row: (row.unit, row.diagnostic)):
        before = Verdict.PASS
        for row in of_pair:
            if row.verdict is Verdict.FAIL and before is not Verdict.FAIL:
                begun.append(row)
            before = row.verdict
    return begun
