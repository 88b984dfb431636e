"""The runtime home: the one folder that holds everything a running stack writes."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from gatehouse.local.errors import NoRoomError

CHECKOUT = Path(__file__).resolve().parents[3]
PLACE = "GATEHOUSE_HOME"  # a person may set it
MARKER = "GATEHOUSE_STACK"  # we set it for every process of a stack, and nobody else does: how `down` knows its own
_ROOTS_STATE = Path("/var/lib/gatehouse")
# A Unix socket's path has room for 107 bytes on Linux and 103 on macOS; PostgreSQL adds "/.s.PGSQL.5432.lock".
_SOCKET_FOLDER_BYTES = 80
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")  # libpq splits a host at commas


@dataclass(frozen=True, slots=True)
class Home:
    """Where a stack lives. ``root`` is absolute; ``as_root`` is whether the stack runs as the superuser.

    PostgreSQL refuses to run as root, and the account that it gets then must reach its data: as root they lie in
    /var/lib/gatehouse, so that nobody has to open root's own folders.
    """

    root: Path
    as_root: bool = False

    @property
    def digest(self) -> str:
        """Ten characters that tell this home from every other one of the machine."""
        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:10]

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME."""
        return self.root / "airflow"

    @property
    def logs(self) -> Path:
        """One log file a component."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Locks, process ids, the status file."""
        return self.root / "run"

    @property
    def lab(self) -> Path:
        """The simulated fleet's keys and inventory."""
        return self.root / "lab"

    @property
    def catalog(self) -> Path:
        """Catalogue files of this home: the lab's inventory, and this machine as it was found."""
        return self.lab / "catalog"

    @property
    def files(self) -> Path:
        """Raw outputs by hash, Data Docs, phase reports."""
        return self.root / "files"

    @property
    def secrets(self) -> Path:
        """Passwords and keys, each file 0600."""
        return self.root / "secrets"

    @property
    def state(self) -> Path:
        """What PostgreSQL's account must reach."""
        return _ROOTS_STATE / self.digest if self.as_root else self.root

    @property
    def pgdata(self) -> Path:
        """PostgreSQL's data folder."""
        return self.state / "pgdata"

    @property
    def sockets(self) -> Path:
        """The folder of PostgreSQL's Unix socket: short and plain, wherever the checkout lies."""
        near = self.state / "sock"
        if len(os.fsencode(near)) <= _SOCKET_FOLDER_BYTES and _PLAIN_PATH.fullmatch(str(near)):
            return near
        return Path("/tmp", f"gatehouse-{os.getuid()}-{self.digest}")  # noqa: S108 - made 0700, a stranger's is refused

    def make(self) -> "Home":
        """Create the folders; only the owner may enter.

        Raises:
            NoRoomError: the home cannot be written.
        """
        try:
            for folder in (
                self.root,
                self.airflow,
                self.logs,
                self.run,
                self.lab,
                self.catalog,
                self.files,
                self.secrets,
            ):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise NoRoomError(
                f"cannot write the runtime home {self.root} ({error.strerror}): "
                f"set {PLACE} to a folder that you may write"
            ) from error
        return self

    def make_state(self) -> None:
        """Create the folder above PostgreSQL's data. As root its account must get through, whatever the umask.

        Raises:
            NoRoomError: it cannot be written.
        """
        if not self.as_root:
            return
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            for folder in (_ROOTS_STATE, self.state):
                folder.chmod(0o711)
        except OSError as error:
            raise NoRoomError(
                f"cannot write {self.state} ({error.strerror}), where root keeps the database: "
                "run as another user, or set GATEHOUSE_POSTGRES_URL"
            ) from error


def home(root: Path | str | None = None) -> Home:
    """The home at ``root``; by default $GATEHOUSE_HOME, else ``.gatehouse`` in the checkout."""
    chosen = root or os.environ.get(PLACE) or CHECKOUT / ".gatehouse"
    return Home(Path(chosen).expanduser().resolve(), as_root=os.geteuid() == 0)
