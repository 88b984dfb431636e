"""Asks in a query or two whether a gate, or an entry, has something new to look at."""

from gatehouse.model.errors import StoreError
from gatehouse.model.status import Phase
from gatehouse.store import calendar, phase_out, phases
from gatehouse.store.engine import open_store, transaction


def gate_news(store_url: str, program: str, phase: Phase) -> tuple[int, ...] | None:
    """Numbers that change whenever the gate has news; None while the store does not answer."""
    try:
        with transaction(open_store(store_url)) as session:
            return (*phases.news(session, program, phase), *phase_out.news(session, program, phase))
    except StoreError:
        return None


def entry_news(store_url: str, program: str, phase: Phase) -> tuple[int, ...] | None:
    """Numbers that change whenever the entry of a phase has news; None while the store does not answer."""
    try:
        with transaction(open_store(store_url)) as session:
            return calendar.entry_news(session, program, phase)
    except StoreError:
        return None
