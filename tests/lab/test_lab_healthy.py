"""Every tool on every SKU, healthy: it answers, in its real form, and has nothing bad to say."""

import json
import re

import pytest
from defusedxml.ElementTree import fromstring
from lab_driving import HOST_OF, SKUS, Said, machine, run

from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.profiles.registry import profile_of
from gatehouse.lab.tools.registry import all_tools, installed

VENDOR_LINES = {
    "h100-8x": [
        "nvidia-smi",
        "nvidia-smi -q",
        "nvidia-smi -q -x",
        "nvidia-smi -L",
        "nvidia-smi nvlink -s",
        "nvidia-smi nvlink -e",
        "nvidia-smi topo -m",
        "nvidia-smi topo -p2p n",
        "dcgmi -v",
        *(f"dcgmi diag -r {level} -j" for level in (1, 2, 3, 4)),
        "nvbandwidth",
        "gpu_burn -tc 60",
        "nvidia-smi --query-gpu=index,name,temperature.gpu --format=csv",
    ],
    "mi300x-8x": [
        "amd-smi metric --json",
        "amd-smi static --json",
        "amd-smi list --json",
        "amd-smi metric",
        "amd-smi version",
        "rocm-smi",
        "rocm-smi --showtemp --json",
        "rvs -c /opt/rocm/share/rocm-validation-suite/conf/MI300X/gst_single.conf",
        "TransferBench p2p",
        "rocm-bandwidth-test",
    ],
    "gaudi3-8x": ["hl-smi", "hl-smi -L", "hl-smi -v", "hl-smi -Q index,name,temperature.aip -f csv,noheader"],
}
LINES = [
    "dmidecode",
    "dmidecode -t system",
    "dmidecode -t 17",
    "dmidecode -s system-serial-number",
    "lscpu",
    "lscpu -J",
    "cat /proc/meminfo",
    "cat /proc/cpuinfo",
    "cat /proc/uptime /proc/loadavg /etc/os-release",
    "cat /sys/class/net/eth0/speed",
    "ls /sys/class/net",
    "lspci",
    "lspci -nn",
    "lspci -mm",
    "lspci -vvv",
    "dmesg",
    "dmesg -T",
    "dmesg -k --time-format iso",
    "journalctl --dmesg --boot --output short-iso-precise --no-pager",
    "journalctl -k -o cat",
    "stress-ng --cpu 0 --verify --metrics-brief --timeout 60s",
    "stressapptest -s 60 -M 1024 -W",
    "smartctl --json --scan",
    "smartctl --scan",
    "smartctl --json --all /dev/nvme0n1",
    "smartctl -a /dev/nvme7n1",
    "nvme list",
    "nvme list -o json",
    "nvme smart-log /dev/nvme3n1 -o json",
    "nvme smart-log /dev/nvme3",
    "nvme version",
    "nvme ocp smart-add-log /dev/nvme0n1",
    "nvme ocp smart-add-log /dev/nvme0n1 -o json",
    "fio --name=x --rw=randrw --bs=64k --size=64m --verify=crc32c --runtime=20 --output-format=json",
    "fio --name=x --size=4m",
    "ethtool ens1np0",
    "ethtool -i eth0",
    "ethtool -S eth0",
    "ethtool -m ens8np0",
    "ip -br link",
    "ip link show eth0",
    "ipmitool mc info",
    "ipmitool sdr elist",
    "ipmitool sel elist",
    "ipmitool dcmi power reading",
    "ipmitool fru print",
    "ras-mc-ctl --summary",
    "lshw -json",
    "opendcdiag --quick --output-format=tap",
    "rdma link",
    "ibv_devinfo",
    "ibstat",
    "ibstat mlx5_2",
    "mlxlink -d mlx5_2 --show_module --show_counters --json",
    "mstflint -d mlx5_2 query",
    "lldpctl -f json",
    "tail -n 2 /proc/loadavg",
    "uname -a",
    "uname -r",
    "hostname",
    "uptime",
    "uptime -s",
    "uptime -p",
    "id",
    "id -u",
    "whoami",
    "true",
    ":",
    "echo hello world",
    "sleep 0",
    "date",
    "date +%s",
    "which lspci",
    "command -v lspci",
    "timeout -k 2 30 lscpu",
    "sudo -n -- dmidecode -t system",
    "env LC_ALL=C lscpu",
    "nohup true",
    "nice -n 10 true",
    "ionice -c 3 true",
    "taskset -c 0-3 true",
    "stdbuf -oL true",
    "sh -c 'echo hi'",
    "bash -lc 'echo hi'",
    "dash -c true",
    "reboot",
    "shutdown -r now",
    "help",
]
NEVER_PRINTED_WHEN_HEALTHY = re.compile(
    r"\bXid\b|SXid|fallen off|uncorrectable (?:hardware )?error|EDAC MC\d+: \d|Machine Check: |"
    r"\(downgraded\)|FAILED|Status: FAIL|Hardware Error|<inactive>|I/O Error|read-only|Link down|lockup|"
    r"AC lost|Lower Critical|Upper Critical|AER: (?:Un)?[Cc]orrected"
)


