"""Failure mixes: every figure has an owner, nonsense does not load, and every SKU has exactly one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from gatehouse.catalog.failure_mixes import FailureMix, mix_for
from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.diagnostics.registry import known_diagnostics
from gatehouse.model.errors import CatalogError
from gatehouse.operations.check_catalog import check_catalog

MIX = "accelerator-server"
Change = Callable[[dict[str, Any]], object]


def changed(folder: Path, change: Change, name: str = "other") -> list[str]:
    """The problems of the shipped catalogue with a changed copy of its mix beside it, for one SKU."""
    document = yaml.safe_load((SHIPPED / "failure_mixes" / f"{MIX}.yaml").read_text())
    document["skus"] = ["h100-8x"]
    change(document)
    (folder / "failure_mixes").mkdir()
    (folder / "failure_mixes" / f"{name}.yaml").write_text(yaml.safe_dump(document))
    return list(check_catalog(Catalog((SHIPPED, folder))).problems)


def test_the_shipped_mix_rests_on_the_published_lists() -> None:
    """It should hold the lists' own counts, less software, maintenance and what nobody explained."""
    mix = Catalog((SHIPPED,)).failure_mixes[MIX]
    llama = 419 - 54 - 32 - 7 - 2  # software, maintenance, NCCL time-outs, dependency
    ft_hsdp = 678 - 48 - 42 - 61 - 39 - 38 - 7  # and kernel faults, reboots, unknown
    assert sum(mode.incidents.value for mode in mix.modes) == llama + ft_hsdp
    assert mix.server_days == pytest.approx(16384 / 8 * 54 + 678 / 2.3e-3, rel=1e-4)


def test_every_mode_can_be_found_by_something_that_a_plan_asks() -> None:
    """It should speak of diagnostics that there are, and leave no mode that the in-service plan is blind to."""
    catalog = Catalog((SHIPPED,))
    known = known_diagnostics(catalog.diagnostics)
    planned = catalog.plans["in-service"].diagnostics
    for mode in catalog.failure_mixes[MIX].modes:
        found = [mode.share(item.diagnostic, {**known[item.diagnostic].params, **item.params}) for item in planned]
        assert max(found) > 0, mode.id


def test_a_deeper_run_finds_more() -> None:
    """It should take the greatest row whose parameters the plan reaches."""
    mode = next(m for m in Catalog((SHIPPED,)).failure_mixes[MIX].modes if m.id == "accelerator_compute")
    shares = [mode.share("accelerator_diag", {"level": level}) for level in (1.0, 2.0, 3.0, 4.0)]
    assert shares == sorted(set(shares))
    assert mode.share("accelerator_burn", {"seconds": 5.0}) == 0
    assert mode.share("unheard_of", {}) == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["modes"][0]["found_by"][0].update(share=1.0), "less than 1"),
        (lambda d: d["modes"][0]["found_by"][0].update(share=0), "greater than 0"),
        (lambda d: d["modes"][0]["found_by"][0].update(diagnostic="unheard_of"), "no diagnostic 'unheard_of'"),
        (
            lambda d: d["modes"][0]["found_by"][1].update(at_least={"depth": 3}),
            "accelerator_diag has no parameter depth",
        ),
        (lambda d: d["modes"][0]["found_by"].append(d["modes"][0]["found_by"][0]), "stands twice"),
        (lambda d: d["modes"].append(d["modes"][0]), "accelerator_compute stands twice"),
        (lambda d: d["modes"][0]["hidden"].update(value=1.2), "hidden is a share"),
        (lambda d: d["modes"][0]["incidents"].update(value=-1), "greater than or equal to 0"),
        (lambda d: d["modes"][0]["incidents"].pop("source"), "source"),
        (lambda d: d["modes"][0]["incidents"].update(basis="hearsay"), "'published' or 'proposal'"),
        (lambda d: d["spread"].update(value=0), "spread must be above 0"),
        (lambda d: d["early"].update(shape=1.5), "less than or equal to 1"),
        (lambda d: d.update(skus=["nowhere"]), "no SKU 'nowhere'"),
        (lambda d: d.update(skus=[]), "all speak of it; exactly one must"),
        (lambda d: [m.update(of=["CPU"]) for m in d["modes"]], "no failure mode of GPU servers"),
    ],
)
def test_nonsense_is_named_with_its_file(tmp_path: Path, change: Change, said: str) -> None:
    """It should say what is wrong, and where."""
    problems = changed(tmp_path, change)
    assert any(said in problem for problem in problems), problems


def test_a_sku_may_have_a_mix_of_its_own(tmp_path: Path) -> None:
    """It should go by the mix that names it, and the other SKUs by the one that names none."""
    assert changed(tmp_path, lambda d: d.update(title="Ours"), "ours") == []
    catalog = Catalog((SHIPPED, tmp_path))
    assert mix_for("h100-8x", catalog.skus["h100-8x"], catalog.failure_mixes)[0] == "ours"
    assert mix_for("mi300x-8x", catalog.skus["mi300x-8x"], catalog.failure_mixes)[0] == MIX


def test_a_sku_of_which_nothing_speaks_is_an_error() -> None:
    """It should say which file is missing."""
    sku = Catalog((SHIPPED,)).skus["h100-8x"]
    mixes: dict[str, FailureMix] = {}
    with pytest.raises(CatalogError, match=r"SKU h100-8x: no failure_mixes/\*\.yaml speaks of it"):
        mix_for("h100-8x", sku, mixes)
