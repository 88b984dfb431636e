"""The errors of CUDA that only the hardware can cause, by name or in words, as programs print them.

Source: the results of the CUDA driver API, 214 (ECC_UNCORRECTABLE) and 220 (NVLINK_UNCORRECTABLE). Others, an illegal
address or a launch failure among them, may be the program's own.
"""

import re

OF_HARDWARE = re.compile(r"(?:ECC|NVLINK)_?UNCORRECTABLE|uncorrectable (?:ECC|NVLink) error", re.IGNORECASE)
