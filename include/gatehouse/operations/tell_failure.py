"""Tells people of a failure: once, through every channel that works, and never so often that they stop reading."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from gatehouse.operations.alert import Alert, Failure, Links
from gatehouse.operations.explain_failure import explain_failure
from gatehouse.operations.workspace import Workspace
from gatehouse.store import alerts
from gatehouse.store.engine import transaction

log = logging.getLogger(__name__)
MOST_SINGLE = 10  # alerts of single tasks in one run; what fails beyond is told once, when the run has ended


class ChannelError(Exception):
    """A channel did not take an alert; the text says why."""


class Channel(Protocol):
    """A way to reach people."""

    @property
    def name(self) -> str:
        """What the store and the log call it."""

    def send(self, alert: Alert) -> None:
        """Send it, within a bounded time.

        Raises:
            ChannelError: it was not taken.
        """


def tell_failure(workspace: Workspace, failure: Failure, links: Links, channels: Sequence[Channel]) -> Alert | None:
    """Explain a failure and send it, unless people know. Returns what was sent now, or None.

    A run tells what its tasks have not: those whose process was killed, those beyond the first few, those whose alert
    did not get through.
    """
    with transaction(workspace.engine) as session:
        known = alerts.told(session, failure.run)
    if failure.task_id:
        if len(known) >= MOST_SINGLE:
            log.info("%s is told when the run has ended: %d alerts of it were sent", failure.task, len(known))
            return None
        alert = explain_failure(workspace, failure, links)
    else:
        tasks = {str(task) for each in known for task in each.body.get("tasks", ())}
        told = {str(key) for each in known for key in each.body.get("told", ())}
        left = replace(failure, failed_tasks=tuple(task for task in failure.failed_tasks if task not in tasks))
        alert = explain_failure(workspace, left, links, told)
    if alert is None or not send_once(workspace, alert, channels):
        return None
    return alert


def send_once(
    workspace: Workspace, alert: Alert, channels: Sequence[Channel], attempts: int = alerts.MOST_ATTEMPTS
) -> bool:
    """Send an alert through the channels that do not have it yet, unless another sends it. Returns whether we did.

    After so many ``attempts`` that failed it is given up.
    """
    if not channels:
        return False
    with transaction(workspace.engine) as session:
        before = alerts.claim(session, alert.about, alert.subject, alert.as_json(), attempts)
    if before is None:
        log.info("sent before: %s", alert.about)
        return False
    sent, failed = send(alert, [channel for channel in channels if channel.name not in before])
    with transaction(workspace.engine) as session:
        alerts.finish(session, alert.about, [*before, *sent], failed)
    return True


def send(alert: Alert, channels: Sequence[Channel]) -> tuple[list[str], Mapping[str, str]]:
    """Send without asking who else does. Returns the channels that took it, and why others did not."""
    sent: list[str] = []
    failed: dict[str, str] = {}
    for channel in channels:
        try:
            channel.send(alert)
        except ChannelError as error:
            failed[channel.name] = str(error)
            log.warning("alert %s was not sent by %s: %s", alert.about, channel.name, error)
        else:
            sent.append(channel.name)
            log.info("alert %s was sent by %s", alert.about, channel.name)
    return sent, failed
