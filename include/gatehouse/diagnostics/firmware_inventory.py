"""Which firmware does each part run?"""

from gatehouse.diagnostics.spec import ANY_VENDOR, Ask, Diagnostic

_BMC = Ask("ipmitool-mc-info", ("ipmitool", "mc", "info"), root=True)
_DRIVES = Ask("nvme-list-json", ("nvme", "list", "--output-format=json"), root=True)
_ADAPTERS = Ask("flint-query", ("mstflint", "-d", "{hca}", "query"), root=True, for_each="hca")
_OF_EVERY_VENDOR = (_BMC, _DRIVES, _ADAPTERS)

DIAGNOSTIC = Diagnostic(
    id="firmware_inventory",
    title="Firmware inventory",
    question="Which firmware do the BMC, the drives, the network adapters and the accelerators run?",
    cells={
        ANY_VENDOR: _OF_EVERY_VENDOR,
        "nvidia": (
            *_OF_EVERY_VENDOR,
            Ask(
                "nvidia-smi-csv",
                ("nvidia-smi", "--query-gpu=index,name,vbios_version,driver_version", "--format=csv"),
                limit_s=60,
            ),
        ),
        "amd": (
            *_OF_EVERY_VENDOR,
            Ask(
                "amd-smi-json",
                ("amd-smi", "static", "--json"),
                limit_s=60,
                keep=("gpus", "gpu*.vbios", "gpu*.driver", "gpu*.market_name"),
                findings=False,
            ),
        ),
        "intel": (
            *_OF_EVERY_VENDOR,
            Ask("hl-smi-csv", ("hl-smi", "-Q", "index,name,bus_id,driver_version", "-f", "csv"), limit_s=60),
        ),
    },
)
