"""Named faults: each changes what tools and kernel say of its own part, and of no other."""

import json
import re

import pytest
from defusedxml.ElementTree import fromstring
from lab_driving import GAUDI3, H100, MI300X, fleet, lab_host, machine, run, say

from gatehouse.lab.faults.bmc import BEHAVIOURS
from gatehouse.lab.faults.registry import all_faults, fault_kind
from gatehouse.lab.faults.spec import FaultKind
from gatehouse.lab.machine.machine import Machine
from gatehouse.model.errors import NotFoundError

KINDS = sorted(all_faults().values(), key=lambda kind: kind.name)
VENDOR_LINES = {
    "nvidia": (
        "nvidia-smi -q -x",
        "nvidia-smi nvlink -s",
        "nvidia-smi nvlink -e",
        "dcgmi diag -r 3 -j",
        "nvbandwidth",
        "tail -n 99 /var/log/fabricmanager.log",
    ),
    "amd": (
        "amd-smi metric --json",
        "amd-smi static --json",
        "rvs -c /opt/rocm/share/rocm-validation-suite/conf/MI300X/gst_single.conf",
        "TransferBench p2p",
    ),
    "intel": ("hl-smi", "hl-smi -Q name,ecc.errors.corrected.volatile.total,pcie.link.width.current -f csv"),
}
LINES = (
    "dmidecode",
    "cat /proc/meminfo",
    "dmesg",
    "lspci -vvv",
    "stress-ng --cpu 0 --verify --metrics-brief --timeout 60s",
    "stressapptest -s 60 -M 1024 -W",
    "smartctl --json --all /dev/nvme0n1",
    "fio --name=x --size=64m --output-format=json",
    "ethtool eth0",
    "ethtool -i eth0",
    "ethtool -S eth0",
    "ethtool -m eth0",
    "ethtool -m ens1np0",
    "mlxlink -d mlx5_0 --show_counters --json",
    "ipmitool fru print",
    "ipmitool mc info",
    "ipmitool sdr elist",
    "ipmitool sel elist",
)
# Named in the brief of the lab; the catalogue may grow, these must stay.
PROMISED = {
    "ecc_uncorrectable",
    "ecc_correctable_storm",
    "accelerator_missing",
    "row_remap_failure",
    "nvlink_down",
    "xgmi_link_down",
    "pcie_width_degraded",
    "pcie_speed_degraded",
    "thermal_throttle",
    "power_brake",
    "cpu_miscompute",
    "memory_miscompare",
    "edac_ce",
    "mce",
    "dimm_missing",
    "disk_media_errors",
    "disk_worn",
    "disk_missing",
    "disk_read_only",
    "nic_down",
    "nic_speed_degraded",
    "nic_flapping",
    "duplicate_serial",
    "wrong_serial",
    "wrong_model",
    "firmware_mismatch",
    "tool_missing",
    "tool_hang",
    "tool_flood",
    "tool_garbage",
    "host_unreachable",
    "host_silent",
    "wrong_host_key",
    "session_drop",
    "psu_lost",
    "fan_failed",
    "bmc_time_1970",
    "xid45_storm",
    "idle_pcie_downtrain",
}
ENDLESS = {"tool_hang", "tool_flood"}


def outputs(on: Machine) -> dict[str, str]:
    """What every tool prints about a host."""
    lines = VENDOR_LINES[on.profile.vendor] + LINES
    return {line: "".join((said := run(on, line)).out + said.err + str(said.code)) for line in lines}


def settings(kind: FaultKind) -> dict[str, object]:
    """What a fault needs to be placed."""
    return {"duplicate_serial": {"as_": "h100-evt-02"}, "optic_dark": {"part": "nic2"}}.get(kind.name, {})


CASES = [
    (host, kind.name)
    for host in (H100, MI300X, GAUDI3)
    for kind in KINDS
    if not kind.vendors or fleet()[host].profile.vendor in kind.vendors
]


def test_what_was_promised_is_there() -> None:
    assert set(all_faults()) >= PROMISED


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_fault_says_what_it_is(kind: FaultKind) -> None:
    assert kind.title[0].isupper()
    assert kind.component
    assert kind.mechanism in {
        "absent",
        "wrong identity/revision",
        "degraded",
        "intermittent",
        "hard fail",
        "silent wrong answer",
        "misconfigured",
        "not measured",
    }
    assert "repair" in kind.cleared_by


