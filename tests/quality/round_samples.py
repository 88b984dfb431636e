"""A sound round to spoil: six H100 units, three diagnostics, one sensor and one counter a unit."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from gatehouse.quality.history_data import CheckHistory, PartMoved, PartShared, QuantityMoved
from gatehouse.quality.round_data import (
    AsideData,
    FindingData,
    JobData,
    OutputData,
    PlannedResult,
    ReadingData,
    ResultRowData,
    RoundData,
    UnitRow,
)

OPENED = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
JUDGED = OPENED + timedelta(hours=2)
DIAGNOSTICS = ("accelerator_health", "identity_bom", "kernel_log")
SCRIPT = "<script>alert('x')</script>"

Spoil = Callable[[RoundData], RoundData]


def unit(number: int, **changes: Any) -> UnitRow:
    """Unit ``number``, reached and as it should be, but for the changes."""
    sound = UnitRow(
        serial=f"H100DVT{number:04}",
        host=f"h100-dvt-{number:03}",
        site="lab-a",
        claimed_serial=f"H100DVT{number:04}",
        clock_skew_s=0.4,
        boot_id=f"6f1c2d3e-0000-4000-8000-{number:012}",
        measured_at=OPENED + timedelta(minutes=20),
        unreachable=None,
        sku="h100-8x",
        earlier_skew_s=0.9,
        earlier_at=OPENED - timedelta(days=2),
    )
    return replace(sound, **changes)


def planned(of: UnitRow, diagnostic: str) -> PlannedResult:
    """What is asked of a unit."""
    return PlannedResult(of.serial, of.host, diagnostic, mandatory=diagnostic != "kernel_log")


def result(of: UnitRow, diagnostic: str, **changes: Any) -> ResultRowData:
    """A plain pass, but for the changes."""
    sound = ResultRowData(
        serial=of.serial,
        host=of.host,
        diagnostic=diagnostic,
        measured="COMPLETE",
        verdict="PASS",
        started_at=OPENED + timedelta(minutes=10),
        recorded_at=OPENED + timedelta(minutes=20),
        duration_s=3.5,
    )
    return replace(sound, **changes)


def reading(of: UnitRow, value: float | None = 41.0, **changes: Any) -> ReadingData:
    """A temperature of the first GPU within its physical bounds, but for the changes."""
    sound = ReadingData(
        serial=of.serial,
        host=of.host,
        diagnostic="accelerator_health",
        part="gpu0",
        name="temp_c",
        value=value,
        unit="degC",
        low=-40.0,
        high=130.0,
    )
    return replace(sound, **changes)


def finding(of: UnitRow, **changes: Any) -> FindingData:
    """A limit that a GPU broke, but for the changes."""
    sound = FindingData(
        of.serial, of.host, "accelerator_health", "violation", "gpu3", "temp_c", "at most 85 degC", "minor", True
    )
    return replace(sound, **changes)


def output(of: UnitRow, diagnostic: str = "kernel_log", **changes: Any) -> OutputData:
    """What a tool printed, kept whole, but for the changes."""
    sound = OutputData(
        of.serial, of.host, diagnostic, f"{diagnostic}-1-tool", "exited", 0, False, hashes=True, kept=True, intact=True
    )
    return replace(sound, **changes)


def job(of: UnitRow, **changes: Any) -> JobData:
    """A stress that ran for an hour and ended, but for the changes."""
    sound = JobData(of.serial, of.host, "kernel_log", "kernel_log-1-tool", "COMPLETE", True, True, 3600.0, 3660.0)
    return replace(sound, **changes)


def shared(of: UnitRow, number: str, **changes: Any) -> PartShared:
    """A GPU with its number, but for the changes."""
    return replace(PartShared(of.serial, of.host, "accelerator_health", "gpu3", "serial", number), **changes)


def moved(of: UnitRow, before: UnitRow, **changes: Any) -> PartMoved:
    """A GPU that an earlier round saw in ``before``, in the same slot, but for the changes."""
    where = (of.serial, of.host, "accelerator_health", "gpu3", "serial", "1652922000001")
    there = (before.serial, before.host, "gpu3", "1652922000001", "0b5e11aa22cc", OPENED - timedelta(days=2))
    return replace(PartMoved(*where, *there), **changes)


def check(**changes: Any) -> CheckHistory:
    """A temperature over ten rounds that moves, with a limit that never failed, but for the changes."""
    sound = CheckHistory("accelerator_health", "temp_c", "degC", 10, 6, 480, 30.0, 61.0, 480, 0, 480)
    return replace(sound, **changes)


def change(**changes: Any) -> QuantityMoved:
    """A bandwidth that is what it was in the round before, but for the changes."""
    versions = "driver of accelerator_health 535.161.08, now 550.54.15"
    sound = QuantityMoved(
        "accelerator_bandwidth", "d2d.sum", "GB/s", "GB/s", 365.2, 364.9, "GB/s", versions, "0b5e11aa22cc"
    )
    return replace(sound, **changes)


def sound_round(units: int = 6, docs_id: str = "4f00aa12bc34") -> RoundData:
    """A round with nothing wrong in its data."""
    rows = tuple(unit(number) for number in range(1, units + 1))
    return RoundData(
        round_id=docs_id,
        program="h100-hgx",
        phase="DVT",
        plan="dvt",
        opened_at=OPENED,
        judged_at=JUDGED,
        planned=tuple(planned(u, d) for u in rows for d in DIAGNOSTICS),
        units=rows,
        results=tuple(result(u, d) for u in rows for d in DIAGNOSTICS),
        readings=tuple(
            each
            for number, u in enumerate(rows)
            for each in (
                reading(u, 40.0 + number),
                reading(u, 0.0, name="ecc_count", unit="", low=0.0, high=None),
                reading(u, 7.0, name="power.limit_w", unit="W", low=None, high=None),
                reading(u, None, name="fan_pct", unit="%"),
            )
        ),
        expected_units={"temp_c": "degC", "ecc_count": ""},
        requested_by="pat",
        described_skus=frozenset({"h100-8x"}),
        findings=(finding(rows[0]),) if rows else (),
        outputs=tuple(output(u, d) for u in rows for d in DIAGNOSTICS),
        jobs=tuple(job(u) for u in rows),
        parts=tuple(shared(u, f"16529220{number:05}") for number, u in enumerate(rows)),
        checks=(check(), check(name="ecc_count", unit="", least=0.0, most=0.0), check(name="", unit="", limited=0)),
        changes=(change(),),
    )


def with_unit(data: RoundData, index: int, **changes: Any) -> RoundData:
    """The round with one unit changed."""
    units = list(data.units)
    units[index] = replace(units[index], **changes)
    return replace(data, units=tuple(units))


def with_result(data: RoundData, index: int, **changes: Any) -> RoundData:
    """The round with one result changed."""
    results = list(data.results)
    results[index] = replace(results[index], **changes)
    return replace(data, results=tuple(results))


def aside(data: RoundData, *indexes: int) -> RoundData:
    """The round with some results set aside."""
    rows = tuple(
        AsideData(index, data.results[index].serial, data.results[index].diagnostic, "pat", "a bad cable", JUDGED)
        for index in indexes
    )
    return replace(data, set_aside=rows)


def with_readings(data: RoundData, *more: ReadingData) -> RoundData:
    """The round with more readings."""
    return replace(data, readings=(*data.readings, *more))


def renamed(data: RoundData, host: str, name: str) -> RoundData:
    """The round with a host called otherwise, wherever it is named."""
    fields: dict[str, Any] = {
        field: tuple(replace(row, host=name) if row.host == host else row for row in getattr(data, field))
        for field in ("planned", "units", "results", "readings", "findings", "outputs", "jobs", "parts", "moves")
    }
    return replace(data, **fields)
