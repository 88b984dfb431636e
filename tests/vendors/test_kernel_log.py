"""The kernel log: which events it tells, each counted once, and whose trouble they are."""

import pytest
from golden_pairs import completed

from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass, Measured
from gatehouse.vendors.nvidia_xids import class_of_xid, sxid_is_fatal
from gatehouse.vendors.registry import read


def report_of(*messages: str) -> ToolReport:
    """The report of a log with these messages."""
    return read_log("".join(f"[{index + 1:5d}.000001] {message}\n" for index, message in enumerate(messages)))


def read_log(text: str) -> ToolReport:
    """The report of a log's text."""
    return read("kernel-log", completed(text.encode()))


def found(report: ToolReport) -> list[tuple[str, str, str]]:
    """The findings as class, part and signature."""
    return [(str(finding.kind), finding.part, finding.signature) for finding in report.findings]


@pytest.mark.parametrize(
    ("message", "finding"),
    [
        ("NVRM: Xid (PCI:0000:3b:00): 48, pid=1, DBE (double bit error)", "hardware 0000:3b:00.0 xid.48"),
        ("NVRM: Xid (PCI:0000:3b:00): 13, pid=1, Graphics Exception", "application 0000:3b:00.0 xid.13"),
        ("NVRM: Xid (PCI:0000:3b:00 GPU-I:05): 31, pid=1, x", "application 0000:3b:00.0 xid.31"),
        ("NVRM: Xid (0000:3b:00): 62, 0c94(2d50)", "hardware 0000:3b:00.0 xid.62"),
        ("NVRM: Xid (PCI:0009:01:00): 149, NETIR_LINK_EVT Fatal XC0", "hardware 0009:01:00.0 xid.149"),
        ("NVRM: Xid (PCI:0000:3b:00): 999, news", "hardware 0000:3b:00.0 xid.999"),
        ("NVRM: Xid (PCI:0000:3b:00): 78, vGPU mismatch", "configuration 0000:3b:00.0 xid.78"),
        ("NVRM: GPU 0000:3b:00.0: GPU has fallen off the bus.", "hardware 0000:3b:00.0 xid.79"),
        ("NVRM: GPU 0000:3b:00.0: RmInitAdapter failed! (0x24:0x72:1568)", "hardware 0000:3b:00.0 gpu.init"),
        ("NVRM: nvAssert failed: Reset required [NV_ERR_RESET_REQUIRED] (0x62)", "hardware host gpu.reset_required"),
        (
            'EDAC MC0: CE page 0x5f, offset 0x0, grain 8, row 3, channel 1, label "DIMM_B2": x',
            "hardware DIMM_B2 edac.ce",
        ),
        ("EDAC MC3: 1 UE memory scrubbing error on unknown memory (page:0x1)", "hardware mc3 edac.ue"),
        ("mce: [Hardware Error]: CPU 4: Machine Check: 0 Bank 5: 8c00004000010091", "hardware cpu4 mce.corrected"),
        ("[Hardware Error]: CPU:2 (19:11:1) MC17_STATUS[-|UE|MiscV]: 0xbc00080001010135", "hardware cpu2 mce"),
        ("Memory failure: 0x10d88e: recovery action for dirty LRU page: Failed", "hardware host memory_failure"),
        ("nvme nvme1: controller is down; will reset: CSTS=0xffffffff", "hardware nvme1 nvme.error"),
        ("nvme nvme1: Removing after probe failure status: -19", "hardware nvme1 nvme.error"),
        ("I/O error, dev sda, sector 10 op 0x0:(READ) flags 0x0", "hardware sda block.io_error"),
        ("Buffer I/O error on device nvme0n1, logical block 5", "hardware nvme0 block.io_error"),
        ("md/raid1:md0: Disk failure on sdb1, disabling device.", "hardware md0 md.disk_failure"),
        ("EXT4-fs (dm-0): Remounting filesystem read-only", "hardware host filesystem.read_only"),
        ("NMI watchdog: Watchdog detected hard LOCKUP on cpu 17", "hardware cpu17 cpu.hard_lockup"),
        ("watchdog: BUG: soft lockup - CPU#41 stuck for 23s! [x:1]", "configuration cpu41 cpu.soft_lockup"),
        ("CPU3: Package temperature above threshold, cpu clock throttled", "hardware cpu3 cpu.throttled"),
        ("BUG: unable to handle page fault for address: ffff8", "configuration host kernel.oops"),
        ("INFO: task nfsd:11 blocked for more than 120 seconds.", "application host task.hung"),
        ("Kernel panic - not syncing: Fatal hardware error!", "hardware host kernel.panic"),
        ("Kernel panic - not syncing: Attempted to kill init!", "configuration host kernel.panic"),
        ("python3[12]: segfault at 10 ip 7f1 sp 7ff error 4 in libnccl.so.2[7f1]", "application host nccl.crash"),
        (
            "mlx5_core 0000:17:00.0: Detected insufficient power on the PCIe slot (26W).",
            "hardware 0000:17:00.0 nic.power",
        ),
        (
            "mlx5_core 0000:17:00.0: Port module event[error]: module 0, Cable error, High Temperature",
            "hardware 0000:17:00.0 nic.temperature",
        ),
        ("pcieport 0000:15:01.0: pciehp: Slot(4): Link Down", "hardware 0000:15:01.0 pcie.link_down"),
        (
            "amdgpu 0000:0c:00.0: amdgpu: ring sdma0 timeout, signaled seq=1",
            "application 0000:0c:00.0 amdgpu.ring_timeout",
        ),
        (
            "amdgpu 0000:0c:00.0: amdgpu: RAS records exceed bad page threshold",
            "hardware 0000:0c:00.0 amdgpu.bad_pages",
        ),
        (
            "habanalabs hl3: HBM1 pc0 interrupt info: WR_PAR=0, RD_PAR=0, CA_PAR=0, SERR=0, DERR=1",
            "hardware hl3 habanalabs.ecc",
        ),
        (
            "NVRM: API mismatch: client version 1, kernel module 2",
            "configuration host driver.mismatch",
        ),
        ("pcieport 0000:15:01.0: DPC: containment event, status:0x1f01 source:0x0", "hardware 0000:15:01.0 pcie.dpc"),
        ("pcieport 0000:15:01.0: pciehp: Slot(4): Power fault", "hardware 0000:15:01.0 pcie.power_fault"),
        ("EDAC DEVICE0: UE: cache instance: cpu block: L2", "hardware device0 edac.ue"),
        ("EDAC MC2: 1 CE on A1_or_A2 (page:0x5)", "hardware A1_or_A2 edac.ce"),
        ("nvme1n1: Read(0x2) @ LBA 9, 8 blocks, Unrecovered (sct 0x2 / sc 0x81)", "hardware nvme1 nvme.media_error"),
        ("nvme nvme1: frozen state error detected, reset controller", "hardware nvme1 nvme.error"),
        ("ata3.00: exception Emask 0x0 SAct 0x0 SErr 0x0", "hardware ata3 ata.error"),
        ("XFS (nvme0n1p1): Corruption detected. Unmount and run xfs_repair", "hardware nvme0 filesystem.error"),
        ("INFO: rcu_sched detected stalls on CPUs/tasks: { 3}", "configuration host cpu.rcu_stall"),
        ("NMI: PCI system error (SERR) for reason b1 on CPU 0.", "hardware host cpu.nmi"),
        ("Uhhuh. NMI received for unknown reason 3d on CPU 4.", "configuration cpu4 cpu.nmi"),
        ("general protection fault, probably for address 0x1: 0000 [#1] SMP", "configuration host kernel.oops"),
        ("python3[12]: segfault at 10 ip 7f1 sp 7ff error 4 in libc.so.6[7f1]", "application host program.crash"),
        ("traps: python3[12] general protection fault ip:7f sp:7f error:0", "application host program.crash"),
        ("nfs: server filer1 not responding, still trying", "application host nfs.no_answer"),
        ("amdgpu 0000:0c:00.0: amdgpu: MES failed to respond to msg=2", "hardware 0000:0c:00.0 amdgpu.queue_hang"),
        ("habanalabs hl3: device heartbeat failed!", "hardware hl3 habanalabs.heartbeat"),
        ("habanalabs 0000:19:00.0: Going to reset device", "hardware 0000:19:00.0 habanalabs.reset"),
    ],
)
def test_one_event(message: str, finding: str) -> None:
    """It should know whose trouble an event is, and of which part."""
    assert tuple(finding.split()) in found(report_of("booting", message))


