"""Moments as tools print them. The simulated hosts live in UTC."""

from datetime import UTC, datetime

DEFAULT_TIME_SCALE = 1 / 1200  # 60 simulated seconds take 0.05 real ones


def moment(epoch_s: float) -> datetime:
    """Seconds since 1970 as a time in UTC."""
    return datetime.fromtimestamp(epoch_s, UTC)


def ctime(epoch_s: float) -> str:
    """As C's ``ctime``: ``Fri Aug  4 11:44:30 2023``."""
    at = moment(epoch_s)
    return f"{at:%a %b} {at.day:2d} {at:%H:%M:%S %Y}"
