"""ROCm Validation Suite: what each action measured on each GPU, and between GPUs, and its summary.

GPUs go by their KFD number, which is not an index. "met: TRUE" of a target of 0 says nothing. The facts of the first
action stand bare, those of further ones below the action's name.
"""

import re
from dataclasses import dataclass, field

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.box_table import Block, blocks_of
from gatehouse.vendors.gathered import Gathered, gather, whole_lines
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads
from gatehouse.vendors.rvs_lines import line_facts, pair_facts, power_of

_LINE = re.compile(r"\s{0,8}\[(RESULT|ERROR|INFO|WARN|DEBUG|TRACE)\s{0,4}\] ?\[\s*[\d. ]{1,30}\] {1,4}(.*)$")
_TROUBLE = re.compile(r"RVS-ERROR (\[.{1,300})")
_NAMED = re.compile(r"(Action|Module) name ?:\s?(\S{1,100})")
_OF_ACTION = re.compile(r"\[([^\]]{1,100})\] {1,4}(.*)$")
_GPU = re.compile(r"\[GPU:: {0,6}(\d{1,6})\] (.*)$")
_GFLOPS = re.compile(r"GFLOPS ([\d.]{1,20})(?: Target GFLOPS:? ([\d.]{1,20}) met: (TRUE|FALSE))?$")
_VERDICT = re.compile(r"\b(met|pass): (TRUE|FALSE)\b", re.IGNORECASE)
_WHOLE_VERDICT = re.compile(r"(?:peqt|rcqt|smqt (\d{1,6})) (?:pass: )?(true|false)$", re.IGNORECASE)
_MEMORY_TEST = re.compile(r"mem Test (\d{1,3}) : (PASS|FAIL\w*)", re.IGNORECASE)
_MEMORY_RATE = re.compile(r"mem Test (\d{1,3}): elapsedtime = .{1,30} bandwidth = (\d{1,12}(?:\.\d{1,9})?)GB/s$")
_LISTED_TEST = re.compile(r"=+ Test (\d{1,3})\s+\[(.{1,80})\]$")
_SUMMARY = {
    "Operating System": "os",
    "RVS version": "rvs_version",
    "ROCm version": "rocm",
    "amdgpu version": "driver",
    "GPUs": "gpus",
}
_SETTINGS = ("rcqt", "smqt")  # modules that compare the machine's set-up with what the configuration expects


@dataclass(slots=True)
class _Run:
    """What was seen so far: the action in progress, and all verdicts (met or not, target)."""

    action: str | None = None
    module: str | None = None
    actions: list[str] = field(default_factory=list)
    ramping: set[str] = field(default_factory=set)
    verdicts: list[tuple[bool, float | None]] = field(default_factory=list)
    pairs: dict[str, list[int]] = field(default_factory=dict)  # prefix -> [declared, listed]
    memory: dict[str, list[bool]] = field(default_factory=dict)
    rates: dict[str, list[float]] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """What comes before the names of this action's facts."""
        return f"{self.action}." if self.action and len(self.actions) > 1 and self.action != self.actions[0] else ""


@reads("rvs-log")
def read_rvs_log(said: Completed) -> ToolReport:
    """GFLOPS with targets by GPU, bandwidths by pair, properties, and whether the verdicts mean anything.

    Raises:
        UnreadableError: there is no result line of RVS.
    """
    gathered, text = gather("rvs-log", said)
    run = _Run()
    lines = whole_lines(gathered, text)
    troubles = [match[1].strip() for line in lines if (match := _TROUBLE.search(line[:2000]))]
    if not any(_LINE.match(line[:2000]) for line in lines):
        raise UnreadableError(f"no line of RVS's log{': ' + troubles[0] if troubles else ''}")
    for trouble in troubles:
        gathered.error(trouble)
    for line in lines:
        match = _LINE.match(line[:2000])
        level, body = (match[1], match[2].strip()) if match else ("", line[:2000].strip())
        _read_line(gathered, run, level, body)
    names = {"action": run.actions[0] if run.actions else None, "module": gathered.facts.get("module")}
    gathered.facts_of("", names)
    if len(run.actions) > 1:
        gathered.total("actions", list(run.actions))
    _note_totals(gathered, run)
    _note_summary(gathered, run, text)
    return gathered.done()


