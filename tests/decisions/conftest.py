"""No deadline for properties: the first example pays for loading SciPy, and the machine may be busy."""

from hypothesis import settings

settings.register_profile("decisions", deadline=None)
settings.load_profile("decisions")
