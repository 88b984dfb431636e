"""Waits for a gate to have something new to look at."""

from collections.abc import Sequence

from gatehouse.model.status import Phase
from gatehouse.operations.watch_gate import gate_news
from gatehouse.pipeline.news_trigger import NewsTrigger


class GateNewsTrigger(NewsTrigger):
    """Fires when judged rounds, answers or waivers of a gate have changed since ``seen``, or after half an hour."""

    usual_poll_s = 3.0
    recheck_s = 1800.0  # even without news: waivers expire, evidence grows stale, soaks come to their end

    def news(self, store_url: str) -> Sequence[int] | None:
        """What is new of the gate."""
        return gate_news(store_url, self.program, Phase(self.phase))
