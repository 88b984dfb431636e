"""Raw outputs: kept once, compressed, and checked against their hash."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from upath import UPath

from gatehouse.model.errors import NotFoundError, StoreError
from gatehouse.store.raw import EMPTY, RawStore


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=2000))
def test_what_is_put_comes_back_under_its_sha256(tmp_path: Path, data: bytes) -> None:
    raw = RawStore(tmp_path)
    assert raw.put(data) == hashlib.sha256(data).hexdigest()
    assert raw.get(raw.put(data)) == data


def test_the_same_bytes_are_kept_once_and_compressed(tmp_path: Path) -> None:
    raw = RawStore(tmp_path)
    for _ in range(3):
        raw.put(b"x" * 100_000)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert kept[0].stat().st_size < 1000


def test_nothing_is_kept_for_nothing(tmp_path: Path) -> None:
    raw = RawStore(tmp_path)
    assert raw.put(b"") == EMPTY
    assert raw.get(EMPTY) == b""
    assert list(tmp_path.iterdir()) == []


def test_what_was_damaged_is_never_handed_out(tmp_path: Path) -> None:
    raw = RawStore(tmp_path)
    digest = raw.put(b"evidence")
    kept = next(path for path in tmp_path.rglob("*.z"))
    other = RawStore(tmp_path / "other").put(b"something else")
    kept.write_bytes((tmp_path / "other" / other[:2] / f"{other}.z").read_bytes())
    with pytest.raises(StoreError, match="not what was stored"):
        raw.get(digest)
    kept.write_bytes(b"no zlib")
    with pytest.raises(StoreError, match="damaged"):
        raw.get(digest)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64])
def test_what_is_no_hash_or_unknown_is_not_found(tmp_path: Path, digest: str) -> None:
    with pytest.raises(NotFoundError):
        RawStore(tmp_path).get(digest)


def test_an_object_storage_path_serves_as_well() -> None:
    raw = RawStore(UPath("memory://gatehouse-raw"))
    digest = raw.put(b"in a bucket")
    assert raw.get(digest) == b"in a bucket"


def test_what_is_lost_or_damaged_is_found(tmp_path: Path) -> None:
    """It should tell what is not there or empty without reading, and what changed by reading; nothing is never lost."""
    raw = RawStore(tmp_path)
    kept, gone, empty, changed = (raw.put(text) for text in (b"kept", b"gone", b"empty", b"changed"))
    where = {digest: tmp_path / digest[:2] / f"{digest}.z" for digest in (kept, gone, empty, changed)}
    where[gone].unlink()
    where[empty].write_bytes(b"")
    where[changed].write_bytes(where[kept].read_bytes())
    everything = (kept, gone, empty, changed, EMPTY, "no hash")
    assert raw.lost(everything) == {gone, empty, "no hash"}
    assert raw.damaged((kept, gone, changed, EMPTY)) == {changed}


def test_what_is_lost_of_many_is_listed_and_not_asked_one_by_one() -> None:
    """It should find in an object storage what it finds in a folder."""
    raw = RawStore(UPath("memory://lost"))
    kept = [raw.put(str(number).encode()) for number in range(300)]
    gone = [hashlib.sha256(b"gone %d" % number).hexdigest() for number in range(3)]
    assert raw.lost([*kept, *gone, EMPTY]) == set(gone)
