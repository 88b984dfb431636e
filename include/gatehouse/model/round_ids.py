"""How a round is called: the pages and the alerts find a run's round without asking Airflow."""

import hashlib

ROUND_DAG = "npi_round"
_DIGITS = 12


def round_id_of(run_id: str) -> str:
    """Id of the round that an ``npi_round`` run opens: 12 hex digits, the same for every retry of the run."""
    return hashlib.sha256(f"{ROUND_DAG}/{run_id}".encode()).hexdigest()[:_DIGITS]
