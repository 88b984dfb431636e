"""The benchmarks' modules are no package: they are found as ``make bench`` finds them."""

import sys

from gatehouse.local.home import CHECKOUT

sys.path.insert(0, str(CHECKOUT / "bench"))
