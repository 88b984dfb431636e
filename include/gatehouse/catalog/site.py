"""A site: the inventory of hosts, each with its serial, its SKU, its build and the one host key we accept."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.model.hosts import Bmc, Endpoint, Host

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
_HOST_KEY = r"^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/]+=*( .*)?$"
HostKey = Annotated[str, StringConstraints(pattern=_HOST_KEY)]


_CERTIFICATE = r"^sha256:([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$"
Certificate = Annotated[str, StringConstraints(pattern=_CERTIFICATE)]
BmcAddress = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}$")]


class SiteBmc(Spec):
    """A host's BMC, reached by Redfish. ``connection`` is the Airflow Connection (type http) with user and password.

    ``certificate`` is ``sha256:`` and the fingerprint of the one certificate that we accept, as ``openssl x509
    -fingerprint -sha256`` prints it. Without one, the certificate must be valid for ``address`` and signed by an
    authority that this machine trusts.
    """

    address: BmcAddress
    port: int = Field(default=443, gt=0, lt=65536)
    certificate: Certificate | None = None
    connection: str = Field(min_length=1)

    def reached(self) -> Bmc:
        """The BMC as the rest of the library knows it."""
        digits = (self.certificate or "").removeprefix("sha256:").replace(":", "").lower()
        return Bmc(self.address, self.port, self.connection, digits)


class SiteHost(Spec):
    """A host. ``connection`` is the Airflow Connection with user and key; ``build`` the phase it was built for."""

    name: Name
    serial: Name
    sku: str
    program: str
    build: str
    address: str
    port: int = Field(default=22, gt=0, lt=65536)
    host_key: HostKey
    connection: str
    bmc: SiteBmc | None = None


class Site(Spec):
    """A data centre, lab or bench, with its hosts."""

    title: str
    hosts: tuple[SiteHost, ...] = ()

    @model_validator(mode="after")
    def _unique(self) -> "Site":
        for field in ("name", "serial"):
            seen: set[str] = set()
            for host in self.hosts:
                value = getattr(host, field)
                if value in seen:
                    raise ValueError(f"two hosts with {field} {value!r}")
                seen.add(value)
        return self

    def inventory(self, site: str) -> tuple[Host, ...]:
        """The hosts as the rest of the library knows them."""
        return tuple(
            Host(
                name=h.name,
                serial=h.serial,
                sku=h.sku,
                site=site,
                program=h.program,
                build=h.build,
                endpoint=Endpoint(h.address, h.port, h.host_key),
                connection=h.connection,
                bmc=h.bmc.reached() if h.bmc else None,
            )
            for h in self.hosts
        )
