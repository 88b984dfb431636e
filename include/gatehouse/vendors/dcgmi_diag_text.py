"""dcgmi diag as a table, of DCGM 1.7 to 4: sections, tests, warnings that run over several rows.

DCGM prints "Successfully ran diagnostic" whatever the results; a failed test with all its GPUs passing failed in the
harness, not in the hardware.
"""

import re
from dataclasses import dataclass, field

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.dcgm_causes import (
    RESULTS,
    class_of,
    class_of_no_run,
    overall,
    result_word,
    signature_of,
    why_no_run,
    worst,
)
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.quantities import word_or_unknown
from gatehouse.vendors.registry import reads

_SECTION = re.compile(r"[|+]-{2,30} {1,4}(\S[^-|+]{0,40}?) {1,4}-{2,60}[+|]")
_BOTTOM = re.compile(r"\+-{3,60}\+-{3,100}\+")
_ROW = re.compile(r"\|([^|]{1,60})\|(.{1,120})\|")
_RESULT = re.compile(r"([A-Za-z][A-Za-z ]{2,11}?)(?: - (All|GPUs?:? .{1,80}))?")
_PART_RESULT = re.compile(r"([A-Za-z]{2,12}) ?(\d{1,4}): ([A-Za-z ]{3,12})")
_GPU_NAMED = re.compile(r"(?<![A-Za-z])GPU ?(\d{1,4})(?!\d)")  # DCGM 2 prints "GPU 0GPU 0's NvLink ..."
_NOTE = re.compile(r"(Warning|Error|Info)(?:: ([A-Za-z]{2,12})(\d{1,4}))?")
_HEADINGS = re.compile(r"^[ \t]*\| Diagnostic {1,40}\| Result {1,60}\|[ \t]*$", re.MULTILINE)
_OWN_SECTION = re.compile(
    r"^[ \t]*[|+]-{2,9}  (?:Metadata|Deployment|Hardware|Integration|Stress)  -{2,20}\+-{9,60}[+|][ \t]*$", re.MULTILINE
)
_ELISION = re.compile(r"^[ \t]*\.\.\.[ \t]*$", re.MULTILINE)
_ITERATION = re.compile(r"^Running iteration \d{1,6} of (\d{1,6})\.\.\.", re.MULTILINE)
_FULL_CELL = 47  # DCGM pads a cell to this; narrower ones lost their padding when they were pasted
_ANSWERS = frozenset(range(256))


@dataclass(slots=True)
class _Test:
    """A test's rows: its result with its scope, results by part (``gpu3``), and notes (kind, part, text)."""

    name: str
    section: str
    result: str = ""
    scope: str | None = None
    parts: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Table:
    """What the rows so far hold; ``open_note`` while the rows that follow continue a note."""

    metadata: dict[str, str] = field(default_factory=dict)
    tests: list[_Test] = field(default_factory=list)
    stray: list[tuple[str, str, str]] = field(default_factory=list)  # section, kind, text
    section: str = ""
    new_section: bool = False
    open_note: str = ""
    closed: bool = False


@reads("dcgmi-diag-text")
def read_dcgmi_diag_text(said: Completed) -> ToolReport:
    """Results by test (and by GPU where printed), warnings with the GPU that they name, totals.

    With ``--iterations`` the first run that failed counts, else the last.

    Raises:
        UnreadableError: there is no table of DCGM's diagnostic.
    """
    gathered, text = gather("dcgmi-diag-text", said)
    runs = [_table_of(run) for run in _HEADINGS.split(text)[1:]]
    if not runs and _OWN_SECTION.search(text):
        gathered.incomplete("the table has no headings: what stood above is missing")
        runs = [_table_of(text)]
    if not runs:
        return _without_table(gathered, text)
    if _ELISION.search(text):
        gathered.incomplete("rows are elided with ...")
    failed = next((run for run in runs if any(test.result == "Fail" for test in run.tests)), None)
    asked = _ITERATION.search(text)
    if asked is not None:
        gathered.total("iterations", len(runs))
        if failed is None and (len(runs) < int(asked[1]) or not runs[-1].closed):
            raise UnreadableError("the output ends among the iterations of the diagnostic")
    table = failed or runs[-1]
    if not table.tests and not table.stray:
        raise UnreadableError("DCGM's table holds no test")
    if not table.closed:
        gathered.incomplete("the table has no bottom border")
        _drop_cut_note(table)
    _note_table(gathered, table)
    return gathered.done(_ANSWERS)


