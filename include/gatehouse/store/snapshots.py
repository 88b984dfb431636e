"""Documents that decisions rested on, kept once by the SHA-256 of their bytes. The caller commits."""

import hashlib
import zlib

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gatehouse.model.errors import NotFoundError, StoreError
from gatehouse.store.tables import SnapshotRow


def keep(session: Session, document: bytes) -> str:
    """Keep a document; returns its SHA-256 in hex. The same document is kept once."""
    digest = hashlib.sha256(document).hexdigest()
    row = insert(SnapshotRow).values(sha256=digest, packed=zlib.compress(document))
    session.execute(row.on_conflict_do_nothing(index_elements=[SnapshotRow.sha256]))
    return digest


def fetch(session: Session, digest: str) -> bytes:
    """The document of a SHA-256.

    Raises:
        NotFoundError: none is kept.
        StoreError: what is kept is not what was put there.
    """
    row = session.get(SnapshotRow, digest)
    if row is None:
        raise NotFoundError(f"no snapshot {digest[:12]}… is kept")
    try:
        document = zlib.decompress(row.packed)
    except zlib.error as error:
        raise StoreError(f"snapshot {digest[:12]}… is damaged: {error}") from error
    if hashlib.sha256(document).hexdigest() != digest:
        raise StoreError(f"snapshot {digest[:12]}… is not what was stored")
    return document
