"""May the data of a round be trusted? Great Expectations decides; nothing here knows the store.

``judge.judge_round`` is the one door. Great Expectations costs 4-6 CPU seconds to import, so only ``expectations``,
``suites`` and ``inspection`` import it, and the door imports those when it is called.
"""

import logging
import os

# Great Expectations reads both when it is imported: nothing leaves the house, and no flood of INFO enters the log.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
logging.getLogger("great_expectations").setLevel(logging.WARNING)
