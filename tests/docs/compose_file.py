"""docker-compose.yaml as tests read it: services, their commands, and the variables that a person must give."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from gatehouse.local.home import CHECKOUT

Service = Mapping[str, Any]
COMPOSE = CHECKOUT / "docker-compose.yaml"
ENV_EXAMPLE = CHECKOUT / ".env.example"
_MUST = re.compile(r"\$\{(\w+):\?([^}]*)\}")
_MAY = re.compile(r"\$\{(\w+):-")
_GIVEN = re.compile(r"^#?([A-Z_]+)=(.*)$", re.MULTILINE)


def document() -> dict[str, Any]:
    """The file, with its anchors resolved and nothing filled in."""
    held: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return held


def services() -> dict[str, Service]:
    """Every service by name."""
    held: dict[str, Service] = document()["services"]
    return held


def is_airflow_s(service: Service) -> bool:
    """Whether it runs our image."""
    return str(service["image"]).startswith("gatehouse:")


def runs_on(service: Service) -> bool:
    """Whether it is a service that stays, not a job that ends."""
    return service.get("restart") != "no"


def needed_variables() -> dict[str, str]:
    """Variables without which compose refuses to start, each with what it then says."""
    return dict(_MUST.findall(COMPOSE.read_text(encoding="utf-8")))


def optional_variables() -> set[str]:
    """Variables with a default."""
    return set(_MAY.findall(COMPOSE.read_text(encoding="utf-8")))


def example() -> dict[str, str]:
    """The variables of .env.example, those in remarks too, with their values."""
    return dict(_GIVEN.findall(ENV_EXAMPLE.read_text(encoding="utf-8")))


def filled(value: str, given: Mapping[str, str]) -> str:
    """A value as compose hands it to a container: references filled, ``$$`` made one."""
    return _MUST.sub(lambda found: given[found[1]], value).replace("$$", "$")


GIVEN = {name: f"given{number}" for number, name in enumerate(needed_variables())}  # what a person put into .env
