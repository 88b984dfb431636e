"""What is tried again by itself: a killed worker and an absent database; never what a person must mend first."""

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from gatehouse.model.errors import CatalogError, NotFoundError, RefusedError, UsageError

CRASH_RETRIES = 3
NEEDS_A_PERSON = (CatalogError, NotFoundError, RefusedError, UsageError)


def task_defaults(on_failure: list[Any]) -> dict[str, Any]:
    """Default arguments of every task of ours."""
    return {
        "retries": CRASH_RETRIES,
        "retry_delay": timedelta(seconds=5),
        "retry_policy": ExceptionRetryPolicy(
            rules=[RetryRule(exception=kind, action=RetryAction.FAIL) for kind in NEEDS_A_PERSON]
        ),
        "on_failure_callback": on_failure,
    }
