"""The fine points of what tools print, each as the real tool has it."""

import json
import re

from defusedxml.ElementTree import fromstring
from lab_driving import GAUDI3, H100, MI300X, machine, run


def test_nvidia_xml_has_the_sections_that_readers_need() -> None:
    log = fromstring(run(machine(H100), "nvidia-smi -q -x").out)
    assert log.findtext("attached_gpus") == "8"
    gpus = log.findall("gpu")
    assert len(gpus) == 8
    for gpu in gpus:
        for path in (
            "ecc_errors/volatile/dram_uncorrectable",
            "ecc_errors/aggregate/sram_uncorrectable_secded",
            "remapped_rows/remapped_row_pending",
            "retired_pages/pending_retirement",
            "pci/pci_gpu_link_info/pcie_gen/current_link_gen",
            "pci/pci_gpu_link_info/link_widths/current_link_width",
            "temperature/gpu_temp",
            "gpu_power_readings/power_draw",
            "module_power_readings/power_draw",
            "clocks/sm_clock",
            "clocks_event_reasons/clocks_event_reason_hw_thermal_slowdown",
            "serial",
            "uuid",
        ):
            assert gpu.findtext(path), path
        assert gpu.find("processes") is not None
        assert gpu.get("id") == gpu.findtext("pci/pci_bus_id")


def test_nvidia_csv_has_units_only_where_they_are_wanted() -> None:
    query = "nvidia-smi --query-gpu=index,temperature.gpu,memory.total,power.draw -i 2 --format=csv"
    host = machine(H100)
    head, row = run(host, query).out.splitlines()
    assert head == "index, temperature.gpu, memory.total [MiB], power.draw [W]"
    assert re.fullmatch(r"2, \d+, 81559 MiB, \d+\.\d\d W", row)
    assert re.fullmatch(r"2, \d+, 81559, \d+\.\d\d\n", run(host, f"{query},noheader,nounits").out)


def test_nvidia_csv_knows_the_old_names() -> None:
    query = "nvidia-smi --query-gpu=gpu_name,clocks_throttle_reasons.hw_slowdown --format=csv,noheader -i 0"
    assert run(machine(H100), query).out == "NVIDIA H100 80GB HBM3, Not Active\n"


def test_nvidia_table_keeps_its_columns() -> None:
    lines = run(machine(H100), "nvidia-smi").out.splitlines()
    boxed = [line for line in lines if line.startswith(("|", "+"))]
    assert {len(line) for line in boxed} == {91}


def test_nvlinks_are_all_up_at_full_speed() -> None:
    said = run(machine(H100), "nvidia-smi nvlink -s").out
    assert said.count("26.562 GB/s") == 8 * 18


def test_topology_is_symmetric() -> None:
    rows = run(machine(H100), "nvidia-smi topo -m").out.splitlines()[1:9]
    cells = [row.split("\t")[1:9] for row in rows]
    assert all(cells[i][j] == cells[j][i] for i in range(8) for j in range(8))
    assert [cells[i][i].strip() for i in range(8)] == ["X"] * 8


def test_amd_metric_gives_values_with_units() -> None:
    gpus = json.loads(run(machine(MI300X), "amd-smi metric --json").out)
    assert [gpu["gpu"] for gpu in gpus] == list(range(8))
    first = gpus[0]
    assert first["temperature"]["edge"] == "N/A"
    assert first["temperature"]["hotspot"]["unit"] == "C"
    assert first["power"]["socket_power"]["value"] > 100
    assert first["ecc"]["total_uncorrectable_count"] == 0
    assert set(first["ecc_blocks"]["UMC"]) == {"correctable_count", "uncorrectable_count", "deferred_count"}
    assert first["pcie"]["width"] == 16


def test_amd_static_and_metric_speak_of_the_same_gpus() -> None:
    host = machine(MI300X)
    static = json.loads(run(host, "amd-smi static --json").out)
    assert [gpu["bus"]["bdf"] for gpu in static] == [gpu.pci for gpu in host.accelerators]
    only = json.loads(run(host, "amd-smi metric -g 5 --json").out)
    assert [gpu["gpu"] for gpu in only] == [5]