@pytest.mark.parametrize(
    "message",
    [
        "NVRM: loading NVIDIA UNIX x86_64 Kernel Module  550.90.07",
        "nvidia-nvswitch2: open (major=510)",
        "nvidia-peermem nv_get_p2p_free_callback:127 ERROR detected invalid context, skipping further processing",
        "EDAC MC0: Giving out device to module skx_edac controller Skylake Socket#0 IMC#0",
        "mce: CPU supports 20 MCE banks",
        "pcieport 0000:00:01.0: AER: enabled with IRQ 122",
        "nvme nvme0: 64/0/0 default/read/poll queues",
        "amdgpu 0000:0c:00.0: amdgpu: RAS: optional ras ta ucode is not available",
        "mlx5_core 0000:17:00.0 ens1f0: Link up",
        "mlx5_core 0000:17:00.0 ens1f0: Link down",
        "veth12: lost carrier",
        "NVRM: Xid (PCI:0000:3b:00): 154, GPU recovery action changed from 0x1 (Drain P2P) to 0x0 (None)",
        "x86/mce: Machine Check support enabled",
        "mce: CPU3: Package temperature/speed normal",
        "ata1: SATA link down (SStatus 0 SControl 300)",
        "nvme nvme0: Shutdown timeout set to 10 seconds",
        "mlx5_core 0000:17:00.0: Port module event: module 1, Cable unplugged",
        "nouveau 0000:01:00.0: bios: version 90.17.29",
        "habanalabs hl0: Linux version 49.0.0-sec-9",
        "watchdog: watchdog0: watchdog did not stop!",
    ],
)
def test_no_event(message: str) -> None:
    """It should not call ordinary messages trouble."""
    assert found(report_of("booting", message)) == []


