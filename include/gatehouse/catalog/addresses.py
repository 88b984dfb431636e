"""Which parts a limit speaks of: globs over dotted part addresses."""

from fnmatch import fnmatchcase
from functools import lru_cache


@lru_cache(maxsize=65536)
def matches_part(pattern: str, part: str) -> bool:
    """Whether a part address fits a glob. A ``*`` alone fits every part; else it never crosses a dot.

    So ``gpu*`` is every accelerator and not its links, ``gpu*.link*`` is every link of every accelerator.
    """
    if pattern == "*":
        return True
    wanted, given = pattern.split("."), part.split(".")
    return len(wanted) == len(given) and all(fnmatchcase(g, w) for g, w in zip(given, wanted, strict=True))
