"""The sudoers file allows exactly the commands of its plans."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gatehouse.model.errors import UsageError
from gatehouse.reports.sudoers import FOLDERS, sudoers

VISUDO = shutil.which("visudo", path="/usr/sbin:/usr/bin")
needs_visudo = pytest.mark.skipif(not VISUDO, reason="no visudo installed: apt install sudo")
ODD = ("a,b:c=d", "back\\slash", "50%*", "[x]?", "#1", "two words", '"quoted"', "!not", "^reg$", "it's")


def accepted(text: str, folder: Path) -> bool:
    """Whether visudo takes the file."""
    path = folder / "sudoers"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o440)
    done = subprocess.run([str(VISUDO), "-cf", str(path)], capture_output=True, text=True, check=False)
    return done.returncode == 0


def test_every_command_is_listed_and_nothing_else() -> None:
    """It should name whole paths, an alias a plan, and the user's one rule."""
    text = sudoers("gate", {"evt": [("lspci", "-vvv"), ("lspci", "-vvv")], "d-v.t": [("/opt/x/oven",)]}, ("/a", "/b"))
    lines = [line.rstrip(" ,\\") for line in text.splitlines() if line and not line.startswith("#")]
    assert lines == [
        "Defaults:gate !requiretty",
        'Defaults:gate secure_path="/a:/b"',
        "Cmnd_Alias GATEHOUSE_EVT =",
        "    /usr/bin/lspci -vvv",
        "    /bin/lspci -vvv",
        "Cmnd_Alias GATEHOUSE_D_V_T =",
        '    /opt/x/oven ""',
        "gate ALL=(root) NOPASSWD: GATEHOUSE_EVT, GATEHOUSE_D_V_T",
    ]


def test_what_sudo_would_take_for_its_own_is_escaped() -> None:
    """It should leave no wildcard, no separator and no comment sign bare."""
    text = sudoers("gate", {"p": [("t", *ODD)]}, ("/a",))
    said = next(line for line in text.splitlines() if "/bin/t" in line).removesuffix(", \\")
    bare = [c for i, c in enumerate(said) if c in ",:=*?[]#!^" and said[i - 1] != "\\"]
    assert bare == []


def test_a_plan_without_root_gives_nothing() -> None:
    """It should say so, and write no rule at all."""
    text = sudoers("gate", {"p": []})
    assert "NOPASSWD" not in text
    assert "# plan p: nothing as root" in text


def test_two_plans_never_share_an_alias() -> None:
    """It should number the second of two names that look alike to sudo."""
    text = sudoers("gate", {"a-b": [("x",)], "a.b": [("y",)]})
    assert "Cmnd_Alias GATEHOUSE_A_B =" in text
    assert "Cmnd_Alias GATEHOUSE_A_B_1 =" in text


@pytest.mark.parametrize(
    ("user", "argv", "folder"),
    [
        ("ALL", ("x",), "/a"),
        ("%wheel", ("x",), "/a"),
        ("a b", ("x",), "/a"),
        ("gate", ("x y",), "/a"),
        ("gate", ("../x",), "/a"),
        ("gate", ("bin/x",), "/a"),
        ("gate", ("*",), "/a"),
        ("gate", ("x", "a\nALL"), "/a"),
        ("gate", ("x", ""), "/a"),
        ("gate", ("x", '""'), "/a"),
        ("gate", ("x", "\u202e"), "/a"),
        ("gate", ("x",), "relative"),
        ("gate", ("x",), "/a:/b"),
        ("gate", ("x",), "/a/../b"),
        ("gate", ("x",), '/a"'),
    ],
)
def test_what_cannot_stand_there_is_refused(user: str, argv: tuple[str, ...], folder: str) -> None:
    """It should never write what sudo might read as something wider."""
    with pytest.raises(UsageError):
        sudoers(user, {"p": [argv]}, (folder,))


@needs_visudo
@pytest.mark.parametrize("plans", [{"p": []}, {"p": [("t", *ODD)], "q": [("t",), ("u", "-x")]}])
def test_visudo_takes_it(plans: dict[str, list[tuple[str, ...]]], tmp_path: Path) -> None:
    """It should be sound to the judge of such files, whatever the arguments."""
    assert accepted(sudoers("gate", plans), tmp_path)
    assert not accepted(sudoers("gate", plans) + "nonsense\n", tmp_path), "visudo must be able to refuse"


@needs_visudo
@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=12), max_size=4))
def test_visudo_takes_any_argument(tmp_path_factory: pytest.TempPathFactory, arguments: list[str]) -> None:
    """It should be sound for every printable argument."""
    assume(arguments != ['""'])
    assert accepted(sudoers("gate", {"p": [("tool", *arguments)]}), tmp_path_factory.mktemp("sudoers"))


def test_the_usual_folders_are_those_of_every_distribution() -> None:
    """It should find a tool wherever distributions put it, and in no folder that a user can write to."""
    assert {"/usr/sbin", "/usr/bin", "/sbin", "/bin"} <= set(FOLDERS)
    assert all(not folder.startswith(("/tmp", "/home", "/var")) for folder in FOLDERS)