def _without_table(gathered: Gathered, text: str) -> ToolReport:
    """What dcgmi prints when the diagnostic cannot run."""
    told = why_no_run(text)
    if told is None:
        raise UnreadableError("no table of DCGM's diagnostic")
    gathered.fact("runtime_error", told)
    gathered.found(class_of_no_run(told), "host", "dcgm.runtime_error", told)
    return gathered.failed(f"the diagnostic did not run: {told[:200]}")


def _table_of(text: str) -> _Table:
    table = _Table()
    for line in text.split("\n"):
        _read_line(table, line.strip())
    return table


def _read_line(table: _Table, line: str) -> None:
    """Take in a row, a section or the border that closes the table."""
    if _BOTTOM.fullmatch(line):
        table.closed = True
        return
    if (section := _SECTION.match(line)) is not None:
        table.section, table.new_section, table.open_note, table.closed = section[1].strip(), True, "", False
        return
    row = _ROW.fullmatch(line)
    if row is None:
        return
    table.closed = False
    key, raw = row[1].strip(), row[2]
    part = _PART_RESULT.fullmatch(raw.strip())
    if key:
        _read_entry(table, key, raw)
    elif part is not None and part[3].strip().lower() in RESULTS and table.tests:
        table.tests[-1].parts[f"{part[1].lower()}{part[2]}"] = result_word(part[3])
        table.open_note = ""
    elif table.open_note:
        _continue_note(table, raw)
    elif table.tests and (more := _RESULT.fullmatch(raw.strip())) is not None and more[2]:
        _note_scope(table.tests[-1], more)


def _read_entry(table: _Table, key: str, raw: str) -> None:
    note = _NOTE.fullmatch(key)
    if table.section == "Metadata":
        table.metadata[key] = raw.strip()
    elif note is not None:
        _open_note(table, note, raw)
    else:
        said = _RESULT.fullmatch(raw.strip())
        test = _Test(key, table.section, result_word(said[1] if said else raw.strip()))
        table.tests.append(test)
        if said is not None and said[2]:
            _note_scope(test, said)
        table.new_section, table.open_note = False, ""


def _open_note(table: _Table, note: re.Match[str], raw: str) -> None:
    part = f"{note[2].lower()}{note[3]}" if note[2] else ""
    if table.new_section or not table.tests:
        table.stray.append((table.section, note[1], _chunk(raw)))
        table.open_note = "stray"
    else:
        table.tests[-1].notes.append((note[1], part, _chunk(raw)))
        table.open_note = "test"


def _note_scope(test: _Test, said: re.Match[str]) -> None:
    """Take in the GPUs of "Fail - GPUs: 0, 3"; a further row of this kind holds for others."""
    result, scope = result_word(said[1]), said[2]
    test.scope = f"{test.scope}; {scope}" if test.scope else scope
    test.result = worst([test.result, result]) or result
    if scope != "All":
        test.parts |= {f"gpu{gpu}": result for gpu in re.findall(r"\d{1,4}", scope)}


def _continue_note(table: _Table, raw: str) -> None:
    if table.open_note == "stray":
        section, kind, text = table.stray[-1]
        table.stray[-1] = (section, kind, text + _chunk(raw))
    else:
        kind, part, text = table.tests[-1].notes[-1]
        table.tests[-1].notes[-1] = (kind, part, text + _chunk(raw))


def _chunk(raw: str) -> str:
    """DCGM cuts a note into pieces of 45 characters, in the middle of words, between one blank and two."""
    return raw[1:-2] if len(raw) > _FULL_CELL else f" {raw.strip()}"