@pytest.mark.parametrize("sku", SKUS)
@pytest.mark.parametrize("line", LINES)
def test_a_healthy_host_answers(sku: str, line: str) -> None:
    said = run(machine(HOST_OF[sku]), line)
    assert said.code == 0, said
    assert not NEVER_PRINTED_WHEN_HEALTHY.search(said.out + said.err)


@pytest.mark.parametrize(("sku", "line"), [(sku, line) for sku in SKUS for line in VENDOR_LINES[sku]])
def test_a_vendors_tool_answers_on_its_vendors_machine_only(sku: str, line: str) -> None:
    for other in SKUS:
        said = run(machine(HOST_OF[other]), line)
        if other == sku:
            assert said.code == 0
            assert said.out
            assert not NEVER_PRINTED_WHEN_HEALTHY.search(said.out)
        else:
            assert said == Said(127, "", f"sh: 1: {line.split(maxsplit=1)[0]}: not found\n")


def test_every_tool_is_called_by_these_tests() -> None:
    called = (
        {"all_reduce_perf", "perfquery"}
        | {line.split()[0] for line in LINES}
        | {line.split()[0] for of in VENDOR_LINES.values() for line in of}
    )
    assert set(all_tools()) - called == {"cat", "false"} - called


def test_collectives_are_for_machines_that_have_such_a_library() -> None:
    line = "all_reduce_perf -b 512M -e 1G -f 2 -g 8"
    codes = {sku: run(machine(HOST_OF[sku]), line).code for sku in SKUS}
    assert codes == {"h100-8x": 0, "mi300x-8x": 0, "gaudi3-8x": 127}


def test_infiniband_counters_are_for_infiniband_ports() -> None:
    line = "perfquery -x -C mlx5_2 -P 1"
    assert {sku: run(machine(HOST_OF[sku]), line).code for sku in SKUS} == {
        "h100-8x": 0,
        "mi300x-8x": 1,
        "gaudi3-8x": 1,
    }
    assert run(machine(HOST_OF["h100-8x"]), "perfquery -x -C mlx5_0 -P 1").code == 1  # its service ports are Ethernet


def test_false_is_false() -> None:
    assert run(machine(HOST_OF["h100-8x"]), "false").code == 1


def test_two_hosts_share_no_identity() -> None:
    lines = ("dmidecode", "nvidia-smi -q -x", "smartctl --json --all /dev/nvme0n1", "ip -br link")
    one, other = machine("h100-evt-01"), machine("h100-evt-02")
    for line in lines:
        assert run(one, line).out != run(other, line).out
    serials = {gpu.serial for host in (one, other) for gpu in host.accelerators}
    assert len(serials) == 16


def test_a_host_is_the_same_each_time_but_for_its_sensors() -> None:
    first, again = machine("h100-evt-01"), machine("h100-evt-01")
    assert run(first, "dmidecode").out == run(again, "dmidecode").out
    assert [gpu.uuid for gpu in first.accelerators] == [gpu.uuid for gpu in again.accelerators]


def test_all_tools_agree_about_the_accelerators() -> None:
    host = machine("h100-evt-01")
    buses = [gpu.pci for gpu in host.accelerators]
    xml = fromstring(run(host, "nvidia-smi -q -x").out)
    assert [bus.text for bus in xml.iterfind("gpu/pci/pci_bus_id")] == [f"0000{bus}".upper() for bus in buses]
    listed = run(host, "lspci -D -d 10de:2330").out
    assert re.findall(r"^(\S+) 3D", listed, re.MULTILINE) == sorted(buses)
    assert run(host, "nvidia-smi -L").out.count("UUID: GPU-") == 8


