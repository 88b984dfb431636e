"""What amd-smi lists below a GPU: bad pages, processes, firmware, links to other GPUs. Keys are in lower case."""

from collections.abc import Mapping
from typing import Any

from gatehouse.model.readings import Fact
from gatehouse.vendors.amd_values import with_unit
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown

PLACES = frozenset({"process_info", "process_list", "fw_list", "links", "retired", "pending", "un_res"})
TOTALS = ("bad_pages.retired", "bad_pages.pending", "bad_pages.unreserved", "processes")
PLACES |= {"retired_count", "pending_count", "un_res_count"}


def record_facts(tree: Mapping[str, Any]) -> dict[str, Fact]:
    """The facts of all lists of one GPU's tree."""
    return _bad_pages(tree) | _processes(tree) | _firmware(tree) | _links(tree)


def _bad_pages(tree: Mapping[str, Any]) -> dict[str, Fact]:
    """How many pages are retired, pending or unreservable; the words for "none" are 0, any others are unknown."""
    facts: dict[str, Fact] = {}
    for key, fact in (("retired", "retired"), ("pending", "pending"), ("un_res", "unreserved")):
        said = tree.get(f"{key}_count", tree.get(key))
        if isinstance(said, list):
            facts[f"bad_pages.{fact}"] = len(said)
        elif said is not None:
            none = str(said).lower().startswith("no bad pages found")
            facts[f"bad_pages.{fact}"] = 0 if none else number_or_unknown(said)
    return facts


def _processes(tree: Mapping[str, Any]) -> dict[str, Fact]:
    """Processes of ``process``: a list, one record, or the words that there is none."""
    said = tree.get("process_list", tree.get("process_info"))
    if said is None:
        return {}
    if isinstance(said, str):
        return {"processes": 0 if said.lower().startswith("no running processes") else None}
    facts: dict[str, Fact] = {}
    listed = [each for each in (said if isinstance(said, list) else [said]) if isinstance(each, Mapping)]
    records = [each.get("process_info", each) for each in listed]
    running = [each for each in records if isinstance(each, Mapping)]
    for index, each in enumerate(running):
        used = each.get("memory_usage")
        facts[f"proc{index}.pid"] = number_or_unknown(each.get("pid"))
        facts[f"proc{index}.name"] = word_or_unknown(each.get("name"))
        if isinstance(used, Mapping) and "vram_mem" in used:
            facts |= with_unit(f"proc{index}.vram", used["vram_mem"])
    return {"processes": len(running), **facts}


def _firmware(tree: Mapping[str, Any]) -> dict[str, Fact]:
    """Versions by name, from a list or from ``FW 0``, ``FW 1`` … of the text."""
    listed = tree.get("fw_list")
    entries = listed.values() if isinstance(listed, Mapping) else listed if isinstance(listed, list) else ()
    flat = [each for each in entries if isinstance(each, Mapping)]
    nested = [below for each in flat for below in each.values() if isinstance(below, Mapping)]
    named = [each for each in (*flat, *nested) if "fw_id" in each]
    return {f"fw.{each['fw_id']}": word_or_unknown(each.get("fw_version")) for each in named}


def _links(tree: Mapping[str, Any]) -> dict[str, Fact]:
    """Links of ``topology`` to each other GPU."""
    links = tree.get("links")
    facts: dict[str, Fact] = {}
    for link in links if isinstance(links, list) else ():
        for name, said in link.items() if isinstance(link, Mapping) and isinstance(link.get("gpu"), int) else ():
            if name not in ("gpu", "bdf") and not isinstance(said, (list, Mapping)):
                number = number_or_unknown(said)
                fact = f"gpu{link['gpu']}.{name.removeprefix('num_')}"
                facts[fact] = word_or_unknown(said) if number is None else number
    return facts
