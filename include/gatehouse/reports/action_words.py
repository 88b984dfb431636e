"""The rungs of the ladder as instructions to a person."""

from collections.abc import Mapping

from gatehouse.model.status import Action

ACTION_WORDS: Mapping[Action, str] = {
    Action.NONE: "nothing to do",
    Action.NOTIFY_WORKLOAD: "tell the owner of the workload",
    Action.RERUN_CHECK: "run the check again",
    Action.DEEP_DIAG: "run the deep diagnosis",
    Action.RESET_DEVICE: "reset the device",
    Action.RESTART_SERVICE: "restart the service",
    Action.REBOOT: "reboot the host",
    Action.POWER_CYCLE: "power-cycle the host",
    Action.UPDATE_FIRMWARE: "update the firmware",
    Action.RESEAT_CABLE: "reseat the cable or card",
    Action.FIELD_DIAG: "run the vendor's field diagnostics",
    Action.SWAP_PART: "swap the part",
    Action.RMA: "return the part to its vendor (RMA)",
    Action.DECOMMISSION: "take the host out of service for good",
}


def in_words(action: str) -> str:
    """What a person is asked to do; an action of another version of Gatehouse is shown as it is written."""
    return ACTION_WORDS[Action(action)] if action in Action.__members__ else action
