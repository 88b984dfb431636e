"""Waits in the triggerer for the store to have something new: no worker slot, one small query a look."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar

from airflow.sdk import Connection
from airflow.triggers.base import BaseTrigger, TriggerEvent

from gatehouse.model.status import Phase
from gatehouse.pipeline.workspace import STORE, store_url_of


class NewsTrigger(BaseTrigger):
    """Fires when the news of a program's phase is not what was ``seen``, or after ``recheck_s`` even without news."""

    usual_poll_s: ClassVar[float]
    recheck_s: ClassVar[float]

    def __init__(self, program: str, phase: str, seen: list[int], poll_s: float | None = None) -> None:
        super().__init__()
        self.program, self.phase, self.seen = program, phase, seen
        self.poll_s = poll_s or self.usual_poll_s

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Class path and arguments: what the triggerer makes it from, again after each restart."""
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {"program": self.program, "phase": self.phase, "seen": self.seen, "poll_s": self.poll_s}

    def news(self, store_url: str) -> Sequence[int] | None:
        """Numbers that change whenever there is news; None while the store does not answer."""
        raise NotImplementedError

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Poll until there is news. A store that does not answer is asked again, for as long as it takes."""
        url = store_url_of(await Connection.async_get(STORE))
        waited = 0.0
        while waited < self.recheck_s:
            await asyncio.sleep(self.poll_s)
            waited += self.poll_s
            news = await asyncio.to_thread(self.news, url)
            if news is None:
                self.log.warning("the store does not answer; asking again in %s s", self.poll_s)
            elif list(news) != self.seen:
                yield TriggerEvent({"why": f"something new of {self.program} {Phase(self.phase)}"})
                return
        yield TriggerEvent({"why": "time to look again"})
