"""Waits in the triggerer for a phase's entry to have something new to look at."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.sdk import Connection
from airflow.triggers.base import BaseTrigger, TriggerEvent

from gatehouse.model.status import Phase
from gatehouse.operations.watch_gate import entry_news
from gatehouse.pipeline.workspace import STORE, store_url_of

POLL_S = 5.0
RECHECK_S = 300.0  # even without news: a build comes by a file of the catalogue, which the store does not tell


class EntryNewsTrigger(BaseTrigger):
    """Fires when somebody attested something, let a phase open, or moved a phase since ``seen``; or after 5 minutes."""

    def __init__(self, program: str, phase: str, seen: list[int], poll_s: float = POLL_S) -> None:
        super().__init__()
        self.program, self.phase, self.seen, self.poll_s = program, phase, seen, poll_s

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Class path and arguments: what the triggerer makes it from, again after each restart."""
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {"program": self.program, "phase": self.phase, "seen": self.seen, "poll_s": self.poll_s}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Poll until there is news. A store that does not answer is asked again, for as long as it takes."""
        url = store_url_of(await Connection.async_get(STORE))
        waited = 0.0
        while waited < RECHECK_S:
            await asyncio.sleep(self.poll_s)
            waited += self.poll_s
            news = await asyncio.to_thread(entry_news, url, self.program, Phase(self.phase))
            if news is not None and list(news) != self.seen:
                yield TriggerEvent({"why": "something new"})
                return
        yield TriggerEvent({"why": "time to look again"})
