"""Records of a kernel log in all its forms."""

import pytest

from gatehouse.vendors.kernel_log_records import KernelLog, Record, records_of

XID = "NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus."


@pytest.mark.parametrize(
    ("line", "time", "host", "severity"),
    [
        (f"[   12.345678] {XID}", 12.345678, None, None),
        (f"[   12.345678][  T142] {XID}", 12.345678, None, None),
        (f"[   12.345678 <    0.000001>] {XID}", 12.345678, None, None),
        (f"[Tue Jan 21 04:41:44 2025] {XID}", "Tue Jan 21 04:41:44 2025", None, None),
        (f"[Jan21 04:41] {XID}", "Jan21 04:41", None, None),
        (f"2024-11-15T12:02:03,470068+00:00 {XID}", "2024-11-15T12:02:03.470068+00:00", None, None),
        (f"kern  :err   : [   12.345678] {XID}", 12.345678, None, 3),
        (f"kern  :warn  : 2025-01-21T04:41:44,283302+00:00 {XID}", "2025-01-21T04:41:44.283302+00:00", None, 4),
        (f"Sep 24 11:08:03 n1 kernel: [128.426347] {XID}", "Sep 24 11:08:03", "n1", None),
        (f"Sep  4 11:08:03 n1 kernel: {XID}", "Sep  4 11:08:03", "n1", None),
        (f"2025-06-11T02:14:09.120331+0000 n1 kernel: {XID}", "2025-06-11T02:14:09.120331+0000", "n1", None),
        (f"2025-06-11T02:14:09+0000 n1 kernel: {XID}", "2025-06-11T02:14:09+0000", "n1", None),
        (f"2025-06-11T02:14:09.1+02:00 n1 kernel: [1.100000] {XID}", "2025-06-11T02:14:09.1+02:00", "n1", None),
        (f"3,871,18812345,-;{XID}", 18.812345, None, 3),
        (f"3,871,18812345,-,caller=T1;{XID}", 18.812345, None, 3),
        (f"<4>[ 4212.110021] {XID}", 4212.110021, None, 4),
        (f"16:32:32 {XID}", "16:32:32", None, None),
        (XID, None, None, None),
    ],
)
def test_forms(line: str, time: float | str | None, host: str | None, severity: int | None) -> None:
    """It should take the time, the host and the severity off, and leave the message as it is."""
    (record,), _ = records_of(line + "\n")
    assert record.message == XID
    assert record.time == time
    assert record.host == host
    assert record.severity == severity
    assert record.from_kernel


def test_dmesg_iso_has_no_host() -> None:
    """It should not take a driver and its device for a host and a program."""
    (record,), _ = records_of("2024-11-15T12:02:03,470068+00:00 habanalabs hl0: Found GAUDI2 device\n")
    assert record.host is None
    assert record.message == "habanalabs hl0: Found GAUDI2 device"


def test_other_programs_are_not_the_kernel() -> None:
    """It should not believe what any program may write into syslog."""
    records, _ = records_of(f"May  9 03:14:00 gx4 sshd[411]: {XID}\nMay  9 03:14:00 gx4 kernel: {XID}\n")
    assert [record.from_kernel for record in records] == [False, True]
    assert len(list(KernelLog(records).mentioning("Xid"))) == 1


def test_a_cut_record() -> None:
    """It should mark a last line without its end, and only that one."""
    records, _ = records_of("[ 1.000001] a 1\n[ 2.000001] b 2")
    assert [record.is_cut for record in records] == [False, True]
    assert [record.message for record in KernelLog(records).whole_mentioning("a", "b")] == ["a 1"]


def test_details_of_a_kmsg_record() -> None:
    """It should keep priority, sequence and time, and pass over continuation lines."""
    records, _ = records_of("14,7,2500000,-;message\n SUBSYSTEM=pci\n DEVICE=+pci:0000:17:00.0\n")
    assert records == [Record("message", 2.5, None, None, 6, 14, 7, 2500000)]


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("[ 1.000001] a\n[ 2.000001] b\n", 1.0),
        ("vfio-pci 0000:42:00.0: AER\nhabanalabs hl0: x\n", 1.0),
        ("GPU 0: NVIDIA H100\n\tLink 0: 25 GB/s\n", 0.0),
        ("[ 1.000001] a\nfree text\n", 0.5),
        ("\n", 0.0),
    ],
)
def test_the_share_of_lines_that_look_like_a_log(text: str, looks: float) -> None:
    """It should tell a log from other texts."""
    assert records_of(text)[1] == looks


def test_errors_count_once() -> None:
    """It should count a record once, whether its level or its content says error."""
    records, _ = records_of("<3>[ 1.000001] bad\n<6>[ 2.000001] worse\n<6>[ 3.000001] fine\n")
    log = KernelLog(records)
    log.fault(records[0])
    log.fault(records[1])
    log.fault(records[1])
    assert log.errors == 2
