"""The vendors' readers were written from real machines' outputs: they must understand what the lab prints."""

import pytest
from lab_driving import H100, HOST_OF, MI300X, SKUS, machine, run

from gatehouse.diagnostics.registry import all_diagnostics
from gatehouse.diagnostics.spec import Ask
from gatehouse.lab.profiles.registry import profile_of
from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass, Measured
from gatehouse.vendors.registry import read

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


def filled(ask: Ask, sku: str) -> str:
    """The ask's command line for a SKU's first disk and port, one second and 64 MiB."""
    profile = profile_of(sku)
    fills = {"{disk}": profile.disks[0], "{nic}": profile.nics[0], "{seconds}": "1", "{mib}": "64"}
    words = []
    for word in ask.argv:
        for name, value in fills.items():
            word = word.replace(name, value)  # noqa: PLW2901 -- one word, filled step by step
        words.append(word)
    return " ".join(words)


def asked(sku: str) -> list[tuple[str, str]]:
    """Every tool and command line of every diagnostic, and some more."""
    vendor = profile_of(sku).vendor
    diagnostics = all_diagnostics().values()
    asks = [(ask.tool, filled(ask, sku)) for one in diagnostics for ask in one.asks(vendor) if ask.via == "ssh"]
    return asks + OTHERS[vendor] + OTHERS["any"]


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
