"""What can go wrong, as a tree, and what each branch asks of the caller.

GatehouseError
├── CatalogError       a person must edit YAML: says file, line and field
├── UsageError         the call itself makes no sense: says what would be accepted
├── RefusedError       allowed by nobody at this moment: says why, and what would allow it
│   └── EntryShutError         a phase's entry conditions keep it shut: meet them, or enter without them by name
├── StaleVisitError    somebody else filed part of the same visit meanwhile: look at the unit again
├── NotFoundError      no such program, round, host …: says what exists
├── UnreachableError   the host did not answer, or not as itself: try again, or look at the network
│   ├── ConnectTimeoutError    nothing answered in time
│   ├── HostKeyError           something answered that is not the host we know: never retry, ask a person
│   └── AuthenticationError    the host refuses our user or key
├── UnreadableError    a tool's output is not what its reader knows: keep it, teach the reader
└── StoreError         the store cannot be used as it is: migrate it, or look at the database

A bad part is a value and a bad pipe is an exception: nothing here is raised because hardware is bad.
"""


class GatehouseError(Exception):
    """The root. Its text is shown to people as it is."""


class CatalogError(GatehouseError):
    """A YAML file of the catalogue says something that cannot be used.

    ``problems`` holds one line a problem: ``file:line: field: what is wrong``.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class UsageError(GatehouseError):
    """The call makes no sense as it stands."""


class RefusedError(GatehouseError):
    """Not allowed now; the text says why and what would allow it."""


class EntryShutError(RefusedError):
    """Entry conditions that hold are open, and nobody has let the phase open without them."""


class StaleVisitError(GatehouseError):
    """Another visit to the same unit filed something since this one began; nothing of this one was filed."""


class NotFoundError(GatehouseError):
    """What was named does not exist; the text says what does."""


class UnreachableError(GatehouseError):
    """The host did not answer, or not in the way a host of ours answers."""


class ConnectTimeoutError(UnreachableError):
    """Nothing answered within the connect limit."""


class HostKeyError(UnreachableError):
    """The host that answered shows another key than the inventory holds."""


class AuthenticationError(UnreachableError):
    """The host refuses our user or key."""


class UnreadableError(GatehouseError):
    """A tool's output is not in a form that its reader knows."""


class StoreError(GatehouseError):
    """The store cannot be used as it is."""
