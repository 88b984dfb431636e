"""Whose trouble an Xid or SXid is, by number.

Sources: NVIDIA's Xid catalogue (docs.nvidia.com/deploy/xid-errors) and the Fabric Manager user guide (SXid tables),
compared with the rules of NVSentinel, Azure node health checks, AWS node monitoring, gpud and gcm.
"""

from gatehouse.model.status import FindingClass

# An application, or the driver on its behalf: bad address, bad command stream, an engine that the job crashed, …
_APPLICATION = frozenset(
    {8, 11, 13, 14, 25, 31, 37, 38, 39, 40, 41, 43, 44, 45, 60, 66, 67, 68, 69, 70, 71, 72, 75, 76, 77, 82, 83, 84, 85}
    | {86, 88, 89, *range(96, 108), *range(126, 136), 137, 139, 141, 142, 152, 153}
)
# Software versions, confidential computing, links taken down on purpose.
_CONFIGURATION = frozenset({78, 151, 155, 166, 170})

XID_MEANINGS: dict[int, str] = {
    13: "shader exception, usually an application out of bounds",
    31: "illegal address used by an application",
    32: "corrupt stream seen by the DMA pusher; often the quality of PCIe",
    43: "fault caused by an application; its channel was reset",
    45: "clean-up after an application died or another error",
    46: "GPU channel is stuck",
    48: "uncorrectable (double-bit) ECC error",
    54: "auxiliary power of the board is not connected",
    61: "internal microcontroller breakpoint or warning",
    62: "power-management microcontroller halted",
    63: "memory row remap or page retirement recorded",
    64: "memory row remap or page retirement FAILED",
    74: "NVLink error",
    79: "GPU has fallen off the bus",
    92: "high rate of single-bit ECC errors",
    94: "contained memory error",
    95: "uncontained memory error",
    109: "context switch timed out",
    110: "security fault",
    119: "GPU firmware (GSP) did not answer",
    120: "GPU firmware (GSP) error",
    121: "corrected errors of the CPU-GPU link",
    136: "NVLink training failed",
    140: "unrecovered ECC error",
    143: "GPU failed to initialise",
    149: "NVLink event",
    154: "the driver asks for a recovery action",
    156: "a hardware resource was retired",
    157: "no spare is left to retire a resource",
    158: "fatal GPU timeout",
    167: "fatal PCIe timeout",
}

# SXids after which the whole NVSwitch fabric must be reset, and those that need no recovery; the rest is fatal to a
# partition.
_SXID_ALWAYS_FATAL = frozenset({10003, 12020, 22003, 22011, *range(23001, 23018)})
_SXID_NON_FATAL = frozenset(
    {11004, 11012, 11021, 11022, 11023, 12021, 12023, 12028, 15008, 15011, 19049, 19055, 19057, 19059, 19062, 19065}
    | {19068, 19071, 19084, 20001, 20009, 20012, 22013, 24001, 24002, 24003}
)


def class_of_xid(code: int) -> FindingClass:
    """Whose trouble it is. A number that nobody has published counts as the hardware's until someone knows better."""
    if code in _APPLICATION:
        return FindingClass.APPLICATION
    return FindingClass.CONFIGURATION if code in _CONFIGURATION else FindingClass.HARDWARE


def sxid_is_fatal(code: int) -> bool | None:
    """Whether the guide calls it fatal always; None where it may be fatal to a partition, or is not listed."""
    if code in _SXID_ALWAYS_FATAL:
        return True
    return False if code in _SXID_NON_FATAL else None
