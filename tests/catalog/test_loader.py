"""The loader: every mistake is named with file, line and field, all of them at once."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.catalog import yaml_source
from gatehouse.catalog.loader import KINDS, SHIPPED, Catalog, open_catalog
from gatehouse.catalog.references import check
from gatehouse.diagnostics.registry import all_diagnostics
from gatehouse.model.errors import CatalogError, NotFoundError
from gatehouse.operations.check_catalog import check_catalog

PLAN = "title: Short\ndiagnostics:\n  - {diagnostic: kernel_log}\n"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"


def write(folder: Path, kind: str, name: str, text: str) -> Path:
    path = folder / kind / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def host(name: str, serial: str, sku: str = "h100-8x") -> str:
    return (
        f"  - {{name: {name}, serial: {serial}, sku: {sku}, program: h100-8x, build: EVT, address: 127.0.0.1, "
        f'host_key: "{KEY}", connection: lab}}\n'
    )


def test_what_ships_with_gatehouse_holds() -> None:
    report = check_catalog(open_catalog((SHIPPED,)))
    assert report.problems == ()
    assert report.limits > 50
    assert all(report.counts[kind] > 0 for kind in KINDS if kind != "sites")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("title: Short\nnope: 1\n" + PLAN[13:], 2, "nope"),
        (PLAN + "  - {diagnostic: cpu_stress, mandatory: maybe}\n", 4, "diagnostics.1.mandatory"),
        ("title: Short\ndiagnostics: []\n", 2, "diagnostics"),
        ("title: [\n", 2, "not YAML"),
        ("title: a\ntitle: b\n", 2, "title: this key stands twice"),
        ("", 1, "document"),
        ("- just\n- a list\n", 1, "document"),
        ("title: \t@bad\n", 1, "not YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_and_field(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = write(tmp_path, "plans", "short", text)
    with pytest.raises(CatalogError) as caught:
        _ = Catalog((tmp_path,)).plans
    assert f"{path}:{line}:" in caught.value.problems[0]
    assert said in caught.value.problems[0]


def test_every_mistake_of_every_file_is_said_at_once(tmp_path: Path) -> None:
    write(tmp_path, "plans", "one", "title: 1\nwrong: 2\n")
    write(tmp_path, "plans", "two", "diagnostics: x\n")
    with pytest.raises(CatalogError) as caught:
        _ = Catalog((tmp_path,)).plans
    text = str(caught.value)
    assert "one.yaml" in text
    assert "two.yaml" in text
    assert len(caught.value.problems) >= 4


def test_a_mistake_in_a_limit_names_the_limits_own_line(tmp_path: Path) -> None:
    shipped = (SHIPPED / "skus" / "h100-8x.yaml").read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(shipped) if "reading: cpus" in line)
    shipped[at] = shipped[at].replace("bad: 112", "bad: 224")
    path = write(tmp_path, "skus", "broken", "\n".join(shipped) + "\n")
    with pytest.raises(CatalogError) as caught:
        _ = Catalog((tmp_path,)).skus
    assert caught.value.problems[0].startswith(f"{path}:{at + 1}: limits.1")
    assert "bad is 224, which passes" in caught.value.problems[0]


def test_the_same_id_in_two_folders_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a", "plans", "short", PLAN)
    write(tmp_path / "b", "plans", "short", PLAN)
    with pytest.raises(CatalogError, match="stands already in"):
        _ = Catalog((tmp_path / "a", tmp_path / "b")).plans


def test_a_dangling_reference_is_named_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, "programs", "p", "title: P\nsku: none-such\nowner: me\nsites: [x]\nphases:\n"
          "  EVT: {plan: evt, criteria: nothing, planned_units: 1}\n")  # fmt: skip
    site = write(tmp_path, "sites", "x", "title: X\nhosts:\n" + host("a", "S1", "no-sku"))
    write(tmp_path, "plans", "odd", "title: Odd\ndiagnostics:\n  - {diagnostic: tea_leaves}\n")
    problems = check(Catalog((SHIPPED, tmp_path)), all_diagnostics)
    assert any("p.yaml:2: sku: no SKU 'none-such'" in p for p in problems)
    assert any("p.yaml:6: phases.EVT.criteria: no criteria set 'nothing'" in p for p in problems)
    assert any(f"{site}:3: hosts.0.sku: no SKU 'no-sku'" in p for p in problems)
    assert any("odd.yaml:3: diagnostics.0.diagnostic: no diagnostic 'tea_leaves'" in p for p in problems)


def test_two_hosts_of_one_serial_are_refused_within_and_across_sites(tmp_path: Path) -> None:
    write(tmp_path, "sites", "x", "title: X\nhosts:\n" + host("a", "S1") + host("b", "S1"))
    with pytest.raises(CatalogError, match="two hosts with serial 'S1'"):
        _ = Catalog((tmp_path,)).sites
    other = tmp_path / "other"
    write(other, "sites", "x", "title: X\nhosts:\n" + host("a", "S1"))
    write(other, "sites", "y", "title: Y\nhosts:\n" + host("b", "S1"))
    with pytest.raises(CatalogError, match="stands already as a"):
        _ = Catalog((other,)).hosts


def test_a_host_is_found_by_name_and_by_serial(tmp_path: Path) -> None:
    write(tmp_path, "sites", "x", "title: X\nhosts:\n" + host("a", "S1") + host("b", "S2"))
    catalog = Catalog((tmp_path,))
    assert catalog.host("a") == catalog.host("S1")
    assert [h.name for h in catalog.build("h100-8x", "EVT")] == ["a", "b"]
    with pytest.raises(NotFoundError, match="there are: a, b"):
        catalog.host("c")


def test_phases_out_of_order_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "programs", "p", "title: P\nsku: h100-8x\nowner: me\nsites: [x]\nphases:\n"
          "  DVT: {plan: dvt, criteria: dvt, planned_units: 1}\n")  # fmt: skip
    with pytest.raises(CatalogError, match="phases must be the first of EVT, DVT, PVT, RAMP"):
        _ = Catalog((tmp_path,)).programs


def test_a_check_that_asks_what_nobody_reads_or_compares_is_a_problem(tmp_path: Path) -> None:
    sku = (SHIPPED / "skus" / "h100-8x.yaml").read_text(encoding="utf-8").replace("vendor: nvidia", "vendor: none")
    write(tmp_path, "skus", "blind", sku)
    problems = check_catalog(Catalog((SHIPPED, tmp_path))).problems
    assert any("accelerator_health has no reader for vendor none" in p for p in problems)


@given(st.binary(max_size=200))
def test_whatever_a_file_holds_it_loads_or_is_a_catalog_error(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.yaml")
        path.write_bytes(data)
        try:
            yaml_source.load(path)
        except CatalogError as error:
            assert error.problems[0].startswith(str(path))


def test_aliases_upon_aliases_cost_no_time(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    path = write(tmp_path, "plans", "bomb", "\n".join(lines) + "\n")
    assert yaml_source.load(path)["a0"] == ["x"] * 9


def test_the_schemas_for_editors_are_those_of_the_code() -> None:
    import json

    for kind, spec in KINDS.items():
        kept = json.loads((SHIPPED / "schemas" / f"{kind}.json").read_text(encoding="utf-8"))
        wanted = json.loads(json.dumps(spec.model_json_schema()))
        assert kept == wanted, "run: gatehouse catalog schema include/catalog/schemas"