def test_all_tools_agree_about_memory() -> None:
    for sku in SKUS:
        host = machine(HOST_OF[sku])
        total_kib = int(re.search(r"MemTotal: +(\d+) kB", run(host, "cat /proc/meminfo").out)[1])  # type: ignore[index]
        installed_mib = profile_of(sku).memory_mib
        assert 0.95 < total_kib / 1024 / installed_mib < 1
        sizes = re.findall(r"Size: (\d+) GB", run(host, "dmidecode -t 17").out)
        assert sum(map(int, sizes)) * 1024 == installed_mib


def test_all_tools_agree_about_processors() -> None:
    for sku in SKUS:
        host, cpus = machine(HOST_OF[sku]), profile_of(sku).cpus
        assert re.search(rf"^CPU\(s\): +{cpus}$", run(host, "lscpu").out, re.MULTILINE)
        assert run(host, "cat /proc/cpuinfo").out.count("processor\t: ") == cpus
        assert f"passed: {cpus}: cpu" in run(host, "stress-ng --cpu 0 --verify --timeout 1s").err


def test_times_agree() -> None:
    host = machine("h100-evt-01")
    uptime_s = float(run(host, "cat /proc/uptime").out.split()[0])
    assert uptime_s == pytest.approx(host.now_s - host.boot.at_s, abs=0.01)
    last = float(re.findall(r"^\[ *(\d+\.\d+)\]", run(host, "dmesg").out, re.MULTILINE)[-1])
    assert last < uptime_s
    assert run(host, "date +%s").out == f"{int(host.now_s)}\n"


def test_one_look_builds_only_what_it_shows() -> None:
    """It should be cheap to ask thousands of hosts for one small thing."""
    host = machine("h100-evt-01")
    run(host, "ethtool eth0")
    assert "nics" in vars(host)
    assert not {"accelerators", "disks", "dimms"} & set(vars(host))


ROOT_ONLY = [
    "dmidecode",
    "dmesg",
    "smartctl --all /dev/nvme0n1",
    "nvme list",
    "ipmitool mc info",
    "ethtool -m eth0",
    "reboot",
    "cat /sys/class/dmi/id/product_serial",
    "ras-mc-ctl --summary",
    "mstflint -d mlx5_2 query",
    "lldpctl -f json",
]


@pytest.mark.parametrize("line", ROOT_ONLY)
def test_what_needs_root_says_so_without_it(line: str) -> None:
    host = machine("h100-evt-01")
    denied = run(host, line, root=False)
    assert denied.code != 0
    assert re.search(r"[Pp]ermission|not permitted|ipmi0|authentication required", denied.out + denied.err)
    assert run(host, line).code == 0
    assert run(host, f"sudo -n {line}", root=False).code == 0


def test_without_root_lspci_hides_the_capabilities() -> None:
    host = machine("h100-evt-01")
    assert "access denied" in run(host, "lspci -vvv", root=False).out
    assert "LnkSta" not in run(host, "lspci -vvv", root=False).out