OF_THE_BMC_ALONE = {f"bmc_{behaviour}" for behaviour in BEHAVIOURS} | {"bmc_unreachable"}


@pytest.mark.parametrize(("host", "name"), CASES)
def test_every_fault_changes_something(host: str, name: str) -> None:
    placed = lab_host(host, fault=name, **settings(fault_kind(name)))
    if fault_kind(name).connection:
        assert placed.transport_fault() is not None
        assert outputs(placed.look()) == outputs(machine(host))
    elif name in ENDLESS or name == "tool_slow":
        assert placed.look().overrides
    elif name in OF_THE_BMC_ALONE:  # what the BMC then does is tested with the Redfish client
        looked = placed.look()
        assert looked.bmc.behaviour
        assert outputs(looked) == outputs(machine(host))
    else:
        assert outputs(placed.look()) != outputs(machine(host))


def test_an_unknown_fault_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match="ecc_uncorrectable"):
        fault_kind("gremlins")


def xml(on: Machine) -> list[dict[str, str]]:
    """Some values of each GPU."""
    paths = {
        "volatile": "ecc_errors/volatile/dram_uncorrectable",
        "aggregate": "ecc_errors/aggregate/dram_uncorrectable",
        "pending": "remapped_rows/remapped_row_pending",
        "failure": "remapped_rows/remapped_row_failure",
        "width": "pci/pci_gpu_link_info/link_widths/current_link_width",
        "gen": "pci/pci_gpu_link_info/pcie_gen/current_link_gen",
        "hot": "clocks_event_reasons/clocks_event_reason_hw_thermal_slowdown",
        "brake": "clocks_event_reasons/clocks_event_reason_hw_power_brake_slowdown",
        "bus": "pci/pci_bus_id",
    }
    gpus = fromstring(run(on, "nvidia-smi -q -x").out).findall("gpu")
    return [{name: gpu.findtext(path) or "" for name, path in paths.items()} for gpu in gpus]


def test_nvidia_uncorrectable_error_is_on_that_gpu_only() -> None:
    host = machine(H100, fault="ecc_uncorrectable", part="gpu3", with_={"count": 2})
    gpus = xml(host)
    assert [gpu["volatile"] for gpu in gpus] == ["0", "0", "0", "2", "0", "0", "0", "0"]
    assert gpus[3]["aggregate"] == "2"
    assert [gpu["pending"] for gpu in gpus].count("Yes") == 1
    log = run(host, "dmesg").out
    assert re.findall(r"Xid \(PCI:(\S+)\): (\d+)", log) == [
        ("0000:5d:00", "48"),
        ("0000:5d:00", "63"),
        ("0000:5d:00", "94"),
    ]
    assert gpus[3]["bus"] == "00000000:5D:00.0"


def test_an_uncontained_error_is_xid_95() -> None:
    log = run(machine(H100, fault="ecc_uncorrectable", with_={"contained": False}), "dmesg").out
    assert "): 95," in log
    assert "): 94," not in log


def test_amd_uncorrectable_error() -> None:
    host = machine(MI300X, fault="ecc_uncorrectable", part="gpu6")
    counts = [
        gpu["ecc_blocks"]["UMC"]["uncorrectable_count"] for gpu in json.loads(run(host, "amd-smi metric --json").out)
    ]
    assert counts == [0, 0, 0, 0, 0, 0, 1, 0]
    assert (
        "amdgpu 0000:c6:00.0: amdgpu: 1 uncorrectable hardware errors detected in umc block" in run(host, "dmesg").out
    )


def test_gaudi_uncorrectable_error() -> None:
    host = machine(GAUDI3, fault="ecc_uncorrectable", part="hpu2")
    events = re.findall(r"N/A \| +(\d+)  \|", run(host, "hl-smi").out)
    assert events == ["0", "0", "1", "0", "0", "0", "0", "0"]
    assert "habanalabs hl2: HBM" in run(host, "dmesg").out