def test_repeated_events_are_one_finding() -> None:
    """It should count every line of an Xid and name it once for each GPU."""
    lines = [f"NVRM: Xid (PCI:0000:{bus}:00): 31, pid={pid}, name=a, x" for bus in ("3b", "86") for pid in (1, 1, 2)]
    report = report_of(*lines)
    assert report.facts["xid.31.count"] == 6
    assert report.facts["xid.31.pids"] == [1, 2]
    assert report.facts["xid.31.devices"] == ["0000:3b:00.0", "0000:86:00.0"]
    assert found(report) == [("application", f"0000:{bus}:00.0", "xid.31") for bus in ("3b", "86")]
    assert "3 times" in report.findings[0].text


def test_a_gpu_off_the_bus_is_told_twice_and_counted_once() -> None:
    """It should not add the twin line of an Xid 79, but should add that of another GPU."""
    report = report_of(
        "NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.",
        "NVRM: GPU 0000:3b:00.0: GPU has fallen off the bus.",
        "NVRM: GPU 0000:86:00.0: GPU has fallen off the bus.",
    )
    assert found(report) == [("hardware", "0000:3b:00.0", "xid.79"), ("hardware", "0000:86:00.0", "xid.79")]
    assert report.facts["xid.79.count"] == 1


def test_details_of_a_double_bit_error() -> None:
    """It should read where in memory the error was."""
    report = report_of(
        "NVRM: Xid (PCI:0000:19:00): 48, pid='<unknown>', name=<unknown>, An uncorrectable double bit error (DBE) has "
        "been detected on GPU in the framebuffer at physAddr 0x12bac1c3e0 partition 2, subpartition 1."
    )
    assert report.facts["xid.48.detail.physaddr"] == "0x12bac1c3e0"
    assert report.facts["xid.48.detail.partition"] == 2
    assert report.facts["xid.48.detail.subpartition"] == 1
    assert report.facts["xid.48.pids"] == []


