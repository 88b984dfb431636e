"""Fetches the one uv that we know into an environment, and hands pip's settings to it. Standard library only."""

from __future__ import annotations

import configparser
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

# A machine without pip and without a setting has nobody else to ask; any setting of pip or uv goes before it.
PYPI = "https://pypi.org/simple"

UV = "0.13.9"
# From the index's own listing of this version; checked after every download.
UV_WHEELS = {
    ("Linux", "x86_64"): (
        f"uv-{UV}-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    ),
    ("Linux", "aarch64"): (
        f"uv-{UV}-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
        "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
    ),
    ("Darwin", "x86_64"): (
        f"uv-{UV}-py3-none-macosx_10_12_x86_64.whl",
        "c16ed11e013557536b3e60065f1b912f6407bd6518e041b961e23ef9e6b4fbf5",
    ),
    ("Darwin", "arm64"): (
        f"uv-{UV}-py3-none-macosx_11_0_arm64.whl",
        "66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63",
    ),
}


class BootstrapError(Exception):
    """It cannot be made ready; the text is one line for a person."""


def fetch_uv(venv: Path) -> Path:
    """The pinned uv in the environment, by pip where there is one (its proxies are set up), else by ourselves."""
    target = venv / "bin" / "uv"
    if target.exists() and _says(target, "--version").startswith(f"uv {UV} "):
        return target
    try:
        name, sha256 = UV_WHEELS[platform.system(), platform.machine()]
    except KeyError:
        raise BootstrapError(f"no uv for {platform.system()} {platform.machine()}: use Linux or macOS") from None
    say(f"fetching uv {UV}")
    with tempfile.TemporaryDirectory(dir=str(venv)) as folder:
        wheel = Path(folder) / name
        if not _by_pip(wheel, sha256):
            wheel.write_bytes(_by_index(name))
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != sha256:
            raise BootstrapError(f"{name} is not the file that we know (sha256 differs): check the package index")
        with zipfile.ZipFile(wheel) as archive:
            part = target.with_name("uv.part")
            part.write_bytes(archive.read(f"uv-{UV}.data/scripts/uv"))
    part.chmod(0o755)
    part.replace(target)
    return target


def _by_pip(wheel: Path, sha256: str) -> bool:
    """Whether some pip brought the wheel."""
    wanted = wheel.with_name("wanted.txt")
    wanted.write_text(f"uv=={UV} --hash=sha256:{sha256}\n")
    options = ["download", "-q", "--no-deps", "--only-binary=:all:", "--require-hashes", "-d", str(wheel.parent)]
    for python in dict.fromkeys((sys.executable, shutil.which("python3") or sys.executable)):
        argv = [python, "-m", "pip", "--disable-pip-version-check", *options, "-r", str(wanted)]
        if subprocess.run(argv, check=False, capture_output=True).returncode == 0 and wheel.exists():
            return True
    return False


def _by_index(name: str) -> bytes:
    """The wheel by the index's JSON listing (PEP 691), or its HTML where the index knows no JSON."""
    index = pip_setting("index-url", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL") or PYPI
    page = f"{index.rstrip('/')}/uv/"
    try:
        listing = _get(page, "application/vnd.pypi.simple.v1+json, text/html;q=0.1").decode(errors="replace")
        return _get(urllib.parse.urljoin(page, _link(listing, name)), "*/*")
    except (urllib.error.URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        host = urllib.parse.urlsplit(index).hostname or index
        raise BootstrapError(
            f"cannot fetch uv from {host} ({reason}): check the network, or set PIP_INDEX_URL to an index you can reach"
        ) from None


def _link(listing: str, name: str) -> str:
    if listing.lstrip().startswith("{"):
        links = [str(file["url"]) for file in json.loads(listing)["files"] if file["filename"] == name]
    else:
        links = [part.split('"', 1)[0] for part in listing.split('href="')[1:] if f"/{name}" in part.split('"', 1)[0]]
    if not links:
        raise ValueError(f"it has no {name}")
    return links[0]


def _get(url: str, accept: str) -> bytes:
    """A document of an http, https or file URL; a user and password in the URL become a header."""
    parts = urllib.parse.urlsplit(url)
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    request = urllib.request.Request(bare.geturl(), headers={"Accept": accept})  # noqa: S310 - an index may be a folder
    if parts.username:
        manager = urllib.request.HTTPPasswordMgrWithPriorAuth()
        login = urllib.parse.unquote(parts.username), urllib.parse.unquote(parts.password or "")
        manager.add_password(None, bare.geturl(), *login, is_authenticated=True)
        opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(manager))
    else:
        opener = urllib.request.build_opener()
    with opener.open(request, timeout=60) as answer:
        content: bytes = answer.read()
    return content


def pip_setting(key: str, *variables: str) -> str:
    """A setting of pip: from the first variable that is set, else from pip's own configuration files."""
    for variable in variables:
        if os.environ.get(variable):
            return os.environ[variable]
    parser = configparser.RawConfigParser(strict=False)
    home, config = Path.home(), os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    places = [Path("/etc/pip.conf"), home / ".pip/pip.conf", Path(config).expanduser() / "pip/pip.conf"]
    chosen = os.environ.get("PIP_CONFIG_FILE")
    parser.read([*map(str, places), *([chosen] if chosen else [])])
    for section in ("install", "global"):
        if parser.has_option(section, key):
            return str(parser.get(section, key)).strip()
    return ""


def _says(program: Path, argument: str) -> str:
    try:
        return subprocess.run([str(program), argument], check=False, capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def say(text: str) -> None:
    """One line of progress."""
    print(f"gatehouse: {text}", flush=True)
