"""Three questions that are never merged: was it measured, is it good, what shall we do.

Words follow the OCP Test & Validation output specification v2 where it has them.
"""

from enum import StrEnum


class Measured(StrEnum):
    """Was it measured? (OCP run and step status)"""

    COMPLETE = "COMPLETE"
    ERROR = "ERROR"
    SKIP = "SKIP"


class Verdict(StrEnum):
    """Is it good? (OCP run and step result). Whatever was not measured is NOT_APPLICABLE."""

    PASS = "PASS"  # noqa: S105 -- a verdict, not a password
    FAIL = "FAIL"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class Action(StrEnum):
    """What shall we do? The ladder, mildest first."""

    NONE = "NONE"
    NOTIFY_WORKLOAD = "NOTIFY_WORKLOAD"
    RERUN_CHECK = "RERUN_CHECK"
    DEEP_DIAG = "DEEP_DIAG"
    RESET_DEVICE = "RESET_DEVICE"
    RESTART_SERVICE = "RESTART_SERVICE"
    REBOOT = "REBOOT"
    POWER_CYCLE = "POWER_CYCLE"
    UPDATE_FIRMWARE = "UPDATE_FIRMWARE"
    RESEAT_CABLE = "RESEAT_CABLE"
    FIELD_DIAG = "FIELD_DIAG"
    SWAP_PART = "SWAP_PART"
    RMA = "RMA"
    DECOMMISSION = "DECOMMISSION"

    @property
    def rung(self) -> int:
        """Height on the ladder; 0 is NONE."""
        return list(Action).index(self)


class Severity(StrEnum):
    """Issue class of NPI: how much it stands in a gate's way, gravest first."""

    BLOCKER = "blocker"
    MAJOR = "major"
    MINOR = "minor"
    OBSERVATION = "observation"

    @property
    def fails(self) -> bool:
        """Whether an issue of this class makes the unit's result a FAIL."""
        return self in (Severity.BLOCKER, Severity.MAJOR)


class FindingClass(StrEnum):
    """Whose trouble a finding is. Only the first two are the machine's."""

    HARDWARE = "hardware"
    CONFIGURATION = "configuration"
    TOOL_ERROR = "tool_error"
    APPLICATION = "application"


class CriterionStatus(StrEnum):
    """How an exit criterion stands."""

    MET = "met"
    NOT_MET = "not met"
    NOT_ENOUGH_EVIDENCE = "not enough evidence"
    WAIVED = "waived"


class Phase(StrEnum):
    """The phases of a product in order: those of its introduction, and its end of life."""

    EVT = "EVT"
    DVT = "DVT"
    PVT = "PVT"
    RAMP = "RAMP"
    EOL = "EOL"

    @property
    def before(self) -> "Phase | None":
        """The phase that must be closed before this one opens."""
        order = list(Phase)
        index = order.index(self)
        return order[index - 1] if index else None


INTRODUCTION = (Phase.EVT, Phase.DVT, Phase.PVT, Phase.RAMP)  # EOL begins when people say so, not by itself
