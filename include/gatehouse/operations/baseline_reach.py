"""For which machines a baseline holds now, by the latest sound result of each: new firmware ends it."""

from dataclasses import dataclass

from gatehouse.decisions.baselines.cohorts import Cohort, belongs
from gatehouse.decisions.wording import counted, listed
from gatehouse.operations.baseline_samples import cohorts_of
from gatehouse.store.engine import Transaction
from gatehouse.store.populations import latest_results
from gatehouse.store.tables import BaselineRow


@dataclass(frozen=True, slots=True)
class Reach:
    """Hosts that a baseline holds for, those of other cohorts, and those that do not tell their cohort."""

    held: tuple[str, ...]
    others: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def words(self) -> str:
        """For people."""
        said = f"holds now for {counted(len(self.held), 'host')}"
        said += f"; not for {len(self.others)} of other cohorts: {listed(self.others)}" if self.others else ""
        return said + (f"; unknown for {len(self.unknown)}: {listed(self.unknown)}" if self.unknown else "")


def reach_of(session: Transaction, row: BaselineRow) -> Reach:
    """Sort the machines of its SKU by whether the baseline holds for them."""
    results = latest_results(session, row.sku, diagnostics=(row.diagnostic,))
    cohorts, learned_on = cohorts_of(session, row.sku, results), Cohort(**row.cohort)
    answers = {one.host: belongs(cohorts[one.result_id], learned_on) for one in results}
    held, others, unknown = (
        tuple(sorted(host for host, answer in answers.items() if answer is wanted)) for wanted in (True, False, None)
    )
    return Reach(held, others, unknown)