WRONG = [
    ("nvidia-smi --frobnicate", 2, "Invalid combination"),
    ("nvidia-smi frobnicate", 2, "not recognized"),
    ("nvidia-smi --query-gpu=nonsense --format=csv", 2, 'Field "nonsense" is not a valid field'),
    ("nvidia-smi --query-gpu=name", 2, "--format="),
    ("nvidia-smi -i 9 -q", 6, "No devices were found"),
    ("dmidecode -t nonsense", 2, "Invalid type keyword: nonsense"),
    ("dmidecode -s nonsense", 2, "Invalid string keyword"),
    ("dmidecode --nonsense", 2, "unrecognized option"),
    ("lscpu --nonsense", 1, "unrecognized option '--nonsense'"),
    ("dmesg --nonsense", 1, "unrecognized option"),
    ("journalctl --nonsense", 1, "unrecognized option"),
    ("journalctl -o nonsense", 1, "Unknown output format"),
    ("lspci --nonsense", 1, "invalid option"),
    ("stress-ng --nonsense", 1, "unrecognized option"),
    ("stress-ng", 1, "No stress workers"),
    ("stressapptest --nonsense", 1, "Unknown argument"),
    ("smartctl --nonsense /dev/nvme0n1", 1, "UNRECOGNIZED OPTION"),
    ("smartctl --all", 1, "ONE device name"),
    ("smartctl --all /dev/sda", 2, "No such device"),
    ("nvme frobnicate", 22, "Invalid sub-command"),
    ("nvme smart-log /dev/nvme42", 2, "No such file"),
    ("fio --nonsense", 1, "unrecognized option"),
    ("fio --name=x", 1, "No job"),
    ("ethtool eth9", 75, "No data available"),
    ("ethtool --nonsense eth0", 1, "bad command line"),
    ("ip frobnicate", 1, "unknown"),
    ("ip link show eth9", 1, "does not exist"),
    ("ipmitool frobnicate", 1, "Invalid command"),
    ("uname --nonsense", 1, "invalid option"),
    ("dcgmi diag -r 9 -j", 255, "PARSE ERROR"),
    ("nvbandwidth -t 9", 1, "unrecognised option"),
    ("gpu_burn soon", 1, "Usage"),
    ("all_reduce_perf -b 1 -e 2", 1, "USAGE"),
    ("all_reduce_perf -b 1M -e 2M -f 2 -g 16", 3, "invalid number of GPUs"),
    ("ras-mc-ctl --nonsense", 2, "Unknown option"),
    ("mstflint -d mlx5_99 query", 1, "No such file"),
    ("mstflint query", 1, "Invalid command line"),
    ("mlxlink --json", 1, "Invalid argument"),
    ("mlxlink -d mlx5_99 --json", 1, "Failed to open device"),
    ("rdma frobnicate", 1, "Unknown command"),
    ("ibv_devinfo --nonsense", 1, "unrecognized argument"),
    ("ibstat mlx5_99", 255, "No such file"),
    ("perfquery", 1, "usage"),
    ("lldpctl", 1, "only -f json"),
    ("lshw -xml", 1, "only -json"),
    ("opendcdiag --nonsense", 64, "unrecognized option"),
    ("tail /proc/uptime", 1, "only -n COUNT FILE"),
    ("tail -n 5 /nonesuch", 1, "No such file"),
    ("nvme ocp smart-add-log /dev/nvme42", 2, "No such file"),
    ("date nonsense", 1, "invalid date"),
    ("sleep soon", 1, "invalid time interval"),
    ("timeout soon true", 125, "invalid time interval"),
    ("timeout 5 nonesuch", 127, "failed to run command"),
    ("sudo -n nonesuch", 1, "command not found"),
    ("cat /nonesuch", 1, "No such file"),
    ("ls /nonesuch", 2, "No such file"),
    ("shutdown now", 1, "only"),
    ("nonesuch", 127, "nonesuch: not found"),
]


@pytest.mark.parametrize(("line", "code", "words"), WRONG)
def test_a_wrong_call_fails_as_the_tool_does(line: str, code: int, words: str) -> None:
    said = run(machine("h100-evt-01"), line)
    assert said.code == code
    assert words in said.out + said.err


@pytest.mark.parametrize(
    ("sku", "line", "code"),
    [
        ("mi300x-8x", "amd-smi frobnicate", 255),
        ("mi300x-8x", "amd-smi metric --nonsense", 255),
        ("mi300x-8x", "rocm-smi --nonsense", 2),
        ("gaudi3-8x", "hl-smi --nonsense", 1),
        ("gaudi3-8x", "hl-smi -Q nonsense -f csv", 1),
    ],
)
def test_a_wrong_call_of_other_vendors_tools(sku: str, line: str, code: int) -> None:
    assert run(machine(HOST_OF[sku]), line).code == code


def test_json_is_json() -> None:
    for sku in SKUS:
        host: Machine = machine(HOST_OF[sku])
        for line in [line for line in [*LINES, *VENDOR_LINES[sku]] if "json" in line or line == "lscpu -J"]:
            assert json.loads(run(host, line).out)


def test_installed_follows_the_path_of_the_machine() -> None:
    host = machine("mi300x-evt-01")
    assert installed(host, "/opt/rocm/bin/amd-smi")
    assert not installed(host, "nvidia-smi")
