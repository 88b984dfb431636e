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
        (f"[   12.345678] n1 kernel: {XID}", 12.345678, "n1", None),
        (f"1736762400.123456 n1 kernel: {XID}", "1736762400.123456", "n1", None),
        (f"Mon 2025-01-13 10:00:00 UTC n1 kernel: {XID}", "Mon 2025-01-13 10:00:00 UTC", "n1", None),
        (f"Jan 13 2025 10:00:00 n1 kernel: {XID}", "Jan 13 2025 10:00:00", "n1", None),
        (f"<3>1 2025-01-13T10:00:00.1Z n1 kernel - - - [ 12.345678] {XID}", "2025-01-13T10:00:00.1Z", "n1", 3),
        (f"<4>Jan 13 10:00:00 n1 kernel: {XID}", "Jan 13 10:00:00", "n1", 4),
        (f"2025-01-13T10:00:00.12Z stdout F <4>[ 12.345678] {XID}", 12.345678, None, 4),
        (f"2025-01-13T10:00:00.12Z stderr F {XID}", "2025-01-13T10:00:00.12Z", None, None),
        (f"[pod/monitor-x/dmesg] [ 12.345678] {XID}", 12.345678, None, None),
        (f"[2023-06-22 21:55:31.352446][12.345678] {XID}", 12.345678, None, None),
        (f"dmesg-1  | [ 12.345678] {XID}", 12.345678, None, None),
        (f"n1: [ 12.345678] {XID}", 12.345678, "n1", None),
        (f"[Mo Jan 13 10:00:00 2025] {XID}", "Mo Jan 13 10:00:00 2025", None, None),
        (f"[Mon Jan 13 10:00:00 2025 <    0.000100>] {XID}", "Mon Jan 13 10:00:00 2025", None, None),
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


@pytest.mark.parametrize(
    ("text", "time", "host"),
    [
        (
            f'{{"__REALTIME_TIMESTAMP": "1736762400123456", "_HOSTNAME": "n1", "PRIORITY": "3", "MESSAGE": "{XID}"}}\n',
            "2025-01-13T10:00:00.123456+00:00",
            "n1",
        ),
        (f'{{"log": "[ 12.345678] {XID}\\n", "stream": "stdout", "time": "2025-01-13T10:00:00Z"}}\n', 12.345678, None),
        (f'{{\n "dmesg": [\n  {{"pri": 3, "time": 12.345678, "msg": "{XID}"}}\n ]\n}}\n', 12.345678, None),
        (
            f"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1736762400123456\n_HOSTNAME=n1\n_TRANSPORT=kernel\nMESSAGE={XID}\n\n",
            "2025-01-13T10:00:00.123456+00:00",
            "n1",
        ),
        (
            f"Mon 2025-01-13 10:00:00.123456 UTC [s=0123456789abcdef;i=1]\n    _HOSTNAME=n1\n    MESSAGE={XID}\n",
            "Mon 2025-01-13 10:00:00.123456 UTC",
            "n1",
        ),
    ],
    ids=["journal-json", "docker", "dmesg-json", "export", "verbose"],
)
def test_forms_of_several_lines(text: str, time: float | str, host: str | None) -> None:
    """It should read the journal's own forms, and the JSON of dmesg and of containers."""
    (record,), share = records_of(text)
    assert (record.message, record.time, record.host, share) == (XID, time, host, 1.0)
    assert record.from_kernel


def test_the_journal_vouches_for_the_kernel() -> None:
    """It should not believe a program that calls itself the kernel."""
    records, _ = records_of(f'{{"_TRANSPORT": "stdout", "SYSLOG_IDENTIFIER": "kernel", "MESSAGE": "{XID}"}}\n')
    assert not records[0].from_kernel


def test_repeats_are_spelt_out() -> None:
    """It should count what syslog folds, in both of its wordings."""
    lines = ("kernel: a 1", "last message repeated 2 times", "kernel: message repeated 3 times: [ [ 12.345678] b 2]")
    records, _ = records_of("".join(f"Jan 13 10:00:00 n1 {line}\n" for line in lines))
    assert [record.message for record in records] == ["a 1"] * 3 + ["b 2"] * 3


def test_a_hostile_repeat_is_bounded() -> None:
    """It should not spell out a million lines."""
    assert len(records_of("[ 1.000001] a\n[ 2.000001] last message repeated 9999999 times\n")[0]) == 1001


def test_parts_of_a_crash_come_oldest_first() -> None:
    """It should put pstore's parts, which count from the end, in the order of time."""
    records, _ = records_of(
        "Oops#1 Part1\n<4>[ 9.000001] b\nOops#1 Part2\n<4>[ 8.000001] a\nPanic#2 Part1\n<4>[ 9.500001] c\n"
    )
    assert [record.message for record in records] == ["a", "b", "c"]


def test_headings_are_no_records() -> None:
    """It should pass over what journalctl says of itself."""
    text = "-- Journal begins at Mon 2025-01-13 --\nJan 13 10:00:00 n1 kernel: a\n-- Boot 0123 --\n-- Reboot --\n"
    assert [record.message for record in records_of(text)[0]] == ["a"]


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
