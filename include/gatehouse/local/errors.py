"""What can keep the local stack from running. Each text is one line for a person and says what to do.

LocalStackError
├── PortBusyError     somebody else listens there: choose another port, or stop them
├── NoRoomError       disk, memory or a writable folder is missing: the text says how much
├── PostgresError     the embedded PostgreSQL did not start: the text holds the end of its log
├── UnhealthyError    the stack did not become healthy in time: the text names the component and its log
└── AirflowApiError   Airflow's REST API refused or did not answer: the text holds its status and reason
"""

from gatehouse.model.errors import GatehouseError


class LocalStackError(GatehouseError):
    """The local stack cannot run as asked."""


class PortBusyError(LocalStackError):
    """Another program listens on the port."""


class NoRoomError(LocalStackError):
    """The machine lacks disk, memory or a folder that we may write."""


class PostgresError(LocalStackError):
    """PostgreSQL cannot be used."""


class UnhealthyError(LocalStackError):
    """A component is not healthy."""


class AirflowApiError(LocalStackError):
    """Airflow's REST API answered with an error, or not at all. ``status`` is the HTTP status, 0 for no answer."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status
