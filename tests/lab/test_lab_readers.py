"""The vendors' readers were written from real machines' outputs: they must understand what the lab prints."""

import pytest
from lab_driving import H100, HOST_OF, MI300X, SKUS, machine, run

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.catalog.plan import PlannedDiagnostic
from gatehouse.diagnostics.registry import all_diagnostics
from gatehouse.lab.profiles.registry import profile_of
from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass, Measured
from gatehouse.operations.ask_plan import commands_for
from gatehouse.vendors.registry import read

CATALOG = Catalog((SHIPPED,))
OTHERS = {
    "nvidia": [
        ("nvidia-smi-q", "nvidia-smi -q"),
        ("nvidia-smi-table", "nvidia-smi"),
        ("nvidia-smi-topo", "nvidia-smi topo -m"),
    ],
    "amd": [("rocm-smi-json", "rocm-smi --json"), ("rocm-smi-table", "rocm-smi"), ("amd-smi-text", "amd-smi static")],
    "intel": [],
    "any": [
        ("dmidecode", "dmidecode"),
        ("smartctl-text", "smartctl -a /dev/nvme0n1"),
        ("nvme-list-json", "nvme list -o json"),
        ("nvme-list-text", "nvme list"),
        ("nvme-smart-log-json", "nvme smart-log /dev/nvme0n1 -o json"),
        ("ethtool-S", "ethtool -S eth0"),
        ("ethtool-m", "ethtool -m ens1np0"),
        ("lspci-nn", "lspci -nn"),
        ("lspci-mm", "lspci -mm"),
        ("ipmitool-mc-info", "ipmitool mc info"),
        ("ipmitool-sdr-elist", "ipmitool sdr elist"),
        ("ipmitool-sel-elist", "ipmitool sel elist"),
        ("kernel-log", "dmesg"),
        ("kernel-log", "dmesg -T"),
    ],
}


def asked(sku: str) -> list[tuple[str, str]]:
    """Every tool and command line of every diagnostic, of each device the first of its kind, and some more."""
    found: dict[tuple[str, str, str], str] = {}
    for name, diagnostic in all_diagnostics().items():
        params = {key: value for key, value in (("seconds", 1), ("mib", 64)) if key in diagnostic.params}
        for each in commands_for([PlannedDiagnostic(diagnostic=name, params=params)], CATALOG.skus[sku]):
            if each.via == "bmc":
                continue  # has tests of its own
            kind = each.part.rstrip("0123456789")
            found.setdefault((name, each.tool, kind or each.command.key), " ".join(each.command.argv))
    vendor = profile_of(sku).vendor
    return [(tool, line) for (_, tool, _), line in found.items()] + OTHERS[vendor] + OTHERS["any"]


def report(host: str, tool: str, line: str, **fault: object) -> ToolReport:
    """What the reader makes of the tool's output."""
    said = run(machine(host, **fault), line)
    command = Command("x", tuple(line.split()))
    return read(tool, Completed(command, Ended.EXITED, said.code, said.out.encode(), said.err.encode()))


@pytest.mark.parametrize(("sku", "tool", "line"), [(sku, *pair) for sku in SKUS for pair in asked(sku)])
def test_a_healthy_hosts_output_is_read_whole_and_has_no_findings(sku: str, tool: str, line: str) -> None:
    got = report(HOST_OF[sku], tool, line)
    assert (got.status, got.complete, got.errors) == (Measured.COMPLETE, True, ())
    assert got.facts
    assert got.findings == ()


def test_the_demos_faults_are_read_as_what_they_are() -> None:
    ecc = {"fault": "ecc_uncorrectable", "part": "gpu3"}
    facts = report(H100, "nvidia-smi-xml", "nvidia-smi -q -x", **ecc).facts
    assert facts["gpu3.ecc.volatile.dram_uncorrectable"] == 1
    assert facts["gpu2.ecc.volatile.dram_uncorrectable"] == 0
    hardware = [
        f.signature for f in report(H100, "kernel-log", "dmesg", **ecc).findings if f.kind is FindingClass.HARDWARE
    ]
    assert {"xid.48", "xid.63", "xid.94"} <= set(hardware)
    gone = report(MI300X, "amd-smi-json", "amd-smi metric --json", fault="accelerator_missing", part="gpu5").facts
    assert gone["gpus"] == 7


def test_noise_is_never_read_as_hardware() -> None:
    for fault in ("xid45_storm", "xid13_application", "idle_pcie_downtrain"):
        for tool, line in asked("h100-8x"):
            findings = report(H100, tool, line, fault=fault).findings
            assert not [finding for finding in findings if finding.kind is FindingClass.HARDWARE], (fault, tool)