@pytest.mark.parametrize(
    ("kinds", "count"),
    [(("Fatal, Link 3 x", "Severity 1 x", "Data {0x1}"), 1), (("Severity 1 x",) * 2, 2), (("Data {0x1}",), 1)],
)
def test_lines_of_an_sxid(kinds: tuple[str, ...], count: int) -> None:
    """It should count an SXid once for its three lines, and by the others where the first was lost."""
    report = report_of(*(f"nvidia-nvswitch1: SXid (PCI:0000:84:00.0): 20034, {kind}" for kind in kinds))
    assert report.facts["sxid.20034.count"] == count
    assert found(report) == [("hardware", "0000:84:00.0", "sxid.20034")]


def test_a_cut_number_is_no_code() -> None:
    """It should not read Xid 7 where the log ends in the middle of 79."""
    report = read_log("[ 1.000001] booting\n[ 2.000001] NVRM: Xid (PCI:0000:3b:00): 7")
    assert report.facts["xids"] == 0
    assert not report.complete


@pytest.mark.parametrize(
    ("severity", "bit", "grade"),
    [
        ("Corrected", "[ 6] BadTLP", "corrected"),
        ("Uncorrected (Non-Fatal)", "[14] CmpltTO", "nonfatal"),
        ("Uncorrected (Fatal)", "[ 4] DLP", "fatal"),
        ("Uncorrectable (Fatal)", "[ 4] DLP", "fatal"),
    ],
)
def test_native_pcie_errors(severity: str, bit: str, grade: str) -> None:
    """It should take the severity that the kernel states, and one event for its four lines."""
    report = report_of(
        "pcieport 0000:16:01.0: AER: error message received from 0000:17:00.0",
        f"nvme 0000:17:00.0: PCIe Bus Error: severity={severity}, type=Data Link Layer, (Receiver ID)",
        "nvme 0000:17:00.0:   device [144d:a808] error status/mask=00000040/0000e000",
        f"nvme 0000:17:00.0:    {bit}                 (First)",
    )
    assert report.facts[f"pcie.aer.{grade}"] == 1
    assert report.facts["events"] == 1
    assert report.facts["aer.first"] == bit.rsplit(maxsplit=1)[-1]
    assert found(report) == [("hardware", "0000:17:00.0", f"pcie.aer.{grade}")]


def test_firmware_pcie_errors_of_one_device_are_two_events() -> None:
    """It should start a new event with each status word."""
    lines = ["AER: aer_status: 0x00000001, aer_mask: 0x0", "AER:   [ 0] RxErr   (First)"] * 2
    report = report_of(*(f"nvme 0000:2c:00.0: {line}" for line in lines))
    assert report.facts["events"] == 2
    assert report.facts["pcie.aer.corrected"] == 2


def test_pcie_reports_of_the_firmware_count_as_aer_only() -> None:
    """It should not count a PCIe error twice when APEI and AER both tell it."""
    report = report_of(
        "{1}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 512",
        "{1}[Hardware Error]: event severity: corrected",
        "{1}[Hardware Error]:   section_type: PCIe error",
        "{1}[Hardware Error]:   device_id: 0000:2c:00.0",
        "nvme 0000:2c:00.0: AER: aer_status: 0x00000001, aer_mask: 0x00000000",
        "{2}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 1",
        "{2}[Hardware Error]: event severity: recoverable",
        "{2}[Hardware Error]:   section_type: memory error",
    )
    assert report.facts["apei.events"] == 1
    assert ("hardware", "host", "apei.recoverable") in found(report)
    assert not any(signature == "apei.corrected" for _, _, signature in found(report))


