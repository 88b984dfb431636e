"""Tells people when a task or a run fails. One notifier for both: ``on_failure_callback`` of tasks and of DAGs."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from airflow.sdk import BaseNotifier, Connection, Context
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowNotFoundException

from gatehouse.model.errors import GatehouseError
from gatehouse.operations.alert import Links
from gatehouse.operations.explain_failure import explain_without_store
from gatehouse.operations.tell_failure import Channel, send, tell_failure
from gatehouse.operations.workspace import Workspace
from gatehouse.pipeline.channels import mail_of, webhook_of
from gatehouse.pipeline.failures import failure_of
from gatehouse.pipeline.workspace import workspace_from_connections

log = logging.getLogger(__name__)
CONNECTIONS: Mapping[str, Callable[[Any], Channel]] = {"gatehouse_webhook": webhook_of, "gatehouse_smtp": mail_of}


class GatehouseNotifier(BaseNotifier):
    """Explains a failure and sends it once, by every channel that has a Connection.

    A killed process fires no callback of its own task: the one of the DAG, which runs in the dag processor when the run
    has ended, tells what was missed. Without the store the alert is sent all the same, with less in it.
    """

    def __init__(self, workspace: Callable[[], Workspace] = workspace_from_connections) -> None:
        super().__init__()
        self._workspace = workspace

    def notify(self, context: Context) -> None:
        """Send what there is to say. A failure in here is logged, and never becomes one of the task."""
        channels = channels_from_connections()
        if not channels:
            return
        failure, links = failure_of(context), Links(conf.get("api", "base_url", fallback="http://localhost:8080"))
        try:
            tell_failure(self._workspace(), failure, links, channels)
        except Exception as error:  # the last resort: whatever is broken, people must hear of it
            log.exception("the failure could not be explained")
            send(explain_without_store(failure, links, _reason(error)), channels)


def channels_from_connections() -> Sequence[Channel]:
    """The channels that have a Connection; one log line for each that has none, or one that cannot be used."""
    found: list[Channel] = []
    for name, channel_of in CONNECTIONS.items():
        try:
            found.append(channel_of(Connection.get(name)))
        except AirflowNotFoundException:
            log.info("no Connection %r: nobody is told that way", name)
        except ValueError as error:
            log.warning("Connection %r cannot be used: %s", name, error)
    return found


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, GatehouseError) else f"{type(error).__name__}: {error}"
