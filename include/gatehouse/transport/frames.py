"""Cuts the two streams of a framed script apart by command, within a bound of memory, as bytes arrive."""

from collections.abc import Callable
from dataclasses import dataclass, field

MAX_MARKER_BYTES = 256  # no marker is longer; what is not closed within that is output


@dataclass(slots=True)
class Kept:
    """What is kept of one command's output on one stream; ``dropped`` counts bytes beyond the bound."""

    max_bytes: int
    data: bytearray = field(default_factory=bytearray)
    dropped: int = 0

    def add(self, piece: bytes | bytearray) -> None:
        """Keep what fits."""
        room = self.max_bytes - len(self.data)
        self.data += piece[:room]
        self.dropped += max(0, len(piece) - room)


class FrameReader:
    """One stream: feed it bytes; it calls ``on_marker(words)`` for each marker and keeps output by command index."""

    def __init__(self, nonce: str, max_bytes: Callable[[int], int], on_marker: Callable[[list[str]], None]) -> None:
        self._open = f"\n@@{nonce} ".encode()
        self._max_bytes = max_bytes
        self._on_marker = on_marker
        self._pending = bytearray()
        self._current: int | None = None
        self.kept: dict[int, Kept] = {}

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        self._pending += data
        while True:
            start = self._pending.find(self._open)
            if start < 0:
                self._flush(len(self._pending) - len(self._open) + 1)
                return
            self._flush(start)
            end = self._pending.find(b"@@\n", len(self._open), MAX_MARKER_BYTES)
            if end < 0:
                if len(self._pending) < MAX_MARKER_BYTES:
                    return  # the marker's rest is still on its way
                self._flush(len(self._open))
                continue
            words = bytes(self._pending[len(self._open) : end]).decode("ascii", "replace").split()
            del self._pending[: end + 3]
            self._take(words)

    def close(self) -> None:
        """The stream has ended: what waits is output."""
        self._flush(len(self._pending))

    @property
    def dropped_now(self) -> int:
        """Bytes dropped of the command that is printing now."""
        return self.kept[self._current].dropped if self._current in self.kept else 0

    def _take(self, words: list[str]) -> None:
        if words and words[0] == "B":
            self._current = int(words[1])
            self.kept[self._current] = Kept(self._max_bytes(self._current))
        elif words and words[0] == "E":
            self._current = None
        self._on_marker(words)

    def _flush(self, count: int) -> None:
        if count <= 0:
            return
        if self._current is not None:
            self.kept[self._current].add(self._pending[:count])
        del self._pending[:count]
