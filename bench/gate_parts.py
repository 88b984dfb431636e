"""One look at a gate, told by its parts: what ``gatehouse gate`` does, with a clock in between. Prints JSON, in ms."""

import gc
import os
import sys
import time

gc.disable()  # as the command does
_marks: dict[str, float] = {}


def main(program: str, phase_name: str) -> None:
    """Look at the gate; the parts are those of the table in ``gates.py``."""
    import io
    import json

    from gatehouse.cli import gate, output
    from gatehouse.cli.place import catalog_and_store
    from gatehouse.decisions.gates import evaluate
    from gatehouse.model.status import Phase
    from gatehouse.operations import look_at_gate as look
    from gatehouse.reports.gate_table import HEADINGS, gate_rows

    assert gate
    _mark("start", _since_start_s())
    began = time.perf_counter()
    phase = Phase(phase_name)
    catalog, url = catalog_and_store()
    asked = look.asked_of(catalog, program, phase)
    criteria, plan = catalog.criteria[asked.criteria], catalog.plans[asked.plan]
    build = catalog.build(program, phase)
    began = _lap("catalogue", began)
    with look.reading(url) as cursor:
        now = look.datetime.now(look.UTC)
        evidence = look.phase_evidence(cursor, program, phase, build, plan.mandatory, criteria.wanted, now)
    began = _lap("fetch", began)
    decision = evaluate(evidence, criteria)
    began = _lap("decide", began)
    output.console.file = io.StringIO()
    output.print_table(HEADINGS, gate_rows(decision, {host.serial: host.name for host in build}))
    _lap("print", began)
    sys.stdout.write(json.dumps({part: 1000 * seconds for part, seconds in _marks.items()}) + "\n")


def _since_start_s() -> float:
    import psutil

    return time.time() - psutil.Process(os.getpid()).create_time()


def _lap(part: str, began: float) -> float:
    now = time.perf_counter()
    _mark(part, now - began)
    return now


def _mark(part: str, seconds: float) -> None:
    _marks[part] = seconds


if __name__ == "__main__":
    main(*sys.argv[1:])
