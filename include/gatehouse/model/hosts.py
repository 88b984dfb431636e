"""A unit that has an address."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How to reach a host by SSH: address, port, and the one public host key we accept (``"ssh-ed25519 AAAA…"``)."""

    address: str
    port: int
    host_key: str


@dataclass(frozen=True, slots=True)
class Bmc:
    """How to reach a host's BMC by Redfish over HTTPS.

    ``certificate`` is the SHA-256 of the one certificate we accept (64 hexadecimal digits); empty: whatever a
    certificate authority that this machine trusts has signed for ``address``. ``connection`` holds user and password.
    """

    address: str
    port: int
    connection: str
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Host:
    """A host of the inventory. ``serial`` is its identity; ``name`` is what people call it."""

    name: str
    serial: str
    sku: str
    site: str
    program: str
    build: str
    endpoint: Endpoint
    connection: str
    bmc: Bmc | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are on a host. ``private_key`` is the key's text in OpenSSH or PEM form."""

    user: str
    private_key: str

    def __repr__(self) -> str:
        return f"Login(user={self.user!r}, private_key=…)"


@dataclass(frozen=True, slots=True)
class BmcLogin:
    """Who we are on a BMC."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"BmcLogin(user={self.user!r}, password=…)"
