"""Makes .venv with exactly what requirements.lock says, from nothing but a Python.

Runs on the standard library alone, under any Python 3.8 or later, with or without pip, ensurepip or root. It looks for
a Python that Gatehouse supports, makes the environment, fetches a pinned uv and lets it install the locked packages by
hash. Every step can be interrupted; the next call heals it. With nothing to do it takes a tenth of a second.

Exit codes: 0 ready, 3 could not be made ready (one line on stderr says why and what to do).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bootstrap_uv import BootstrapError, fetch_uv, pip_setting, say

CHECKOUT = Path(__file__).resolve().parents[1]
VENV = CHECKOUT / ".venv"
LOCK = CHECKOUT / "requirements.lock"
STAMP = VENV / "gatehouse-stamp"
UNFINISHED = VENV / "gatehouse-unfinished"
OLDEST, NEWEST = (3, 11), (3, 13)
CANDIDATES = ("python3.12", "python3.11", "python3.13", "python3", "python")  # 3.12 is what Airflow is tested most with
NEEDED_MB = 2500  # packages 0.8 GB, uv's cache as much again where it cannot be linked, and room to run


def main() -> int:
    """Make .venv ready and say what is being done."""
    try:
        with LOCK.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # `make demo` and `make test` may start together
            if not ready():
                install()
    except BootstrapError as error:
        print(f"gatehouse: {error}", file=sys.stderr)
        return 3
    except OSError as error:
        print(f"gatehouse: cannot write {error.filename or VENV} ({error.strerror}): {_room_hint()}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("\ngatehouse: interrupted; the next call goes on from here", file=sys.stderr)
        return 3
    return 0


def ready() -> bool:
    """Whether .venv is what this checkout asks for."""
    try:
        version, asked = venv_version(), os.environ.get("PYTHON")
        as_asked = not asked or _version_of(shutil.which(asked) or asked) == version
        return as_asked and STAMP.read_text() == fingerprint(version) and not UNFINISHED.exists()
    except OSError:
        return False


def fingerprint(version: str) -> str:
    """Changes with the lock file, the project's metadata, these files, the Python and the checkout's place."""
    digest = hashlib.sha256(f"{version}\n{CHECKOUT}\n".encode())
    for path in (LOCK, CHECKOUT / "pyproject.toml", Path(__file__), Path(__file__).with_name("bootstrap_uv.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def venv_version() -> str:
    """The version that made .venv; empty when it is not there, or its Python is gone (an upgraded system)."""
    if not (VENV / "bin" / "python").exists():  # follows the link
        return ""
    lines = (VENV / "pyvenv.cfg").read_text().splitlines() if (VENV / "pyvenv.cfg").exists() else []
    pairs = dict(line.split(" = ", 1) for line in lines if " = " in line)
    return pairs.get("version") or pairs.get("version_info", "")


def stands_where_made() -> bool:
    """Whether .venv was not moved: its programs name their Python by its full path."""
    try:
        return str(VENV) in (VENV / "bin" / "activate").read_text()
    except OSError:
        return False


def install() -> None:
    """Do what is missing, in an order in which every step can be repeated."""
    check_room()
    started = time.monotonic()
    if not _supported(venv_version()) or not stands_where_made() or os.environ.get("PYTHON"):
        make_venv(find_python())
    again = UNFINISHED.exists()  # an attempt was cut off: what looks installed may be half there
    UNFINISHED.touch()
    STAMP.unlink(missing_ok=True)
    uv = fetch_uv(VENV)
    environment = uv_environment()
    say("installing the locked packages (about 230; a minute or two the first time)")
    python = str(VENV / "bin" / "python")
    sync = ["pip", "sync", "--python", python, "--require-hashes", *(["--reinstall"] if again else []), str(LOCK)]
    run_uv(uv, sync, environment)
    run_uv(uv, ["pip", "install", "--python", python, "--no-deps", "--editable", str(CHECKOUT)], environment)
    STAMP.write_text(fingerprint(venv_version()))
    UNFINISHED.unlink()
    say(f"ready in {time.monotonic() - started:.0f} s")


def check_room() -> None:
    """Refuse before the disk is full."""
    free_mb = shutil.disk_usage(CHECKOUT).free // 10**6
    if free_mb < NEEDED_MB and not venv_version():
        raise BootstrapError(
            f"{CHECKOUT} has {free_mb} MB free and the packages need {NEEDED_MB} MB: make room, or clone elsewhere"
        )
    if not os.access(CHECKOUT, os.W_OK):
        raise BootstrapError(f"cannot write {CHECKOUT}: run as its owner, or clone it into a folder of your own")


def find_python() -> str:
    """The first Python that will do: $PYTHON alone where it is set, else those on PATH."""
    asked = os.environ.get("PYTHON")
    seen = []
    for name in (asked,) if asked else (*CANDIDATES, sys.executable):
        path = shutil.which(name)
        version = _version_of(path) if path else ""
        if _supported(version):
            return str(path)
        seen.append(f"{name} is {version}" if version else f"{name} does not run" if path else "")
    found = ", ".join(filter(None, seen)) or f"{asked or 'none'} not found"
    raise BootstrapError(
        f"needs Python 3.11, 3.12 or 3.13 ({found}): install one (Debian, Ubuntu: apt install python3), "
        "or say where it is: make demo PYTHON=/path/to/python3.12"
    )


def _version_of(python: str) -> str:
    code = "import sys; print('.'.join(map(str, sys.version_info[:3])))"
    try:
        done = subprocess.run([python, "-c", code], check=False, capture_output=True, text=True, timeout=30)
        return done.stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _supported(version: str) -> bool:
    numbers = version.split(".")
    return (
        len(numbers) >= 2 and all(n.isdigit() for n in numbers[:2]) and OLDEST <= tuple(map(int, numbers[:2])) <= NEWEST
    )


def make_venv(python: str) -> None:
    """A new environment without pip, so that Debian's missing ensurepip does not matter."""
    say(f"making .venv with Python {_version_of(python)} ({python})")
    shutil.rmtree(VENV, ignore_errors=True)
    argv = [python, "-m", "venv", "--without-pip", str(VENV)]
    made = subprocess.run(argv, check=False, capture_output=True, text=True)
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        why = (made.stderr.strip() or made.stdout.strip() or "no reason given").splitlines()[-1]
        raise BootstrapError(f"{python} cannot make an environment ({why}): try apt install python3-venv, or PYTHON=…")


