"""Signs of statuses, and moments in words: what tables, pages and messages share."""

from datetime import UTC, datetime

from gatehouse.model.status import CriterionStatus

# A sign beside each word, so that nothing is said by colour alone.
SIGNS = {
    CriterionStatus.MET: "✓",
    CriterionStatus.NOT_MET: "✗",
    CriterionStatus.NOT_ENOUGH_EVIDENCE: "?",
    CriterionStatus.WAIVED: "⚠",
}


def sign(status: str) -> str:
    """The sign of a criterion's status."""
    return SIGNS[CriterionStatus(status)]


def when(moment: datetime | None) -> str:
    """``2025-11-23 02:18 UTC``; a dash where there is no time."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "–"


def day(moment: datetime | None) -> str:
    """``2025-11-23``; a dash where there is none."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}" if moment else "–"
