"""``ipmitool dcmi power reading``: what the machine draws, as its BMC measures it.

A BMC whose power measurement is not activated prints numbers all the same; they are no readings then.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "ipmitool-dcmi-power"
_LINE = re.compile(r"\s{0,8}([A-Z][A-Za-z ]{4,48}):\s{1,40}(\S.{0,80})")
_LAST_LINE = re.compile(r"\s{0,8}Power reading state is:\s{1,40}(?:activated|deactivated)")
_WATTS = {
    "Instantaneous power reading": "power_w",
    "Minimum during sampling period": "power.min_w",
    "Maximum during sampling period": "power.max_w",
    "Average power reading over sample period": "power.avg_w",
}
_VALUE = re.compile(r"(\d{1,9}) ?(Watts|Seconds?|Milliseconds?)\.?")
_S_PER = {"Second": 1.0, "Seconds": 1.0, "Millisecond": 0.001, "Milliseconds": 0.001}


@reads(_TOOL)
def read_ipmitool_dcmi_power(said: Completed) -> ToolReport:
    """Power now, least, most and average in W, over ``sampling_s`` seconds.

    Raises:
        UnreadableError: not a power reading.
    """
    lines = lines_of(with_errors(said)).with_tail(_LAST_LINE, ends=True)
    pairs = {
        match.group(1).strip(): match.group(2).strip() for line in lines if (match := _LINE.fullmatch(line.rstrip()))
    }
    if "Instantaneous power reading" not in pairs:
        first = next((line.strip() for line in lines if line.strip()), "")
        raise UnreadableError(f"no power reading: not ipmitool dcmi power: {first[:200]}")
    draft = Draft(_TOOL, said)
    state = pairs.get("Power reading state is")
    active = None if state is None else state == "activated"
    draft.fact("active", active)
    for key, name in _WATTS.items():
        match = _VALUE.fullmatch(pairs.get(key, ""))
        draft.fact(name, number_or_unknown(match.group(1)) if match and active else None)
    period = _VALUE.fullmatch(pairs.get("Sampling period", ""))
    draft.fact(
        "sampling_s", int(period.group(1)) * _S_PER[period.group(2)] if period and period.group(2) in _S_PER else None
    )
    if state is None:
        draft.was_cut("no state of the power reading, which ipmitool prints last")
    elif not active:
        draft.incomplete(f"power reading is {state}: the numbers are no measurement")
    return draft.done()
