"""docs/catalog.md is what the catalogue says now."""

import re
from pathlib import Path

import pytest

from gatehouse.catalog.loader import KINDS, SHIPPED, Catalog
from gatehouse.diagnostics.registry import all_diagnostics
from gatehouse.operations.catalog_pages import PAGE, shipped_page, write_catalog_page
from gatehouse.operations.report_schema import SCHEMA, write_report_schema
from gatehouse.reports.review.page import schema_text


def test_the_committed_page_is_the_generated_one() -> None:
    """It should fail after a change of the catalogue, until the page is written anew."""
    assert PAGE.read_text(encoding="utf-8") == shipped_page(), "write it anew: gatehouse catalog docs"


def test_the_committed_schema_is_the_generated_one(tmp_path: Path) -> None:
    """It should fail after a change of the report's document, until the schema is written anew."""
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), "write it anew: gatehouse catalog docs"
    assert [write_report_schema(tmp_path / "schema.json") for _ in range(2)] == [True, False]


def test_the_page_holds_what_ships() -> None:
    """It should leave out no diagnostic, plan, criterion or rule."""
    page, catalog = shipped_page(), Catalog((SHIPPED,))
    named = [
        *all_diagnostics(),
        *catalog.plans,
        *(c.id for each in catalog.criteria.values() for c in each.criteria),
        *catalog.policies,
        *(rule.signature for policy in catalog.policies.values() for rule in policy.rules if rule.owner is None),
    ]
    assert len(named) > 40
    assert [name for name in named if f"`{name}`" not in page] == []


def test_the_page_holds_every_code_once() -> None:
    """It should put each Xid and SXid that a policy knows into one row, alone or in a range."""
    rows = re.findall(r"^\| (S?Xid) ([\d–, ]+) \|", shipped_page(), re.MULTILINE)
    codes = [f"{kind.lower()}.{code}" for kind, ranges in rows for code in _codes(ranges)]
    known = {
        rule.signature
        for policy in Catalog((SHIPPED,)).policies.values()
        for rule in policy.rules
        if rule.owner is not None and not rule.is_glob
    }
    assert len(known) == 172 + 93
    assert sorted(codes) == sorted(known)


def _codes(ranges: str) -> list[int]:
    """The numbers of ``1–3, 7``."""
    ends = [[int(end) for end in part.split("–")] for part in ranges.split(", ")]
    return [code for first, *last in ends for code in range(first, (last or [first])[0] + 1)]


def test_a_lab_s_catalogue_is_not_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It should be the same on every machine, whatever catalogue its shell works with."""
    plans = tmp_path / "plans"
    plans.mkdir()
    (plans / "of-this-lab.yaml").write_text("title: x\ndiagnostics:\n  - {diagnostic: kernel_log}\n")
    monkeypatch.setenv("GATEHOUSE_CATALOG", str(tmp_path))
    assert "of-this-lab" not in shipped_page()
    assert "plans" in KINDS


def test_it_is_written_only_when_it_changes(tmp_path: Path) -> None:
    """It should say whether there was something to write, and leave the file alone when not."""
    path = tmp_path / "catalog.md"
    assert write_catalog_page(path)
    before = path.stat().st_mtime_ns
    assert not write_catalog_page(path)
    assert path.stat().st_mtime_ns == before
    path.write_text("old")
    assert write_catalog_page(path)
    assert path.read_text(encoding="utf-8") == shipped_page()
