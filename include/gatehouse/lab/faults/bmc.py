"""When the BMC itself is at fault: the machine is fine, and its Redfish service is not."""

from gatehouse.lab.faults.registry import fault
from gatehouse.lab.faults.spec import Effect
from gatehouse.lab.machine.parts import SelEntry

BEHAVIOURS = {
    "silent": ("A BMC that takes a connection and says nothing", "hard fail"),
    "wrong_certificate": ("A BMC that shows another certificate", "wrong identity/revision"),
    "login_refused": ("A BMC that refuses our user", "misconfigured"),
    "no_sessions": ("A BMC without session service: only passwords", "misconfigured"),
    "hang": ("A BMC that answers no request after the log-in", "hard fail"),
    "errors": ("A BMC that answers everything with an internal error", "hard fail"),
    "garbage": ("A BMC that answers with bytes that are no JSON", "misconfigured"),
    "trickle": ("A BMC that sends a byte at a time", "degraded"),
    "flood": ("A BMC whose answer never ends", "misconfigured"),
    "headers": ("A BMC whose headers never end", "misconfigured"),
    "no_http": ("A BMC that answers in another protocol", "misconfigured"),
    "drop": ("A BMC that hangs up in the middle of each answer", "intermittent"),
    "redirect": ("A BMC that sends us to another host", "misconfigured"),
    "foreign_links": ("A BMC whose collections link to another host", "misconfigured"),
    "endless_pages": ("A BMC whose collections have no last page", "misconfigured"),
}


def _behaves(behaviour: str) -> None:
    title, mechanism = BEHAVIOURS[behaviour]

    def apply(at: Effect) -> None:
        at.machine.bmc.behaviour = behaviour

    fault(f"bmc_{behaviour}", title, "BMC", mechanism)(apply)


for _name in BEHAVIOURS:
    _behaves(_name)


@fault("bmc_unreachable", "A BMC that takes no connection", "BMC", "absent")
def bmc_unreachable(at: Effect) -> None:
    """Nobody gets through to it; the host itself is fine."""
    at.machine.bmc.behaviour = "refuse"


@fault("bmc_log_entry", "A fault that only the BMC's log tells of", "BMC", "degraded", params={"event": ""})
def bmc_log_entry(at: Effect) -> None:
    """One asserted record; ``event`` are its words."""
    event = at.text("event") or "Correctable ECC logging limit reached: failure predicted"
    at.machine.bmc.records.append(SelEntry(at.at_s, "Memory CPU1_DIMM_A1", event))


@fault(
    "bmc_long_log", "A BMC's log of thousands of entries", "BMC", "misconfigured", params={"count": 3000}, noise=True
)
def bmc_long_log(at: Effect) -> None:
    """Old records without fault, before those that there are."""
    first_s = at.machine.boot.at_s - 86_400.0
    noise = [
        SelEntry(first_s + 10.0 * number, "System Boot Initiated", "Initiated by warm reset")
        for number in range(at.integer("count"))
    ]
    at.machine.bmc.records[:0] = noise
