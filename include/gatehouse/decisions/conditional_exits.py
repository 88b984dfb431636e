"""Whether a phase that exited on conditions still stands, and what that means for the gates behind it.

The conditions are the criteria that were waived when it exited. It stands while each of them is met by evidence now, or
waived by a waiver in force; else it is reopened. What was met at the exit stays met: a clean exit would not be taken
back either when its evidence grows old.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from gatehouse.catalog.criteria import EARLIER
from gatehouse.decisions.criteria.issues import APPROVE
from gatehouse.decisions.waivers import flaws
from gatehouse.decisions.wording import listed, sentences
from gatehouse.model.evidence import CriterionOutcome, EarlierExit, GateDecision, PhaseEvidence
from gatehouse.model.status import CriterionStatus, Phase

_HOLDS = (CriterionStatus.MET, CriterionStatus.WAIVED)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a conditional exit stands. ``why`` on what it stands or what took it back; ``closes`` what would help.

    ``until`` is when the first waiver that it stands on expires, None where all of it is met by evidence or it is
    reopened.
    """

    stands: bool
    why: str
    closes: str = ""
    until: datetime | None = None

    def of(self, phase: Phase) -> EarlierExit:
        """The same, as the gates behind that phase see it."""
        return EarlierExit(phase, self.stands, self.why, self.closes)


def standing_of(conditions: Collection[str], decision: GateDecision, evidence: PhaseEvidence) -> Standing:
    """How an exit stands by its gate's answer of now. ``conditions`` are the ids of the criteria that were waived then.

    A condition that the gate does not ask any more can be shown no more, so the exit does not stand on it.
    """
    found = {outcome.criterion: outcome for outcome in decision.outcomes}
    lost = sorted(set(conditions) - found.keys())
    broken = [o for name, o in sorted(found.items()) if name in conditions and o.status not in _HOLDS]
    if lost or broken:
        gone = [f"{name} is not among its criteria any more" for name in lost]
        return Standing(
            stands=False,
            why=sentences([*gone, *(_cause(outcome, evidence) for outcome in broken)]),
            closes=sentences(
                [*(f"ask {name} again" for name in lost), *(_way_back(outcome, evidence) for outcome in broken)]
            ),
        )
    waived = [o for name, o in sorted(found.items()) if name in conditions and o.status is CriterionStatus.WAIVED]
    if not waived:
        return Standing(True, "what was waived is met by evidence now")
    until = min(waiver.expires_at for waiver in evidence.waivers if waiver.id in {o.waiver for o in waived})
    titles = listed(outcome.title for outcome in waived)
    return Standing(True, f"it stands by waiver until {until:%Y-%m-%d}: {titles}", until=until)


def _cause(outcome: CriterionOutcome, evidence: PhaseEvidence) -> str:
    why = _flaws(outcome, evidence) or [outcome.observed]
    return f"{outcome.title} is {outcome.status}: {', '.join(why)}"


def _way_back(outcome: CriterionOutcome, evidence: PhaseEvidence) -> str:
    """What the criterion misses, without the waivers that have failed it, which are told as the cause."""
    told = _flaws(outcome, evidence)
    missing = sentences(part for part in outcome.missing.split("; ") if part not in told and part != APPROVE)
    return f"{outcome.title}: {missing or outcome.required}, or a new waiver"


def _flaws(outcome: CriterionOutcome, evidence: PhaseEvidence) -> list[str]:
    return flaws([waiver for waiver in evidence.waivers if waiver.criterion == outcome.criterion], evidence.now)


def earlier_phases(evidence: PhaseEvidence) -> CriterionOutcome | None:
    """Holds a gate while a phase before it is reopened; None where every exit before it was a clean one."""
    if not evidence.earlier:
        return None
    exits = sorted(set(evidence.earlier), key=lambda each: list(Phase).index(each.phase))
    reopened = [each for each in exits if not each.stands]
    return CriterionOutcome(
        criterion=EARLIER,
        title="earlier phases stand",
        status=CriterionStatus.NOT_MET if reopened else CriterionStatus.MET,
        observed=sentences(
            f"{e.phase} exited on conditions, {e.why}" if e.stands else f"{e.phase} is reopened: {e.why}" for e in exits
        ),
        required="every phase before this one stands",
        missing=sentences(f"{each.phase}: {each.closes}" for each in reopened),
    )
