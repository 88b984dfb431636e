"""pci_lmt: PCIe lane margining, a row for each lane and step; margin errors within the eye are the link's trouble."""

import csv
from collections.abc import Mapping, Sequence

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.gathered import Gathered, gather, whole_lines
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads

_NEEDED = frozenset({"device_info.bdf", "lane", "step", "error_count"})


@reads("pci_lmt-csv")
def read_pci_lmt(said: Completed) -> ToolReport:
    """Rows, the first device and its link, rows with errors and the first of them, errors by device.

    Raises:
        UnreadableError: there are no headings of pci_lmt.
    """
    gathered, text = gather("pci_lmt-csv", said)
    lines = whole_lines(gathered, text)
    start = next((index for index, line in enumerate(lines) if set(line[:8000].split(",")) >= _NEEDED), None)
    if start is None:
        raise UnreadableError("no headings of pci_lmt")
    headings = lines[start].split(",")
    rows = _rows(gathered, headings, lines[start + 1 :])
    gathered.facts_of("", {"rows": len(rows), "columns": len(headings)})
    gathered.fact("run_ids", len({row.get("test_info.run_id") for row in rows}))
    if rows:
        _note_first(gathered, rows[0])
        _note_errors(gathered, rows)
    else:
        gathered.incomplete("no row")
    return gathered.done()


def _rows(gathered: Gathered, headings: Sequence[str], lines: Sequence[str]) -> list[dict[str, str]]:
    rows = []
    try:
        cells_of_rows = [cells for cells in csv.reader(lines) if cells]
    except csv.Error as error:
        gathered.incomplete(f"the CSV breaks: {error}")
        return []
    for cells in cells_of_rows:
        if cells == [*headings]:
            continue  # of another run, which was appended
        if len(cells) == len(headings):
            rows.append(dict(zip(headings, cells, strict=True)))
        else:
            gathered.incomplete(f"a row of {len(cells)} cells under {len(headings)} headings was left out")
    return rows


def _note_first(gathered: Gathered, row: Mapping[str, str]) -> None:
    gathered.facts_of(
        "",
        {
            "version": word_or_unknown(row.get("test_info.test_version")),
            "host": word_or_unknown(row.get("test_info.hostname")),
            "run_id": word_or_unknown(row.get("test_info.run_id")),
            "bdf": word_or_unknown(row.get("device_info.bdf")),
            "speed": word_or_unknown(row.get("device_info.speed")),
            "width": number_or_unknown(row.get("device_info.width")),
            "error_count_limit": number_or_unknown(row.get("test_info.error_count_limit")),
        },
    )


def _note_errors(gathered: Gathered, rows: Sequence[Mapping[str, str]]) -> None:
    failing = [row for row in rows if (number_or_unknown(row["error_count"]) or 0) > 0]
    gathered.fact("rows_with_errors", len(failing))
    gathered.fact("rows_with_messages", sum(bool(row.get("error_msg")) for row in rows))
    for row in failing[:1]:
        first: dict[str, Fact] = {
            "bdf": row["device_info.bdf"],
            "lane": number_or_unknown(row["lane"]),
            "receiver": number_or_unknown(row.get("receiver_number")),
            "margin_type": word_or_unknown(row.get("margin_type")),
            "step": number_or_unknown(row["step"]),
            "count": number_or_unknown(row["error_count"]),
            "ber": number_or_unknown(row.get("ber")),
        }
        gathered.facts_of("first_error", first)
    for device in dict.fromkeys(row["device_info.bdf"] for row in rows):
        steps = [number_or_unknown(row["step"]) for row in failing if row["device_info.bdf"] == device]
        gathered.fact(f"{device}.margin_errors", len(steps))
        gathered.fact(f"{device}.first_failing_step", min((step for step in steps if step is not None), default=None))
