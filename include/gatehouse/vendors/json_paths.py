"""Ways into a JSON document that may have any shape: an absent key, a null and a wrong type are all "no value"."""

from typing import Any


def at(document: Any, *keys: str) -> Any:
    """What is under the keys, or None where one of them leads nowhere."""
    for key in keys:
        if not isinstance(document, dict):
            return None
        document = document.get(key)
    return document


def items_at(document: Any, *keys: str) -> list[Any]:
    """The list under the keys; empty where there is none."""
    found = at(document, *keys)
    return found if isinstance(found, list) else []


def text_at(document: Any, *keys: str) -> str | None:
    """The text under the keys, stripped; None where there is none or it is empty. Numbers become text."""
    found = at(document, *keys)
    if isinstance(found, bool) or not isinstance(found, (str, int, float)):
        return None
    return str(found).strip() or None
