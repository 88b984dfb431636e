"""What the modules of RVS print in a result line, by its form: gpup, gm, smqt, pbqt, pebb, babel, rcqt, iet."""

import re
from collections.abc import Callable

from gatehouse.model.readings import Fact
from gatehouse.vendors.quantities import flag_or_unknown, number_or_unknown, quantity

Facts = dict[str, Fact]
LARGEST_POWER_W = 3000  # above what any one accelerator draws; some versions print microwatts as watts

_PAIR = re.compile(
    r"(?:p2p|p2p-bandwidth\[ ?(\d{1,5})/(\d{1,5})\]) "
    r"\[GPU:: +(\d{1,4}) - +(\d{1,6}) - ([0-9a-f:.]{7,16})\] "
    r"\[GPU:: +(\d{1,4}) - +(\d{1,6}) - ([0-9a-f:.]{7,16})\] (.*)$"
)
_HOST = re.compile(
    r"pcie-bandwidth (?:\[ ?(\d{1,5})/ ?(\d{1,5})\] )?\[CPU:: +(\d{1,4})\] "
    r"\[GPU:: +(\d{1,4}) - +(\d{1,6}) - ([0-9a-f:.]{7,16})\] (.*)$"
)
_PEERS = re.compile(r"peers:(true|false) distance:(-?\d{1,6})(?: .{0,20})?$")
_DISTANCE = re.compile(r"distance:(-?\d{1,6})(?: .{0,20})?$")
_BANDWIDTH = re.compile(
    r"(?:bidirectional: (true|false)|h2d::(true|false) d2h::(true|false)) ([\d.]{1,20}) ?GBps(?: .{0,60})?$"
)
_PROPERTY = re.compile(r"gpup (\d{1,6}) (?:(\d{1,4}) )?(\w{2,60}) (-?[\d.]{1,30})$")
_VIOLATIONS = re.compile(r"gm (\d{1,6}) (\w{2,20}) violations (\d{1,12})$")
_AVERAGE = re.compile(r"gm (\d{1,6}) (\w{2,20}) average ([\d.]{1,20})(C|MHz|%|Watts)?$")
_BAR = re.compile(r"smqt (\d{1,6}) (bar\d)_(?:size\s{1,12}(\d{1,20}) .{0,40}|base_addr\s{1,4}([0-9A-F]{1,16}))$")
_STREAM = re.compile(r"(\d{1,6})\s+(Read|Write|Copy|Mul|Add|Triad|Dot)((?:\s+[\d.]{1,20}){1,6})$")
_PACKAGES = {"Total": "total", "Installed": "installed", "Missing": "missing", "Version": "version_mismatch"}
_SETUP = re.compile(
    r"(Total packages validated|Installed packages|Missing packages|Version mismatch packages)\s*: (\d+)$"
)
_PACKAGE = re.compile(r"Package (\S{1,60}) installed version is (\S{1,60})$")
_UNITS = {"C": "average_c", "MHz": "average_mhz", "%": "average_pct", "Watts": "average_w"}


def pair_facts(said: str) -> Facts | None:
    """A line about two GPUs, or a CPU and a GPU: their bandwidth under ``pair52``, their distance under ``p2p.2-3``."""
    if (pair := _PAIR.match(said)) is not None:
        return _between("p2p", pair[1], pair[2], int(pair[3]), int(pair[6]), pair[9])
    if (host := _HOST.match(said)) is not None:
        return _between("pcie", host[1], host[2], int(host[3]), int(host[4]), host[7])
    return None


def _between(kind: str, number: str | None, total: str | None, source: int, target: int, said: str) -> Facts:
    if number is None:
        if (peers := _PEERS.match(said)) is not None:
            name = f"{kind}.{source}-{target}"
            return {f"{name}.peers": flag_or_unknown(peers[1]), f"{name}.distance": int(peers[2])}
        distance = _DISTANCE.match(said)
        return {f"{kind}.{source}-{target}.distance": int(distance[1])} if distance else {}
    facts: Facts = {"pairs_total": int(total or 0)}
    if (bandwidth := _BANDWIDTH.match(said)) is not None:
        to_device, to_host = bandwidth[2] == "true", bandwidth[3] == "true"
        facts["bidirectional"] = bandwidth[1] == "true" if bandwidth[1] else to_device and to_host
        if bandwidth[2]:
            facts |= {"h2d": to_device, "d2h": to_host}
        facts |= {f"pair{number}.src": source, f"pair{number}.dst": target}
        facts[f"pair{number}.gbps"] = number_or_unknown(bandwidth[4])
    return facts


def _property(match: re.Match[str]) -> Facts:
    link = f"link{match[2]}." if match[2] else ""
    return {f"gpu.{match[1]}.{link}{match[3]}": number_or_unknown(match[4])}


def _average(match: re.Match[str]) -> Facts:
    name = f"gpu.{match[1]}.{match[2]}.{_UNITS.get(match[4] or '', 'average')}"
    value = number_or_unknown(match[3])
    if match[4] == "Watts" and value is not None and value > LARGEST_POWER_W:
        return {name: None, f"gpu.{match[1]}.{match[2]}.plausible": False}
    return {name: value}


def _bar(match: re.Match[str]) -> Facts:
    if match[3]:
        return {f"gpu.{match[1]}.{match[2]}_b": number_or_unknown(match[3])}
    return {f"gpu.{match[1]}.{match[2]}_base": f"0x{match[4].lower()}"}


def _stream(match: re.Match[str]) -> Facts:
    """A row of babel's table: the rate, then its largest, least and mean over the iterations."""
    name = f"gpu.{match[1]}.{match[2].lower()}"
    columns = ("mbytes_per_s", "max_mbytes_per_s", "min_mbytes_per_s", "avg_mbytes_per_s")
    values = [number_or_unknown(cell) for cell in match[3].split()]
    return {f"{name}.{column}": value for column, value in zip(columns, values, strict=False)}


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Facts]], ...] = (
    (_PROPERTY, _property),
    (_VIOLATIONS, lambda match: {f"gpu.{match[1]}.{match[2]}.violations": int(match[3])}),
    (_AVERAGE, _average),
    (_BAR, _bar),
    (_STREAM, _stream),
    (_SETUP, lambda match: {f"packages.{_PACKAGES[match[1].split()[0]]}": int(match[2])}),
    (_PACKAGE, lambda match: {f"package.{match[1]}": match[2]}),
)


def line_facts(said: str) -> Facts | None:
    """The facts of a line that stands for itself; None where its form is not one of these."""
    for pattern, facts in _FORMS:
        if (match := pattern.match(said)) is not None:
            return facts(match)
    return None


def power_of(said: str) -> int | float | None:
    """The watts of ``Power(W) 241.000000``."""
    head, _, words = said.partition("Power(W) ")
    return quantity(words.strip(), "w") if not head.strip() else None
