"""Turns what a visit to a BMC brought back into reports of tools, each addressed to its part of the machine."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gatehouse.model.commands import Completed, Ended
from gatehouse.model.readings import Finding, ToolReport
from gatehouse.model.resource_parts import part_of
from gatehouse.model.status import Measured
from gatehouse.operations.ask_plan import AskedCommand
from gatehouse.transport.bmc_session import BmcSession, Fetched
from gatehouse.vendors.registry import read

NO_BMC = "no BMC in the inventory: give the host a bmc in its site file"
EXPANDED = "redfish-members"


def over_ssh(asked: Sequence[AskedCommand]) -> list[AskedCommand]:
    """What is asked of the host itself."""
    return [one for one in asked if one.via == "ssh"]


def of_bmc(asked: Sequence[AskedCommand]) -> list[AskedCommand]:
    """What is asked of its BMC."""
    return [one for one in asked if one.via == "bmc"]


def without_bmc(asked: Sequence[AskedCommand]) -> BmcSession:
    """The visit to a host that has no BMC: nothing is there to answer, as with a tool that is not installed."""
    missing = (Completed(replace(one.command, argv=("GET", *one.command.argv)), Ended.MISSING, note=NO_BMC)
               for one in of_bmc(asked))  # fmt: skip
    return BmcSession(tuple((Fetched("", completed),) for completed in missing))


def said_by_bmc(asked: Sequence[AskedCommand], session: BmcSession) -> Iterator[tuple[AskedCommand, Completed]]:
    """Each resource that was fetched, with the reader that it is for and the part that it is about."""
    for one, fetched in zip(of_bmc(asked), session.fetched, strict=True):
        for resource in fetched:
            tool = EXPANDED if resource.expanded else one.tool
            completed = resource.completed
            yield replace(one, tool=tool, part=resource.part, command=completed.command), completed


def report_of_resource(asked: AskedCommand, said: Completed) -> ToolReport:
    """What a resource holds. One that the BMC does not have is a SKIP, and one that it did not give is an ERROR."""
    if said.ended is Ended.MISSING:
        return ToolReport(asked.tool, Measured.SKIP, complete=False, errors=(said.note,))
    if said.ended is not Ended.EXITED or said.exit_code != 0 or said.truncated:
        return ToolReport(asked.tool, Measured.ERROR, complete=False, errors=(said.note or said.ended.value,))
    return _addressed(asked.part, read(asked.tool, said))


def _addressed(part: str, report: ToolReport) -> ToolReport:
    """Facts and findings under the resource's part; a finding keeps which of the resource's parts it is about."""
    if not part:
        return report
    return replace(
        report,
        facts={f"{part}.{name}": value for name, value in report.facts.items()},
        findings=tuple(replace(finding, part=_within(part, finding)) for finding in report.findings),
        errors=tuple(f"{part}: {error}" for error in report.errors),
    )


def _within(part: str, finding: Finding) -> str:
    """``chassis_1.ps0``; but a resource that speaks of itself is not said twice (``processor_GPU_3.GPU_3``)."""
    kind = part.rpartition(".")[2].partition("_")[0]
    itself = part_of(kind, finding.part).partition("_")[2] == part.rpartition(".")[2].partition("_")[2]
    return part if itself or finding.part in ("", "host", "resource") else f"{part}.{finding.part}"
