"""A site: the inventory of hosts, each with its serial, its SKU, its build and the one host key we accept."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.model.hosts import Endpoint, Host

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
_HOST_KEY = r"^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/]+=*( .*)?$"
HostKey = Annotated[str, StringConstraints(pattern=_HOST_KEY)]


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
            )
            for h in self.hosts
        )
