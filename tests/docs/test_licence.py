"""The licence is the Apache License 2.0, word for word, and the changelog speaks of this version."""

import importlib.metadata
import re

from gatehouse import __version__
from gatehouse.local.home import CHECKOUT


def words(text: str) -> list[str]:
    """The words of a text, however its lines run."""
    return text.split()


def test_the_licence_is_whole() -> None:
    """It should be the text that an installed package of that licence ships, from its title to its appendix."""
    (theirs,) = (path for path in importlib.metadata.files("cryptography") or () if path.name == "LICENSE.APACHE")
    ours = words((CHECKOUT / "LICENSE").read_text(encoding="utf-8"))
    assert ours[:5] == ["Apache", "License", "Version", "2.0,", "January"]
    assert len(ours) > 1500

    def plain(texts: list[str]) -> list[str]:
        return [word.replace("https:", "http:") for word in texts]

    assert plain(ours) == plain(words(theirs.read_text(encoding="utf-8")))


def test_the_readme_names_it() -> None:
    """It should say the licence where people look."""
    assert "[Apache License 2.0](LICENSE)" in (CHECKOUT / "README.md").read_text()


def test_the_changelog_has_this_version() -> None:
    """It should begin with the version that the code says it is."""
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", (CHECKOUT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[0] == __version__
