"""The lab's keys. Every host's key follows from one secret of the state folder, so that thousands need one file."""

import base64
import hashlib
import hmac
import secrets
from pathlib import Path

import asyncssh
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gatehouse.model.errors import UsageError

_SECRET_FILE = "host_key_secret"  # noqa: S105 -- a file's name
USER_KEY_FILE = "user_ed25519"


def _private_file(path: Path, data: bytes) -> None:
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_bytes(data)


class LabKeys:
    """Host keys and the one user key, read from the state folder or made there.

    ``user_key`` is a private key's file that is used instead of one of the lab's own.
    """

    def __init__(self, state: Path, user_key: Path | None = None) -> None:
        secret_path, user_path = state / _SECRET_FILE, user_key or state / USER_KEY_FILE
        if not secret_path.is_file():
            _private_file(secret_path, secrets.token_bytes(32))
        if user_key is not None and not user_key.is_file():
            raise UsageError(f"there is no key {user_key}")
        if not user_path.is_file():
            _private_file(user_path, _openssh(Ed25519PrivateKey.generate()))
        self._secret = secret_path.read_bytes()
        try:
            self.user_private = user_path.read_text(encoding="ascii")
            self.user_public = asyncssh.import_private_key(self.user_private).public_data
        except (asyncssh.KeyImportError, ValueError) as error:
            raise UsageError(f"{user_path} holds no private key that the lab can use: {error}") from error
        (state / f"{USER_KEY_FILE}.pub").write_text(_public_text(self.user_public) + "\n", encoding="ascii")

    def _key(self, host: str, other: bool) -> Ed25519PrivateKey:
        label = f"{'other ' if other else ''}{host}".encode()
        return Ed25519PrivateKey.from_private_bytes(hmac.new(self._secret, label, hashlib.sha256).digest())

    def host_key(self, host: str, other: bool = False) -> asyncssh.SSHKey:
        """The private key of a host; ``other`` is one that is not in the inventory."""
        return asyncssh.import_private_key(_openssh(self._key(host, other)))

    def host_public(self, host: str) -> str:
        """``ssh-ed25519 AAAA…`` of a host."""
        raw = self._key(host, False).public_key().public_bytes(ser.Encoding.Raw, ser.PublicFormat.Raw)
        name = b"ssh-ed25519"
        return _public_text(len(name).to_bytes(4, "big") + name + len(raw).to_bytes(4, "big") + raw)


def _openssh(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.OpenSSH, ser.NoEncryption())


def _public_text(blob: bytes) -> str:
    return f"ssh-ed25519 {base64.b64encode(blob).decode()}"
