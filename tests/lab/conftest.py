"""One running lab for all tests that only look at it."""

from collections.abc import Iterator

import pytest
from lab_driving import ONE_EACH

from gatehouse.lab.running import RunningLab, running_lab


@pytest.fixture(scope="session")
def quiet_lab() -> Iterator[RunningLab]:
    """Two healthy hosts of each SKU. Tests that inject into it must repair."""
    with running_lab(ONE_EACH) as lab:
        yield lab
