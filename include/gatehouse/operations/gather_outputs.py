"""What a round keeps beside its results, for its judgement: findings, raw outputs and jobs."""

import re
from collections.abc import Collection, Mapping, Sequence

from gatehouse.quality.round_data import FindingData, JobData, OutputData
from gatehouse.quality.thresholds import RAW_OUTPUTS_READ
from gatehouse.store import jobs, round_facts
from gatehouse.store.engine import Transaction
from gatehouse.store.raw import EMPTY, RawStore
from gatehouse.store.round_facts import OutputFact, ResultFact

_DIGEST = re.compile(r"[0-9a-f]{64}")
_DOMAIN = re.compile(r"^[0-9a-f]{4,8}:(?=[0-9a-f]{2}:)")  # of a PCI address; most tools leave it out
_NUMBERED = re.compile(r"(?P<kind>[A-Za-z_]+)\d+|[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")
_HOST = "host"
_Key = tuple[str, str]  # serial, diagnostic


def findings_of(
    session: Transaction, round_id: str, hosts: Mapping[str, str], without: Collection[int]
) -> tuple[FindingData, ...]:
    """Every finding, and whether its unit's readings know the part that it names."""
    found = round_facts.findings(session, round_id, without)
    serials = {finding.serial for finding in found if finding.part != _HOST}
    known = round_facts.parts(session, round_id, serials)
    return tuple(
        FindingData(
            f.serial, hosts[f.serial], f.diagnostic, f.kind, f.part, f.signature, f.required, f.severity,
            part_known=knows_part(f.part, known.get(f.serial, ())),
        )
        for f in found
    )  # fmt: skip


def knows_part(part: str, parts: Collection[str]) -> bool:
    """Whether a unit whose readings speak of ``parts`` has that part, as far as they can tell.

    They can tell of a kind that they number: ``gpu9`` is unknown beside ``gpu0``, a PCI address beside others. A part
    of another kind, or one with a name of its own (``Power Supply PS2``), nobody has counted.
    """
    root = _root(part)
    roots = set(map(_root, parts))
    kind = _kind(root)
    return root in roots or not kind or kind not in set(map(_kind, roots))


def _root(part: str) -> str:
    """The part that a part hangs on: ``gpu3`` of ``gpu3.link1``; a PCI address without its domain."""
    return _DOMAIN.sub("", part) if ":" in part else part.partition(".")[0]


def _kind(root: str) -> str:
    """``gpu`` of ``gpu3``, ``:`` of a PCI address, nothing of any other name."""
    numbered = _NUMBERED.fullmatch(root)
    return (numbered["kind"] or ":") if numbered else ""


def outputs_of(
    session: Transaction, round_id: str, raw: RawStore, hosts: Mapping[str, str], aside: Collection[_Key]
) -> tuple[OutputData, ...]:
    """Every output, and whether the raw store holds it; some of them are read again in full."""
    rows = [row for row in round_facts.outputs(session, round_id) if (row.serial, row.diagnostic) not in aside]
    digests = {digest for row in rows for digest in _digests(row)}
    lost = raw.lost(digests)
    # Hashes are evenly spread, so the lowest ones are a sample without choice; the same ones whenever it is judged.
    damaged = raw.damaged(sorted(digests - lost - {EMPTY})[:RAW_OUTPUTS_READ])
    return tuple(
        OutputData(
            row.serial, hosts[row.serial], row.diagnostic, row.key, row.ended, row.exit_code, row.truncated,
            hashes=all(_DIGEST.fullmatch(digest) for digest in _digests(row)),
            kept=lost.isdisjoint(_digests(row)),
            intact=damaged.isdisjoint(_digests(row)),
        )
        for row in rows
    )  # fmt: skip


def _digests(row: OutputFact) -> tuple[str, str]:
    return row.stdout_sha256, row.stderr_sha256


def jobs_of(
    session: Transaction, round_id: str, hosts: Mapping[str, str], results: Sequence[ResultFact],
    aside: Collection[_Key],
) -> tuple[JobData, ...]:  # fmt: skip
    """Every detached job, and how its diagnostic was measured."""
    measured = {(r.serial, r.diagnostic): r.measured for r in results}
    return tuple(
        JobData(
            job.serial, hosts[job.serial], job.diagnostic, job.key, measured.get((job.serial, job.diagnostic), ""),
            ended=job.ended_at is not None, acknowledged=job.acknowledged_at is not None, elapsed_s=job.elapsed_s,
            limit_s=job.limit_s,
        )
        for job in jobs.jobs_of_round(session, round_id)
        if (job.serial, job.diagnostic) not in aside
    )  # fmt: skip
