"""The stack's passwords and keys: made at random once, kept in files that only their owner may read."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gatehouse.local.home import Home

# Who may log in, with Airflow's role of each. `user` may trigger and answer, `op` also change pools and variables.
USERS: Mapping[str, str] = {"admin": "admin", "pm": "user", "engineer": "op", "oncall": "op", "viewer": "viewer"}


@dataclass(frozen=True, slots=True)
class Secrets:
    """``fernet_key``, ``api_secret`` and ``jwt_secret`` are Airflow's.

    ``lab_key`` is our private key on lab hosts, ``lab_bmc_password`` our password on their BMCs.
    """

    fernet_key: str
    api_secret: str
    jwt_secret: str
    lab_key: str
    passwords: Mapping[str, str]
    lab_bmc_password: str = ""

    def __repr__(self) -> str:
        return "Secrets(…)"


def passwords_file(home: Home) -> Path:
    """Passwords by user name, in the form that Airflow's simple auth manager reads."""
    return home.secrets / "passwords.json"


def lab_key_file(home: Home) -> Path:
    """Our private key on lab hosts, OpenSSH form. The lab lets in the key that it finds here."""
    return home.lab / "user_ed25519"  # where the lab itself would make it


def lab_bmc_password_file(home: Home) -> Path:
    """Our password on the BMCs of lab hosts. The lab takes the one that it finds here."""
    return home.lab / "bmc_password"  # where the lab itself would make it


def load(home: Home) -> Secrets:
    """The secrets of a home, made where they are missing. A new user gets a password; nobody's changes."""
    keys = _completed(home.secrets / "keys.json", _new_keys())
    passwords = _completed(passwords_file(home), {user: secrets.token_urlsafe(12) for user in USERS})
    private = lab_key_file(home)
    if not private.exists():
        _write_private(private, _new_ssh_key())
    bmc = lab_bmc_password_file(home)
    if not bmc.exists():
        _write_private(bmc, secrets.token_urlsafe(18))
    return Secrets(**keys, lab_key=private.read_text(), lab_bmc_password=bmc.read_text().strip(), passwords=passwords)


def _new_keys() -> dict[str, str]:
    return {
        "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "api_secret": secrets.token_urlsafe(32),
        "jwt_secret": secrets.token_urlsafe(64),
    }


def _completed(path: Path, fresh: Mapping[str, str]) -> dict[str, str]:
    """What the file holds, with what it lacks taken from ``fresh`` and kept. A damaged file is made anew."""
    try:
        held = {str(key): str(value) for key, value in json.loads(path.read_text()).items() if key in fresh}
    except (OSError, ValueError, AttributeError):
        held = {}
    whole = {**fresh, **held}
    if whole != held:
        _write_private(path, json.dumps(whole))
    return whole


def _write_private(path: Path, text: str) -> None:
    """Write whole or not at all, readable by the owner only from its first byte."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    part.replace(path)


def _new_ssh_key() -> str:
    from cryptography.hazmat.primitives import serialization  # only the first start of a home makes a key
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    form = serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    return Ed25519PrivateKey.generate().private_bytes(*form).decode()
