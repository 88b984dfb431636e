"""Sets the demo's stage: a fresh store, the fleet, this machine in the catalogue, the stack."""

from collections.abc import Callable

from sqlalchemy import func, select

from gatehouse.lab.client import LabClient
from gatehouse.local import postgres, stack
from gatehouse.local.airflow_home import Settings
from gatehouse.local.errors import LocalStackError
from gatehouse.local.home import Home
from gatehouse.local.this_machine_catalog import write_this_machine

FLEET = (
    "h100-8x:EVT:10", "h100-8x:DVT:60", "h100-8x:PVT:100", "h100-8x:RAMP:20",
    "gaudi3-8x:EVT:10", "mi300x-8x:EVT:10",
)  # fmt: skip
SCENARIO = "demo"
LAB_PORT = 2222