def uv_environment() -> dict[str, str]:
    """uv does not read pip's settings: hand them over where uv has none of its own. Hashes guard every package."""
    environment = {"UV_HTTP_TIMEOUT": "180", "UV_NO_PROGRESS": "1", **os.environ}
    for theirs, key, variable in (
        ("UV_DEFAULT_INDEX", "index-url", "PIP_INDEX_URL"),
        ("UV_FIND_LINKS", "find-links", "PIP_FIND_LINKS"),
        ("UV_INSECURE_HOST", "trusted-host", "PIP_TRUSTED_HOST"),
        ("SSL_CERT_FILE", "cert", "PIP_CERT"),
    ):
        value = pip_setting(key, variable)
        if (
            value
            and not environment.get(theirs)
            and not (theirs == "UV_DEFAULT_INDEX" and "UV_INDEX_URL" in environment)
        ):
            environment[theirs] = ",".join(value.split()) if theirs == "UV_FIND_LINKS" else value
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONHOME", "PYTHONPATH"):
        environment.pop(variable, None)
    if not os.access(Path.home(), os.W_OK) and "UV_CACHE_DIR" not in environment:
        environment["UV_CACHE_DIR"] = str(VENV / "uv-cache")
    return environment


def run_uv(uv: Path, arguments: list[str], environment: dict[str, str]) -> None:
    """Run uv quietly, with a sign of life every ten seconds; its own errors stay visible."""
    child = subprocess.Popen([str(uv), "--quiet", *arguments], env=environment, cwd=str(CHECKOUT))
    started = time.monotonic()
    try:
        while True:
            try:
                code = child.wait(timeout=10)
                break
            except subprocess.TimeoutExpired:
                say(f"… still at it ({time.monotonic() - started:.0f} s)")
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
    if code != 0:
        raise BootstrapError(f"installing stopped (uv says why above): {_room_hint()}")


def _room_hint() -> str:
    free_mb = shutil.disk_usage(CHECKOUT).free // 10**6
    if free_mb < NEEDED_MB:
        return f"only {free_mb} MB are free on the disk of {CHECKOUT}: make room and call again"
    return "check the network, or set PIP_INDEX_URL to an index you can reach, and call again"


if __name__ == "__main__":
    sys.exit(main())
