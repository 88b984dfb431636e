"""fio: one job, verified, reported as JSON."""

import json

from gatehouse.lab.machine.identity import between
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.machine.parts import Disk
from gatehouse.lab.tools.clock import ctime
from gatehouse.lab.tools.registry import tool
from gatehouse.lab.tools.smartctl import find_disk
from gatehouse.lab.tools.spec import Call, Err, Out, Steps, Wait, say

_KNOWN = {
    "name", "directory", "filename", "rw", "readwrite", "bs", "size", "verify", "unlink", "runtime", "output-format",
    "ioengine", "direct", "iodepth", "numjobs", "time_based", "group_reporting", "do_verify", "verify_fatal",
    "randrepeat", "fallocate", "end_fsync", "loops", "thread", "verify_state_save", "verify_dump", "ramp_time",
    "allow_file_create", "overwrite", "refill_buffers", "output", "eta", "minimal", "rwmixread", "percentage_random",
}  # fmt: skip
_FACTORS = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30}
_READ_MBS, _WRITE_MBS = 2150.0, 1480.0  # of one drive with 64 KiB blocks
_ILSEQ = 84  # EILSEQ: what fio's jobs end with when verification fails
_EROFS = 30
_EIO = 5
Json = dict[str, object]


def _bytes(text: str) -> int | None:
    """``64m``, ``4k``, ``1g`` in bytes; None when it is no size."""
    number, unit = text.lower().rstrip("ib"), "b"
    if number and number[-1] in "kmg":
        number, unit = number[:-1], number[-1]
    return int(number) * _FACTORS[unit] if number.isdecimal() and len(number) < 12 else None


def _options(args: tuple[str, ...]) -> dict[str, str] | str:
    """Options by name, or the word that is not known."""
    options: dict[str, str] = {}
    for arg in args:
        name, _, value = arg.removeprefix("--").partition("=")
        if not arg.startswith("--") or name not in _KNOWN:
            return arg
        options[name] = value
    return options


@tool("fio")
def fio(call: Call) -> Steps:
    """``--name=… --rw=… --size=… --verify=… --output-format=json``."""
    if call.args == ("--version",):
        return say("fio-3.36\n")
    options = _options(call.args)
    if isinstance(options, str):
        return say(stderr=f"fio: unrecognized option '{options}'\nDid you mean help?\n", exit_code=1)
    size = _bytes(options.get("size", ""))
    if "name" not in options or size is None:
        return say(stderr="No job(s) defined\n\nfio-3.36\n", exit_code=1)
    return _run(call.machine, options, size)


def _run(machine: Machine, options: dict[str, str], size: int) -> Steps:
    disk = _target(machine, options)
    mbs = _READ_MBS * between(0.96, 1.03, machine.serial, "fio", machine.sample)
    seconds = max(2 * size / (mbs * 1e6), 0.02)
    yield Wait(min(seconds, float(options.get("runtime") or 1e9)))
    error = _failure(disk)
    if error:
        words = {
            _ILSEQ: "verify: bad magic header 0, wanted acca",
            _EROFS: "Read-only file system",
            _EIO: "Input/output error",
        }
        yield Err(f"fio: pid=48812, err={error}/file:io_u.c:1878, func=io_u error, error={words[error]}\n".encode())
    if "json" in options.get("output-format", ""):
        yield Out(json.dumps(_report(machine, options, size, mbs, error), indent=2).encode() + b"\n")
    else:
        yield Out(_text(options["name"], mbs, error).encode() + b"\n")
    return 1 if error else 0


def _target(machine: Machine, options: dict[str, str]) -> Disk | None:
    """The drive under the file: the one named, else the first that holds the system."""
    named = find_disk(machine, options.get("filename", ""))
    return named or next((disk for disk in machine.disks if disk.present), None)


def _failure(disk: Disk | None) -> int:
    if disk is None:
        return _EIO
    return _EROFS if disk.read_only else (_ILSEQ if disk.corrupts else 0)


def _report(machine: Machine, options: dict[str, str], size: int, mbs: float, error: int) -> Json:
    block = _bytes(options.get("bs", "4k")) or 4096
    half = size // 2
    return {
        "fio version": "fio-3.36",
        "timestamp": int(machine.now_s),
        "timestamp_ms": int(machine.now_s * 1000),
        "time": ctime(machine.now_s),
        "jobs": [
            {
                "jobname": options["name"],
                "groupid": 0,
                "error": error,
                "eta": 0,
                "elapsed": 1,
                "job options": options,
                "read": _direction(0 if error else half, block, mbs),
                "write": _direction(0 if error == _EROFS else half, block, mbs * _WRITE_MBS / _READ_MBS),
                "trim": _direction(0, block, mbs),
                "sync": {"total_ios": 0, "lat_ns": {"min": 0, "max": 0, "mean": 0.0, "stddev": 0.0, "N": 0}},
                "job_runtime": max(round(2 * size / (mbs * 1e3)), 1),
                "usr_cpu": 11.4,
                "sys_cpu": 22.1,
                "ctx": size // block,
                "majf": 0,
                "minf": 31,
                "latency_depth": int(options.get("iodepth") or 1),
                "latency_target": 0,
                "latency_percentile": 100.0,
                "latency_window": 0,
            }
        ],
        "disk_util": [{"name": "nvme0n1", "read_ios": half // block, "write_ios": half // block, "util": 91.3}],
    }


def _direction(moved: int, block: int, mbs: float) -> Json:
    bandwidth = int(mbs * 1e6) if moved else 0
    ios = moved // block
    clat_ns = block / (mbs * 1e6) * 1e9
    return {
        "io_bytes": moved,
        "io_kbytes": moved // 1024,
        "bw_bytes": bandwidth,
        "bw": bandwidth // 1024,
        "iops": round(bandwidth / block, 6),
        "runtime": round(moved / (mbs * 1e3)) if moved else 0,
        "total_ios": ios,
        "short_ios": 0,
        "drop_ios": 0,
        "slat_ns": _spread(1_900.0 if moved else 0.0),
        "clat_ns": _spread(clat_ns if moved else 0.0)
        | (
            {"percentile": {"50.000000": int(clat_ns), "99.000000": int(clat_ns * 2.2), "99.900000": int(clat_ns * 4)}}
            if moved
            else {}
        ),
        "lat_ns": _spread(clat_ns + 1_900.0 if moved else 0.0),
        "bw_min": bandwidth // 1100,
        "bw_max": bandwidth // 1000,
        "bw_mean": bandwidth / 1024,
        "iops_mean": bandwidth / block,
    }


def _spread(mean: float) -> Json:
    return {
        "min": int(mean * 0.4),
        "max": int(mean * 9),
        "mean": round(mean, 6),
        "stddev": round(mean * 0.3, 6),
        "N": 64,
    }


def _text(name: str, mbs: float, error: int) -> str:
    write_mbs = mbs * _WRITE_MBS / _READ_MBS
    return (
        f"{name}: (groupid=0, jobs=1): err={error:2d}: pid=48812\n"
        f"  read: IOPS={mbs * 1e6 / 65536:.0f}, BW={mbs * 1e6 / 2**20:.0f}MiB/s\n"
        f"  write: IOPS={write_mbs * 1e6 / 65536:.0f}, BW={write_mbs * 1e6 / 2**20:.0f}MiB/s"
    )
