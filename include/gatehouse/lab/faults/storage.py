"""Faults of the drives."""

from gatehouse.lab.faults.registry import fault
from gatehouse.lab.faults.spec import Effect
from gatehouse.lab.machine.kernel import CRITICAL, ERROR, WARNING

_SPARE_LOW, _RELIABILITY, _READ_ONLY = (
    1,
    4,
    8,
)  # bits of the NVMe critical warning (NVMe Base Specification 2.0, fig. 207)


@fault("disk_media_errors", "A drive with unrecovered data errors", "NVMe", "degraded", "disk", params={"count": 37})
def disk_media_errors(at: Effect) -> None:
    """Counters of the health log, and I/O errors in the kernel's."""
    disk, count = at.disk, at.integer("count")
    disk.media_errors += count
    disk.error_log_entries += count
    name = disk.name.removeprefix("/dev/")
    at.kernel(
        f"{name}: I/O Cmd(0x2) @ LBA 1188340224, 8 blocks, I/O Error (sct 0x2 / sc 0x81) DNR",
        f"critical medium error, dev {name}, sector 1188340224 op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 0",
        f"Buffer I/O error on dev {name}, logical block 148542528, async page read",
        level=ERROR,
    )


@fault("disk_worn", "A drive at the end of its endurance", "NVMe", "degraded", "disk", params={"used_pct": 104})
def disk_worn(at: Effect) -> None:
    """Endurance used up, spare below its threshold, and the drive's own warning."""
    disk = at.disk
    disk.used_pct = at.integer("used_pct")
    disk.spare_pct = 7
    disk.critical_warning |= _SPARE_LOW | _RELIABILITY


@fault("disk_spare_low", "A drive with few spare blocks left", "NVMe", "degraded", "disk", params={"spare_pct": 6})
def disk_spare_low(at: Effect) -> None:
    """Spare below the drive's threshold, and the bit that says so."""
    at.disk.spare_pct = at.integer("spare_pct")
    at.disk.critical_warning |= _SPARE_LOW


@fault("disk_missing", "A drive that is gone", "NVMe", "absent", "disk")
def disk_missing(at: Effect) -> None:
    """No device, nothing on the bus, and the kernel's last words about it."""
    disk = at.disk
    disk.present = False
    at.kernel(
        f"nvme {disk.profile.controller}: I/O 44 QID 12 timeout, reset controller",
        f"nvme {disk.profile.controller}: Device not ready; aborting reset, CSTS=0x1",
        f"nvme {disk.profile.controller}: Disabling device after reset failure: -19",
        level=WARNING,
    )


@fault("disk_read_only", "A drive that takes no more writes", "NVMe", "hard fail", "disk")
def disk_read_only(at: Effect) -> None:
    """The drive's warning bit, a filesystem remounted read-only, and writes that fail."""
    disk = at.disk
    name = disk.name.removeprefix("/dev/")
    disk.read_only = True
    disk.critical_warning |= _READ_ONLY
    at.kernel(
        f"EXT4-fs error (device {name}): ext4_journal_check_start:83: Detected aborted journal",
        f"EXT4-fs ({name}): Remounting filesystem read-only",
        level=CRITICAL,
    )


@fault("disk_corrupts", "A drive that gives back other bytes than were written", "NVMe", "silent wrong answer", "disk")
def disk_corrupts(at: Effect) -> None:
    """Only a verified write sees it."""
    at.disk.corrupts = True


@fault("disk_hot", "A drive above its temperature limit", "NVMe", "degraded", "disk", params={"temp_c": 84})
def disk_hot(at: Effect) -> None:
    """The temperature and its warning bit."""
    at.disk.temp_c = at.integer("temp_c")
    at.disk.critical_warning |= 2
    at.kernel(f"nvme {at.disk.profile.controller}: temperature above threshold", level=WARNING)
