"""The exit of a phase-out: silence is no zero, and every serial has to be somewhere."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phase_evidence import NOW, units, waiver

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import CriterionOutcome, GateDecision, Need, PhaseEvidence
from gatehouse.model.records import Attestation, Disposition, Observation, Records, UnitDisposition
from gatehouse.model.status import CriterionStatus, Phase

MET, NOT_MET, UNKNOWN = CriterionStatus.MET, CriterionStatus.NOT_MET, CriterionStatus.NOT_ENOUGH_EVIDENCE


def seen(days_ago: float, jobs: int | None = 0, reservations: int | None = None, source: str = "slurm") -> Observation:
    """What a scheduler said so many days ago."""
    return Observation(source, NOW - timedelta(days=days_ago), jobs, reservations)


def gone(unit: str, certificate: str = "https://erase/1", no_data: str = "", **changes: Any) -> UnitDisposition:
    """A unit that was scrapped."""
    return UnitDisposition(unit, changes.pop("kind", Disposition.SCRAPPED), certificate, no_data, "Ada", NOW)


def decide(kind: str, count: int = 3, waivers: tuple[Any, ...] = (), spec: Any = None, **records: Any) -> GateDecision:
    """A gate of one criterion over records; the build has no result at all."""
    said = {"id": kind, "kind": kind, "source": "a test", **(spec or {})}
    criteria = CriteriaSet.model_validate({"title": "EOL exit", "phase": "EOL", "criteria": [said]})
    given_records = Records(**{name: tuple(rows) for name, rows in records.items()})
    evidence = PhaseEvidence("h100", Phase.EOL, NOW, units(count), (), records=given_records, waivers=waivers)
    return evaluate(evidence, criteria)


def moved(*observations: Observation, **spec: Any) -> CriterionOutcome:
    """How ``workloads_moved`` stands: 30 days, asked at least every 7."""
    return decide("workloads_moved", spec=spec, observations=observations).outcomes[0]


WEEKLY = [seen(d) for d in (0, 6, 12, 18, 24, 30)]


def test_thirty_days_of_zeros_are_enough() -> None:
    """It should be met by an unbroken row of zeros that reaches 30 days."""
    assert moved(*WEEKLY).status is MET


@pytest.mark.parametrize(
    ("observations", "status", "says"),
    [
        ([], UNKNOWN, "gatehouse eol observe"),
        ([seen(1, jobs=None, reservations=0)], UNKNOWN, "gatehouse eol observe"),
        ([seen(30), seen(0)], UNKNOWN, "30 more days without a job"),  # nobody looked in between
        (WEEKLY[:-1], UNKNOWN, "6 more days without a job"),
        ([*WEEKLY, seen(9, jobs=1)], UNKNOWN, "24 more days without a job"),
        ([*WEEKLY, seen(0, jobs=4, source="k8s")], NOT_MET, "end 4 jobs of k8s"),
        ([replace(o, at=o.at - timedelta(days=8)) for o in WEEKLY], UNKNOWN, "its answer is 8 days old"),
        ([*WEEKLY, seen(-1, jobs=0)], MET, ""),  # a time to come says nothing
        ([*WEEKLY[1:], seen(-1, jobs=0)], UNKNOWN, "6 more days"),
        ([*WEEKLY, seen(0, jobs=2)], NOT_MET, "end 2 jobs of slurm"),  # of two words of one moment the larger
    ],
)  # fmt: skip
def test_what_is_not_shown_is_not_zero(observations: list[Observation], status: CriterionStatus, says: str) -> None:
    """It should take neither silence, nor staleness, nor a gap for zero jobs, and say what is missing."""
    outcome = moved(*observations)
    assert (outcome.status, says in outcome.missing) == (status, True), outcome.missing


def test_every_scheduler_counts() -> None:
    """It should wait for the one that lags behind, and for those that the criterion names."""
    young = [seen(d, source="k8s") for d in (0, 5)]
    assert moved(*WEEKLY, *young).missing == "25 more days without a job"
    assert moved(*WEEKLY, sources=("slurm", "k8s")).missing.startswith("ask k8s: it has not answered")
    assert moved(*WEEKLY, *young, sources=("slurm",)).status is MET
    assert moved(*WEEKLY, seen(0, 1, source="k8s"), sources=("slurm",)).status is NOT_MET


def test_days_are_counted_and_forecast() -> None:
    """It should say how many days, and when they are over if nothing runs."""
    outcome = moved(*WEEKLY[:3])
    assert outcome.needs == (Need(18.0, "days without a job"),)
    assert outcome.forecast is not None
    assert outcome.forecast.at == NOW + timedelta(days=18)
    assert outcome.forecast.latest is None, "a job may run yet"
    assert moved(seen(0, jobs=1)).forecast is None


@pytest.mark.parametrize(
    ("observations", "status"),
    [
        ([], UNKNOWN),
        ([seen(0, jobs=0)], UNKNOWN),
        ([seen(0, reservations=0)], MET),
        ([seen(8, reservations=0)], UNKNOWN),
        ([seen(0, reservations=3)], NOT_MET),
        ([seen(5, reservations=3), seen(0, reservations=0)], MET),
        ([seen(0, reservations=0), seen(1, reservations=2, source="k8s")], NOT_MET),
    ],
)
def test_reservations_are_zero_by_a_young_answer_only(observations: list[Observation], status: CriterionStatus) -> None:
    """It should need the latest word of every scheduler, young and zero."""
    assert decide("reservations_zero", observations=observations).outcomes[0].status is status


def test_every_serial_has_to_be_somewhere() -> None:
    """It should count and name the units without a disposition, and those without a word on their data."""
    outcome = decide("dispositioned", 8, dispositions=[gone("u000"), gone("u001", "")]).outcomes[0]
    assert outcome.status is UNKNOWN
    assert outcome.observed == "1 of 8 units done (2 scrapped)"
    assert "say where 6 units went: u002, u003, u004, u005, u006 and 1 more" in outcome.missing
    assert "erase and certify 1 unit: u001" in outcome.missing
    assert outcome.needs == (Need(6, "dispositions"), Need(1, "erase certificates"))
    assert outcome.units == tuple(f"u{n:03d}" for n in range(1, 8))


def test_dispositions_that_are_final() -> None:
    """It should take a certificate, a reason why there was no data, or that it was no unit; nothing for strangers."""
    done = [gone("u000"), gone("u001", "", "no drives"), gone("u002", "", kind=Disposition.NOT_A_UNIT)]
    assert decide("dispositioned", dispositions=done).open
    assert not decide("dispositioned", dispositions=[*done[:2], gone("u999")]).open
    assert not decide("dispositioned", 0).open, "a program without a unit has shown nothing"


def test_a_lost_unit_can_be_waived_by_name() -> None:
    """It should let people go on without a serial that nobody finds, on conditions."""
    done = [gone("u000"), gone("u001")]
    decision = decide("dispositioned", waivers=(waiver("dispositioned", units=("u002",)),), dispositions=done)
    assert decision.conditional
    assert not decide("dispositioned", waivers=(waiver("dispositioned", units=("u001",)),), dispositions=done).open


def test_a_person_vouches() -> None:
    """It should need a person's word for this very criterion, and no build."""
    word = Attestation("attested", "Ada", "https://archive", NOW)
    assert decide("attested", 0, attestations=[word]).open
    assert not decide("attested", attestations=[replace(word, about="something_else")]).open
    assert "calendar attest h100 EOL attested" in decide("attested").outcomes[0].missing