def test_rocm_numbers_are_strings() -> None:
    cards = json.loads(run(machine(MI300X), "rocm-smi -a --json").out)
    assert set(cards) == {f"card{index}" for index in range(8)}
    assert all(isinstance(value, str) for card in cards.values() for value in card.values())


def test_hl_smi_table_keeps_its_columns() -> None:
    lines = run(machine(GAUDI3), "hl-smi").out.splitlines()
    assert {len(line) for line in lines} == {79}
    assert sum("HL-325L" in line for line in lines) == 8


def test_hl_smi_csv() -> None:
    head, first, *rest = run(machine(GAUDI3), "hl-smi -Q index,name,memory.total -f csv").out.splitlines()
    assert head == "index, name, memory.total [MiB]"
    assert first == "0, HL-325L, 131072 MiB"
    assert len(rest) == 7


def test_dmidecode_by_type_is_a_part_of_the_whole() -> None:
    host = machine(H100)
    whole, part = run(host, "dmidecode").out, run(host, "dmidecode -t system").out
    block = part.split("\n\n", 1)[1].split("\n\n")[0]
    assert block.startswith("Handle 0x0001, DMI type 1, 27 bytes")
    assert block in whole
    assert "\tSerial Number: H100EVT0001\n" in part
    assert "DMI type 17" not in part


def test_lspci_says_what_links_can_and_what_they_do() -> None:
    said = run(machine(H100), "lspci -vvv -s 19:00.0").out
    assert said.startswith("19:00.0 3D controller: NVIDIA Corporation")
    assert "LnkCap:\tPort #0, Speed 32GT/s, Width x16" in said
    assert "LnkSta:\tSpeed 32GT/s (ok), Width x16 (ok)" in said
    assert "Kernel driver in use: nvidia" in said


def test_lspci_numbers() -> None:
    host = machine(H100)
    assert "[0302]: NVIDIA Corporation GH100 [H100 SXM5 80GB] [10de:2330] (rev a1)" in run(host, "lspci -nn").out
    assert run(host, "lspci -n -s 19:00.0").out == "19:00.0 0302: 10de:2330 (rev a1)\n"
    assert '19:00.0 "3D controller" "NVIDIA Corporation"' in run(host, "lspci -mm").out


def test_kernel_times_in_their_forms() -> None:
    host = machine(H100)
    iso = run(host, "dmesg --time-format iso").out.splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d{6}\+00:00 ", line) for line in iso)
    assert all(re.match(r"\[ *\d+\.\d{6}\] ", line) for line in run(host, "dmesg").out.splitlines())
    assert all(
        re.match(r"\[\w{3} \w{3} \d\d [\d:]{8} \d{4}\] ", line) for line in run(host, "dmesg -T").out.splitlines()
    )
    assert all(re.match(r"kern  :\w+ *: ", line) for line in run(host, "dmesg -x").out.splitlines())
    journal = run(host, "journalctl -k -o short-iso-precise").out.splitlines()
    assert all(re.match(r"[\d-]+T[\d:]+\.\d{6}\+0000 h100-evt-01 kernel: ", line) for line in journal)
    assert len(journal) == len(iso)


def test_the_kernel_log_runs_forward() -> None:
    for name in (H100, MI300X, GAUDI3):
        times = [float(t) for t in re.findall(r"^\[ *([\d.]+)\]", run(machine(name), "dmesg").out, re.MULTILINE)]
        assert times == sorted(times)
        assert len(times) > 30


def test_stress_ng_says_the_time_it_was_asked_for() -> None:
    said = run(machine(H100), "stress-ng --cpu 4 --verify --metrics-brief --timeout 2m")
    assert said.waited_s == 120
    assert said.out == ""
    assert "setting to a 2 mins run per stressor" in said.err
    assert "dispatching hogs: 4 cpu" in said.err
    assert re.search(r"cpu +\d+ +120\.01 ", said.err)
    assert "successful run completed in 2 mins" in said.err


