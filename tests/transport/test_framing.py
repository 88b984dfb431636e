"""The framed script: built, taken apart, run by a real shell, and cut apart by command."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.model.commands import Command
from gatehouse.model.errors import UsageError
from gatehouse.transport.frames import MAX_MARKER_BYTES, FrameReader
from gatehouse.transport.framing import (
    begin_marker,
    build_script,
    end_marker,
    finish_marker,
    head_marker,
    new_nonce,
    parse_script,
)

NONCE = "0123456789abcdef" * 2
words = st.text(st.characters(blacklist_characters="\n\r\0", blacklist_categories=("Cs",)), max_size=20)


def reader(nonce: str, max_bytes: int = 10_000) -> tuple[FrameReader, list[list[str]]]:
    markers: list[list[str]] = []
    return FrameReader(nonce, lambda _: max_bytes, markers.append), markers


@given(st.lists(st.tuples(st.floats(0.1, 10_000), st.booleans(), st.lists(words, min_size=1, max_size=4)), max_size=5))
def test_a_script_comes_apart_into_what_it_was_built_from(asked: list[tuple[float, bool, list[str]]]) -> None:
    commands = [Command(str(i), tuple(argv), limit_s=limit, root=root) for i, (limit, root, argv) in enumerate(asked)]
    script = parse_script(build_script(NONCE, list(enumerate(commands))))
    assert script is not None
    assert script.nonce == NONCE
    assert [(line.index, line.root, line.argv) for line in script.lines] == [
        (i, c.root, c.argv) for i, c in enumerate(commands)
    ]


@pytest.mark.parametrize(
    "text", ["", "ls -l\n", "# gatehouse-frame 1 " + NONCE, "{\n# gatehouse-frame 1 nonce\n} 2>&2"]
)
def test_what_is_no_whole_script_is_none(text: str) -> None:
    assert parse_script(text) is None


@pytest.mark.parametrize("argument", ["a\nb", "a\rb", "a\0b"])
def test_an_argument_that_no_shell_line_can_hold_is_refused(argument: str) -> None:
    with pytest.raises(UsageError, match="line break or a NUL"):
        build_script(NONCE, [(0, Command("x", ("echo", argument)))])


def run_in_shell(commands: list[Command]) -> tuple[dict[int, bytes], dict[int, bytes], list[list[str]]]:
    """Run a script in the real /bin/sh; returns output and errors by command, and the markers of stdout."""
    nonce = new_nonce()
    script = build_script(nonce, list(enumerate(commands)))
    with subprocess.Popen(
        ["/bin/sh", "-s"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as shell:
        assert shell.stdin and shell.stdout and shell.stderr
        shell.stdin.write(script.encode())
        shell.stdin.flush()  # stays open: it is the lifeline
        out, err = shell.stdout.read(), shell.stderr.read()
    (output, markers), (errors, _) = reader(nonce), reader(nonce)
    output.feed(out)
    errors.feed(err)
    return (
        {i: bytes(kept.data) for i, kept in output.kept.items()},
        {i: bytes(kept.data) for i, kept in errors.kept.items()},
        markers,
    )


def test_a_real_shell_gives_each_command_its_own_output_error_and_exit_code() -> None:
    output, errors, markers = run_in_shell(
        [
            Command("a", ("printf", "no newline at the end")),
            Command("b", ("sh", "-c", "echo out; echo err >&2; exit 7")),
            Command("c", ("no-such-tool-anywhere",)),
            Command("d", ("echo", "it's", "$HOME", "`id`", '"', "*")),
        ]
    )
    assert output == {0: b"no newline at the end", 1: b"out\n", 2: b"", 3: b"it's $HOME `id` \" *\n"}
    assert errors[1] == b"err\n"
    assert [(w[1], w[2]) for w in markers if w[0] == "E"] == [("0", "0"), ("1", "7"), ("2", "missing"), ("3", "0")]
    assert markers[0][0] == "H"
    assert markers[-1] == ["F"]


def test_a_command_beyond_its_limit_dies_with_its_children_and_holds_nobody() -> None:
    output, _, markers = run_in_shell(
        [Command("hang", ("sh", "-c", "echo before; sleep 60 & sleep 60"), limit_s=0.5), Command("next", ("echo", "x"))]
    )
    assert output == {0: b"before\n", 1: b"x\n"}
    assert [w[2] for w in markers if w[0] == "E"] == ["124", "0"]


def test_the_environment_is_plain_and_standard_input_is_closed() -> None:
    output, _, _ = run_in_shell([Command("e", ("sh", "-c", "echo $LC_ALL; cat; echo end"))])
    assert output[0] == b"C\nend\n"


@given(st.binary(max_size=300), st.lists(st.integers(1, 40), max_size=30))
def test_whatever_a_command_prints_comes_back_as_it_was_however_it_is_cut(printed: bytes, cuts: list[int]) -> None:
    stream = b"".join(
        [
            head_marker(NONCE, "boot", 1_700_000_000, 12.5),
            begin_marker(NONCE, 0),
            printed,
            end_marker(NONCE, 0, 0, 1.0, 2.0),
            begin_marker(NONCE, 1),
            b"second",
            end_marker(NONCE, 1, "missing", 2.0, 2.0),
            finish_marker(NONCE),
        ]
    )
    frames, markers = reader(NONCE)
    rest = stream
    for cut in cuts:
        frames.feed(rest[:cut])
        rest = rest[cut:]
    frames.feed(rest)
    frames.close()
    assert bytes(frames.kept[0].data) == printed
    assert bytes(frames.kept[1].data) == b"second"
    assert [m[0] for m in markers] == ["H", "B", "E", "B", "E", "F"]


def test_output_beyond_the_bound_is_counted_and_not_kept() -> None:
    frames, _ = reader(NONCE, max_bytes=10)
    frames.feed(begin_marker(NONCE, 0))
    for _ in range(100):
        frames.feed(b"x" * 1000)
    assert len(frames.kept[0].data) == 10
    assert frames.dropped_now >= 100_000 - 10 - MAX_MARKER_BYTES
    frames.feed(end_marker(NONCE, 0, 0, 0, 0))
    assert frames.kept[0].dropped == 100_000 - 10


def test_a_marker_that_never_ends_is_output() -> None:
    frames, markers = reader(NONCE)
    frames.feed(begin_marker(NONCE, 0))
    frames.feed(f"\n@@{NONCE} E 0".encode() + b"y" * 2 * MAX_MARKER_BYTES)
    frames.close()
    assert [m[0] for m in markers] == ["B"]
    assert frames.kept[0].data.endswith(b"yyy")


def test_a_guessed_marker_without_the_nonce_is_output() -> None:
    forged = end_marker("f" * 32, 0, 0, 0, 0)
    frames, markers = reader(NONCE)
    frames.feed(begin_marker(NONCE, 0) + forged)
    frames.close()
    assert bytes(frames.kept[0].data) == forged
    assert len(markers) == 1
