"""Makes a page's SVG of matplotlib's: known elements and attributes only, no style attribute, ids of its own.

The page's Content-Security-Policy refuses style attributes, and hostile names must never become markup: the drawing is
read as XML and written anew, so that what stands in it is text.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from markupsafe import Markup, escape

_ELEMENTS = frozenset({"g", "path", "text", "tspan", "defs", "use", "clipPath", "rect", "pattern"})
_ATTRIBUTES = frozenset({
    "x", "y", "d", "width", "height", "transform", "id", "clip-path", "patternUnits",
    "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap",
    "stroke-linejoin", "stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset", "opacity",
    "font-size", "font-weight", "font-style", "text-anchor",
})  # fmt: skip
_REFERENCE = re.compile(r"^url\(#([\w.-]+)\)$")
_DECIMALS = re.compile(r"-?\d+\.\d+")
_NO_TURN = re.compile(r"^rotate\(-?0 [^)]*\)$")


def page_svg(drawn: bytes, name: str, told: str) -> Markup:
    """The drawing as markup, with ``name`` before its ids and ``told`` as its words for a screen reader."""
    root = fromstring(drawn)
    used = set(_referenced(root))
    start = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="{}" role="img" aria-label="{}" stroke-linejoin="round">'
    )
    inner = Markup("").join(_markup(child, name, used) for child in root)
    return start.format(root.get("viewBox", ""), told) + inner + Markup("</svg>")


def _markup(element: Element, name: str, used: set[str]) -> Markup:
    tag = _local(element.tag)
    if tag not in _ELEMENTS:
        return Markup("")
    inner = Markup("").join(_markup(child, name, used) for child in element)
    text = escape(element.text or "") if tag in ("text", "tspan") else Markup("")
    attributes = Markup("").join(_attributes(element, name, used))
    if not inner and not text and tag in ("g", "defs"):
        return Markup("")
    if tag == "g" and not attributes:
        return inner
    return Markup("<{0}{1}>{2}{3}</{0}>").format(tag, attributes, text, inner)


def _attributes(element: Element, name: str, used: set[str]) -> Iterator[Markup]:
    told = {_local(key): value for key, value in element.attrib.items()}
    for part in told.pop("style", "").split(";"):
        key, _, value = part.partition(":")
        told[key.strip()] = value.strip()
    for key, value in told.items():
        if key == "href" and value[1:] in used:
            yield Markup(' href="#{}"').format(f"{name}-{value[1:]}")
        elif key == "id" and value in used:
            yield Markup(' id="{}"').format(f"{name}-{value}")
        elif key in _ATTRIBUTES and key != "id" and not _NO_TURN.match(value):
            yield Markup(' {}="{}"').format(key, _shortened(key, value, name))


def _shortened(key: str, value: str, name: str) -> str:
    """References renamed, numbers to a hundredth of a point."""
    reference = _REFERENCE.match(value)
    if reference:
        return f"url(#{name}-{reference[1]})"
    plain = " ".join(value.split()) if key == "d" else value
    return _DECIMALS.sub(lambda number: f"{round(float(number[0]), 2):g}", plain)


def _referenced(root: Element) -> Iterator[str]:
    for element in root.iter():
        for key, value in element.attrib.items():
            if _local(key) == "href":
                yield value[1:]
            yield from re.findall(r"url\(#([\w.-]+)\)", value)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
