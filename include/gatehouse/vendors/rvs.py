"""ROCm Validation Suite: what each action measured on each GPU, and between GPUs.

GPUs go by their KFD number, which is not an index. "met: TRUE" of a target of 0 says nothing.
"""

import re
from dataclasses import dataclass, field

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered, gather, whole_lines
from gatehouse.vendors.quantities import flag_or_unknown, number_or_unknown
from gatehouse.vendors.registry import reads

_LINE = re.compile(r"\[(RESULT|ERROR|INFO ?|WARN ?)\] \[\s*[\d. ]{1,30}\] (.*)$")
_NAMED = re.compile(r"(Action|Module) name ?:\s?(\S{1,100})")
_OF_ACTION = re.compile(r"\[([^\]]{1,100})\] (.*)$")
_GPU = re.compile(r"\[GPU:: ?(\d{1,6})\] (.*)$")
_PAIR = re.compile(
    r"(p2p|p2p-bandwidth\[(\d{1,5})/(\d{1,5})\]) "
    r"\[GPU:: +(\d{1,4}) - +(\d{1,6}) - ([0-9a-f:.]{7,16})\] "
    r"\[GPU:: +(\d{1,4}) - +(\d{1,6}) - ([0-9a-f:.]{7,16})\] (.*)$"
)
_PEERS = re.compile(r"peers:(true|false) distance:(-?\d{1,6})(?: .{0,20})?$")
_BANDWIDTH = re.compile(r"bidirectional: (true|false) ([\d.]{1,20}) ?GBps")
_GFLOPS = re.compile(r"GFLOPS ([\d.]{1,20})(?: Target GFLOPS:? ([\d.]{1,20}) met: (TRUE|FALSE))?$")
_VERDICT = re.compile(r"\b(?:met|pass): (TRUE|FALSE)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Run:
    """What was seen so far: the GPU test in progress and all verdicts (met or not, target)."""

    action: str | None = None
    module: str | None = None
    ramping: set[str] = field(default_factory=set)
    verdicts: list[tuple[str, bool, float | None]] = field(default_factory=list)
    pairs_total: int | None = None
    pairs_listed: int = 0


@reads("rvs-log")
def read_rvs_log(said: Completed) -> ToolReport:
    """GFLOPS with targets by GPU, bandwidths by pair, and whether the verdicts mean anything.

    Raises:
        UnreadableError: there is no result line of RVS.
    """
    gathered, text = gather("rvs-log", said)
    run = _Run()
    matches = [match for line in whole_lines(gathered, text) if (match := _LINE.match(line[:2000]))]
    if not matches:
        raise UnreadableError("no line of RVS's log")
    for match in matches:
        _read_line(gathered, run, match[1].strip(), match[2].strip())
    gathered.facts_of("", {"action": run.action, "module": run.module})
    gathered.fact("met_false", sum(not met for _, met, _ in run.verdicts))
    if run.verdicts:
        gathered.fact("verdict_meaningful", any(target != 0 for _, _, target in run.verdicts))
    if run.pairs_total is not None:
        gathered.fact("unit", "GBps")
        gathered.counted("pairs", run.pairs_total, run.pairs_listed)
    elif not run.verdicts:
        gathered.incomplete("no verdict and no bandwidth in the log")
    return gathered.done()


def _read_line(gathered: Gathered, run: _Run, level: str, said: str) -> None:
    if (named := _NAMED.match(said)) is not None:
        if named[1] == "Action":
            run.action = run.action or named[2]
        else:
            run.module = run.module or named[2]
        return
    of_action = _OF_ACTION.match(said)
    body = of_action[2] if of_action else said
    if level == "ERROR":
        gathered.error(said)
    elif (pair := _PAIR.match(body)) is not None:
        _read_pair(gathered, run, pair)
    elif (gpu := _GPU.match(body)) is not None:
        _read_gpu(gathered, run, f"gpu.{gpu[1]}", gpu[2])


def _read_gpu(gathered: Gathered, run: _Run, part: str, said: str) -> None:
    if said.startswith("Start of GPU ramp up"):
        run.ramping.add(part)
    elif said.startswith("End of GPU ramp up"):
        run.ramping.discard(part)
    rate, verdict = _GFLOPS.match(said), _VERDICT.search(said)
    if rate is not None and rate[3] is None and part in run.ramping:
        gathered.facts.setdefault(f"{part}.ramp_up_first_gflops", number_or_unknown(rate[1]))
    if rate is not None and rate[3] is not None:
        gathered.facts_of(part, {"gflops": number_or_unknown(rate[1]), "target": number_or_unknown(rate[2])})
    if verdict is None:
        return
    met = verdict[1].upper() == "TRUE"
    target = number_or_unknown(rate[2]) if rate is not None and rate[2] else None
    run.verdicts.append((part, met, target))
    gathered.fact(f"{part}.met", met)
    if not met:
        name = f"rvs.{run.module or 'test'}"
        gathered.found(FindingClass.HARDWARE, part, name, f"{run.action or ''} not met: {said}")


def _read_pair(gathered: Gathered, run: _Run, pair: re.Match[str]) -> None:
    source, target, said = int(pair[4]), int(pair[7]), pair[10]
    if pair[2] is None:
        if (peers := _PEERS.match(said)) is not None:
            facts: dict[str, Fact] = {"peers": flag_or_unknown(peers[1]), "distance": int(peers[2])}
            gathered.facts_of(f"p2p.{source}-{target}", facts)
        return
    run.pairs_total = int(pair[3])
    gathered.fact("pairs_total", run.pairs_total)
    if (bandwidth := _BANDWIDTH.match(said)) is not None:
        run.pairs_listed += 1
        gathered.fact("bidirectional", bandwidth[1] == "true")
        gathered.facts_of(f"pair{pair[2]}", {"src": source, "dst": target, "gbps": number_or_unknown(bandwidth[2])})
