"""The journal's own forms: JSON (one a line or pretty), export, verbose; and the JSON of dmesg and of containers."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from gatehouse.vendors.kernel_log_lines import Record, record_of

_EXPORT = re.compile(r"^__CURSOR=", re.MULTILINE)
_VERBOSE = re.compile(
    r"^(\w{1,6}\.? \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})? \S{1,8}) \[s=[0-9a-f]{8,32};", re.MULTILINE
)
_FIELD = re.compile(r"\s{0,8}([A-Z_][A-Z0-9_]{0,63})=(.*)")
_OBJECT = re.compile(r"^[\x1e\s]{0,40}(?:data: )?(?=\{)", re.MULTILINE)
_MAX_MESSAGE = 4_000
_MAX_BROKEN = 1_000
_Found = tuple[list[Record], float]


def journal_records(text: str) -> _Found | None:
    """The records of a text in one of these forms, and the share of its entries that are some; None for other texts.

    An entry that the end of the text cuts is left out.
    """
    head = text[:4000].lstrip("\x1e \n")
    if head.startswith(("{", "data: {")):
        entries = list(_objects(text))
        records = [record for entry in entries for record in _of_object(entry)]
        return records, min(1.0, len(records) / len(entries)) if entries else 0.0
    if _EXPORT.search(head) is not None:
        return _of_blocks(text.split("\n\n"), ended=text.endswith("\n\n"))
    if (verbose := _VERBOSE.search(head)) is not None:
        starts = [match.start() for match in _VERBOSE.finditer(text, verbose.start())]
        blocks = [text[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
        return _of_blocks(blocks, ended=text.endswith("\n"))
    return None


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    decoder = json.JSONDecoder(parse_constant=lambda _: None)
    end = broken = 0
    for start in _OBJECT.finditer(text):
        if start.end() < end:
            continue  # inside an object that was read already
        try:
            value, end = decoder.raw_decode(text, start.end())
        except (ValueError, RecursionError):
            broken += 1
            if broken > _MAX_BROKEN:
                return
            continue
        if isinstance(value, Mapping):
            yield value


def _of_object(entry: Mapping[str, Any]) -> Iterator[Record]:
    if isinstance(lines := entry.get("dmesg"), list):
        yield from (record for line in lines if isinstance(line, Mapping) and (record := _of_dmesg(line)) is not None)
    elif "MESSAGE" in entry:
        if (message := _words(entry["MESSAGE"])) is not None:
            yield _of_fields(message, entry)
    elif isinstance(said := entry.get("log"), str) and isinstance(entry.get("time"), str):
        record = record_of(said.rstrip("\n")[:_MAX_MESSAGE])
        if record.looks:
            yield record if record.time is not None else replace(record, time=entry["time"])


def _of_dmesg(line: Mapping[str, Any]) -> Record | None:
    said, time, level = line.get("msg"), line.get("time"), line.get("pri")
    if not isinstance(said, str):
        return None
    severity = level & 7 if isinstance(level, int) else None
    return Record(said[:_MAX_MESSAGE], time if isinstance(time, (int, float, str)) else None, None, None, severity)


def _words(said: Any) -> str | None:
    """A message is text, or the numbers of its bytes where it is no UTF-8."""
    if isinstance(said, list) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in said):
        said = bytes(said).decode(errors="replace")
    return said[:_MAX_MESSAGE] if isinstance(said, str) else None


def _of_fields(message: str, fields: Mapping[str, Any], time: str | None = None) -> Record:
    host, level = fields.get("_HOSTNAME"), str(fields.get("PRIORITY", ""))
    return Record(
        message,
        time or _date(fields.get("__REALTIME_TIMESTAMP") or fields.get("_SOURCE_REALTIME_TIMESTAMP")),
        host if isinstance(host, str) else None,
        _source(fields.get("_TRANSPORT"), fields.get("SYSLOG_IDENTIFIER")),
        int(level) if level in tuple("01234567") else None,
    )


def _source(transport: Any, name: Any) -> str:
    """The journal vouches for the transport; any program may call itself the kernel."""
    if transport == "kernel" or (transport is None and name in (None, "kernel")):
        return "kernel"
    return f"{str(name or 'unknown')[:64]}, not the kernel" if name == "kernel" else str(name or "unknown")[:64]


def _date(microseconds: Any) -> str | None:
    if not isinstance(microseconds, (str, int)) or not str(microseconds).isdecimal() or len(str(microseconds)) > 17:
        return None
    return datetime.fromtimestamp(int(microseconds) / 1e6, UTC).isoformat(timespec="microseconds")


def _of_blocks(blocks: list[str], *, ended: bool) -> _Found:
    """Entries of KEY=value lines; the last may be cut, unless the text shows its end."""
    blocks = [block for block in blocks if block.strip()]
    whole = blocks if ended else blocks[:-1]
    records = []
    for block in whole:
        matches = (_FIELD.match(line) for line in block.split("\n"))
        fields = {match[1]: match[2] for match in matches if match is not None}
        verbose = _VERBOSE.match(block)
        if "MESSAGE" in fields:
            records.append(_of_fields(fields["MESSAGE"][:_MAX_MESSAGE], fields, verbose[1] if verbose else None))
    return records, len(records) / len(whole) if whole else 0.0
