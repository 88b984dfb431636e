"""The documents of this repository as tests read them: their commands, the files they let people write, their links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gatehouse.local.home import CHECKOUT

PAGES = tuple(sorted((*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md"))))
README = CHECKOUT / "README.md"
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<body>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
_EXIT = re.compile(r"\s+# exit code (\d)\b.*$")
_FILE = re.compile(r"\A# ~/(\S+\.ya?ml)\n")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DocCommand:
    """A command line of a ``console`` block: the exit code that the page promises, and the output that it shows."""

    page: str
    line: int
    text: str
    exit_code: int = 0
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocFile:
    """A YAML file that the page lets its reader write; ``path`` is below the reader's home folder."""

    page: str
    line: int
    path: str
    text: str


Step = DocCommand | DocFile


def steps(page: Path) -> list[Step]:
    """What a page lets its reader type and write, in its order."""
    text = page.read_text(encoding="utf-8")
    found: list[Step] = []
    for block in _FENCE.finditer(text):
        line = text.count("\n", 0, block.start()) + 2
        name = str(page.relative_to(CHECKOUT))
        if block["language"] == "console":
            found += _commands(name, line, block["body"], block["indent"])
        elif block["language"] == "yaml" and (named := _FILE.match(block["body"])):
            found.append(DocFile(name, line, named[1], block["body"]))
    return found


def commands() -> list[DocCommand]:
    """Every command of every page."""
    return [step for page in PAGES for step in steps(page) if isinstance(step, DocCommand)]


def _commands(page: str, line: int, body: str, indent: str) -> Iterator[DocCommand]:
    lines = [each.removeprefix(indent) for each in body.splitlines()]
    starts = [i for i, each in enumerate(lines) if each.startswith("$ ")]
    assert starts[:1] == [0], f"{page}:{line}: a console block begins with a prompt"
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        text = lines[start].removeprefix("$ ")
        told = _EXIT.search(text)
        yield DocCommand(
            page, line + start, _EXIT.sub("", text), int(told[1]) if told else 0, tuple(lines[start + 1 : end])
        )


def links(page: Path) -> list[str]:
    """Where a page's links and pictures lead; those in code are none."""
    return _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """What a link may name behind ``#``, as GitHub makes it from headings."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return {_slug(heading) for heading in _HEADING.findall(text)}


def table_cells(page: Path, column: int = 0) -> set[str]:
    """The code words of one column of all tables of a page."""
    rows = [line.split("|")[1:-1] for line in page.read_text(encoding="utf-8").splitlines() if "|" in line]
    return {word for row in rows if len(row) > column for word in re.findall(r"`([^`]+)`", row[column])}


def _slug(heading: str) -> str:
    plain = re.sub(r"[`*]", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
