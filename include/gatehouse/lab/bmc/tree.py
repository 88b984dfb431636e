"""The Redfish service of one host: every resource by its path, made from the machine's model when it is asked for.

Three generations, as they are met in data centres: ``new`` has Sensors, ThermalSubsystem and PowerSubsystem and puts
members into their collections on request, ``old`` has Thermal and Power, ``both`` has all and expands nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from gatehouse.lab.bmc import environment, inventory, log
from gatehouse.lab.bmc.documents import ROOT, Document, collection, link, resource
from gatehouse.lab.machine.machine import Machine

Generation = Literal["new", "old", "both"]
Tree = dict[str, Callable[[], Document]]
_GENERATIONS: Mapping[str, Generation] = {"h100-8x": "new", "mi300x-8x": "old", "gaudi3-8x": "both"}
_SYSTEM, _CHASSIS, _MANAGER = f"{ROOT}/Systems/1", f"{ROOT}/Chassis/1", f"{ROOT}/Managers/bmc"
SESSIONS = f"{ROOT}/SessionService/Sessions"


def generation_of(machine: Machine) -> Generation:
    """Which generation the BMC of a machine is of."""
    return _GENERATIONS.get(machine.profile.sku, "new")


def tree(machine: Machine) -> Tree:
    """Every resource of a machine's BMC."""
    generation = generation_of(machine)
    found: Tree = {ROOT: lambda: _root(machine, generation)}
    found |= _listed(f"{ROOT}/Systems", "ComputerSystem", {"1": lambda: inventory.system(machine, _SYSTEM)})
    found |= _listed(f"{_SYSTEM}/Processors", "Processor", inventory.processors(machine))
    found |= _listed(f"{_SYSTEM}/Memory", "Memory", inventory.memory(machine))
    found |= _listed(f"{_SYSTEM}/LogServices", "LogService", {"SEL": lambda: log.service(f"{_SYSTEM}/LogServices/SEL")})
    found[f"{_SYSTEM}/LogServices/SEL/Entries"] = lambda: log.entries(machine, f"{_SYSTEM}/LogServices/SEL/Entries")
    found |= _listed(f"{ROOT}/Chassis", "Chassis", {"1": lambda: _chassis(machine, generation)})
    found |= _listed(f"{ROOT}/Managers", "Manager", {"bmc": lambda: inventory.manager(machine)})
    versions = f"{ROOT}/UpdateService/FirmwareInventory"
    update = resource("UpdateService", "v1_11_0", f"{ROOT}/UpdateService", FirmwareInventory=link(versions))
    found[f"{ROOT}/UpdateService"] = lambda: update
    found |= _listed(versions, "SoftwareInventory", inventory.firmware(machine))
    return found | _environment(machine, generation)


def _environment(machine: Machine, generation: Generation) -> Tree:
    found: Tree = {}
    if generation != "old":
        thermal, power = f"{_CHASSIS}/ThermalSubsystem", f"{_CHASSIS}/PowerSubsystem"
        found[thermal] = lambda: resource("ThermalSubsystem", "v1_3_0", thermal, Fans=link(f"{thermal}/Fans"))
        found[power] = lambda: resource("PowerSubsystem", "v1_1_0", power, PowerSupplies=link(f"{power}/PowerSupplies"))
        found |= _listed(f"{thermal}/Fans", "Fan", environment.fans(machine))
        found |= _listed(f"{power}/PowerSupplies", "PowerSupply", environment.supplies(machine))
        found |= _listed(f"{_CHASSIS}/Sensors", "Sensor", environment.sensors(machine))
    if generation != "new":
        found[f"{_CHASSIS}/Thermal"] = lambda: environment.thermal(machine, f"{_CHASSIS}/Thermal")
        found[f"{_CHASSIS}/Power"] = lambda: environment.power(machine, f"{_CHASSIS}/Power")
    return found


def _listed(path: str, kind: str, members: Mapping[str, Callable[[], Document]]) -> Tree:
    """A collection and its members, each with its own place added."""
    paths = {name: f"{path}/{name}" for name in members}
    found: Tree = {path: lambda: collection(kind, path, paths.values())}
    for name, make in members.items():
        found[paths[name]] = _placed(make, paths[name], name)
    return found


def _placed(make: Callable[[], Document], path: str, name: str) -> Callable[[], Document]:
    return lambda: {"@odata.id": path, "Id": name} | make()


def _root(machine: Machine, generation: Generation) -> Document:
    expands = generation == "new"
    query: dict[str, Any] = dict.fromkeys(("ExpandAll", "NoLinks", "Links", "Levels"), expands) | {"MaxLevels": 2}
    return resource(
        "ServiceRoot",
        "v1_15_0",
        f"{ROOT}/",
        Id="RootService",
        Name="Root Service",
        RedfishVersion="1.17.0" if expands else "1.6.0",
        UUID=machine.system.uuid,
        ProtocolFeaturesSupported={"ExpandQuery": query, "SelectQuery": False, "TopSkipQuery": expands},
        Links={"Sessions": link(SESSIONS)},
        SessionService=link(f"{ROOT}/SessionService"),
        **{name: link(f"{ROOT}/{name}") for name in ("Systems", "Chassis", "Managers", "UpdateService")},
    )


def _chassis(machine: Machine, generation: Generation) -> Document:
    names: Iterable[str] = {
        "new": ("Sensors", "ThermalSubsystem", "PowerSubsystem"),
        "old": ("Thermal", "Power"),
        "both": ("Sensors", "ThermalSubsystem", "PowerSubsystem", "Thermal", "Power"),
    }[generation]
    return inventory.chassis(machine) | {name: link(f"{_CHASSIS}/{name}") for name in names}
