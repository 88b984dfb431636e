"""``stress-ng``: did the stressors run, and did ``--verify`` find a wrong answer?

Every line is ``stress-ng: TAG: [PID] text`` and goes to standard error unless ``--stdout`` is given, so both streams
are read. The metrics table has its heading over two lines; its columns are found by their names, as versions add some.
The summary (skipped, passed, failed, metrics untrustworthy) came after 0.15; before, a run that calls itself
successful means that every stressor that was dispatched and not skipped passed.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.documents import Lines, lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "stress-ng"
_LINE = re.compile(r".{0,80}?stress-ng: (?:[\d:.]{5,20} )?([a-z]{4,7}):\s{1,4}\[(\d{1,10})\] (.*)")
_HEADING = re.compile(r"stressor|bogo ops/s|bogo ops|real time|usr time|sys time|CPU used per|RSS Max")
_RATES = re.compile(r"\(real time\)|\(usr\+sys time\)")
_HOGS = re.compile(r"(\d{1,6}) ([a-z0-9-]{1,40})")
_SUMMARY = re.compile(r"(skipped|passed|failed|metrics[ -]untrustworthy): (\d{1,9})(?::.*)?")
_BY_STRESSOR = re.compile(r"([a-z][a-z0-9-]{0,40}) \((\d{1,6})\)")
_NONE_RAN = re.compile(r"no stress workers invoked", re.IGNORECASE)
_SKIPPED = re.compile(r"stressor (?:will be )?skipped|skipping stressor", re.IGNORECASE)
_RUN = re.compile(r"(un)?successful run completed in (.*)")
_SECONDS = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s?(days?|hours?|hrs?|mins?|minutes?|secs?|seconds?|s)\b")
_S_PER = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_RESOURCE = re.compile(
    r"errno=|cannot allocate|no space left|out of memory|permission denied|not supported", re.IGNORECASE
)
_COLUMNS = {
    "bogo ops": "bogo_ops",
    "real time": "real_s",
    "usr time": "usr_s",
    "sys time": "sys_s",
    "CPU used per": "cpu_used_pct",
    "RSS Max": "rss_max_kib",
}
_YAML = {
    "bogo-ops": "bogo_ops",
    "bogo-ops-per-second-real-time": "bogo_ops_per_s_real",
    "bogo-ops-per-second-usr-sys-time": "bogo_ops_per_s_cpu",
    "wall-clock-time": "real_s",
    "user-time": "usr_s",
    "system-time": "sys_s",
    "cpu-usage-per-instance": "cpu_used_pct",
    "max-rss": "rss_max_kib",
}
_RATE_NAMES = {"(real time)": "bogo_ops_per_s_real", "(usr+sys time)": "bogo_ops_per_s_cpu"}
_COUNTS = ("passed", "failed", "skipped", "untrustworthy")
_ANSWERS = (0, 2)  # 2: a stressor failed; 3 to 7 are trouble of the tool itself (stress-ng(1), EXIT STATUS)


class _Said(NamedTuple):
    tag: str
    text: str


@reads(_TOOL)
def read_stress_ng(said: Completed) -> ToolReport:
    """Stressors passed, failed, skipped; the metrics of each (``cpu.bogo_ops``), unprefixed too where there is one.

    Raises:
        UnreadableError: no line of stress-ng.
    """
    lines = lines_of(with_errors(said))
    messages = list(_messages(lines))
    if not messages and (rows := list(_yaml_rows(lines))):
        return _read_yaml(Draft(_TOOL, said), lines, rows)
    if not messages:
        first = next((line.strip() for line in (*lines, lines.tail) if line.strip()), "")
        raise UnreadableError(f"no line begins with 'stress-ng:': {first[:200]}")
    draft = Draft(_TOOL, said)
    draft.facts.update(dict.fromkeys((*_COUNTS, "completed")))
    for message in messages:
        _note_message(draft, message)
    _note_stressors(draft, messages)
    _count_without_summary(draft, messages)
    if draft.facts["completed"] is None:
        draft.incomplete("no line says that the run completed")
    _judge(draft, messages)
    if any(message.tag == "error" and _NONE_RAN.search(message.text[:500]) for message in messages):
        return draft.failed("no stressor ran")
    skipped, ran = draft.facts["skipped"], [draft.facts["passed"], draft.facts["failed"]]
    if skipped and not any(ran):
        return draft.failed(f"all {skipped} stressors were skipped")
    return draft.done(_ANSWERS)


def _messages(lines: Lines) -> Iterator[_Said]:
    for line in lines:
        if match := _LINE.fullmatch(line):
            yield _Said(match.group(1), match.group(3))


def _yaml_rows(lines: Lines) -> Iterator[dict[str, str]]:
    """The metrics of ``--yaml``: an entry for each stressor, with what follows it before the next."""
    row: dict[str, str] = {}
    for line in lines:
        key, colon, value = line.strip().removeprefix("- ").partition(":")
        if line.strip().startswith("- stressor:"):
            if row:
                yield row
            row = {key: value.strip()}
        elif row and colon and value.strip():
            row.setdefault(key, value.strip())
        elif row:
            yield row
            row = {}
    if row:
        yield row


def _read_yaml(draft: Draft, lines: Lines, rows: list[dict[str, str]]) -> ToolReport:
    """Facts of ``--yaml``, which tells what was measured and not whether a stressor passed."""
    draft.facts.update(dict.fromkeys((*_COUNTS, "completed")))
    for row in rows:
        for key, name in _YAML.items():
            if key in row:
                draft.fact(f"{row['stressor']}.{name}", number_or_unknown(row[key]))
                if len(rows) == 1:
                    draft.fact(name, number_or_unknown(row[key]))
    if len(rows) == 1:
        draft.fact("stressor", rows[0]["stressor"])
    draft.total("stressors", sorted(row["stressor"] for row in rows))
    draft.incomplete("the YAML does not say whether the stressors passed")
    if lines.tail:
        draft.was_cut("the last line is cut")
    return draft.done(_ANSWERS)


def _note_message(draft: Draft, message: _Said) -> None:
    text = message.text.strip()
    if match := _SUMMARY.fullmatch(text):
        name = "untrustworthy" if match.group(1).startswith("metrics") else match.group(1)
        draft.fact(name, int(match.group(2)))
        for stressor, count in _BY_STRESSOR.findall(text[:4000].partition(": ")[2]):
            draft.fact(f"{stressor}.{name}", int(count))
    elif match := _RUN.fullmatch(text):
        draft.fact("completed", match.group(1) is None)
        draft.fact("run_s", _seconds(match.group(2)))


def _count_without_summary(draft: Draft, messages: list[_Said]) -> None:
    """Passed, failed and skipped of a version that prints no summary, from its own verdict on the whole run."""
    if draft.facts["completed"] is not True or any(draft.facts[name] is not None for name in _COUNTS):
        return
    skipped = sum(bool(_SKIPPED.search(message.text[:300])) for message in messages)
    instances = [count for count in _instances(messages).values() if isinstance(count, int)]
    draft.fact("skipped", skipped)
    draft.fact("failed", sum(message.tag == "fail" for message in messages))
    draft.fact("passed", sum(instances) if instances and not skipped and not draft.facts["failed"] else None)


def _seconds(text: str) -> float | None:
    """``2 mins, 0.5 secs``, ``60.05s``, or ``60.05s (1 min, 0.05 secs)``, in seconds."""
    first = text[:200].partition("(")[0]
    parts = [float(number) * _S_PER[unit[0]] for number, unit in _SECONDS.findall(first)]
    return round(sum(parts), 3) if parts else None


def _note_stressors(draft: Draft, messages: list[_Said]) -> None:
    """The table's rows and the number of instances; for a single stressor under the bare names as well."""
    found = {name: {"instances": count} for name, count in _instances(messages).items()}
    for name, row in _table(messages):
        found.setdefault(name, {"instances": None}).update(row)
    for name, row in found.items():
        for column, value in row.items():
            draft.fact(f"{name}.{column}", value)
            if len(found) == 1:
                draft.fact(column, value)
    if len(found) == 1:
        draft.fact("stressor", next(iter(found)))
    draft.total("stressors", sorted(found))