@pytest.mark.parametrize(
    ("host", "part", "listing", "kernel"),
    [
        (H100, "gpu5", "nvidia-smi -L", "0000:bb:00): 79,"),
        (MI300X, "gpu5", "amd-smi list --json", "amdgpu 0000:a6:00.0: amdgpu: device lost from bus!"),
        (GAUDI3, "hpu5", "hl-smi -L", "habanalabs hl5: Failed to reset! Device is NOT usable"),
    ],
)
def test_a_missing_accelerator_is_missing_everywhere(host: str, part: str, listing: str, kernel: str) -> None:
    gone = machine(host, fault="accelerator_missing", part=part)
    pci = gone.accelerators[5].pci
    assert pci.removeprefix("0000:") in run(machine(host), "lspci").out
    assert pci.removeprefix("0000:") not in run(gone, "lspci").out
    assert gone.accelerators[5].uuid not in run(gone, listing).out
    assert gone.accelerators[4].uuid in run(gone, listing).out
    assert kernel in run(gone, "dmesg").out


def test_a_lost_gpu_stops_nvidia_smi() -> None:
    said = run(machine(H100, fault="gpu_lost", part="gpu1"), "nvidia-smi -q -x")
    assert said.code == 15
    assert "GPU is lost" in said.out


def test_a_failed_remapping() -> None:
    host = machine(H100, fault="row_remap_failure", part="gpu0")
    assert xml(host)[0]["failure"] == "Yes"
    assert "): 64," in run(host, "dmesg").out


def test_an_inactive_nvlink() -> None:
    host = machine(H100, fault="nvlink_down", part="gpu2", with_={"link": 17, "count": 2})
    said = run(host, "nvidia-smi nvlink -s").out.split("GPU 2:")[1].split("GPU 3:")[0]
    assert re.findall(r"Link (\d+): <inactive>", said) == ["0", "17"]
    assert "): 74," in run(host, "dmesg").out
    assert "NV16" in run(host, "nvidia-smi topo -m").out


def test_an_xgmi_link_that_is_down() -> None:
    host = machine(MI300X, fault="xgmi_link_down", part="gpu4", with_={"link": 6})
    states = [gpu["xgmi"]["link_status"] for gpu in json.loads(run(host, "amd-smi metric --json").out)]
    assert states[4] == ["U"] * 6 + ["D"]
    assert states[3] == ["U"] * 7


@pytest.mark.parametrize("part", ["gpu1", "nic2", "disk3"])
def test_a_narrow_link_shows_in_lspci(part: str) -> None:
    host = machine(H100, fault="pcie_width_degraded", part=part, with_={"width": 2})
    assert len(re.findall(r"Width x2 \(downgraded\)", run(host, "lspci -vvv").out)) == 1
    assert "available PCIe bandwidth, limited by" in run(host, "dmesg").out


def test_a_slow_link_shows_in_lspci_and_nvidia_smi() -> None:
    host = machine(H100, fault="pcie_speed_degraded", part="gpu1")
    assert xml(host)[1]["gen"] == "3"
    assert "Speed 8GT/s (downgraded)" in run(host, "lspci -vvv -s 3b:00.0").out


def test_links_that_idle_slow_down_alike_and_nobody_complains() -> None:
    host = machine(H100, fault="idle_pcie_downtrain")
    assert {gpu["gen"] for gpu in xml(host)} == {"1"}
    assert run(host, "dmesg").out == run(machine(H100), "dmesg").out


def test_a_hot_gpu_slows_down() -> None:
    host = machine(H100, fault="thermal_throttle", part="gpu7", with_={"temp_c": 93})
    assert xml(host)[7]["hot"] == "Active"
    assert (
        run(host, "nvidia-smi -i 7 --query-gpu=temperature.gpu,clocks.sm --format=csv,noheader").out == "93, 660 MHz\n"
    )
    amd = json.loads(run(machine(MI300X, fault="thermal_throttle", part="gpu7"), "amd-smi metric -g 7 --json").out)
    assert amd[0]["power"]["throttle_status"] == "THROTTLED"


def test_a_power_brake() -> None:
    assert xml(machine(H100, fault="power_brake", part="gpu0"))[0]["brake"] == "Active"


def test_a_wrong_answer_shows_only_where_answers_are_verified() -> None:
    host = machine(H100, fault="cpu_miscompute", part="cpu5")
    said = run(host, "stress-ng --cpu 0 --verify --timeout 10s")
    assert said.code == 2
    assert "failed verification on CPU 5" in said.err
    assert "failed: 1: cpu (1)" in said.err
    assert run(host, "stress-ng --cpu 0 --timeout 10s").code == 0
    assert run(host, "dmesg").out == run(machine(H100), "dmesg").out


