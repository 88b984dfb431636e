"""Command lines: what is understood, what is refused, and that nothing can hang."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_driving import H100, Said, machine, say

from gatehouse.lab.shell.words import NotSimulatedError, words_of

HOST = machine(H100)


@pytest.mark.parametrize(
    ("line", "out", "code"),
    [
        ("echo a; echo b", "a\nb\n", 0),
        ("true && echo yes", "yes\n", 0),
        ("false && echo yes", "", 1),
        ("false || echo no", "no\n", 0),
        ("true || echo no", "", 0),
        ("false; true", "", 0),
        ("true; false", "", 1),
        ("echo 'a;b' \"c | d\" e\\;f", "a;b c | d e;f\n", 0),
        ("echo one two | grep two", "one two\n", 0),
        ("echo one | grep two", "", 1),
        ("echo one | grep -c one", "1\n", 0),
        ("echo ONE | grep -i one | cat", "ONE\n", 0),
        ("echo one | grep -v two", "one\n", 0),
        ("echo one | grep -E 'two|one'", "one\n", 0),
        ("echo 'a|b' | grep 'a|b'", "a|b\n", 0),
        ("echo ab | grep 'a\\|c'", "ab\n", 0),
        ("echo a.c | grep -F .c", "a.c\n", 0),
        ("echo a | grep -q a && echo found", "found\n", 0),
        ("lspci | head -n 1 | wc -l", "1\n", 0),
        ("lspci | head -3 | wc -l", "3\n", 0),
        ("lspci | tail -n 2 | wc -l", "2\n", 0),
        ("echo abc | wc -c", "4\n", 0),
        ("ls /sys/class/net | sort -r | head -n 1", "eth1\n", 0),
        ("nonesuch 2>/dev/null", "", 127),
        ("nonesuch 2> /dev/null || echo none", "none\n", 0),
        ("nonesuch 2>&1", "sh: 1: nonesuch: not found\n", 127),
        ("nonesuch 2>&1 | grep -c found", "1\n", 0),
        ("echo a >/dev/null", "", 0),
        ("echo a &>/dev/null", "", 0),
        ("LC_ALL=C echo a", "a\n", 0),
        ("exec echo a", "a\n", 0),
        ("cd /tmp && echo a", "a\n", 0),
        ("sh -c 'echo a; echo b | cat'", "a\nb\n", 0),
        ("sudo -n sh -c 'id -u'", "0\n", 0),
        ("id -u", "1000\n", 0),
        ("cat /sys/class/net/eth*/speed", "25000\n25000\n", 0),
        ("ls /dev/nvme?n1 | wc -l", "8\n", 0),
        ("echo /nowhere/*", "/nowhere/*\n", 0),
        ("# nothing", "", 0),
        ("", "", 0),
        ("echo a # the rest", "a\n", 0),
        ("echo a;", "a\n", 0),
    ],
)
def test_what_people_type(line: str, out: str, code: int) -> None:
    said = say(HOST, line)
    assert (said.out, said.code) == (out, code)


@pytest.mark.parametrize(
    "line",
    [
        "echo $HOME",
        'echo "$HOME"',
        "echo ${HOME}",
        "echo $(id)",
        "echo `id`",
        "(id)",
        "id &",
        "cat < /etc/passwd",
        "echo a > /tmp/x",
        "echo a >> /tmp/x",
        "lspci | awk '{print $1}'",
        "lspci | xargs id",
        "id |",
        "| id",
        "&& id",
        "echo 'open",
        "lspci | grep -E '(a+)+b'",
        "lspci | grep -E '(a*)*'",
        "lspci | grep 'a*a*a*a*a*b'",
        "lspci | grep '\\(a\\)\\1'",
        "lspci | grep -E '[' ",
        "lspci | head -n many",
        "lspci | wc",
        f"lspci | grep {'x' * 300}",
    ],
)
def test_what_is_not_simulated_is_refused_and_nothing_runs(line: str) -> None:
    said = say(HOST, line)
    assert said.code == 2
    assert said.err.startswith("lab: not simulated: ")
    assert said.out == ""


def test_a_refused_line_runs_nothing_of_it() -> None:
    assert say(HOST, "echo a; echo $HOME") == Said(2, "", "lab: not simulated: variables and substitutions ($HOME…)\n")


def test_streams_stay_apart() -> None:
    said = say(HOST, "echo a; nonesuch; echo b")
    assert (said.out, said.err) == ("a\nb\n", "sh: 1: nonesuch: not found\n")


def test_dollars_that_are_no_variables_are_fine() -> None:
    assert say(HOST, "echo one | grep 'e$'").out == "one\n"
    assert say(HOST, "echo a$ 'b$c'").out == "a$ b$c\n"


@given(st.text(max_size=60))
def test_no_line_breaks_the_reader(line: str) -> None:
    with contextlib.suppress(NotSimulatedError):
        words_of(line)


@given(
    st.lists(
        st.sampled_from(["echo a", "false", ";", "&&", "||", "|", "cat", "2>&1", "'", "head -n 1", "$x"]), max_size=8
    )
)
def test_no_mixture_breaks_the_shell(pieces: list[str]) -> None:
    assert say(HOST, " ".join(pieces)).code in (0, 1, 2, 127)


def test_a_very_long_line_without_newlines_is_bounded() -> None:
    flooded = machine(H100, tool={"lspci": {"stdout": "x" * 500_000}})
    assert len(say(flooded, "lspci | cat").out) <= 70_000