def test_a_pcie_report_of_the_last_boot_counts() -> None:
    """It should count a PCIe error that only the firmware tells, such as what BERT kept of a crash."""
    report = report_of(
        "BERT: Error records from previous boot:",
        "[Hardware Error]: event severity: fatal",
        "[Hardware Error]:  Error 0, type: fatal",
        "[Hardware Error]:   section_type: PCIe error",
        "[Hardware Error]:   device_id: 0000:3b:00.0",
    )
    assert report.facts["bert"] is True
    assert report.facts["apei.events"] == 1
    assert found(report) == [("hardware", "0000:3b:00.0", "apei.fatal")]


def test_a_report_of_the_firmware_glued_to_a_machine_check() -> None:
    """It should survive two lines that were written into one."""
    report = report_of("mce: {1}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 4")
    assert report.facts["apei.events"] == 1


def test_counts_inside_messages() -> None:
    """It should add the counts that EDAC prints, not the lines."""
    report = report_of(
        *(f"EDAC MC1: {count} CE memory read error on D1 (channel:0 slot:1 page:0x1)" for count in (5, 1))
    )
    assert report.facts["edac.ce_total"] == 6
    assert report.facts["edac.lines"] == 2
    assert found(report) == [("hardware", "D1", "edac.ce")]


@pytest.mark.parametrize(
    ("states", "signatures"),
    [
        (["up"], []),
        (["down", "up"], []),
        (["up", "down"], ["link.down"]),
        (["down", "up", "down", "up"], ["link.flap"]),
        (["up", "down", "up", "down"], ["link.flap", "link.down"]),
    ],
)
def test_links(states: list[str], signatures: list[str]) -> None:
    """It should call a link that flaps, or stays down, trouble; one that comes up at start-up is none."""
    report = report_of(*(f"mlx5_core 0000:17:00.0 ens1f0: Link {state}" for state in states))
    assert [finding.signature for finding in report.findings] == signatures
    assert report.facts["lost_carrier_events"] == states.count("down")


def test_oom_in_three_lines_is_one_kill() -> None:
    """It should be the application's trouble, once."""
    report = report_of(
        "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),task=python3,pid=811",
        "Memory cgroup out of memory: Killed process 811 (python3) total-vm:1kB",
        "oom_reaper: reaped process 811 (python3), now anon-rss:0kB",
    )
    assert report.facts["oom_kills"] == 1
    assert report.facts["oom_kill_lines"] == 3
    assert found(report) == [("application", "host", "oom")]


def test_two_accounts_of_one_link_are_one_event() -> None:
    """It should not count a loss twice when the driver and networkd both tell it."""
    lines = (
        "kernel: bnxt_en 0000:65:00.0 eno1: NIC Link is Down",
        "systemd-networkd[81]: eno1: Lost carrier",
        "kernel: bnxt_en 0000:65:00.0 eno1: NIC Link is Up, 25000 Mbps full duplex",
        "systemd-networkd[81]: eno1: Gained carrier",
    )
    report = read_log("".join(f"Jan 13 10:00:00 n1 {line}\n" for line in lines))
    assert (report.facts["lost_carrier_events"], report.facts["gained_carrier_events"]) == (1, 1)
    assert not report.findings


@pytest.mark.parametrize("name", ["mlx5_0", "rocep1s0f1", "rdmap8s0f0"])
def test_rdma_ports(name: str) -> None:
    """It should follow RDMA ports under any name, apart from the interfaces on them."""
    port = f"mlx5_core 0000:08:00.0 {name}: Port: 1 Link"
    report = report_of(f"{port} ACTIVE", "mlx5_core 0000:08:00.0 eth4: Link up", f"{port} DOWN")
    assert report.facts["ib_port_down_events"] == 1
    assert report.facts["lost_carrier_events"] == 0
    assert found(report) == [("hardware", f"{name}.port1", "link.down")]