def test_memory_that_miscompares() -> None:
    said = run(machine(H100, fault="memory_miscompare", part="dimm C2"), "stressapptest -s 20 -M 256 -W")
    assert said.code == 1
    assert said.out.count("Hardware Error: miscompare") == 3
    assert "DIMM C2" in said.out
    assert "Status: FAIL - test discovered HW problems" in said.out


def test_corrected_errors_name_the_module() -> None:
    host = machine(H100, fault="edac_ce", part="dimm B1")
    assert "DIMM_B1" in run(host, "dmesg").out
    assert "DIMM_B1" in run(host, "ipmitool sel elist").out


def test_a_missing_module_is_missing_everywhere() -> None:
    host = machine(H100, fault="dimm_missing", part="dimm A1")
    assert run(host, "dmidecode -t 17").out.count("No Module Installed") == 1
    healthy = machine(H100)
    assert host.memory_mib == healthy.memory_mib - 64 * 1024
    assert run(host, "cat /proc/meminfo").out.splitlines()[0] != run(healthy, "cat /proc/meminfo").out.splitlines()[0]


def health(on: Machine, disk: int = 2) -> dict[str, int]:
    """A drive's health log."""
    report = json.loads(run(on, f"smartctl --json --all /dev/nvme{disk}n1").out)
    log: dict[str, int] = report["nvme_smart_health_information_log"]
    return log


def test_media_errors() -> None:
    host = machine(H100, fault="disk_media_errors", part="disk2", with_={"count": 5})
    assert health(host)["media_errors"] == 5
    assert health(host, 1)["media_errors"] == 0
    assert "critical medium error, dev nvme2n1" in run(host, "dmesg").out


def test_a_worn_drive_says_it_is_failing() -> None:
    said = run(machine(H100, fault="disk_worn", part="disk2"), "smartctl --json --all /dev/nvme2n1")
    report = json.loads(said.out)
    assert said.code == report["smartctl"]["exit_status"] == 8
    assert report["smart_status"]["passed"] is False
    assert report["nvme_smart_health_information_log"]["percentage_used"] > 100


def test_a_missing_drive_is_missing_everywhere() -> None:
    host = machine(H100, fault="disk_missing", part="disk2")
    assert run(host, "smartctl --json --all /dev/nvme2n1").code == 2
    assert "/dev/nvme2n1" not in run(host, "nvme list").out
    assert "67:00.0" not in run(host, "lspci").out
    assert "/dev/nvme2n1" not in say(host, "ls /dev/nvme*n1").out
    assert "nvme nvme2: Disabling device after reset failure" in run(host, "dmesg").out


def test_a_read_only_drive_takes_no_writes() -> None:
    host = machine(H100, fault="disk_read_only", part="disk0")
    said = run(host, "fio --name=x --size=1m --output-format=json")
    assert said.code == 1
    assert json.loads(said.out)["jobs"][0]["error"] == 30
    assert "Remounting filesystem read-only" in run(host, "dmesg").out


def test_a_drive_that_corrupts_fails_verification_only() -> None:
    host = machine(H100, fault="disk_corrupts", part="disk0")
    assert json.loads(run(host, "fio --name=x --size=1m --output-format=json").out)["jobs"][0]["error"] == 84
    assert run(host, "smartctl --json --all /dev/nvme0n1").code == 0


def test_a_port_without_link() -> None:
    host = machine(H100, fault="nic_down", part="nic3")
    said = run(host, "ethtool ens2np0").out
    assert "Link detected: no" in said
    assert "Speed: Unknown!" in said
    assert "ens2np0          DOWN" in run(host, "ip -br link").out
    assert run(host, "cat /sys/class/net/ens2np0/operstate").out == "down\n"


def test_parts_may_be_called_by_their_own_names() -> None:
    assert "Link detected: no" in run(machine(H100, fault="nic_down", part="ens2np0"), "ethtool ens2np0").out
    assert health(machine(H100, fault="disk_media_errors", part="/dev/nvme2n1"))["media_errors"] > 0


def test_a_slow_port() -> None:
    assert "Speed: 10000Mb/s" in run(machine(H100, fault="nic_speed_degraded", part="eth0"), "ethtool eth0").out
    assert "Speed: 200000Mb/s" in run(machine(H100, fault="nic_speed_degraded", part="nic2"), "ethtool ens1np0").out


