"""A SKU: a server model with its vendor, its parts, what physics allows of it, and the limits it must keep."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

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
    """A server model. ``vendor`` picks the cell of a diagnostic that answers; ``disks``, ``nics`` are device names."""

    title: str
    vendor: Literal["nvidia", "amd", "intel", "none"]
    kind: Literal["GPU", "ASIC", "CPU"]
    accelerator: Accelerator | None = None
    disks: tuple[DeviceName, ...] = ()
    nics: tuple[DeviceName, ...] = ()
    limits: tuple[Limit, ...] = ()
    physics: tuple[PhysicalBound, ...] = ()
