"""Waits for a phase's entry to have something new to look at."""

from collections.abc import Sequence

from gatehouse.model.status import Phase
from gatehouse.operations.watch_gate import entry_news
from gatehouse.pipeline.news_trigger import NewsTrigger


class EntryNewsTrigger(NewsTrigger):
    """Fires when somebody attested something, let a phase open, or moved a phase since ``seen``; or after 5 minutes."""

    usual_poll_s = 5.0
    recheck_s = 300.0  # even without news: a build comes by a file of the catalogue, which the store does not tell

    def news(self, store_url: str) -> Sequence[int] | None:
        """What is new of the entry."""
        return entry_news(store_url, self.program, Phase(self.phase))
