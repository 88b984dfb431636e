"""Finds every profile by walking this folder. Two files with one SKU are refused."""

import importlib
import pkgutil
from functools import cache

from gatehouse.lab import profiles
from gatehouse.lab.profiles.spec import Profile
from gatehouse.model.errors import NotFoundError, UsageError

_NOT_PROFILES = {"spec", "parts", "registry"}


@cache
def all_profiles() -> dict[str, Profile]:
    """Every profile by SKU.

    Raises:
        UsageError: two files claim one SKU, or a file of this folder holds no ``PROFILE``.
    """
    found: dict[str, Profile] = {}
    for module_info in pkgutil.iter_modules(profiles.__path__):
        if module_info.name in _NOT_PROFILES:
            continue
        module = importlib.import_module(f"{profiles.__name__}.{module_info.name}")
        profile = getattr(module, "PROFILE", None)
        if not isinstance(profile, Profile):
            raise UsageError(f"lab/profiles/{module_info.name}.py holds no PROFILE")
        if profile.sku in found:
            raise UsageError(f"two lab profiles are called {profile.sku!r}")
        found[profile.sku] = profile
    return found


def profile_of(sku: str) -> Profile:
    """The profile of that SKU.

    Raises:
        NotFoundError: there is none; the text lists what there is.
    """
    known = all_profiles()
    if sku not in known:
        raise NotFoundError(f"the lab has no SKU {sku!r}; it has: {', '.join(sorted(known))}")
    return known[sku]
