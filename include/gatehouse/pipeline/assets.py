"""What other DAGs can follow."""

from airflow.sdk import Asset

ROUND_JUDGED = Asset(name="gatehouse_round_judged", uri="gatehouse://rounds/judged")
PHASE_EXITED = Asset(name="gatehouse_phase_exited", uri="gatehouse://phases/exited")
