"""What the lab's BMCs show and ask: one self-signed certificate for all, and one user's password."""

import datetime as dt
import hashlib
import secrets
import ssl
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PASSWORD_FILE = "bmc_password"  # noqa: S105 -- a file's name
_CERTIFICATE_FILE, _OTHER_FILE = "bmc_certificate.pem", "bmc_other_certificate.pem"
_VALID_DAYS = 3650
_ONE_DAY = dt.timedelta(days=1)


class BmcCredentials:
    """Read from the state folder or made there. A certificate's file holds its key too, for its owner's eyes only."""

    def __init__(self, state: Path) -> None:
        self._state = state
        password = state / PASSWORD_FILE
        if not password.is_file():
            _write(password, secrets.token_urlsafe(18).encode() + b"\n")
        self.password = password.read_text(encoding="utf-8").strip()

    @cached_property
    def context(self) -> ssl.SSLContext:
        """TLS of every BMC: one context, however many hosts there are."""
        return _context(self._certificate(_CERTIFICATE_FILE))

    @cached_property
    def other_context(self) -> ssl.SSLContext:
        """TLS with a certificate that is in no inventory."""
        return _context(self._certificate(_OTHER_FILE))

    @cached_property
    def fingerprint(self) -> str:
        """``sha256:`` and 64 hexadecimal digits, as a site file has it."""
        loaded = x509.load_pem_x509_certificate(self._certificate(_CERTIFICATE_FILE).read_bytes())
        return f"sha256:{hashlib.sha256(loaded.public_bytes(serialization.Encoding.DER)).hexdigest()}"

    def _certificate(self, name: str) -> Path:
        path = self._state / name
        if not path.is_file():
            _write(path, _self_signed())
        return path


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _self_signed() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "BMC of the Gatehouse lab")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - _ONE_DAY)
    signed = builder.not_valid_after(now + _VALID_DAYS * _ONE_DAY).sign(key, hashes.SHA256())
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return signed.public_bytes(serialization.Encoding.PEM) + key.private_bytes(serialization.Encoding.PEM, *form)


def _write(path: Path, data: bytes) -> None:
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_bytes(data)