def _drop_cut_note(table: _Table) -> None:
    """A note whose last piece is full may go on in what was cut off; a padded piece is its end.

    The cut note of a test stays counted, without its text.
    """
    notes = [text for _, _, text in table.stray] if table.open_note == "stray" else []
    if table.open_note == "test":
        notes = [text for _, _, text in table.tests[-1].notes]
    if notes and not notes[-1].endswith("  "):
        if table.open_note == "stray":
            table.stray.pop()
        else:
            kind, part, _ = table.tests[-1].notes.pop()
            table.tests[-1].notes.append((kind, part, ""))


def _note_table(gathered: Gathered, table: _Table) -> None:
    ids = [part for part in table.metadata.get("GPU Device IDs Detected", "").split(",") if part.strip()]
    # "Fail - GPUs: 0, 3" names the GPUs that failed; only a list of results names all of them.
    gpus = {part for test in table.tests if not test.scope for part in test.parts if part.startswith("gpu")}
    gathered.facts_of(
        "",
        {
            "dcgm_version": word_or_unknown(table.metadata.get("DCGM Version")),
            "driver": word_or_unknown(table.metadata.get("Driver Version Detected")),
            "gpus": len(ids) or len(gpus) or None,
            "tests": len(table.tests),
            "failed": sum(test.result == "Fail" for test in table.tests),
            "warned": sum(test.result == "Warn" for test in table.tests),
            "skipped": sum(test.result in ("Skip", "Not Run") for test in table.tests),
            "entities_failed": sum(result == "Fail" for test in table.tests for result in test.parts.values()),
            "overall": "fail" if table.stray else overall(test.result for test in table.tests),
        },
    )
    for test in table.tests:
        _note_test(gathered, test)
    _note_stray(gathered, table.stray)


def _note_test(gathered: Gathered, test: _Test) -> None:
    warnings = [(_part_of(part, text), " ".join(text.split())) for kind, part, text in test.notes if kind != "Info"]
    facts: dict[str, Fact] = {"result": test.result, "section": test.section or None, "warnings": len(warnings)}
    facts |= {"scope": test.scope} if test.scope else {}
    for part, result in test.parts.items():
        facts |= {part: result, f"{part}.result": result}
    for index, (part, text) in enumerate(warnings):
        if not text:
            continue
        gpu = int(part[3:]) if part.startswith("gpu") else None
        facts |= {f"warning{index}": text, f"warning{index}.gpu": gpu}
    gathered.facts_of(test.name, facts)
    _note_findings(gathered, test, [(part, text) for part, text in warnings if text])


def _part_of(part: str, text: str) -> str:
    """The part that a note is of: the one that it is printed for, else the GPU that it names."""
    named = _GPU_NAMED.search(text)
    return part or (f"gpu{named[1]}" if named else "host")


def _note_findings(gathered: Gathered, test: _Test, warnings: list[tuple[str, str]]) -> None:
    in_harness = test.result == "Fail" and bool(test.parts) and worst(test.parts.values()) == "Pass"
    for part, text in warnings:
        kind = class_of(text)
        if in_harness and kind is FindingClass.HARDWARE:
            kind = FindingClass.TOOL_ERROR
        gathered.found(kind, part, signature_of(test.name), f"{test.name}: {text}")
    if test.result == "Fail" and not warnings:
        failed = [part for part, result in test.parts.items() if result == "Fail"]
        for part in failed or ["host"]:
            gathered.found(class_of(test.name), part, signature_of(test.name), f"{test.name} failed")


def _note_stray(gathered: Gathered, notes: list[tuple[str, str, str]]) -> None:
    """Notes that stand under a section without a test's name, as DCGM prints what stops it early."""
    for index, (section, kind, text) in enumerate(note for note in notes if note[1] != "Info"):
        words = " ".join(text.split())
        named = _GPU_NAMED.search(words)
        gathered.fact("section", section)
        gathered.fact(f"error{index}", words)
        gathered.fact(f"error{index}.gpu", int(named[1]) if named else None)
        part = f"gpu{named[1]}" if named else "host"
        gathered.found(class_of(words), part, f"{signature_of(section)}.{kind.lower()}", words)
