"""Making .venv from nothing but a Python. What needs a network is left to continuous integration's clean clone."""

import base64
import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest

import bootstrap
import bootstrap_uv
from bootstrap_uv import BootstrapError, fetch_uv, pip_setting

INCLUDE = Path(bootstrap.__file__).parent
SETTINGS = ("PYTHON", "PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_CONFIG_FILE", "XDG_CONFIG_HOME")


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the developer's, and a checkout that may be broken."""
    for name in (*SETTINGS, "UV_FIND_LINKS", "PIP_FIND_LINKS", "PIP_CERT", "PIP_TRUSTED_HOST", "UV_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(bootstrap, "CHECKOUT", tmp_path / "checkout")
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "checkout/.venv")
    monkeypatch.setattr(bootstrap, "LOCK", tmp_path / "checkout/requirements.lock")
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "checkout/.venv/gatehouse-stamp")
    monkeypatch.setattr(bootstrap, "UNFINISHED", tmp_path / "checkout/.venv/gatehouse-unfinished")
    (tmp_path / "home").mkdir()
    (tmp_path / "checkout/.venv/bin").mkdir(parents=True)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / "checkout" / name).write_text(name)


def made_with(version: str) -> None:
    """A .venv as Python's own venv leaves it."""
    (bootstrap.VENV / "bin/python").symlink_to(sys.executable)
    (bootstrap.VENV / "bin/activate").write_text(f"VIRTUAL_ENV={bootstrap.VENV}\n")
    (bootstrap.VENV / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version}\n")


