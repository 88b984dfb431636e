"""Reads a captured tool output, as a round would."""

from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.registry import read


def read_output(tool: str, data: bytes) -> ToolReport:
    """What the output of ``tool`` holds. Its exit code is not known, so it is taken for 0.

    Raises:
        NotFoundError: no reader has that name.
    """
    return read(tool, Completed(Command(tool, (tool,)), Ended.EXITED, exit_code=0, stdout=data))