def _read_line(gathered: Gathered, run: _Run, level: str, said: str) -> None:
    if (named := _NAMED.match(said)) is not None:
        _begin(gathered, run, named[1], named[2])
        return
    of_action = _OF_ACTION.match(said) if level else None
    body = of_action[2].strip() if of_action else said
    if level == "ERROR":
        gathered.error(said)
    elif (between := pair_facts(body)) is not None:
        _note_pair(gathered, run, between)
    elif (gpu := _GPU.match(body)) is not None:
        _read_gpu(gathered, run, f"gpu.{gpu[1]}", gpu[2])
    elif (memory := _MEMORY_TEST.match(body)) is not None:
        run.memory.setdefault(f"{run.prefix}test{memory[1]}", []).append(memory[2].upper() == "PASS")
    elif (rate := _MEMORY_RATE.match(body)) is not None:
        run.rates.setdefault(f"{run.prefix}test{rate[1]}", []).append(float(rate[2]))
    elif (listed := _LISTED_TEST.match(body)) is not None:
        gathered.fact(f"{run.prefix}test{listed[1]}.name", listed[2])
    elif (verdict := _WHOLE_VERDICT.match(body)) is not None:
        _judge(gathered, run, f"gpu.{verdict[1]}" if verdict[1] else "", "pass", verdict[2].upper() == "TRUE", body)
    else:
        for name, value in (line_facts(body) or {}).items():
            _note_fact(gathered, f"{run.prefix}{name}", value)


def _note_fact(gathered: Gathered, name: str, value: Fact) -> None:
    """Note a fact that one line gives; of several lists of packages the first counts, but each is looked at."""
    if "packages." in name:
        gathered.facts.setdefault(name, value)
    else:
        gathered.fact(name, value)
    if name.endswith("packages.missing") and value:
        gathered.found(FindingClass.CONFIGURATION, "host", "rvs.rcqt", f"{value} packages are missing")


def _begin(gathered: Gathered, run: _Run, kind: str, name: str) -> None:
    if kind == "Action":
        run.action = name
        run.actions += [name] if name not in run.actions else []
    else:
        run.module = name
        gathered.facts.setdefault(f"{run.prefix}module", name)


def _read_gpu(gathered: Gathered, run: _Run, part: str, said: str) -> None:
    if said.startswith("Start of GPU ramp up"):
        run.ramping.add(part)
    elif said.startswith("End of GPU ramp up"):
        run.ramping.discard(part)
    name = f"{run.prefix}{part}"
    rate, verdict = _GFLOPS.match(said), _VERDICT.search(said)
    if rate is not None and rate[3] is None and part in run.ramping:
        gathered.facts.setdefault(f"{name}.ramp_up_first_gflops", number_or_unknown(rate[1]))
    if rate is not None and rate[3] is not None:
        gathered.facts_of(name, {"gflops": number_or_unknown(rate[1]), "target": number_or_unknown(rate[2])})
    if (power := power_of(said)) is not None:
        most = gathered.facts.get(f"{name}.power_max_w")
        gathered.total(f"{name}.power_w", power)  # the last one; more may stand after a cut
        gathered.total(f"{name}.power_max_w", max(power, most) if isinstance(most, (int, float)) else power)
    if verdict is not None:
        target = number_or_unknown(rate[2]) if rate is not None and rate[2] else None
        _judge(gathered, run, part, verdict[1].lower(), verdict[2].upper() == "TRUE", said, target)


def _judge(
    gathered: Gathered, run: _Run, part: str, word: str, met: bool, said: str, target: float | None = None
) -> None:
    """Note one verdict under the word that RVS uses for it; "pass" of a GPU is also under ``met``."""
    run.verdicts.append((met, target))
    name = f"{run.prefix}{part}"
    gathered.facts_of(name, {word: met} if not part else {"met": met, word: met})
    if not met:
        module = run.module or (said.split(maxsplit=1)[0] if said[:1].islower() else "test")
        kind = FindingClass.CONFIGURATION if module in _SETTINGS else FindingClass.HARDWARE
        gathered.found(kind, part or "host", f"rvs.{module}", f"{run.action or ''} not met: {said}")


