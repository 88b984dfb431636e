"""Drives and filesystems in the kernel log.

Forms: Linux' drivers/nvme/host, block, drivers/ata, drivers/md, fs/ext4, fs/xfs, fs/btrfs.
"""

import re
from collections import Counter

from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_records import KernelLog, Record

_DISK = r"\b(?P<part>nvme\d{1,4}|sd[a-z]{1,3}|md\d{1,4}|dm-\d{1,4}|vd[a-z]{1,2}|xvd[a-z])"
# Signature, words that a line must hold (quick to test), pattern; a part may be named in the pattern.
_PATTERNS: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (signature, word, re.compile(pattern))
    for signature, word, pattern in (
        ("nvme.timeout", "timeout", rf"nvme {_DISK}: (?:I/O|Abort|Admin).{{0,100}}timeout"),
        ("nvme.error", "nvme", rf"nvme {_DISK}: (?:controller is down|Disabling device|Removing after probe)"),
        ("nvme.error", "nvme", rf"nvme {_DISK}: (?:frozen state error|Device not ready|[Ii]dentify .{{0,40}}failed)"),
        ("nvme.error", "nvme", rf"nvme {_DISK}: (?:resetting controller due to|failed to (?:start|reset) controller)"),
        ("nvme.error", "no available path", rf"{_DISK}\w{{0,10}}: .{{0,40}}no available path - failing I/O"),
        ("nvme.media_error", "sct 0x2", rf"{_DISK}\w{{0,10}}: .{{0,120}}\(sct 0x2 / sc 0x8[0-9a-f]\)"),
        ("block.medium_error", "critical medium error", rf"critical medium error, dev {_DISK}"),
        ("block.medium_error", "Medium Error", rf"\[{_DISK}\] .{{0,60}}Sense Key : Medium Error"),
        ("block.io_error", "I/O error", rf"I/O error,? (?:on )?dev(?:ice)? {_DISK}"),
        ("block.io_error", "critical target error", rf"critical target error, dev {_DISK}"),
        ("block.io_error", "I/O error while writing", r"I/O error while writing superblock"),
        ("block.beyond_end", "beyond end of device", r"attempt to access beyond end of device"),
        ("ata.error", "exception Emask", r"(?P<part>ata\d{1,3})(?:\.\d{2})?: exception Emask"),
        ("md.disk_failure", "Disk failure", rf"md/raid\w{{0,6}}:{_DISK}: Disk failure"),
        ("filesystem.error", "EXT4-fs error", rf"EXT4-fs error \(device {_DISK}"),
        (
            "filesystem.error",
            "XFS (",
            rf"XFS \({_DISK}\w{{0,10}}\): .{{0,60}}(?:Corruption|I/O error|[Ss]hut(?:ting)? ?down)",
        ),
        ("filesystem.error", "BTRFS", rf"BTRFS (?:error|critical) \(device {_DISK}"),
        ("filesystem.read_only", "read-only", r"Remounting filesystem read-only"),
    )
)


def note_storage(log: KernelLog, gathered: Gathered) -> None:
    """A finding for each kind of trouble and drive; commands that timed out, and failed requests, by drive."""
    counts: Counter[tuple[str, str]] = Counter()
    words = tuple(dict.fromkeys(word for _, word, _ in _PATTERNS))
    for record in log.mentioning(*words):
        for signature, part in _troubles(record):
            log.fault(record)
            counts[part, signature] += 1
            gathered.found(FindingClass.HARDWARE, part, signature, record.message)
    for name, signature in (("nvme_timeout_events", "nvme.timeout"), ("io_errors", "block.io_error")):
        total = sum(count for (_, kind), count in counts.items() if kind == signature)
        gathered.total(name, total)
    for (part, signature), count in counts.items():
        gathered.fact(f"{part}.{signature}.count", count)


def _troubles(record: Record) -> dict[tuple[str, str], None]:
    """What one record tells of, once each."""
    found = (
        (signature, match.groupdict().get("part") or "host")
        for signature, word, pattern in _PATTERNS
        if word in record.message and (match := pattern.search(record.message)) is not None
    )
    return dict.fromkeys(found)
