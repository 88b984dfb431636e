"""Writes the page of the catalogue that ships with Gatehouse: docs/catalog.md."""

from pathlib import Path

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.diagnostics.registry import known_diagnostics
from gatehouse.reports.catalog_tables import catalog_page

PAGE = SHIPPED.parents[1] / "docs" / "catalog.md"


def shipped_page() -> str:
    """The page as the shipped catalogue has it now; what a lab or a deployment adds is not in it.

    Raises:
        CatalogError: with every problem of the files.
    """
    catalog = Catalog((SHIPPED,))
    return catalog_page(
        known_diagnostics(catalog.diagnostics),
        catalog.plans,
        catalog.criteria,
        catalog.policies,
        catalog.programs,
        catalog.requirements,
        catalog.entry,
    )


def write_catalog_page(path: Path = PAGE) -> bool:
    """Write the page; returns whether that changed it."""
    page = shipped_page()
    if path.exists() and path.read_text(encoding="utf-8") == page:
        return False
    path.write_text(page, encoding="utf-8")
    return True