OBSERVATIONS = st.lists(
    st.builds(seen, st.integers(-2, 60), st.none() | st.integers(0, 2), st.none() | st.integers(0, 2),
              st.sampled_from(["slurm", "k8s"])), max_size=12,
)  # fmt: skip


@given(OBSERVATIONS, st.randoms(), st.sampled_from(["workloads_moved", "reservations_zero"]))
def test_the_order_of_answers_never_matters(said: list[Observation], random: Any, kind: str) -> None:
    """It should give the same decision, and the same digest, whatever came first, and if something came twice."""
    shuffled = said * 2
    random.shuffle(shuffled)
    assert decide(kind, observations=shuffled) == decide(kind, observations=said)


@given(OBSERVATIONS, st.integers(0, 6), st.sampled_from(["slurm", "k8s"]))
def test_a_job_of_late_never_opens_the_gate(said: list[Observation], days_ago: int, source: str) -> None:
    """It should be shut for as long as a job was seen within the 30 days."""
    assert moved(*said, seen(days_ago, jobs=1, source=source)).status is not MET


@given(OBSERVATIONS)
def test_an_answer_without_a_number_changes_nothing(said: list[Observation]) -> None:
    """It should read None as nothing said."""
    more = [*said, seen(0, jobs=None, reservations=1)]
    assert moved(*more).status is moved(*said).status


def test_the_digest_tells_records_apart() -> None:
    """It should change with every record, and be what it was for evidence without any."""
    first = decide("dispositioned", dispositions=[gone("u000")])
    assert first.evidence_digest == decide("dispositioned", dispositions=[gone("u000")]).evidence_digest
    others = [decide("dispositioned", dispositions=[gone("u000", "")]), decide("dispositioned")]
    assert len({first.evidence_digest, *(other.evidence_digest for other in others)}) == 3


def test_a_word_on_the_entry_is_no_evidence_of_the_exit() -> None:
    """It should keep the digest when somebody attests a document that no criterion asks for, and change it else."""
    entry, mine = (Attestation(about, "Ada", "https://plan", NOW) for about in ("build_plan", "attested"))
    plain = decide("attested").evidence_digest
    assert decide("attested", attestations=[entry]).evidence_digest == plain
    assert decide("attested", attestations=[entry, mine]).evidence_digest != plain
