"""Raw outputs, kept once, compressed, by the SHA-256 of their bytes.

The folder is any path that behaves like :class:`pathlib.Path`: a local folder, an object storage path of
universal-pathlib, or Airflow's ObjectStoragePath with its Connection.
"""

import hashlib
import uuid
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gatehouse.model.errors import NotFoundError, StoreError

RawFolder = Any  # Path, UPath or ObjectStoragePath: they share methods, not a base class
EMPTY = hashlib.sha256(b"").hexdigest()
_LEVEL = 6
_SHARDS = 256  # folders, by the first byte of the hash


class RawStore:
    """A content-addressed store: ``put`` returns the hash, ``get`` the bytes, checked against it."""

    def __init__(self, folder: RawFolder) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keep ``data``; returns its SHA-256 in hex. The same bytes are kept once; a write is whole or not there."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if digest == EMPTY or path.exists():
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        packed = zlib.compress(data, _LEVEL)
        if isinstance(path, Path):
            part = path.with_name(f".{uuid.uuid4().hex}.part")
            part.write_bytes(packed)
            part.replace(path)
        else:
            path.write_bytes(packed)  # an object storage shows an object whole or not at all
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of a hash.

        Raises:
            NotFoundError: no such output is kept here.
            StoreError: what is kept is damaged.
        """
        if digest == EMPTY:
            return b""
        path = self._path(digest)
        if not path.exists():
            raise NotFoundError(f"no raw output {digest[:12]}… is kept in {self._folder}")
        try:
            data = zlib.decompress(path.read_bytes())
        except zlib.error as error:
            raise StoreError(f"raw output {digest[:12]}… is damaged: {error}") from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise StoreError(f"raw output {digest[:12]}… is not what was stored")
        return data

    def lost(self, digests: Iterable[str]) -> set[str]:
        """Which of these are not kept here, or kept as nothing: without reading them."""
        wanted = {digest for digest in digests if digest != EMPTY}
        named = {digest for digest in wanted if _is_digest(digest)}
        if isinstance(self._folder, Path) or len(named) <= _SHARDS:
            return wanted - {digest for digest in named if self._is_kept(digest)}
        # An object storage answers slowly to each question, and lists a thousand names in one.
        return wanted - {name for shard in {digest[:2] for digest in named} for name in self._listed(shard)}

    def damaged(self, digests: Iterable[str]) -> set[str]:
        """Which of these are kept, and not as they were put: reads every one of them."""
        found = set()
        for digest in digests:
            try:
                self.get(digest)
            except NotFoundError:
                continue
            except StoreError:
                found.add(digest)
        return found

    def _listed(self, shard: str) -> set[str]:
        folder = self._folder / shard
        return {path.name.removesuffix(".z") for path in folder.iterdir()} if folder.exists() else set()

    def _is_kept(self, digest: str) -> bool:
        try:
            return bool(self._path(digest).stat().st_size)
        except FileNotFoundError:
            return False

    def _path(self, digest: str) -> RawFolder:
        if not _is_digest(digest):
            raise NotFoundError(f"{digest[:64]!r} is not a SHA-256")
        return self._folder / digest[:2] / f"{digest}.z"


def _is_digest(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")