class TestReady:
    """Whether there is something to do."""

    def test_a_new_checkout_is_not(self) -> None:
        """It should install into an empty folder."""
        assert not bootstrap.ready()

    def test_a_stamped_one_is(self) -> None:
        """It should do nothing when nothing has changed."""
        made_with("3.12.1")
        bootstrap.STAMP.write_text(bootstrap.fingerprint("3.12.1"))
        assert bootstrap.ready()

    @pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
    def test_a_changed_file_is_noticed(self, name: str) -> None:
        """It should install again after a pull."""
        made_with("3.12.1")
        bootstrap.STAMP.write_text(bootstrap.fingerprint("3.12.1"))
        (bootstrap.CHECKOUT / name).write_text("changed")
        assert not bootstrap.ready()

    def test_an_interrupted_attempt_is_noticed(self) -> None:
        """It should not trust packages that may be half there."""
        made_with("3.12.1")
        bootstrap.STAMP.write_text(bootstrap.fingerprint("3.12.1"))
        bootstrap.UNFINISHED.touch()
        assert not bootstrap.ready()

    def test_a_python_that_is_gone_is_noticed(self) -> None:
        """It should heal what an upgrade of the system broke."""
        made_with("3.12.1")
        bootstrap.STAMP.write_text(bootstrap.fingerprint("3.12.1"))
        (bootstrap.VENV / "bin/python").unlink()
        (bootstrap.VENV / "bin/python").symlink_to("/nowhere/python")
        assert not bootstrap.ready()

    def test_another_python_that_is_asked_for_is_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It should follow PYTHON even when a good .venv is there."""
        made_with("3.10.0")
        bootstrap.STAMP.write_text(bootstrap.fingerprint("3.10.0"))
        monkeypatch.setenv("PYTHON", sys.executable)
        assert not bootstrap.ready()

    def test_a_moved_checkout_is_noticed(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """It should make .venv anew: its programs name their Python by the old path."""
        made_with("3.12.1")
        bootstrap.STAMP.write_text(bootstrap.fingerprint("3.12.1"))
        assert bootstrap.stands_where_made()
        (tmp_path / "checkout").rename(tmp_path / "moved")
        monkeypatch.setattr(bootstrap, "CHECKOUT", tmp_path / "moved")
        monkeypatch.setattr(bootstrap, "VENV", tmp_path / "moved/.venv")
        monkeypatch.setattr(bootstrap, "LOCK", tmp_path / "moved/requirements.lock")
        monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "moved/.venv/gatehouse-stamp")
        assert not bootstrap.ready()
        assert not bootstrap.stands_where_made()

    def test_it_is_quick(self) -> None:
        """It should cost next to nothing before every make (a third of a second at most, most of it Python's start)."""
        code = "import time; began = time.process_time(); import bootstrap; bootstrap.ready(); "
        done = subprocess.run(
            [sys.executable, "-c", code + "print(time.process_time() - began)"],
            cwd=INCLUDE,
            capture_output=True,
            text=True,
            check=True,
        )
        assert float(done.stdout) < 0.3


class TestPython:
    """Which Python to build with."""

    @pytest.mark.parametrize(
        ("version", "will_do"),
        [("3.11.0", True), ("3.13.9", True), ("3.10.14", False), ("3.14.0", False), ("2.7.18", False), ("", False)],
    )
    def test_supported_versions(self, version: str, will_do: bool) -> None:
        """It should take what the locked packages support, and nothing else."""
        assert bootstrap._supported(version) is will_do

    def test_the_one_that_is_asked_for_is_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It should not second-guess PYTHON."""
        monkeypatch.setenv("PYTHON", sys.executable)
        assert bootstrap.find_python() == sys.executable

    def test_one_that_is_not_there_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It should not silently take another."""
        monkeypatch.setenv("PYTHON", "/nope/python3")
        with pytest.raises(BootstrapError, match="/nope/python3 not found"):
            bootstrap.find_python()

    def test_only_old_ones_are_said_with_what_to_do(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """It should say what it found and how to get one, in one line."""
        for name in ("python3", "python3.11"):
            (tmp_path / name).write_text("#!/bin/sh\necho 3.9.2\n")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
        with pytest.raises(BootstrapError, match=r"python3 is 3\.9\.2.*apt install.*PYTHON=") as caught:
            bootstrap.find_python()
        assert "\n" not in str(caught.value)

    def test_a_shim_that_does_not_run_is_passed_over(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """It should try the next one when a version manager's stub only complains."""
        (tmp_path / "python3.12").write_text("#!/bin/sh\nexit 127\n")
        (tmp_path / "python3.12").chmod(0o755)
        (tmp_path / "python3.11").write_text("#!/bin/sh\necho 3.11.2\n")
        (tmp_path / "python3.11").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert bootstrap.find_python() == str(tmp_path / "python3.11")

    def test_an_environment_needs_no_ensurepip(self) -> None:
        """It should make one that runs, without pip in it."""
        bootstrap.make_venv(sys.executable)
        python = bootstrap.VENV / "bin/python"
        assert subprocess.run([python, "-c", "import json"], check=False).returncode == 0
        assert subprocess.run([python, "-m", "pip"], check=False, capture_output=True).returncode != 0
        assert bootstrap._supported(bootstrap.venv_version())


class TestRoom:
    """Errors before anything is written."""

    def test_a_full_disk_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It should say how much there is and how much it needs."""
        monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda path: SimpleNamespace(free=99_000_000))
        with pytest.raises(BootstrapError, match=r"99 MB free.*2500 MB"):
            bootstrap.check_room()

    def test_a_folder_of_somebody_else_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It should not fail in the middle with a traceback."""
        monkeypatch.setattr(os, "access", lambda path, mode: False)
        with pytest.raises(BootstrapError, match="cannot write"):
            bootstrap.check_room()

    def test_every_error_is_one_line_and_an_exit_code(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It should end with 3 and one line, whatever went wrong."""
        for error in (BootstrapError("no network"), OSError(28, "No space left on device", "/x"), KeyboardInterrupt()):
            monkeypatch.setattr(bootstrap, "install", lambda error=error: (_ for _ in ()).throw(error))
            assert bootstrap.main() == 3
            assert capsys.readouterr().err.strip().startswith("gatehouse: ")


class TestSettings:
    """pip's settings, for uv and for ourselves."""

    def configured(self, text: str) -> None:
        """Write the user's pip.conf."""
        folder = Path(os.environ["HOME"], ".config/pip")
        folder.mkdir(parents=True)
        (folder / "pip.conf").write_text(text)

    def test_a_variable_wins_over_the_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It should follow pip's own order."""
        self.configured("[global]\nindex-url = https://file/simple\n")
        assert pip_setting("index-url", "PIP_INDEX_URL") == "https://file/simple"
        monkeypatch.setenv("PIP_INDEX_URL", "https://variable/simple")
        assert pip_setting("index-url", "PIP_INDEX_URL") == "https://variable/simple"

    def test_a_percent_sign_is_no_template(self) -> None:
        """It should read a URL with an encoded password as it is."""
        self.configured("[global]\nindex-url = https://u:p%40ss@host/simple\n")
        assert pip_setting("index-url", "PIP_INDEX_URL") == "https://u:p%40ss@host/simple"

    def test_uv_is_told_what_pip_knows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It should hand index, certificates and wheel folders over."""
        self.configured("[global]\nindex-url = https://mirror/simple\ncert = /ca.pem\n[install]\nfind-links = /a /b\n")
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        environment = bootstrap.uv_environment()
        assert environment["UV_DEFAULT_INDEX"] == "https://mirror/simple"
        assert environment["SSL_CERT_FILE"] == "/ca.pem"
        assert environment["UV_FIND_LINKS"] == "/a,/b"

    @pytest.mark.parametrize("name", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
    def test_uvs_own_settings_win(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """It should not overrule what somebody set for uv."""
        monkeypatch.setenv("PIP_INDEX_URL", "https://pips/simple")
        monkeypatch.setenv(name, "https://uvs/simple")
        assert "https://pips/simple" not in bootstrap.uv_environment().get("UV_DEFAULT_INDEX", "")

    def test_another_environment_does_not_interfere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It should install into .venv and nowhere else."""
        monkeypatch.setenv("VIRTUAL_ENV", "/other")
        monkeypatch.setenv("PYTHONPATH", "/other")
        assert not {"VIRTUAL_ENV", "PYTHONPATH"} & set(bootstrap.uv_environment())

    def test_a_home_that_cannot_be_written_gets_no_cache(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It should work for users without a home folder."""
        monkeypatch.setenv("HOME", "/nonexistent")
        assert bootstrap.uv_environment()["UV_CACHE_DIR"] == str(bootstrap.VENV / "uv-cache")


class Index(http.server.BaseHTTPRequestHandler):
    """A package index with one wheel, which asks for a user and password."""

    wheel_name = ""
    wheel = b""
    form = "json"

    def do_GET(self) -> None:
        """Listing and wheel."""
        if self.headers.get("Authorization") != "Basic " + base64.b64encode(b"me:p@ss").decode():
            self._say(401, b"")
        elif self.path == "/simple/uv/":
            link = f"../../files/{self.wheel_name}#sha256=x"
            listing = json.dumps({"files": [{"filename": self.wheel_name, "url": link}]})
            page = f'<html><a href="../../files/other.whl">o</a><a href="{link}">{self.wheel_name}</a></html>'
            self._say(200, (listing if self.form == "json" else page).encode())
        else:
            self._say(200 if self.path == f"/files/{self.wheel_name}" else 404, self.wheel)

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


class TestFetching:
    """uv, from an index of our own."""

    @pytest.fixture
    def index(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Index]]:
        """An index that serves a wheel with a uv that is a shell script."""
        content = BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr(
                f"uv-{bootstrap_uv.UV}.data/scripts/uv", f"#!/bin/sh\necho 'uv {bootstrap_uv.UV} (test)'\n"
            )
        kind = type("OneIndex", (Index,), {"wheel": content.getvalue(), "wheel_name": "uv-test.whl"})
        digest = hashlib.sha256(content.getvalue()).hexdigest()
        here = (bootstrap_uv.platform.system(), bootstrap_uv.platform.machine())
        monkeypatch.setattr(bootstrap_uv, "UV_WHEELS", {here: ("uv-test.whl", digest)})
        monkeypatch.setattr(bootstrap_uv, "_by_pip", lambda *_: False)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            monkeypatch.setenv("PIP_INDEX_URL", f"http://me:p%40ss@127.0.0.1:{server.server_port}/simple/")
            yield kind
            server.shutdown()

    @pytest.mark.parametrize("form", ["json", "html"])
    def test_it_comes_from_the_configured_index(self, index: type[Index], form: str) -> None:
        """It should log in, find the wheel in either form of listing, and put a uv there that runs."""
        index.form = form
        uv = fetch_uv(bootstrap.VENV)
        assert uv == bootstrap.VENV / "bin/uv"
        assert bootstrap_uv._says(uv, "--version").startswith(f"uv {bootstrap_uv.UV} ")
        assert sorted(path.name for path in bootstrap.VENV.iterdir()) == ["bin"]

    def test_it_is_fetched_once(self, index: type[Index]) -> None:
        """It should not ask the index when the right one is there."""
        fetch_uv(bootstrap.VENV)
        index.wheel_name = "gone"
        assert fetch_uv(bootstrap.VENV).exists()

    def test_another_file_under_its_name_is_refused(self, index: type[Index]) -> None:
        """It should not run what it does not know."""
        index.wheel = index.wheel + b"x"
        with pytest.raises(BootstrapError, match="sha256 differs"):
            fetch_uv(bootstrap.VENV)
        assert not (bootstrap.VENV / "bin/uv").exists()

    def test_an_index_without_it(self, index: type[Index]) -> None:
        """It should name the index and what it lacks, and not the password."""
        index.wheel_name = "something-else.whl"
        with pytest.raises(BootstrapError, match=r"127\.0\.0\.1.*has no uv-test\.whl") as caught:
            fetch_uv(bootstrap.VENV)
        assert "p@ss" not in str(caught.value)
        assert "p%40ss" not in str(caught.value)

    def test_no_index_at_all(self, index: type[Index], monkeypatch: pytest.MonkeyPatch) -> None:
        """It should say what to set, in one line."""
        monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
        with pytest.raises(BootstrapError, match="PIP_INDEX_URL") as caught:
            fetch_uv(bootstrap.VENV)
        assert "\n" not in str(caught.value)

    def test_a_machine_that_nobody_built_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It should say so instead of failing with a KeyError."""
        monkeypatch.setattr(bootstrap_uv.platform, "machine", lambda: "vax")
        with pytest.raises(BootstrapError, match="vax"):
            fetch_uv(bootstrap.VENV)


def test_pinned_wheels_are_of_the_pinned_version() -> None:
    """It should not be possible to change one and forget the other."""
    assert {system for system, _ in bootstrap_uv.UV_WHEELS} == {"Linux", "Darwin"}
    for name, digest in bootstrap_uv.UV_WHEELS.values():
        assert name.startswith(f"uv-{bootstrap_uv.UV}-py3-none-")
        assert len(digest) == 64


def test_it_needs_the_standard_library_only() -> None:
    """It should run under a Python that has nothing installed."""
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", "import bootstrap"], cwd=INCLUDE, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