def test_the_place_of_the_first_memory_error() -> None:
    """It should not mix the places of two errors."""
    report = report_of('EDAC MC0: CE row 0, channel 1, label "A1": x', "EDAC MC1: 1 CE on B2 (channel:0 page:0x5)")
    assert (report.facts["edac.mc"], report.facts["edac.channel"], report.facts["edac.label"]) == (0, 1, "A1")
    assert "edac.first_page" not in report.facts


def test_messages_that_the_journal_missed_are_a_hole() -> None:
    """It should not call a log complete that says what it lost; rate limits only make counts lower bounds."""
    limited = read_log("Jan 13 10:00:00 n1 kernel: net_ratelimit: 7 callbacks suppressed\n")
    missed = read_log("Jan 13 10:00:00 n1 systemd-journald[9]: Missed 4 kernel messages\n")
    assert (limited.complete, limited.facts["suppressed_lines"]) == (True, 7)
    assert (missed.complete, missed.facts["missed_lines"]) == (False, 4)


def test_a_serial_console() -> None:
    """It should find the kernel among what firmware, boot loader and services print."""
    noise = "BIOS POST code 0x92\n[  OK  ] Started something.\nGRUB loading.\n" * 20
    kernel = "".join(f"[{second:5d}.000001] usb 1-1: new device\n" for second in range(30))
    report = read_log(noise + kernel + "[   99.000001] NVRM: Xid (PCI:0000:3b:00): 79, x\n")
    assert report.facts["xid.79.count"] == 1
    assert read_log(noise + "[   99.000001] NVRM: x\n").status is Measured.ERROR


def test_an_injected_memory_failure_is_a_test() -> None:
    """It should not blame the hardware for what somebody injected."""
    report = report_of("Injecting memory failure at pfn 0x1", "Memory failure: 0x1: recovery action for x: Recovered")
    assert report.facts["injected"] is True
    assert found(report) == [("application", "host", "memory_failure")]


def test_a_block_of_nul_bytes_after_a_crash() -> None:
    """It should read around what a crash left in a syslog file."""
    text = (
        "[ 1.000001] a\n"
        + "\0" * 6
        + "[ 2.000001] NVRM: Xid (PCI:0000:3b:00): 79, x\n"
        + "[ 3.000001] b b b b b b\n" * 40
    )
    report = read_log(text)
    assert report.status is Measured.COMPLETE
    assert report.facts["xid.79.count"] == 1


@pytest.mark.parametrize("text", ["-- No entries --\n", "-- Journal begins at Mon 2025 --\n-- No entries --\n", "\n"])
def test_no_messages_are_no_clean_bill(text: str) -> None:
    """It should say that nothing was measured when the log is empty."""
    assert read_log(text).status is Measured.ERROR


def test_permission_denied() -> None:
    """It should give the reason why there is no log."""
    report = read("kernel-log", completed(b"", 1, b"dmesg: read kernel buffer failed: Operation not permitted\n"))
    assert report.status is Measured.ERROR
    assert "not permitted" in report.errors[0]


@pytest.mark.parametrize("code", range(1, 200))
def test_every_xid_has_an_owner(code: int) -> None:
    """It should know whose trouble each number is; those of applications are never the hardware's."""
    expected = code in {13, 31, 43, 45, 68, 69}
    assert (class_of_xid(code) is FindingClass.APPLICATION) or not expected
    if code in {46, 48, 62, 63, 64, 74, 79, 92, 94, 95, 119, 120, 140, 143}:
        assert class_of_xid(code) is FindingClass.HARDWARE


def test_fatality_of_sxids() -> None:
    """It should know what is always fatal and what never is, and leave the rest open."""
    assert sxid_is_fatal(22003) is True
    assert sxid_is_fatal(12028) is False
    assert sxid_is_fatal(20034) is None