def _note_pair(gathered: Gathered, run: _Run, facts: dict[str, Fact]) -> None:
    gathered.facts_of("", {f"{run.prefix}{name}": value for name, value in facts.items()})
    if isinstance(total := facts.get("pairs_total"), int):
        counts = run.pairs.setdefault(run.prefix, [total, 0])
        counts[1] += "bidirectional" in facts


def _note_totals(gathered: Gathered, run: _Run) -> None:
    for name, passed in run.memory.items():
        gathered.total(f"{name}.passes", sum(passed))
        gathered.total(f"{name}.result", "PASS" if all(passed) else "FAIL")
        run.verdicts += [(each, None) for each in passed]
        if not all(passed):
            text = f"{name} failed on {len(passed) - sum(passed)} GPUs"
            gathered.found(FindingClass.HARDWARE, "memory", "rvs.mem", text)
    for name, rates in run.rates.items():
        gathered.total(f"{name}.bandwidth_min_gbps", min(rates))
        gathered.total(f"{name}.bandwidth_max_gbps", max(rates))
    for name, value in list(gathered.facts.items()):
        if name.endswith(".violations") and isinstance(value, int) and value > 0:
            part = ".".join(name.split(".")[-4:-2])
            gathered.found(FindingClass.HARDWARE, part, "rvs.gm", f"{name} is {value}")
    gathered.fact("met_false", sum(not met for met, _ in run.verdicts))
    if run.verdicts:
        gathered.fact("verdict_meaningful", any(target != 0 for _, target in run.verdicts))
    for prefix, (declared, listed) in run.pairs.items():
        gathered.fact(f"{prefix}unit", "GBps")
        gathered.counted("pairs", declared, listed)


def _note_summary(gathered: Gathered, run: _Run, text: str) -> None:
    """The table at the end: versions, GPUs with their bus, and the result of each action."""
    blocks = [block for block in blocks_of(text.split("\n")) if block.closed]
    results = False
    for block in blocks:
        results = results or block.rows[0][0] == "Action Name"
        for row in block.rows:
            if results and len(row) == 3 and row[0] != "Action Name":
                _note_result(gathered, run, row)
            elif len(row) == 2 and row[0] in _SUMMARY:
                number = number_or_unknown(row[1]) if row[0] == "GPUs" else None
                gathered.fact(_SUMMARY[row[0]], word_or_unknown(row[1]) if number is None else number)
        _note_devices(gathered, block)
    if not results and not run.verdicts and not run.pairs and "packages.missing" not in gathered.facts:
        gathered.incomplete("no verdict, no bandwidth and no summary in the log")


def _note_result(gathered: Gathered, run: _Run, row: tuple[str, ...]) -> None:
    gathered.fact(f"result.{row[0]}", word_or_unknown(row[2]))
    if gathered.facts.get("result") in (None, "PASS"):
        gathered.total("result", word_or_unknown(row[2]))  # of the whole run: the first that is no pass
    if row[2].upper().startswith("FAIL") and not gathered.findings:
        kind = FindingClass.CONFIGURATION if row[1].lower() in _SETTINGS else FindingClass.HARDWARE
        gathered.found(kind, "host", f"rvs.{row[1].lower()}", f"{row[0]}: {row[2]}")


def _note_devices(gathered: Gathered, block: Block) -> None:
    """Cells of ``name - KFD number`` over ``index - node - bus``."""
    for upper, lower in zip(block.rows, block.rows[1:], strict=False):
        for device, place in zip(upper, lower, strict=False):
            name, _, number = device.rpartition(" - ")
            words = place.split(" - ")
            if number.isdecimal() and len(words) == 3:
                gathered.facts_of(
                    f"gpu.{number}",
                    {"name": name, "index": number_or_unknown(words[0]), "bus": word_or_unknown(words[2])},
                )
