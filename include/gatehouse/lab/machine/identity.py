"""Numbers that belong to a host for good: the same each time, different for each host and part."""

import hashlib
import uuid


def number(*names: object) -> int:
    """A 64-bit number that depends only on ``names``."""
    text = "\x1f".join(str(name) for name in names).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def between(low: float, high: float, *names: object) -> float:
    """A number from ``low`` to ``high`` that depends only on ``names``."""
    return low + (high - low) * (number(*names) / 2**64)


def uuid_of(*names: object) -> str:
    """A random-looking UUID, version 4 in form."""
    raw = number(*names, "a").to_bytes(8, "big") + number(*names, "b").to_bytes(8, "big")
    return str(uuid.UUID(bytes=raw, version=4))


def mac_of(*names: object) -> str:
    """A MAC address in the locally administered range."""
    raw = (number(*names) & 0xFFFFFFFFFF).to_bytes(5, "big")
    return ":".join(["02", *(f"{byte:02x}" for byte in raw)])


def digits(count: int, *names: object) -> str:
    """``count`` decimal digits, the first of them not 0."""
    return str(10 ** (count - 1) + number(*names) % (9 * 10 ** (count - 1)))