def _instances(messages: list[_Said]) -> dict[str, int | float | None]:
    for message in messages:
        before, marker, hogs = message.text.partition("dispatching hogs: ")
        if marker and not before.strip():
            return {name: int(count) for count, name in _HOGS.findall(hogs[:4000])}
    return {}


def _table(messages: list[_Said]) -> Iterator[tuple[str, dict[str, int | float | None]]]:
    columns: list[str] = []
    for message in messages:
        words = message.text.split()
        if words[:3] == ["stressor", "bogo", "ops"]:
            columns = _HEADING.findall(message.text)
        elif columns and words[:1] == ["(secs)"]:
            columns = _with_rates(columns, _RATES.findall(message.text))
        elif columns and len(words) == len(columns) and number_or_unknown(words[1]) is not None:
            yield words[0], {n: number_or_unknown(w) for n, w in zip(columns[1:], words[1:], strict=True) if n}
        else:
            columns = []


def _with_rates(columns: list[str], rates: list[str]) -> list[str]:
    """Column names, the two ``bogo ops/s`` told apart by the second line of the heading."""
    left = iter(rates)
    return [_RATE_NAMES.get(next(left, ""), "") if c == "bogo ops/s" else _COLUMNS.get(c, c) for c in columns]


def _judge(draft: Draft, messages: list[_Said]) -> None:
    """A ``fail:`` line is a wrong answer of the machine, unless it tells of a resource that the test lacked."""
    for message in messages:
        if message.tag == "fail":
            lacked = _RESOURCE.search(message.text[:1000])
            kind = FindingClass.TOOL_ERROR if lacked else FindingClass.HARDWARE
            draft.finding(kind, "cpu", "stress-ng.resource" if lacked else "stress-ng.verify", message.text)
        elif message.tag == "error":
            draft.error(message.text)
    if draft.facts["failed"] and not draft.findings:
        draft.hardware("cpu", "stress-ng.failed", f"{draft.facts['failed']} stressors failed")
    if draft.facts["skipped"]:
        draft.finding(FindingClass.TOOL_ERROR, "host", "stress-ng.skipped", f"{draft.facts['skipped']} were skipped")
    if draft.facts["untrustworthy"]:
        text = f"metrics of {draft.facts['untrustworthy']} stressors are untrustworthy"
        draft.finding(FindingClass.TOOL_ERROR, "host", "stress-ng.untrustworthy", text)
