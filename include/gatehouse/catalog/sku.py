"""A SKU: a server model with its vendor, its parts, what physics allows of it, and the limits it must keep."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.catalog.limits import Limit, PhysicalBound

DeviceName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_./:-]{1,64}$")]


class Accelerator(Spec):
    """The accelerators of a SKU: how many, which, and their published dense BF16 peak in TFLOP/s."""

    model: str
    count: int = Field(gt=0)
    bf16_peak_tflops: float | None = Field(default=None, gt=0)
    memory_gb: float | None = Field(default=None, gt=0)
    source: str


class Sku(Spec):
    """A server model. ``vendor`` picks the cell of a diagnostic that answers; ``disks``, ``nics`` are device names.

    ``intel`` is Gaudi, ``intel-xpu`` Intel's GPUs, ``aws`` Trainium and Inferentia, ``google`` TPUs. ``hcas`` are RDMA
    devices (``mlx5_0``); ``infiniband`` those of them whose ports speak InfiniBand rather than Ethernet.
    """

    title: str
    vendor: Literal["nvidia", "amd", "intel", "intel-xpu", "aws", "google", "none"]
    kind: Literal["GPU", "ASIC", "CPU"]
    accelerator: Accelerator | None = None
    disks: tuple[DeviceName, ...] = ()
    nics: tuple[DeviceName, ...] = ()
    hcas: tuple[DeviceName, ...] = ()
    infiniband: tuple[DeviceName, ...] = ()
    limits: tuple[Limit, ...] = ()
    physics: tuple[PhysicalBound, ...] = ()

    @model_validator(mode="after")
    def _infiniband_is_rdma(self) -> Self:
        strangers = sorted(set(self.infiniband) - set(self.hcas))
        if strangers:
            raise ValueError(f"infiniband names {', '.join(strangers)}, which hcas does not list")
        return self