def test_a_flapping_port_is_up_when_somebody_looks() -> None:
    host = machine(H100, fault="nic_flapping", part="nic2", with_={"count": 7})
    assert "Link detected: yes" in run(host, "ethtool ens1np0").out
    assert run(host, "dmesg").out.count("ens1np0: Link down") == 7
    assert "link_down_events_phy: 7\n" in run(host, "ethtool -S ens1np0").out


def test_a_duplicate_serial_is_the_other_hosts() -> None:
    host = machine(H100, fault="duplicate_serial", as_="h100-evt-02")
    assert run(host, "dmidecode -s system-serial-number").out == "H100EVT0002\n"
    assert host.serial == "H100EVT0001"


def test_wrong_serial_and_model() -> None:
    assert run(machine(H100, fault="wrong_serial"), "dmidecode -s system-serial-number").out.startswith("UNSET")
    assert "GL-H100-8X" not in run(machine(H100, fault="wrong_model"), "dmidecode -t system").out
    assert "NVIDIA H100 PCIe" in run(machine(H100, fault="wrong_model", part="gpu0"), "nvidia-smi -L").out


def test_other_firmware_of_each_kind_of_part() -> None:
    healthy = machine(H100)
    for part, line in (
        ("gpu0", "nvidia-smi --query-gpu=vbios_version --format=csv"),
        ("nic0", "ethtool -i eth0"),
        ("disk0", "nvme list"),
        ("", "dmidecode -t bios"),
    ):
        assert run(machine(H100, fault="firmware_mismatch", part=part), line).out != run(healthy, line).out


def test_lost_power_and_fans() -> None:
    lost = machine(H100, fault="psu_lost", part="psu2")
    assert (
        "PS3 Status       | 62h | ok  | 10.3 | Presence detected, Power Supply AC lost"
        in run(lost, "ipmitool sdr elist").out
    )
    assert sum(supply.watts for supply in lost.power_supplies) == pytest.approx(
        sum(supply.watts for supply in machine(H100).power_supplies), abs=6
    )
    assert re.search(
        r"FAN4 +\| 33h \| cr ", run(machine(H100, fault="fan_failed", part="fan3"), "ipmitool sdr elist").out
    )


def test_a_bmc_that_lives_in_1970() -> None:
    for line in run(machine(H100, fault="bmc_time_1970"), "ipmitool sel elist").out.splitlines():
        assert "01/01/1970" in line


def test_xid_45_is_on_every_gpu_and_harms_none() -> None:
    host = machine(H100, fault="xid45_storm")
    assert len(set(re.findall(r"Xid \(PCI:(\S+)\): 45,", run(host, "dmesg").out))) == 8
    assert xml(host) == xml(machine(H100))


def test_a_driver_that_is_not_loaded() -> None:
    said = run(machine(H100, fault="driver_not_loaded"), "nvidia-smi -q -x")
    assert said.code == 9
    assert "couldn't communicate with the NVIDIA driver" in said.out


def test_tools_that_misbehave() -> None:
    missing = run(machine(H100, fault="tool_missing", with_={"tool": "lspci"}), "lspci -vvv")
    assert (missing.code, missing.err) == (127, "sh: 1: lspci: not found\n")
    assert "\x00" in run(machine(H100, fault="tool_garbage"), "nvidia-smi").out
    slow = run(machine(H100, fault="tool_slow", with_={"delay_s": 7.5}), "nvidia-smi -L")
    assert slow.waited_s == 7.5
    assert slow.out.count("GPU ") == 8
    hung = run(machine(H100, fault="tool_hang", with_={"tool": "lspci"}), "timeout 5 lspci")
    assert (hung.code, hung.out) == (124, "")


def test_a_flood_is_made_as_it_is_read() -> None:
    """It should never hold the 100 MB: `head` takes what it wants and the rest is not made."""
    host = machine(H100, fault="tool_flood")
    assert say(host, "nvidia-smi | head -n 3").out.count("\n") == 3
    assert say(host, "nvidia-smi | wc -c").out.strip() > "100000000"


def test_the_kernel_speaks_before_now_and_after_the_boot() -> None:
    for name in ("ecc_uncorrectable", "nic_flapping", "edac_ce", "xid45_storm"):
        host = machine(H100, fault=name)
        times = [line.at_s for line in host.kernel.lines(host.now_s)]
        assert host.boot.at_s <= min(times)
        assert max(times) <= host.now_s
        assert len(times) == len(host.kernel.events) + len(host.kernel.boot_lines)