def test_stressapptest_counts_down_and_passes() -> None:
    said = run(machine(H100), "stressapptest -s 60 -M 1024 -W")
    assert said.waited_s == 60
    assert [int(n) for n in re.findall(r"Seconds remaining: (\d+)", said.out)] == [50, 40, 30, 20, 10]
    assert said.out.rstrip().endswith("Status: PASS - please verify no corrected errors")


def test_stressapptest_cannot_take_more_memory_than_there_is() -> None:
    said = run(machine(H100), "stressapptest -s 10 -M 99999999 -W")
    assert said.code == 1
    assert "Status: FAIL - test encountered procedural errors" in said.out


def test_smartctl_names_the_device_that_was_asked() -> None:
    host = machine(H100)
    report = json.loads(run(host, "smartctl --json --all /dev/nvme3n1").out)
    assert report["device"]["name"] == "/dev/nvme3n1"
    assert report["serial_number"] == host.disks[3].serial
    assert report["smartctl"]["exit_status"] == 0
    assert report["smart_status"]["passed"] is True
    assert report["nvme_smart_health_information_log"]["temperature"] == report["temperature"]["current"]


def test_nvme_prints_kelvin() -> None:
    host = machine(H100)
    assert json.loads(run(host, "nvme smart-log /dev/nvme0 -o json").out)["temperature"] == host.disks[0].temp_c + 273


def test_nvme_and_smartctl_agree() -> None:
    host = machine(H100)
    listed = json.loads(run(host, "nvme list -o json").out)["Devices"]
    scanned = json.loads(run(host, "smartctl --scan --json").out)["devices"]
    assert [one["SerialNumber"] for one in listed] == [disk.serial for disk in host.disks]
    assert len(scanned) == len(listed) == 8


def test_fio_honours_its_options() -> None:
    said = run(machine(H100), "fio --name=mine --rw=randrw --bs=64k --size=64m --verify=crc32c --output-format=json")
    job = json.loads(said.out)["jobs"][0]
    assert (job["jobname"], job["error"]) == ("mine", 0)
    assert job["read"]["io_bytes"] + job["write"]["io_bytes"] == 64 * 2**20
    assert job["read"]["total_ios"] == 512
    assert job["read"]["bw_bytes"] < 7_000_000_000  # a PCIe 4.0 x4 drive cannot do more


def test_ethtool_of_a_port_that_is_up() -> None:
    said = run(machine(H100), "ethtool ens1np0").out
    assert said.startswith("Settings for ens1np0:\n")
    for line in ("\tSpeed: 400000Mb/s\n", "\tDuplex: Full\n", "\tLink detected: yes\n"):
        assert line in said


def test_ipmi_fields_are_separated_as_in_the_tool() -> None:
    host = machine(H100)
    assert all(line.count(" | ") == 4 for line in run(host, "ipmitool sdr elist").out.splitlines())
    for line in run(host, "ipmitool sel elist").out.splitlines():
        assert re.match(r" +[0-9a-f]+ \| \d\d/\d\d/\d{4} \| \d\d:\d\d:\d\d \| ", line)


def test_reboot_and_reset_are_asked_of_the_host() -> None:
    host = machine(H100)
    assert [step.what for step in run(host, "reboot").did] == ["reboot"]
    assert [(s.what, s.part) for s in run(host, "nvidia-smi --gpu-reset -i 3").did] == [("reset_device", "gpu3")]
    assert run(host, "nvidia-smi --gpu-reset -i 3", root=False).did == ()
    assert [s.part for s in run(machine(MI300X), "amd-smi reset -G -g 2").did] == ["gpu2"]
    assert [s.part for s in run(machine(GAUDI3), "hl-smi -r 1").did] == ["hpu1"]


def test_timeout_ends_what_takes_too_long() -> None:
    host = machine(H100)
    said = run(host, "timeout 5 stress-ng --cpu 1 --timeout 60s")
    assert said.code == 124
    assert said.waited_s <= 5
    assert "dispatching hogs" in said.err
    assert "successful" not in said.err
