"""What of a phase's evidence can matter to a gate, and nothing else: what is kept when a decision is."""

from collections.abc import Iterator
from dataclasses import replace

from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.model.evidence import PhaseEvidence, RoundSummary
from gatehouse.model.records import Records


def reduce(evidence: PhaseEvidence) -> PhaseEvidence:
    """Evidence that gives the same decisions and the same digest, by far fewer rows.

    Reducing twice changes nothing more, and neither does any row of the whole evidence that is added again.
    """
    return reduced(EvidenceIndex(evidence))


def reduced(index: EvidenceIndex) -> PhaseEvidence:
    """The evidence of an index by its kept rows, with the readings that criteria may look at, in a fixed order."""
    evidence = index.evidence
    return replace(
        evidence,
        units=index.units,
        diagnostics=index.diagnostics,
        rows=index.rows,
        rounds=tuple(_rounds(index)),
        values={name: index.values(name) for name in sorted(evidence.values)},
        history={name: index.history(name) for name in sorted(evidence.history)},
        words={name: index.words(name) for name in sorted(evidence.words)},
        sign_offs=tuple(sorted(evidence.sign_offs, key=repr)),
        waivers=tuple(sorted(set(evidence.waivers), key=repr)),
        sites=tuple(sorted(set(evidence.sites))),
        site_of=dict(sorted(evidence.site_of.items())),
        earlier=tuple(sorted(set(evidence.earlier), key=repr)),
        records=_records(evidence.records),
    )


def _records(records: Records) -> Records:
    """Each record once, in a fixed order."""
    return Records(
        attestations=tuple(sorted(set(records.attestations), key=repr)),
        observations=tuple(sorted(set(records.observations), key=repr)),
        dispositions=tuple(sorted(set(records.dispositions), key=repr)),
    )


def _rounds(index: EvidenceIndex) -> Iterator[RoundSummary]:
    """Each round once. One with kept rows is dated by them, so its own date is left out."""
    dated = {row.round_id for row in index.rows}
    for name, state in sorted(index.rounds.items()):
        yield RoundSummary(
            round_id=name,
            admissible=state.admissible,
            problems=state.problems,
            units=tuple(sorted(state.units)),
            at=None if name in dated else state.last_at,
            overtaken=state.overtaken,
        )
