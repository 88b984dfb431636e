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
from gatehouse.vendors.dcgm_causes import class_of, overall, result_word, signature_of, worst
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.quantities import word_or_unknown
from gatehouse.vendors.registry import reads

_SECTION = re.compile(r"[|+]-{2,30} {1,4}(\S[^-|+]{0,40}?) {1,4}-{2,60}[+|]")
_BOTTOM = re.compile(r"\+-{10,60}\+-{10,100}\+\s*")
_ROW = re.compile(r"\|([^|]{10,60})\|(.{10,120})\|\s*")
_RESULT = re.compile(r"([A-Za-z][A-Za-z ]{2,11}?)(?: - (All|GPUs?:? .{1,80}))?")
_GPU_RESULT = re.compile(r"GPU ?(\d{1,4}): ([A-Za-z ]{3,12})")
_GPU_NAMED = re.compile(r"\bGPU ?(\d{1,4})\b")
_ANSWERS = frozenset(range(256))
_NOTES = ("Warning", "Error", "Info")


@dataclass(slots=True)
class _Test:
    """A test's rows: its result with its scope, results by GPU, and notes (kind, text)."""

    name: str
    section: str
    result: str = ""
    scope: str | None = None
    gpus: dict[int, str] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)


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

    Raises:
        UnreadableError: there is no table of DCGM's diagnostic.
    """
    gathered, text = gather("dcgmi-diag-text", said)
    if "| Diagnostic " not in text:
        raise UnreadableError("no table of DCGM's diagnostic")
    table = _Table()
    for line in text[text.index("| Diagnostic ") :].split("\n")[1:]:
        _read_line(table, line)
    if not table.tests and not table.stray:
        raise UnreadableError("DCGM's table holds no test")
    if not table.closed:
        gathered.incomplete("the table has no bottom border")
        _drop_cut_note(table)
    _note_table(gathered, table)
    return gathered.done(_ANSWERS)


def _read_line(table: _Table, line: str) -> None:
    table.closed = bool(_BOTTOM.fullmatch(line)) or (table.closed and not line.strip())
    if (section := _SECTION.match(line)) is not None:
        table.section, table.new_section, table.open_note = section[1].strip(), True, ""
        return
    row = _ROW.fullmatch(line)
    if row is None:
        return
    key, raw = row[1].strip(), row[2]
    if key:
        _read_entry(table, key, raw)
    elif (gpu := _GPU_RESULT.fullmatch(raw.strip())) is not None and table.tests:
        table.tests[-1].gpus[int(gpu[1])] = result_word(gpu[2])
        table.open_note = ""
    elif table.open_note:
        _continue_note(table, raw)


def _read_entry(table: _Table, key: str, raw: str) -> None:
    if table.section == "Metadata":
        table.metadata[key] = raw.strip()
    elif key in _NOTES:
        stray = table.new_section or not table.tests
        if stray:
            table.stray.append((table.section, key, _chunk(raw)))
        else:
            table.tests[-1].notes.append((key, _chunk(raw)))
        table.open_note = "stray" if stray else "test"
    else:
        said = _RESULT.fullmatch(raw.strip())
        result, scope = (said[1], said[2]) if said else (raw.strip(), None)
        table.tests.append(_Test(key, table.section, result_word(result), scope))
        table.new_section, table.open_note = False, ""


def _continue_note(table: _Table, raw: str) -> None:
    if table.open_note == "stray":
        section, kind, text = table.stray[-1]
        table.stray[-1] = (section, kind, text + _chunk(raw))
    else:
        kind, text = table.tests[-1].notes[-1]
        table.tests[-1].notes[-1] = (kind, text + _chunk(raw))


def _chunk(raw: str) -> str:
    """DCGM cuts a note into pieces of 45 characters, in the middle of words, between one blank and two."""
    return raw[1:-2]


def _drop_cut_note(table: _Table) -> None:
    """A note whose last piece is full may go on in what was cut off; a padded piece is its end."""
    notes = [text for _, _, text in table.stray] if table.open_note == "stray" else []
    if table.open_note == "test":
        notes = [text for _, text in table.tests[-1].notes]
    if notes and not notes[-1].endswith("  "):
        (table.stray if table.open_note == "stray" else table.tests[-1].notes).pop()


def _note_table(gathered: Gathered, table: _Table) -> None:
    ids = [part for part in table.metadata.get("GPU Device IDs Detected", "").split(",") if part.strip()]
    gpus = {gpu for test in table.tests for gpu in test.gpus}
    gathered.facts_of(
        "",
        {
            "dcgm_version": word_or_unknown(table.metadata.get("DCGM Version")),
            "driver": word_or_unknown(table.metadata.get("Driver Version Detected")),
            "gpus": len(ids) or len(gpus) or None,
            "tests": len(table.tests),
            "failed": sum(test.result == "Fail" for test in table.tests),
            "skipped": sum(test.result in ("Skip", "Not Run") for test in table.tests),
            "entities_failed": sum(result == "Fail" for test in table.tests for result in test.gpus.values()),
            "overall": "fail" if table.stray else overall(test.result for test in table.tests),
        },
    )
    for test in table.tests:
        _note_test(gathered, test)
    _note_stray(gathered, table.stray)


def _note_test(gathered: Gathered, test: _Test) -> None:
    warnings = [" ".join(text.split()) for kind, text in test.notes if kind != "Info"]
    facts: dict[str, Fact] = {"result": test.result, "section": test.section or None, "warnings": len(warnings)}
    facts |= {"scope": test.scope} if test.scope else {}
    facts |= {f"gpu{gpu}": result for gpu, result in test.gpus.items()}
    for index, text in enumerate(warnings):
        named = _GPU_NAMED.search(text)
        facts |= {f"warning{index}": text, f"warning{index}.gpu": int(named[1]) if named else None}
    gathered.facts_of(test.name, facts)
    _note_findings(gathered, test, warnings)


def _note_findings(gathered: Gathered, test: _Test, warnings: list[str]) -> None:
    in_harness = test.result == "Fail" and bool(test.gpus) and worst(test.gpus.values()) == "Pass"
    for text in warnings:
        named = _GPU_NAMED.search(text)
        kind = class_of(text)
        if in_harness and kind is FindingClass.HARDWARE:
            kind = FindingClass.TOOL_ERROR
        part = f"gpu{named[1]}" if named else "host"
        gathered.found(kind, part, signature_of(test.name), f"{test.name}: {text}")
    if test.result == "Fail" and not warnings:
        failed = [f"gpu{gpu}" for gpu, result in test.gpus.items() if result == "Fail"]
        for part in failed or ["host"]:
            gathered.found(FindingClass.HARDWARE, part, signature_of(test.name), f"{test.name} failed")


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
